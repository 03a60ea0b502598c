package gallery

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"path/filepath"
	"reflect"
	"slices"
	"strings"

	"likeness/dataset"
	"likeness/faces"
	"likeness/parallel"
	"likeness/search"
)

// Merge joins the parts of an index, one of each shard, to the file that one machine would have made of all pictures, bit for
// bit, or brings an index that is there up to date with them, as Update does. It needs no picture and no model: the parts
// have what it takes. They are not changed. opt's Rows, Faces and ModelFile do not count: the parts say them.
// It returns the set of all pictures without the pictures.
func Merge(ctx context.Context, path string, parts []string, opt UpdateOptions) (*faces.Set, *Changes, error) {
	ctx = parallel.WithThreads(ctx, opt.Threads)
	j := &joining{}
	defer j.close()
	for _, p := range parts {
		if err := ctx.Err(); err != nil {
			return nil, nil, err
		}
		if same, err := sameFile(p, path); err != nil {
			return nil, nil, err
		} else if same {
			return nil, nil, fmt.Errorf("%s is one of the parts, which are not changed", p)
		}
		one, err := openPart(p)
		if err != nil {
			return nil, nil, err
		}
		j.parts = append(j.parts, one)
	}
	if err := j.check(); err != nil {
		return nil, nil, err
	}
	set, err := j.set()
	if err != nil {
		return nil, nil, err
	}
	embedder := joinedEmbedder{j.parts[0]}
	first := j.parts[0]
	about := first.file.About
	opt.Rows, opt.Shard, opt.Faces = nil, faces.Shard{}, faces.Wanted(about.Faces)
	there := j.find(set)
	if embedder.Space() == nil || opt.Space != "" || !first.about.Asked {
		pictures, err := first.about.Origin.Of(path, set, first.about.Asked)
		switch {
		case errors.Is(err, dataset.ErrUntold) && embedder.Space() != nil && opt.Space == "": // nothing is fitted
		case err != nil:
			return nil, nil, fmt.Errorf("the model of %s: %w", first.path, err)
		default:
			opt.Split = pictures.Split
		}
	}
	u, err := newUpdate(path, embedder, set, opt)
	if err != nil {
		return nil, nil, err
	}
	u.about.ModelFile, u.about.Encoder = relocate(first.path, path, about.ModelFile), about.Encoder
	u.elsewhere, u.encoded = !there, j.codes
	dates := j.dates(set)
	j.forget()
	u.askDates = func(_ context.Context, ids []string) (map[string]faces.Date, error) {
		found := map[string]faces.Date{}
		for _, id := range ids {
			if d, ok := dates[id]; ok {
				found[id] = d
			}
		}
		return found, nil
	}
	changes, err := u.run(ctx)
	if err != nil {
		return nil, nil, err
	}
	changes.Encoded, changes.Parts = 0, len(parts)
	if j.differ {
		changes.Notes.Warn("The machines saw different files: files came, or went, in the meantime. The index has what each found; making the parts again brings it up to date")
	}
	return set, changes, nil
}

// joining joins parts.
type joining struct {
	parts  []*partFile // in the order of their shards
	order  []place     // of all files in the source
	rows   []place     // of the rows of the set: Row counts
	codes  map[search.Hash][]float32
	differ bool // the parts list different files
}

// place is where a record stands, and one of its rows.
type place struct{ part, record, row int }

func (j *joining) close() {
	for _, p := range j.parts {
		_ = p.Close() // nothing was written to it
	}
}

// check returns an error unless these are the parts of one index, one of each shard.
func (j *joining) check() error {
	if len(j.parts) == 0 {
		return errors.New("no parts to join")
	}
	first := j.parts[0]
	shards := map[int]*partFile{}
	for _, p := range j.parts {
		a, b := first.file.About, p.file.About
		if a.Model != b.Model || a.Arch != b.Arch {
			return fmt.Errorf("%s and %s are no parts of one index: they differ in the model: %s (%s) and %s (%s)", first.path, p.path, a.Model, a.Arch, b.Model, b.Arch)
		}
		if why := differs(first.about, p.about); why != "" {
			return fmt.Errorf("%s and %s are no parts of one index: they differ in %s", first.path, p.path, why)
		}
		for _, d := range []struct{ what, a, b string }{
			{"the preparation", a.Prep, b.Prep}, {"the faces", a.Faces, b.Faces}, {"the encoder", a.Encoder, b.Encoder}, {"the contents of the pictures' file", first.about.Contents, p.about.Contents},
		} {
			if d.a != d.b {
				return fmt.Errorf("%s and %s are no parts of one index: they differ in %s: %q and %q", first.path, p.path, d.what, d.a, d.b)
			}
		}
		if !reflect.DeepEqual(first.file.Space, p.file.Space) || !slices.Equal(first.swap, p.swap) || first.about.Asked != p.about.Asked {
			return fmt.Errorf("%s and %s are no parts of one index: they differ in the space of their codes or in what was asked for", first.path, p.path)
		}
		if before := shards[p.about.Shard.Number]; before != nil {
			return fmt.Errorf("%s and %s are both part %s", before.path, p.path, p.about.Shard)
		}
		shards[p.about.Shard.Number] = p
		j.differ = j.differ || p.about.Listed != first.about.Listed
	}
	var missing []string
	of := first.about.Shard.Of
	for n := 1; n <= of; n++ {
		if shards[n] == nil {
			missing = append(missing, faces.Shard{Number: n, Of: of}.String())
		}
	}
	if len(missing) > 0 {
		return &MissingPartsError{Missing: missing, Of: of}
	}
	if j.differ && first.about.Source.Kind != "folder" {
		return fmt.Errorf("%s: the parts list different files", first.about.Source.Name)
	}
	j.parts = slices.SortedFunc(maps.Values(shards), func(a, b *partFile) int { return cmp.Compare(a.about.Shard.Number, b.about.Shard.Number) })
	return nil
}

