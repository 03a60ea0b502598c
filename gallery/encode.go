package gallery

import (
	"context"
	"time"

	"likeness/faces"
	"likeness/parallel"
	"likeness/search"
)

// encode encodes each picture that is not known yet, once.
func (u *update) encode(ctx context.Context, old *search.File) error {
	var err error
	if u.codes, err = u.embedder.Codes(ctx, u.set, nil, u.space, nil); err != nil {
		return err
	}
	u.known = map[search.Hash][]float32{}
	if old != nil {
		u.remember(old)
	}
	u.hashes = make([]search.Hash, len(u.opt.Rows))
	if err := parallel.Each(ctx, len(u.opt.Rows), func(i int) {
		u.hashes[i] = search.HashOf(u.set.Image(u.opt.Rows[i]).Pix)
	}); err != nil {
		return err
	}
	var need []int
	var needed []search.Hash
	asked := map[search.Hash]bool{}
	for i, h := range u.hashes {
		if asked[h] {
			u.changes.Repeated++
		} else if u.known[h] == nil {
			need, needed = append(need, u.opt.Rows[i]), append(needed, h)
		}
		asked[h] = true
	}
	u.changes.Encoded = len(need)
	if err := u.dates(ctx, old); err != nil || len(need) == 0 {
		return err
	}
	c, err := u.embedder.Codes(ctx, u.set, need, u.space, u.opt.Progress)
	if err != nil {
		return err
	}
	for i, h := range needed {
		u.known[h] = c.Values[i*c.Dim : (i+1)*c.Dim]
	}
	return nil
}

// remember takes in the codes of an index that was there, which stay in its file.
func (u *update) remember(old *search.File) {
	e := old.Entries
	if e.Dim != u.codes.Dim {
		return // codes for another sort of space
	}
	for i, h := range old.Hashes {
		if _, ok := u.known[h]; !ok {
			u.known[h] = e.Codes[i*e.Dim : (i+1)*e.Dim]
		}
	}
}

// dates finds out when the pictures were taken. What the old index says of the same
// picture stays.
func (u *update) dates(ctx context.Context, old *search.File) error {
	u.taken = map[string]time.Time{}
	if old != nil && old.Entries.Taken != nil && old.Hashes != nil {
		before := make(map[string]int, old.Entries.Len())
		for i, id := range old.Entries.IDs {
			before[id] = i
		}
		parts, own := u.join(old)
		for i, row := range u.opt.Rows {
			id := parts[own].Prefix + u.set.IDs[row]
			at, ok := before[id]
			if !ok {
				at, ok = before[faces.ShortName(id)]
			}
			if ok && old.Hashes[at] == u.hashes[i] && !old.Entries.Taken[at].IsZero() {
				u.taken[u.set.IDs[row]] = old.Entries.Taken[at]
			}
		}
	}
	var ask []string
	for _, row := range u.opt.Rows {
		if _, ok := u.taken[u.set.IDs[row]]; !ok {
			ask = append(ask, u.set.IDs[row])
		}
	}
	found, err := takenOf(ctx, u.set, ask)
	for id, d := range found {
		u.taken[id] = d.Time
		if d.File {
			u.changes.FileDated++
		}
	}
	return err
}
