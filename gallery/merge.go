package gallery

import (
	"context"
	"errors"
	"reflect"
	"slices"
	"strings"
	"time"

	"likeness/faces"
	"likeness/search"
)

// mostCompared is how many pictures an index compares one by one by default; of more it
// builds a graph.
const mostCompared = 1_000_000

// entry is one entry of an index.
type entry struct {
	id, person string
	hash       search.Hash
	code       []float32
	taken      time.Time
	frame      []float32 // as search.File has it, or nil
	train      bool      // a space may be fitted to it
}

// merge puts the file together from what it holds now, nil for nothing, and the rows. It
// returns nil where nothing would change.
func (u *update) merge(ctx context.Context, old *search.File) (*search.File, error) {
	parts, at := u.join(old)
	prefix := parts[at].Prefix
	fresh := make([]entry, len(u.opt.Rows))
	for i, row := range u.opt.Rows {
		id := u.set.IDs[row]
		fresh[i] = entry{frame: frameOf(u.set, row), id: prefix + id, person: u.set.People[row], hash: u.hashes[i], code: u.known[u.hashes[i]], taken: u.taken[id]}
	}
	for _, place := range u.training() {
		fresh[place].train = true
	}
	all, err := u.compare(old, fresh, parts, at)
	if err != nil {
		return nil, err
	}
	if u.about.Origin, u.about.Source, err = describeParts(parts, u.path); err != nil {
		return nil, err
	}
	u.about.Source = strings.ToValidUTF8(u.about.Source, "\uFFFD") // as the file will have it
	f := &search.File{Entries: search.Entries{Dim: u.codes.Dim}, About: u.about}
	train := fill(f, all)
	same := old != nil && old.Entries.Dim == f.Entries.Dim && slices.Equal(old.Entries.IDs, f.Entries.IDs) &&
		slices.Equal(old.Entries.People, f.Entries.People) && slices.Equal(old.Hashes, f.Hashes)
	if same && old.Space.Name() == u.space {
		f.Space = old.Space // fitted to these very pictures
	} else if f.Space, err = u.fitSpace(ctx, &f.Entries, train); err != nil {
		return nil, err
	}
	same = same && reflect.DeepEqual(f.Space, old.Space)
	if old != nil && samePoints(f, old) {
		f.Layouts = old.Layouts
	}
	kind := kindOf(u.opt.Kind, old, len(all))
	if same && kind == old.Kind() {
		if f.About == old.About && slices.Equal(f.Entries.Taken, old.Entries.Taken) && slices.Equal(f.Frames, old.Frames) {
			return nil, nil
		}
		f.Built = old.Built
		return f, nil
	}
	return f, f.Build(ctx, kind, old)
}

// samePoints reports whether the entries of two files are the same points in the same order.
func samePoints(a, b *search.File) bool {
	return a.Entries.Dim == b.Entries.Dim && slices.Equal(a.Entries.IDs, b.Entries.IDs) && slices.Equal(a.Hashes, b.Hashes) && reflect.DeepEqual(a.Space, b.Space)
}

// fill adds entries to a file and returns the places of those that a space may be
// fitted to.
func fill(f *search.File, all []entry) (train []int) {
	var times []time.Time
	dated := false
	var frames []float32
	framed := false
	f.Entries.IDs, f.Entries.People = make([]string, 0, len(all)), make([]string, 0, len(all))
	f.Entries.Codes = make([]float32, 0, len(all)*f.Entries.Dim)
	for i, e := range all {
		f.Entries.IDs = append(f.Entries.IDs, e.id)
		f.Entries.People = append(f.Entries.People, e.person)
		f.Entries.Codes = append(f.Entries.Codes, e.code...)
		f.Hashes = append(f.Hashes, e.hash)
		times = append(times, e.taken)
		frames, framed = append(frames, make([]float32, search.FrameNumbers)...), framed || e.frame != nil
		copy(frames[i*search.FrameNumbers:], e.frame)
		dated = dated || !e.taken.IsZero()
		if e.train {
			train = append(train, i)
		}
	}
	if dated {
		f.Entries.Taken = times
	}
	if framed {
		f.Frames = frames
	}
	return train
}

// fitSpace returns the space in which entries are compared: the embedder's own, one that
// needs no fitting, or one fitted to the entries at the places of train.
func (u *update) fitSpace(ctx context.Context, e *search.Entries, train []int) (search.Space, error) {
	if u.space == "" {
		return u.embedder.Space(), nil
	}
	if s, err := search.SpaceNamed(u.space); err == nil {
		return s, nil
	}
	if len(train) == 0 {
		return nil, errors.New("the space is fitted to training pictures, of which none is indexed")
	}
	people := make([]string, len(train))
	for i, place := range train {
		people[i] = e.People[place]
	}
	c := u.codes
	c.Values = e.Codes
	s, err := c.FitSpace(ctx, u.space, train, people)
	if err != nil {
		return nil, err
	}
	return s, c.Calibrate(ctx, s, train, people, u.opt.Progress)
}

