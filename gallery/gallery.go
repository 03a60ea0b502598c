// Package gallery opens an index of pictures together with what made it: the embedder
// that turns a picture into a code, and the pictures themselves. It searches the index,
// groups its pictures, shows them, and brings an index file up to date.
//
// A Gallery is opened once and kept: embedder, pictures and attributes are loaded when
// they are first needed and stay. Its methods may be called from several goroutines.
package gallery

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/agext/levenshtein"

	"likeness/autoencoder"
	"likeness/dataset"
	"likeness/faces"
	"likeness/parallel"
	"likeness/pix"
	"likeness/search"
)

// Options say how a gallery is opened. The zero value takes what the index file says.
type Options struct {
	// Model is the file of the model or finder that made the index; "" looks where
	// the index says it was, beside the index, and in a folder "models" there.
	Model string `json:"model,omitempty"`
	// Data names the pictures. Without a Source they are where they were when they
	// were indexed; Attributes count in both cases.
	Data dataset.Name `json:"data,omitzero"`
	// Exact compares all entries, also where the index has a graph or hashes.
	Exact bool `json:"exact,omitempty"`
	// Framer finds the faces in pictures that are searched for; see faces.Cutter. It should be the one that found the
	// faces of the index.
	Framer faces.Framer `json:"-"`
	// EmptyPart opens the part of an index also where its shard has no pictures: to push it, and for nothing else.
	EmptyPart bool `json:"-"`
	// Threads is how many threads one call works on; 0: as its context says, see package parallel.
	Threads int `json:"threads,omitempty"`
}

// Gallery is an open index.
type Gallery struct {
	path  string
	opt   Options
	index search.Local
	// together is index for callers that search at the same time; points are those of all members, in their order.
	together *search.Together
	points   []float32
	kind     string
	prep     pix.Prep // of the indexed pictures
	// original is the space of the index file; adapted says that another one is searched in, see Adapt.
	original search.Space
	adapted  bool

	using sync.RWMutex // held by Close alone, and by all others together
	file  *search.File // nil once it is closed; without entries where an engine keeps them
	far   *far         // the engine that keeps the entries; nil where a file does

	rows       func() map[string]int // by id
	embedder   lazy[Embedder]
	attributes lazy[[]string] // their names, once they are loaded
	print      lazy[string]   // see printOf
	all        lazy[string]   // see Fingerprint
	layouts    sync.Mutex     // guards file.Layouts
	pictures   pictures
}

// ErrClosed is the error of a gallery that has been closed.
var ErrClosed = errors.New("the gallery is closed")

// Open opens an index file. Its errors name the file: one that is no index, holds no
// pictures, or whose entries do not fit what was built of them.
func Open(ctx context.Context, path string, opt Options) (*Gallery, error) {
	if err := ctx.Err(); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	file, err := search.OpenFile(path)
	if err != nil {
		return nil, err
	}
	g := &Gallery{path: path, opt: opt, file: file, kind: file.Kind()}
	if err := g.open(ctx); err != nil {
		return nil, errors.Join(err, file.Close())
	}
	return g, nil
}

func (g *Gallery) open(ctx context.Context) (err error) {
	if g.file.Entries.Len() == 0 && !(g.opt.EmptyPart && g.file.Part != nil) {
		return fmt.Errorf("%s holds no pictures", g.path)
	}
	if g.prep, err = parsePrep(g.file.About.Prep); err != nil {
		return fmt.Errorf("%s: %w", g.path, err)
	}
	if err := errors.Join(g.takeGivenNames(), g.takeAdapted()); err != nil {
		return err
	}
	ctx = g.context(ctx)
	if g.opt.Exact {
		g.kind = search.KindExact
		g.index, err = g.file.Exact(ctx)
	} else {
		g.index, err = g.file.Index(ctx)
	}
	if err != nil {
		return err
	}
	g.together = search.NewTogether(g.index, parallel.Threads(ctx))
	if exact, ok := g.index.(*search.Exact); ok {
		g.points = exact.Points()
	}
	ids := g.file.Entries.IDs
	g.rows = sync.OnceValue(func() map[string]int {
		rows := make(map[string]int, len(ids))
		for i, name := range faces.ShortNames(ids) { // where it is clear what they mean, short names do, too
			rows[name] = i
		}
		for i, id := range ids {
			rows[id] = i
		}
		return rows
	})
	g.pictures.init(g)
	return nil
}

