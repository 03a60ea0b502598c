package gallery

import (
	"context"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"math"
	"path/filepath"
	"slices"
	"strings"

	"likeness/dataset"
	"likeness/embeddings"
	"likeness/faces"
	"likeness/finder"
	"likeness/parallel"
	"likeness/pix"
	"likeness/progress"
	"likeness/safetensors"
	"likeness/search"
)

// archCodes is the architecture of an index of codes alone.
const archCodes = "codes"

// shownPrep is how pictures of an index of codes alone are shown, of which nobody knows how they were prepared.
var shownPrep = pix.Prep{W: 112, H: 112, Square: true}

// ErrCodesAlone means that an index was made of codes from elsewhere: it has no model that could turn a picture into a
// code.
var ErrCodesAlone = errors.New("it was made of codes from elsewhere and has no model that turns a picture into one: search for its members, or for a code")

// OfCodes reports whether the index was made of codes alone.
func (g *Gallery) OfCodes() bool { return g.Info().Arch == archCodes }

// Encode returns the codes of rows of a prepared set, with their ids, people and times: those of an embedder's own, without
// those of mirror images. Nil rows are all.
func Encode(ctx context.Context, embedder Embedder, set *faces.Set, rows []int, report progress.Func) (*embeddings.Table, error) {
	if rows == nil {
		rows = set.Rows()
	}
	if len(rows) == 0 {
		return nil, fmt.Errorf("%s: no pictures to encode", set.Source)
	}
	codes, err := embedder.Codes(ctx, set, rows, "", report)
	if err != nil {
		return nil, err
	}
	codes = codes.Plain()
	t := &embeddings.Table{Dim: codes.Dim, Codes: codes.Values}
	people := namesOf(set)
	for _, row := range rows {
		t.IDs, t.People = append(t.IDs, set.IDs[row]), append(t.People, people[row])
	}
	taken, err := takenOf(ctx, set, t.IDs)
	if err != nil {
		return nil, err
	}
	for _, id := range t.IDs {
		t.Taken = append(t.Taken, taken[id].Time)
	}
	return t, nil
}

// CodesOptions say how an index of codes alone is made or brought up to date.
type CodesOptions struct {
	// Data is where the pictures lie, by their ids; the zero value: where they lay before, or nowhere.
	Data dataset.Name `json:"data,omitzero"`
	// Space is the name of the space; "" keeps that of the index, or fits one where people are known well enough and takes
	// the cosine of the codes where they are not.
	Space string `json:"space,omitempty"`
	// Kind is the kind of index; "" keeps that of the index, exact for a new one of up to a million codes.
	Kind string `json:"kind,omitempty"`
	// Keep keeps entries that the table does not have.
	Keep bool `json:"keep,omitempty"`
	// Fresh replaces an index that is there, also a broken one, but no other file.
	Fresh    bool               `json:"fresh,omitempty"`
	Threads  int                `json:"threads,omitempty"` // 0: as ctx says, see package parallel
	Progress progress.Func      `json:"-"`
	Waiting  func(owner string) `json:"-"` // see UpdateOptions
}

// UpdateCodes makes an index of codes from elsewhere, or brings it up to date with a table. from is the name of the table,
// such as its file. The index has no model: it is searched by members and codes, grouped, mapped and evaluated as any other.
func UpdateCodes(ctx context.Context, path string, t *embeddings.Table, from string, opt CodesOptions) (*Changes, error) {
	ctx = parallel.WithThreads(ctx, opt.Threads)
	if err := t.Check(); err != nil {
		return nil, fmt.Errorf("%s: %w", from, err)
	}
	if opt.Fresh {
		if err := safetensors.CheckReplace(path, search.Format); err != nil {
			return nil, err
		}
	}
	prep, err := json.Marshal(shownPrep)
	if err != nil {
		return nil, err
	}
	u := &codesUpdate{path: path, table: t, opt: opt}
	u.about = search.About{Arch: archCodes, Prep: string(prep)}
	u.about.Source = filepath.Base(from)
	if opt.Data.Source != "" {
		pictures := dataset.OriginOf(&faces.Set{Source: opt.Data.String(), Fingerprint: u.hash()}, len(t.IDs), 0)
		// What cannot be remembered has to be named when it is needed again.
		_ = dataset.PlacesOf(faces.Options{}).Remember(pictures.DataHash, opt.Data)
		if u.about.Origin, u.about.Source, err = describeParts([]part{{Origin: pictures}}, path); err != nil {
			return nil, err
		}
	}
	missing, err := u.pictureless(ctx)
	if err != nil {
		return nil, err
	}
	var changes *Changes
	change := func(old *search.File) (*search.File, error) {
		f, err := u.merge(ctx, old)
		if err != nil {
			return nil, err
		}
		changes = u.changes(f, old)
		changes.Pictureless = missing
		return f, nil
	}
	if opt.Fresh {
		f, err := change(nil)
		if err != nil {
			return nil, err
		}
		return changes, f.Save(path)
	}
	if err := search.Update(ctx, path, opt.Waiting, change); err != nil {
		return nil, err
	}
	return changes, nil
}

// codesUpdate is one run of UpdateCodes.
type codesUpdate struct {
	path  string
	table *embeddings.Table
	opt   CodesOptions
	about search.About
	count Changes
}

