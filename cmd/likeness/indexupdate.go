package main

import (
	"context"
	"fmt"
	"io"
	"maps"
	"reflect"
	"slices"
	"strings"
	"time"

	"likeness/faces"
	"likeness/finder"
	"likeness/search"
)

// indexCounts says what a run of index found beside what the file held.
type indexCounts struct {
	Unchanged int `json:"unchanged"`
	Added     int `json:"added"`
	Changed   int `json:"changed"` // another picture under the same id
	Renamed   int `json:"renamed"` // the same picture under another id
	Removed   int `json:"removed"` // no longer among the pictures
	Kept      int `json:"kept"`    // the same, kept by --keep
	Encoded   int `json:"encoded"` // pictures, each once
	Repeated  int `json:"repeated"`
}

// print tells what has changed in one line.
func (c indexCounts) print(w io.Writer) {
	var parts []string
	for _, p := range []struct {
		n    int
		what string
	}{{c.Unchanged, "unchanged"}, {c.Added, "added"}, {c.Changed, "changed"}, {c.Renamed, "renamed"}, {c.Removed, "removed"}, {c.Kept, "kept from before"}} {
		if p.n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", p.n, p.what))
		}
	}
	fmt.Fprintf(w, "%s; %s encoded\n", strings.Join(parts, ", "), count(c.Encoded, "picture"))
}

// indexRun brings an index file up to date with rows of a set.
type indexRun struct {
	model *encoder
	about search.About
	space string // its name, "" for the usual one
	keep  bool   // what is not in the set
	set   *faces.Set
	rows  []int
	split *faces.Split
	kind  string // of index, "" for what is there already

	hashes []search.Hash             // of the rows' prepared pictures
	known  map[search.Hash][]float32 // codes
	codes  finder.Codes              // how they are laid out; no values
	taken  map[string]time.Time      // by id
	counts indexCounts
}

// check finds out whether an index that is there can be brought up to date.
func (r *indexRun) check(out string, old *search.File) error {
	if err := old.CheckModel(r.about.Model); err != nil {
		return fmt.Errorf("%s: %w; --fresh replaces it", out, err)
	}
	if old.About.Prep != r.about.Prep {
		return fmt.Errorf("%s: its pictures were prepared as %s, the model takes %s; --fresh replaces it", out, old.About.Prep, r.about.Prep)
	}
	return nil
}

// fewestForSpace is how many pictures for each number of a code are enough to fit
// a space to, where none was asked for; to learn from names, so many of people
// with two or more.
const fewestForSpace = 10

// settle says which space is the usual one for a model's code: that of the index
// that is there, or else what was measured best (see RESULTS.md, Search).
func (r *indexRun) settle(old *search.File) {
	if r.space != "" || r.model.finder != nil {
		return
	}
	if old != nil {
		r.space = old.Space.Name()
		return
	}
	pictures := map[string]int{}
	places := trainingPlaces(r.rows, r.split)
	for _, place := range places {
		pictures[r.set.People[r.rows[place]]]++
	}
	delete(pictures, "")
	named := 0
	for _, n := range pictures {
		if n > 1 {
			named += n
		}
	}
	switch enough := fewestForSpace * r.model.model.Code; {
	case named >= enough:
		r.space = "within-mirror"
	case len(places) >= enough:
		r.space = "whitened-mirror"
	default:
		r.space = search.Euclidean{}.Name()
	}
}

// remember takes in the codes of an index that was there, which stay in it.
func (r *indexRun) remember(old *search.File) {
	e := old.Entries
	if e.Dim != r.codes.Dim {
		return // those of another kind of space
	}
	for i, h := range old.Hashes {
		if _, ok := r.known[h]; !ok {
			r.known[h] = e.Codes[i*e.Dim : (i+1)*e.Dim]
		}
	}
}

// encode encodes each picture that is not known yet, once.
func (r *indexRun) encode(ctx context.Context, p *progress, old *search.File) error {
	var err error
	if r.codes, err = r.model.codes(ctx, p, r.set, nil, r.space); err != nil {
		return err
	}
	r.known = map[search.Hash][]float32{}
	if old != nil {
		r.remember(old)
	}
	r.hashes = make([]search.Hash, len(r.rows))
	var need []int
	var needed []search.Hash
	asked := map[search.Hash]bool{}
	for i, row := range r.rows {
		h := search.HashOf(r.set.Image(row).Pix)
		r.hashes[i] = h
		if asked[h] {
			r.counts.Repeated++
		} else if r.known[h] == nil {
			need, needed = append(need, row), append(needed, h)
		}
		asked[h] = true
	}
	r.counts.Encoded = len(need)
	if err := r.dates(ctx, old); err != nil {
		return err
	}
	if len(need) == 0 {
		return nil
	}
	c, err := r.model.codes(ctx, p, r.set, need, r.space)
	for i, h := range needed {
		if err == nil {
			r.known[h] = c.Values[i*c.Dim : (i+1)*c.Dim]
		}
	}
	return err
}

// entry is one line of an index.
type entry struct {
	id, person string
	hash       search.Hash
	code       []float32
	taken      time.Time
	train      bool // a space may be fitted to it
}