// Close ends the gallery once no method runs any more. Closing it again does nothing.
func (g *Gallery) Close() error {
	g.using.Lock()
	defer g.using.Unlock()
	if g.file == nil {
		return nil
	}
	file := g.file
	g.file, g.index = nil, nil
	return file.Close() // an engine belongs to who opened it
}

// use keeps the gallery open until done is called. What needs the entries at hand fails with ErrEngine where an engine
// keeps them; see useAny.
func (g *Gallery) use() (done func(), err error) {
	done, err = g.useAny()
	if err == nil && g.far != nil {
		done()
		return nil, fmt.Errorf("%s: %w", g.path, ErrEngine)
	}
	return done, err
}

// useAny is use for what an engine can answer, too.
func (g *Gallery) useAny() (done func(), err error) {
	g.using.RLock()
	if g.file == nil {
		g.using.RUnlock()
		return nil, ErrClosed
	}
	return g.using.RUnlock, nil
}

// context adds the number of threads.
func (g *Gallery) context(ctx context.Context) context.Context {
	return parallel.WithThreads(ctx, g.opt.Threads)
}

// Info is what is known of an index without its pictures.
type Info struct {
	Index string       `json:"index"`
	Model string       `json:"model"` // fingerprint of what made the codes
	Arch  string       `json:"architecture"`
	Data  dataset.Name `json:"data"` // the pictures, as they were named
	// Origin says which pictures were indexed, NTrain of them; nil in older files.
	Origin  *dataset.Origin `json:"origin,omitempty"`
	Space   string          `json:"space"`
	Kind    string          `json:"kind"`
	Entries int             `json:"entries"`
	// Prep is how the pictures were prepared, Faces which of their faces are entries, and Detector what found them; the
	// latter two are "" where nobody looked for faces.
	Prep     pix.Prep     `json:"prep"`
	Faces    faces.Wanted `json:"faces,omitempty"`
	Detector string       `json:"detector,omitempty"`
	Odds     bool         `json:"odds"` // the space knows the odds of a distance
	// Adapted says that the space has learned from judgements, see Adapt.
	Adapted bool `json:"adapted,omitempty"`
}

// Info returns what is known of the index. It also works on a closed gallery, for
// which it is empty.
func (g *Gallery) Info() Info {
	done, err := g.useAny()
	if err != nil {
		return Info{}
	}
	defer done()
	_, odds := search.CalibrationOf(g.file.Space).Odds(0)
	entries := g.file.Entries.Len()
	if g.far != nil {
		entries = g.far.collection.Len()
	}
	return Info{
		Origin: parseOrigin(g.file.About.Origin),
		Index:  g.path, Model: g.file.About.Model, Arch: g.file.About.Arch, Data: dataset.Parse(g.file.About.Source),
		Space: g.file.Space.Name(), Kind: g.kind, Entries: entries, Odds: odds,
		Prep: g.prep, Faces: faces.Wanted(g.file.About.Faces), Detector: g.file.About.Detector, Adapted: g.adapted,
	}
}

// parseOrigin reads what an index keeps of the indexed pictures; nil where that is nothing.
func parseOrigin(text string) *dataset.Origin {
	var o dataset.Origin
	if json.Unmarshal([]byte(text), &o) != nil {
		return nil
	}
	return &o
}

// Member is what an index knows of one picture.
type Member struct {
	ID     string `json:"id"`
	Person string `json:"person,omitempty"`
	// Taken is when the picture was taken, as the clock there showed it; "" where
	// that is not known.
	Taken string `json:"taken,omitempty"`
	// Found is where in its picture the face lies; nil where nobody looked for it.
	Found *faces.Found `json:"found,omitempty"`
}

// timeLayout is ISO 8601 without a zone.
const timeLayout = "2006-01-02T15:04:05"

// Member returns what is known of the picture with an id; ok is false where there is
// none.
func (g *Gallery) Member(id string) (m Member, ok bool) {
	done, err := g.useAny()
	if err != nil {
		return m, false
	}
	defer done()
	if g.far != nil {
		list, err := g.far.members(context.Background(), []string{id}) // the engine's own time limits hold
		m, ok = list[id]
		return m, ok && err == nil
	}
	row, ok := g.rows()[id]
	if !ok {
		return m, false
	}
	return g.member(row), true
}

