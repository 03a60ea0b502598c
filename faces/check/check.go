// Package check looks through pictures before they are learned from: what cannot be read, near copies, wrong names, test
// pictures that are in the training part, and flat, rotated, squashed and otherwise cropped ones.
package check

import (
	"bytes"
	"cmp"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"path"
	"path/filepath"
	"slices"

	"likeness/faces"
	"likeness/faces/copies"
	"likeness/internal/regularfile"
	"likeness/parallel"
	"likeness/pix"
)

// maxTableErrors is how many errors of an attribute file are reported.
const maxTableErrors = 20

// Source reads the source that faces.Open returns for a name, decodes every picture and reports what is there. Of the
// options Prep, Attributes, Threads and Progress count. What is wrong with the data is in the report, also a broken
// archive, of which the part before the break is counted. An error is returned when nothing can be read or ctx ends.
func Source(ctx context.Context, name string, opt faces.Options) (*Report, error) {
	src, err := faces.Open(name)
	if err != nil {
		return nil, err
	}
	return Opened(ctx, src, opt)
}

// Opened is Source for a source that is open, such as one that faces.Open does not know.
func Opened(ctx context.Context, src faces.Source, opt faces.Options) (*Report, error) {
	opt, err := opt.Resolve()
	if err != nil {
		return nil, err
	}
	ctx = parallel.WithThreads(ctx, opt.Threads)
	c := newChecker(src.Name(), src.Kind(), opt)
	if opt.Attributes != "" {
		if err := c.readTable(opt.Attributes); err != nil {
			return nil, err
		}
	}
	err = faces.Process(ctx, src, func(string) bool { return true }, c.look, c.add)
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	if broken, ok := errors.AsType[*faces.ArchiveError](err); ok {
		c.problem(broken)
	} else if err != nil {
		return nil, err
	}
	if err := c.name(src); err != nil {
		return nil, err
	}
	if err := c.compare(ctx); err != nil {
		return nil, err
	}
	if err := c.vote(ctx, c.odd()); err != nil {
		return nil, err
	}
	return c.finish(), nil
}

// looked is what is learned of one file.
type looked struct {
	w, h   int
	reason string // why it does not decode
	hash   [sha256.Size]byte
	turned bool
	thumb  *copies.Thumb
	view   *copies.Thumb
}

func (c *checker) look(m faces.File) looked {
	l := looked{hash: sha256.Sum256(m.Data)}
	whole, err := pix.Decode(bytes.NewReader(m.Data))
	if err != nil {
		l.reason = err.Error()
		return l
	}
	l.w, l.h, l.thumb, l.turned = whole.W, whole.H, copies.NewThumb(whole), pix.Turned(m.Data)
	prep := c.opt.Prep
	if w, h := prep.Keeps(l.w, l.h); w != l.w || h != l.h {
		prep.W, prep.H = copies.Side, copies.Side
		if view, err := prep.Apply(whole); err == nil { // else the crop leaves nothing, which Small says
			l.view = copies.NewThumb(view)
		}
	} else {
		l.view = l.thumb
	}
	return l
}

type checker struct {
	report *Report
	opt    faces.Options
	table  *faces.AttributeTable
	joined map[int]bool // rows of the table
	once   faces.Once
	sizes  map[[2]int]int
	people map[string]int
	order  []string // people in order of appearance
	hashes map[[sha256.Size]byte]int
	groups [][]string // names of files by hash
	done   int
}

func newChecker(source, kind string, opt faces.Options) *checker {
	return &checker{
		// Lists are empty and not nil, so that they are [] in JSON.
		report: &Report{
			Source: source, Kind: kind, Sizes: []SizeCount{}, PerPerson: []PersonCount{}, Skipped: []faces.Skip{},
			Duplicates: [][]string{}, Problems: []string{}, Twins: [][]string{}, TwinsHow: [][]string{}, TwoNames: [][]string{},
			Flat: []string{}, Turned: []string{}, Lying: []RotatedPicture{}, Small: []string{}, Long: []string{},
			OtherShape: []string{}, OtherCrop: []string{},
		},
		opt: opt, joined: make(map[int]bool), sizes: make(map[[2]int]int),
		people: make(map[string]int), hashes: make(map[[sha256.Size]byte]int),
	}
}

// problem adds an error to the report.
func (c *checker) problem(err error) {
	c.report.Problems = append(c.report.Problems, err.Error())
}

// readTable reads the attribute file and reports what is wrong with it; only a file that cannot be read is an error.
func (c *checker) readTable(path string) error {
	f, err := regularfile.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	c.report.Attributes = &AttributeCheck{File: path, Missing: []string{}, Unlisted: []string{}}
	count := 0
	table, err := faces.CheckAttributes(f, path, func(e *faces.AttributeError) error {
		if count++; count <= maxTableErrors {
			c.problem(e)
		}
		return nil
	})
	if _, wrong := errors.AsType[*faces.AttributeError](err); wrong {
		c.problem(err)
	} else if err != nil {
		return err
	}
	if more := count - maxTableErrors; more > 0 {
		c.problem(fmt.Errorf("%s: %d more bad lines", path, more))
	}
	if table != nil {
		c.table = table
		c.report.Attributes.Rows, c.report.Attributes.Columns = table.Len(), len(table.Names)
	}
	return nil
}