// merge puts the file together, from what it holds now and the rows. It gives
// nil where nothing would change.
func (r *indexRun) merge(ctx context.Context, old *search.File) (*search.File, error) {
	fresh := make([]entry, len(r.rows))
	for i, row := range r.rows {
		id := r.set.IDs[row]
		fresh[i] = entry{id: id, person: r.set.People[row], hash: r.hashes[i], code: r.known[r.hashes[i]], taken: r.taken[id]}
	}
	for _, i := range trainingPlaces(r.rows, r.split) {
		fresh[i].train = true
	}
	all := fresh
	if old == nil {
		r.counts.Added = len(fresh)
	} else {
		var err error
		if all, err = r.beside(old, fresh); err != nil {
			return nil, err
		}
	}
	f := &search.File{Entries: search.Entries{Dim: r.codes.Dim}, About: r.about}
	var train []int
	var times []time.Time
	dated := false
	for i, e := range all {
		f.Entries.IDs = append(f.Entries.IDs, e.id)
		f.Entries.People = append(f.Entries.People, e.person)
		f.Entries.Codes = append(f.Entries.Codes, e.code...)
		f.Hashes = append(f.Hashes, e.hash)
		times = append(times, e.taken)
		dated = dated || !e.taken.IsZero()
		if e.train {
			train = append(train, i)
		}
	}
	if dated {
		f.Entries.Taken = times
	}
	same := old != nil && old.Entries.Dim == f.Entries.Dim && slices.Equal(old.Entries.IDs, f.Entries.IDs) &&
		slices.Equal(old.Entries.People, f.Entries.People) && slices.Equal(old.Hashes, f.Hashes)
	var err error
	if same && old.Space.Name() == r.space {
		f.Space = old.Space // fitted to these very pictures
	} else {
		c := r.codes
		c.Values = f.Entries.Codes
		if f.Space, err = r.model.space(ctx, r.space, c, f.Entries.People, train); err != nil {
			return nil, err
		}
	}
	same = same && reflect.DeepEqual(f.Space, old.Space)
	kind := r.kindFor(old, len(all))
	if same && kind == old.Kind() {
		if f.About == old.About && slices.Equal(f.Entries.Taken, old.Entries.Taken) {
			return nil, nil
		}
		f.Built = old.Built
		return f, nil
	}
	return f, f.Build(ctx, kind, old)
}

// mostCompared is how many pictures an index compares one by one where it is not
// told otherwise; of more it builds a graph.
const mostCompared = 1_000_000

// kindFor is the kind of index that n pictures get.
func (r *indexRun) kindFor(old *search.File, n int) string {
	switch {
	case r.kind != "":
		return r.kind
	case old != nil && old.Kind() != search.KindExact:
		return old.Kind()
	case n > mostCompared:
		return search.KindHNSW
	}
	return search.KindExact
}

// dates finds out when the pictures were taken; what an index that was there
// says of the same picture stays.
func (r *indexRun) dates(ctx context.Context, old *search.File) error {
	r.taken = map[string]time.Time{}
	if old != nil && old.Entries.Taken != nil && old.Hashes != nil {
		before := make(map[string]int, old.Entries.Len())
		for i, id := range old.Entries.IDs {
			before[id] = i
		}
		for i, row := range r.rows {
			if at, ok := before[r.set.IDs[row]]; ok && old.Hashes[at] == r.hashes[i] && !old.Entries.Taken[at].IsZero() {
				r.taken[r.set.IDs[row]] = old.Entries.Taken[at]
			}
		}
	}
	var ask []string
	for _, row := range r.rows {
		if _, ok := r.taken[r.set.IDs[row]]; !ok {
			ask = append(ask, r.set.IDs[row])
		}
	}
	data := parseDataName(r.set.Source)
	if data.name().IsDrawn() {
		return nil
	}
	found, err := faces.Taken(ctx, data.source, ask)
	maps.Copy(r.taken, found)
	return err
}

// beside holds the rows against what the file has, counts, and gives what it
// shall have.
func (r *indexRun) beside(old *search.File, fresh []entry) ([]entry, error) {
	c := indexCounts{Encoded: r.counts.Encoded, Repeated: r.counts.Repeated}
	there := make(map[string]int, len(fresh))
	for i, e := range fresh {
		there[e.id] = i
	}
	gone := map[search.Hash]int{} // pictures whose ids are no longer there, how many
	before := make(map[string]int, old.Entries.Len())
	for i, id := range old.Entries.IDs {
		before[id] = i
		if _, ok := there[id]; !ok {
			c.Removed++
			if old.Hashes != nil && !r.keep { // what is kept is not renamed
				gone[old.Hashes[i]]++
			}
		}
	}
	for _, e := range fresh {
		i, ok := before[e.id]
		switch {
		case ok && old.Hashes != nil && old.Hashes[i] == e.hash:
			c.Unchanged++
		case ok:
			c.Changed++
		case gone[e.hash] > 0:
			gone[e.hash]--
			c.Renamed++
			c.Removed--
		default:
			c.Added++
		}
	}
	if !r.keep {
		r.counts = c
		return fresh, nil
	}
	if c.Removed > 0 && (old.Entries.Dim != r.codes.Dim || old.Hashes == nil) {
		return nil, fmt.Errorf("the index has codes of %d numbers, of pictures that are not all here, expected %d and their hashes: --keep needs the space they were made for; --fresh replaces them",
			old.Entries.Dim, r.codes.Dim)
	}
	// Old entries stay where they are, new ones come behind.
	c.Kept, c.Removed = c.Removed, 0
	r.counts = c
	var all []entry
	for i, id := range old.Entries.IDs {
		if at, ok := there[id]; ok {
			all = append(all, fresh[at])
			continue
		}
		all = append(all, entry{
			id: id, person: old.Entries.People[i], hash: old.Hashes[i],
			code: old.Entries.Codes[i*old.Entries.Dim : (i+1)*old.Entries.Dim], train: r.split == nil,
		})
		if old.Entries.Taken != nil {
			all[len(all)-1].taken = old.Entries.Taken[i]
		}
	}
	for _, e := range fresh {
		if _, ok := before[e.id]; !ok {
			all = append(all, e)
		}
	}
	return all, nil
}