// pictureless returns how many ids are no pictures of the data set that they are said to be of.
func (u *codesUpdate) pictureless(ctx context.Context) (int, error) {
	if u.opt.Data.Source == "" {
		return 0, nil
	}
	src, err := dataset.Open(u.opt.Data, faces.Options{})
	if err != nil {
		return 0, err
	}
	files, err := faces.FilesByID(ctx, src)
	if err != nil {
		return 0, err
	}
	missing := 0
	for _, id := range u.table.IDs {
		if _, there := faces.FileOf(files, id); !there {
			missing++
		}
	}
	return missing, nil
}

// codeBytes returns the bytes of a code, by which it is known again.
func codeBytes(code []float32) []byte {
	b := make([]byte, 0, 4*len(code))
	for _, v := range code {
		b = binary.LittleEndian.AppendUint32(b, math.Float32bits(v))
	}
	return b
}

// hash names the table by its contents.
func (u *codesUpdate) hash() string {
	h := search.HashOf(append([]byte(strings.Join(u.table.IDs, "\x00")), codeBytes(u.table.Codes)...))
	return fmt.Sprintf("%x", h[:8])
}

// merge returns the file that shall be there; old is what is there, nil for nothing.
func (u *codesUpdate) merge(ctx context.Context, old *search.File) (*search.File, error) {
	t, c := u.table, Changes{}
	if old != nil {
		switch {
		case old.About.Arch != archCodes:
			return nil, cannotUpdate("%s holds codes of the model %s, not codes from elsewhere", u.path, old.About.Model)
		case old.Entries.Dim != t.Dim:
			return nil, cannotUpdate("%s holds codes of %d numbers, not of %d", u.path, old.Entries.Dim, t.Dim)
		}
	}
	there := make(map[string]int, len(t.IDs))
	var all []entry
	for i, id := range t.IDs {
		e := entry{id: id, code: t.Codes[i*t.Dim : (i+1)*t.Dim], train: true}
		e.hash = search.HashOf(codeBytes(e.code))
		if t.People != nil {
			e.person = t.People[i]
		}
		if t.Taken != nil {
			e.taken = t.Taken[i]
		}
		there[id] = i
		all = append(all, e)
	}
	c.Added, c.Encoded = len(all), 0
	if old != nil {
		e := &old.Entries
		var kept []entry
		for i, id := range e.IDs {
			at, ok := there[id]
			switch {
			case ok && old.Hashes != nil && old.Hashes[i] == all[at].hash:
				c.Unchanged++
				c.Added--
			case ok:
				c.Changed++
				c.Added--
			case u.opt.Keep:
				c.Kept++
				k := entry{id: id, person: e.People[i], code: e.Codes[i*e.Dim : (i+1)*e.Dim], train: true}
				k.hash = search.HashOf(codeBytes(k.code))
				if e.Taken != nil {
					k.taken = e.Taken[i]
				}
				kept = append(kept, k)
			default:
				c.Removed++
			}
		}
		all = append(kept, all...)
	}
	u.count = c
	f := &search.File{Entries: search.Entries{Dim: t.Dim}, About: u.about}
	if old != nil && u.opt.Data.Source == "" && old.About.Origin != "" {
		parts := partsOf(old)
		parts[0].NTrain = len(all)
		var err error
		if f.About.Origin, f.About.Source, err = describeParts(parts, u.path); err != nil {
			return nil, err
		}
	}
	fill(f, all)
	same := old != nil && slices.Equal(old.Entries.IDs, f.Entries.IDs) && slices.Equal(old.Hashes, f.Hashes) && slices.Equal(old.Entries.People, f.Entries.People)
	var err error
	if same && (u.opt.Space == "" || u.opt.Space == old.Space.Name()) {
		f.Space, f.Layouts = old.Space, old.Layouts
	} else if f.Space, err = u.fitSpace(ctx, old, &f.Entries); err != nil {
		return nil, err
	}
	return f, f.Build(ctx, kindOf(u.opt.Kind, old, len(all)), old)
}

// fitSpace returns the space in which the codes are compared.
func (u *codesUpdate) fitSpace(ctx context.Context, old *search.File, e *search.Entries) (search.Space, error) {
	name := u.opt.Space
	switch {
	case name != "":
	case old != nil:
		name = old.Space.Name()
	default:
		name = finder.ForeignSpace(e.People)
	}
	if search.Mirrored(name) {
		return nil, fmt.Errorf("the space %s averages faces with their mirror images, of which codes from elsewhere say nothing", name)
	}
	if s, err := search.SpaceNamed(name); err == nil {
		return s, nil
	}
	c := finder.Codes{Dim: e.Dim, Own: e.Dim, Values: e.Codes}
	rows := allRows(e.Len())
	s, err := c.FitSpace(ctx, name, rows, e.People)
	if err != nil {
		return nil, err
	}
	return s, c.Calibrate(ctx, s, rows, e.People, u.opt.Progress)
}

// changes says what was done.
func (u *codesUpdate) changes(f, old *search.File) *Changes {
	c := u.count
	c.describe(f)
	c.Index, c.Data, c.Written = u.path, f.About.Source, true
	return &c
}

// takenOf returns when pictures of a set were taken, by id, as far as that is known.
func takenOf(ctx context.Context, set *faces.Set, ids []string) (map[string]faces.Date, error) {
	data := dataset.Parse(set.Source)
	if data.IsDrawn() {
		return nil, nil
	}
	found, err := faces.Taken(ctx, data.Source, ids)
	if errors.Is(err, fs.ErrNotExist) { // a set that was not read from there
		return nil, nil
	}
	return found, err
}