// kindOf returns the kind of index for n pictures: the one that is asked for, or else the usual one.
func kindOf(asked string, old *search.File, n int) string {
	switch {
	case asked != "":
		return asked
	case old != nil && old.Kind() != search.KindExact:
		return old.Kind()
	case n > mostCompared:
		return search.KindHNSW
	}
	return search.KindExact
}

// What becomes of an entry whose picture is not among the rows.
type fate int

const (
	removed   fate = iota
	elsewhere      // it is of another data set, and stays
	kept           // UpdateOptions.Keep
	unread         // its file or folder could not be read this time; it stays
	lost           // its folder is not there; it stays unless UpdateOptions.Prune
)

// fateOf returns what becomes of an entry that is not among the rows.
func (u *update) fateOf(id string, parts []part, at int) fate {
	own := strings.TrimPrefix(id, parts[at].Prefix)
	switch {
	case partOf(parts, id) != at:
		return elsewhere
	case u.set.MayHold(own):
		return unread
	case u.opt.Keep:
		return kept
	case !u.opt.Prune && u.lostFolder(own):
		return lost
	}
	return removed
}

// compare compares the rows with what the file holds, counts the changes, and returns
// what it shall hold. at is the place of the set among the parts.
func (u *update) compare(old *search.File, fresh []entry, parts []part, at int) ([]entry, error) {
	c := Changes{Encoded: u.changes.Encoded, Repeated: u.changes.Repeated, FileDated: u.changes.FileDated}
	defer func() { u.changes = c }()
	if old == nil {
		c.Added = len(fresh)
		return fresh, nil
	}
	there := make(map[string]int, len(fresh))
	for i, e := range fresh {
		there[e.id] = i
	}
	before := make(map[string]int, old.Entries.Len())
	for i, id := range old.Entries.IDs {
		before[id] = i
	}
	u.findShort(fresh, there, before)
	fates := make([]fate, old.Entries.Len())
	gone := map[search.Hash][]int{} // the entries that are no longer there, by what they show
	for i, id := range old.Entries.IDs {
		if _, ok := there[id]; ok {
			continue
		}
		fates[i] = u.fateOf(id, parts, at)
		if old.Hashes != nil && (fates[i] == removed || fates[i] == lost) { // what is kept is not renamed
			gone[old.Hashes[i]] = append(gone[old.Hashes[i]], i)
		}
	}
	for _, e := range fresh {
		i, ok := before[e.id]
		moved := gone[e.hash]
		switch {
		case ok && old.Hashes != nil && old.Hashes[i] == e.hash:
			c.Unchanged++
		case ok:
			c.Changed++
		case len(moved) > 0:
			gone[e.hash] = moved[1:]
			fates[moved[0]] = removed
			c.Renamed++
			c.Removed--
		default:
			c.Added++
		}
	}
	for i, id := range old.Entries.IDs {
		if _, ok := there[id]; ok {
			continue
		}
		switch fates[i] {
		case removed:
			c.Removed++
		case unread:
			c.Unread++
		case lost:
			c.Lost++
		default:
			c.Kept++
		}
	}
	staying := c.Kept + c.Unread + c.Lost
	if staying == 0 {
		return fresh, nil
	}
	if old.Entries.Dim != u.codes.Dim || old.Hashes == nil {
		return nil, cannotUpdate("the index has codes of %d numbers, of pictures that are not all here, expected %d and their hashes: what is kept needs the space it was made for",
			old.Entries.Dim, u.codes.Dim)
	}
	return u.keep(old, fresh, fates, there, before), nil
}

// findShort finds rows in an index of an earlier version, which called them without the extension of their files: there
// and before then lead to them by the old name as well.
func (u *update) findShort(fresh []entry, there, before map[string]int) {
	for i, e := range fresh {
		short := faces.ShortName(e.id)
		if short == e.id {
			continue
		}
		_, whole := before[e.id]
		_, taken := there[short]
		if at, ok := before[short]; ok && !whole && !taken {
			there[short], before[e.id] = i, at
		}
	}
}

// keep returns the old entries that stay in their places, replaced where the rows have their ids, and
// new ones behind them.
func (u *update) keep(old *search.File, fresh []entry, fates []fate, there, before map[string]int) []entry {
	e := &old.Entries
	var all []entry
	for i, id := range e.IDs {
		if at, ok := there[id]; ok {
			all = append(all, fresh[at])
			continue
		}
		if fates[i] == removed {
			continue
		}
		kept := entry{id: id, person: e.People[i], hash: old.Hashes[i], code: e.Codes[i*e.Dim : (i+1)*e.Dim], train: u.opt.Split == nil, frame: old.Frame(i)}
		if e.Taken != nil {
			kept.taken = e.Taken[i]
		}
		all = append(all, kept)
	}
	for _, e := range fresh {
		if _, ok := before[e.id]; !ok {
			all = append(all, e)
		}
	}
	return all
}