// MissingPartsError says which parts of an index are not there.
type MissingPartsError struct {
	Missing []string `json:"missing"` // the shards, such as 2/3
	Of      int      `json:"of"`      // how many there are
}

func (e *MissingPartsError) Error() string {
	named, more := e.Missing, ""
	if len(named) > 5 {
		named, more = named[:5], fmt.Sprintf(" and %d more", len(e.Missing)-5)
	}
	return fmt.Sprintf("%d of %d parts are missing: %s%s", len(e.Missing), e.Of, strings.Join(named, ", "), more)
}

// set puts the set of all pictures together, by what decides for one machine.
func (j *joining) set() (*faces.Set, error) {
	about := j.parts[0].about.Source
	about.Labels, j.codes = map[string]string{}, map[search.Hash][]float32{}
	for i, p := range j.parts {
		for k, r := range p.records {
			j.order = append(j.order, place{part: i, record: k})
			if r.labelled {
				about.Labels[r.Name] = r.label
			}
			for n, row := range r.Rows {
				if _, ok := j.codes[row.Hash]; !ok {
					j.codes[row.Hash] = r.codes[n]
				}
			}
		}
	}
	at := func(o place) *record { return &j.parts[o.part].records[o.record] }
	// A folder goes by names, so that different listings of it can be told apart; files of one name are of one shard.
	slices.SortStableFunc(j.order, func(a, b place) int {
		if x, y := at(a), at(b); j.differ {
			return cmp.Compare(x.Name, y.Name)
		} else {
			return cmp.Compare(x.Place, y.Place)
		}
	})
	g := about.Gather(true)
	for i, o := range j.order {
		if before := at(j.order[max(i-1, 0)]); i > 0 && !j.differ && before.Place == at(o).Place {
			return nil, fmt.Errorf("%s: the file %q has the place %d, and in %s %q has it", j.parts[o.part].path, at(o).Name, at(o).Place,
				j.parts[j.order[i-1].part].path, before.Name)
		}
		for n := range g.Add(at(o).Scanned) {
			j.rows = append(j.rows, place{o.part, o.record, n})
		}
	}
	return g.Set()
}

// forget lets go of what has gone into the set.
func (j *joining) forget() {
	for _, p := range j.parts {
		p.records, p.dates = nil, nil
	}
	j.order, j.rows = nil, nil
}

// dates returns when pictures were taken, by id.
func (j *joining) dates(set *faces.Set) map[string]faces.Date {
	dates := map[string]faces.Date{}
	for row, o := range j.rows {
		if d := j.parts[o.part].dates[o.record][o.row]; !d.IsZero() {
			dates[set.IDs[row]] = d
		}
	}
	return dates
}

// find names the set after where its pictures lie, and reports whether they are anywhere.
func (j *joining) find(set *faces.Set) bool {
	places := dataset.PlacesOf(faces.Options{})
	for _, p := range j.parts {
		origin := partsOf(p.file)[0].Origin
		if name, err := origin.Find(p.path, "", places); err == nil {
			set.Source = name.String()
			_ = places.Remember(set.Digest, name) // what cannot be remembered has to be named
			return true
		}
		set.Source = origin.Data
	}
	return false
}

// relocate returns a path that a part keeps as an index elsewhere keeps it.
func relocate(part, index, kept string) string {
	if kept == "" {
		return ""
	}
	from := pathFrom(part, kept)
	if !strings.ContainsAny(kept, `/\`) && !exists(from) { // a name alone: it lies elsewhere
		return kept
	}
	return pathBeside(index, from)
}

// sameFile reports whether two paths lead to one file.
func sameFile(a, b string) (bool, error) {
	x, err1 := filepath.Abs(a)
	y, err2 := filepath.Abs(b)
	return x == y, errors.Join(err1, err2)
}
