package gallery

import (
	"context"
	"fmt"
	"time"

	"likeness/faces"
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
	if u.hashes, err = hashesOf(ctx, u.set, u.opt.Rows); err != nil {
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
	if u.encoded != nil {
		return u.take(needed)
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

// take takes in codes that were made before.
func (u *update) take(needed []search.Hash) error {
	for _, h := range needed {
		code := u.encoded[h]
		if len(code) < u.codes.Dim {
			return fmt.Errorf("%s: a picture has a code of %d numbers, expected %d: the index was changed in the meantime; run this again", u.set.Source, len(code), u.codes.Dim)
		}
		u.known[h] = code[:u.codes.Dim]
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
	found, err := u.askDates(ctx, ask)
	u.dated = found
	for id, d := range found {
		u.taken[id] = d.Time
		if d.File {
			u.changes.FileDated++
		}
	}
	return err
}