// Row returns the row of the picture with an id; ok is false where there is none.
func (g *Gallery) Row(id string) (row int, ok bool) {
	done, err := g.use()
	if err != nil {
		return 0, false
	}
	defer done()
	row, ok = g.rows()[id]
	return row, ok
}

// MembersAt returns what is known of the pictures in some rows. A row that is not there is an
// error.
func (g *Gallery) MembersAt(rows []int) ([]Member, error) {
	done, err := g.use()
	if err != nil {
		return nil, err
	}
	defer done()
	out := make([]Member, len(rows))
	for i, row := range rows {
		if n := g.file.Entries.Len(); row < 0 || row >= n {
			return nil, fmt.Errorf("%s has no row %d, but %d from 0 on", g.path, row, n)
		}
		out[i] = g.member(row)
	}
	return out, nil
}

func (g *Gallery) member(row int) Member {
	return memberOf(&g.file.Entries, g.file.Frame(row), row)
}

// memberOf returns what is known of an entry.
func memberOf(e *search.Entries, frame []float32, row int) Member {
	m := Member{ID: e.IDs[row], Person: e.People[row]}
	if e.Taken != nil && !e.Taken[row].IsZero() {
		m.Taken = e.Taken[row].Format(timeLayout)
	}
	if f := foundAt(frame); f != (faces.Found{}) {
		m.Found = &f
	}
	return m
}

// Embedder returns what made the codes. It opens it on the first call, and checks that
// it is the very one.
func (g *Gallery) Embedder() (Embedder, error) {
	done, err := g.useAny()
	if err != nil {
		return nil, err
	}
	defer done()
	return g.embed()
}

func (g *Gallery) embed() (Embedder, error) {
	return g.embedder.get(func() (Embedder, error) { return g.openEmbedder() })
}

// parsePrep reads the preparation that an index file keeps.
func parsePrep(text string) (pix.Prep, error) {
	var p pix.Prep
	if err := json.Unmarshal([]byte(text), &p); err != nil {
		return p, fmt.Errorf("the preparation of its pictures: %w", err)
	}
	if p.W < 1 || p.H < 1 || p.W > autoencoder.LargestSide || p.H > autoencoder.LargestSide {
		return p, fmt.Errorf("the preparation of its pictures: a size of %dx%d, expected 1 to %d", p.W, p.H, autoencoder.LargestSide)
	}
	return p, nil
}

// lazy is a value that is made when it is first needed. A failure is not kept, so that
// a later call tries again.
type lazy[T any] struct {
	lock  sync.Mutex
	ready bool
	value T
}

func (l *lazy[T]) get(make func() (T, error)) (T, error) {
	l.lock.Lock()
	defer l.lock.Unlock()
	if !l.ready {
		v, err := make()
		if err != nil {
			return v, err
		}
		l.value, l.ready = v, true
	}
	return l.value, nil
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

// noMember is an error about an id that no member has. It wraps fs.ErrNotExist, of which it does not speak.
type noMember struct{ error }

func (noMember) Unwrap() error { return fs.ErrNotExist }

// noSuch is the error for an id that no member has. It names those that are written most alike.
func (g *Gallery) noSuch(id string) error {
	const most = 3
	type near struct {
		id  string
		off int
	}
	var all []near
	for _, there := range g.file.Entries.IDs {
		if d := len(there) - len(id); d > len(id)/3+4 || -d > len(id)/3+4 {
			continue
		}
		off := min(levenshtein.Distance(id, there, nil), levenshtein.Distance(id, faces.ShortName(there), nil))
		if off <= max(2, len(id)/4) {
			all = append(all, near{there, off})
		}
	}
	slices.SortStableFunc(all, func(a, b near) int { return cmp.Compare(a.off, b.off) })
	if len(all) == 0 {
		return fmt.Errorf("%s has no picture called %q; they are called as %q", g.path, id, g.file.Entries.IDs[0])
	}
	var names []string
	for _, n := range all[:min(len(all), most)] {
		names = append(names, strconv.Quote(n.id))
	}
	return fmt.Errorf("%s has no picture called %q: did you mean %s?", g.path, id, strings.Join(names, " or "))
}