// add takes in the next file.
func (c *checker) add(m faces.File, l looked) error {
	r := c.report
	if m.Skip != "" {
		r.Skipped = append(r.Skipped, faces.Skip{Name: m.Name, Reason: m.Skip})
		return nil
	}
	c.done++
	c.opt.Progress.Report("Checking "+path.Base(filepath.ToSlash(r.Source)), c.done, 0)
	if g, again := c.hashes[l.hash]; again {
		c.groups[g] = append(c.groups[g], m.Name)
	} else {
		c.hashes[l.hash] = len(c.groups)
		c.groups = append(c.groups, []string{m.Name})
	}
	skip := func(reason string) error {
		r.Skipped = append(r.Skipped, faces.Skip{Name: m.Name, Reason: reason})
		return nil
	}
	if reason := c.once.Name(m.Name); reason != "" {
		return skip(reason)
	}
	if l.reason != "" {
		return skip(l.reason)
	}
	who := faces.Identify(m.Name, c.opt.Attributes != "")
	if reason := c.once.ID(who.ID, m.Name); reason != "" {
		return skip(reason)
	}
	if who.ID != "" {
		r.Numbered++
	}
	r.Pictures++
	c.sizes[[2]int{l.w, l.h}]++
	if l.turned {
		r.Turned = append(r.Turned, m.Name)
	}
	if w, h := c.opt.Prep.Keeps(l.w, l.h); w < c.opt.Prep.W || h < c.opt.Prep.H {
		r.Small = append(r.Small, m.Name)
	}
	if max(l.w, l.h) > 2*min(l.w, l.h) {
		r.Long = append(r.Long, m.Name)
	}
	if c.join(m.Name, who.ID) {
		r.rows = append(r.rows, len(r.kept))
	}
	if l.thumb.Flat() {
		r.Flat = append(r.Flat, m.Name)
	}
	r.kept = append(r.kept, keptPicture{m.Name, "", l.w, l.h, l.thumb, l.view})
	return nil
}

// name finds out who is on the pictures.
func (c *checker) name(src faces.Source) error {
	r := c.report
	files := make([]string, len(r.kept))
	for i, k := range r.kept {
		files[i] = k.name
	}
	people, naming, err := faces.NamePeople(src, files, c.opt)
	if err != nil {
		return err
	}
	r.Naming = naming
	for i, p := range people {
		r.kept[i].person = p
		if p == "" {
			r.Nameless++
			continue
		}
		if c.people[p] == 0 {
			c.order = append(c.order, p)
		}
		c.people[p]++
	}
	return nil
}

// join looks for the picture's row in the attribute file and reports whether the picture would be used.
func (c *checker) join(name, id string) bool {
	if c.table == nil {
		return true
	}
	a := c.report.Attributes
	row := c.table.Row(id)
	switch {
	case row >= 0:
		a.Joined++
		c.joined[row] = true
	case id != "":
		a.Unlisted = append(a.Unlisted, id)
	default:
		a.Unlisted = append(a.Unlisted, name)
	}
	return row >= 0
}

// finish sums up.
func (c *checker) finish() *Report {
	r := c.report
	for size, n := range c.sizes {
		r.Sizes = append(r.Sizes, SizeCount{size[0], size[1], n})
	}
	slices.SortFunc(r.Sizes, func(a, b SizeCount) int {
		return cmp.Or(b.Count-a.Count, a.W-b.W, a.H-b.H)
	})
	r.People = len(c.order)
	counts := make(map[int]int)
	for _, p := range c.order {
		counts[c.people[p]]++
		if c.people[p] > c.people[r.Largest] {
			r.Largest = p
		}
	}
	for pictures, people := range counts {
		r.PerPerson = append(r.PerPerson, PersonCount{pictures, people})
	}
	slices.SortFunc(r.PerPerson, func(a, b PersonCount) int { return a.Pictures - b.Pictures })
	for _, g := range c.groups {
		if len(g) > 1 {
			r.Duplicates = append(r.Duplicates, g)
		}
	}
	if c.table != nil {
		for i, person := range c.table.People {
			if !c.joined[i] {
				r.Attributes.Missing = append(r.Attributes.Missing, faces.PictureID(person, c.table.Numbers[i]))
			}
		}
		if r.Attributes.Joined == 0 && r.Pictures > 0 {
			c.problem(fmt.Errorf("%s lists none of the pictures", r.Attributes.File))
		}
	}
	if r.Pictures == 0 {
		c.problem(fmt.Errorf("%s: no usable picture", r.Source))
	}
	r.OK = len(r.Problems) == 0
	return r
}
