package gallery

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"likeness/faces"
	"likeness/search"
	"likeness/search/engine"
	"likeness/search/pgvector"
	"likeness/search/weaviate"
)

// ErrEngine means that something needs all entries of an index at hand, which an engine keeps.
var ErrEngine = errors.New("its entries are kept by an engine, and this needs them all at hand: open an index file of the pictures")

// OpenEngine opens the engine that a location names. Whoever opens it closes it.
func OpenEngine(ctx context.Context, l engine.Location, opt engine.Options) (engine.Engine, error) {
	switch l.Scheme {
	case engine.Weaviate:
		return weaviate.Open(ctx, l, opt)
	case engine.Postgres:
		return pgvector.Open(ctx, l, opt)
	}
	return nil, fmt.Errorf("%s: no engine is called %q", l, l.Scheme)
}

// OpenCollection opens the collection that an engine has under its name now, in place of an index file. Its searches, members
// and pictures are those of an index; what needs all entries at hand fails with ErrEngine. When another collection takes the
// name, as that of a model that was trained again, the methods fail with an error that wraps engine.ErrNone: then it is
// opened anew. Closing the gallery does not close the engine.
func OpenCollection(ctx context.Context, e engine.Engine, opt Options) (*Gallery, error) {
	c, err := e.Published(ctx)
	if err != nil {
		return nil, err
	}
	parts, err := c.Parts(ctx)
	if err != nil {
		return nil, err
	}
	h := c.Header()
	g := &Gallery{path: e.Location().String(), opt: opt, kind: e.Location().Scheme}
	g.file = &search.File{
		Space: h.Space, Entries: search.Entries{Dim: h.Dim},
		About: search.About{Model: h.Model, Arch: h.Arch, Prep: h.Prep, Faces: h.Faces, Detector: h.Detector, Encoder: h.Encoder},
	}
	if g.prep, err = parsePrep(h.Prep); err != nil {
		return nil, fmt.Errorf("%s: %w", g.path, err)
	}
	if g.file.About.Origin, g.file.About.Source, err = originOf(parts); err != nil {
		return nil, fmt.Errorf("%s: %w", g.path, err)
	}
	g.rows = func() map[string]int { return nil }
	g.far = &far{engine: e, collection: c, asking: make(chan struct{}, 1), frames: map[string][]float32{}}
	g.pictures.init(g)
	return g, nil
}

// originOf returns the entry "origin" of an index that holds the parts of a collection, and their names.
func originOf(parts []engine.Part) (origin, source string, err error) {
	var all []part
	for _, p := range parts {
		if slices.ContainsFunc(all, func(o part) bool { return o.Prefix == p.Prefix && o.Data == p.Data }) {
			continue // another shard of it
		}
		var one part
		if err := json.Unmarshal(p.Origin, &one.Origin); err != nil {
			return "", "", fmt.Errorf("what is kept of %s: %w", p.Source, err)
		}
		one.Data, one.Prefix = p.Data, p.Prefix
		all = append(all, one)
	}
	if len(all) == 0 {
		return "", "", nil
	}
	slices.SortStableFunc(all, func(a, b part) int { return cmp.Compare(a.Prefix, b.Prefix) }) // the first has none
	return describeParts(all, "")
}

// far is the engine behind a gallery.
type far struct {
	engine     engine.Engine
	collection engine.Collection

	asking chan struct{} // holds one while somebody asks for the state
	lock   sync.Mutex
	known  *engine.State
	why    error     // why the state is not known
	asked  time.Time // when it was asked for
	// frames are those of the members that were looked up last, by id; earlier are those of before.
	frames, earlier map[string][]float32
}

// fresh is how long a state is good for, also that there is none.
const fresh = 2 * time.Second

// state returns how the engine is, as it was asked for some seconds ago at most.
func (f *far) state(ctx context.Context) (*engine.State, error) {
	last := func() (known *engine.State, ok bool, why error) {
		f.lock.Lock()
		defer f.lock.Unlock()
		return f.known, time.Since(f.asked) < fresh, f.why
	}
	if known, ok, why := last(); ok {
		return known, why
	}
	select { // of many who search at once one asks
	case f.asking <- struct{}{}:
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	defer func() { <-f.asking }()
	if known, ok, why := last(); ok {
		return known, why
	}
	now, err := f.engine.State(ctx)
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	f.lock.Lock()
	defer f.lock.Unlock()
	f.known, f.why, f.asked = now, err, time.Now()
	return now, err
}

// mostFrames bounds the frames that are kept.
const mostFrames = 20_000

// members returns what is known of members, by id; of those that are there.
func (f *far) members(ctx context.Context, ids []string) (map[string]Member, error) {
	found := make(map[string]Member, len(ids))
	if len(ids) == 0 {
		return found, nil
	}
	rows, err := f.collection.Lookup(ctx, ids...)
	if err != nil {
		return nil, err
	}
	f.take(rows, func(m Member) { found[m.ID] = m })
	return found, nil
}

// take hands out rows as members, and keeps their frames.
func (f *far) take(rows *engine.Rows, found func(Member)) {
	f.lock.Lock()
	defer f.lock.Unlock()
	if len(f.frames) > mostFrames {
		f.earlier, f.frames = f.frames, map[string][]float32{}
	}
	if rows.People == nil {
		rows.People = make([]string, rows.Len())
	}
	for i, id := range rows.IDs {
		frame := rows.Frame(i)
		f.frames[id] = frame
		found(memberOf(&rows.Entries, frame, i))
	}
}

// found returns where the face of a member lies.
func (f *far) found(id string) faces.Found {
	kept := func() ([]float32, bool) {
		f.lock.Lock()
		defer f.lock.Unlock()
		if frame, ok := f.frames[id]; ok {
			return frame, true
		}
		frame, ok := f.earlier[id]
		return frame, ok
	}
	frame, ok := kept()
	if !ok { // so many others were asked for in the meantime
		if _, err := f.members(context.Background(), []string{id}); err == nil { // the engine's own time limits hold
			frame, _ = kept()
		}
	}
	return foundAt(frame)
}

// mostPeople bounds the people that are named at once.
const mostPeople = 2000

// people returns the people who are shown most often.
func (f *far) people(ctx context.Context) ([]Tally, error) {
	list := []Tally{}
	found, err := f.collection.People(ctx, mostPeople)
	if err != nil {
		return nil, err
	}
	for _, t := range found {
		list = append(list, Tally{t.Person, t.Entries})
	}
	return list, nil
}

// list returns members of a person or a folder, and how many there are.
func (f *far) list(ctx context.Context, person, folder string, first, count int) ([]Member, int, error) {
	var w search.Where
	if person != "" {
		w.People = []string{person}
	}
	if folder != "" {
		w.Folders = []string{folder}
	}
	total, err := f.collection.Count(ctx, w)
	if err != nil {
		return nil, 0, err
	}
	rows, err := f.collection.List(ctx, w, first, count)
	if err != nil {
		return nil, 0, err
	}
	members := []Member{}
	f.take(rows, func(m Member) { members = append(members, m) })
	return members, total, nil
}

// checkWhere checks conditions: one that selects nothing at all was most likely mistyped.
func (f *far) checkWhere(ctx context.Context, name string, w *search.Where) error {
	w.People = slices.Clone(w.People)
	for i, p := range w.People {
		w.People[i] = faces.PersonName(p)
	}
	for _, p := range w.People {
		if there, err := f.collection.Any(ctx, search.Where{People: []string{p}}); err != nil {
			return err
		} else if !there {
			return &WhereError{ByPerson, p, fmt.Errorf("%s shows nobody of that name", name)}
		}
	}
	for _, folder := range w.Folders {
		if there, err := f.collection.Any(ctx, search.Where{Folders: []string{folder}}); err != nil {
			return err
		} else if !there {
			return &WhereError{ByFolder, folder, fmt.Errorf("%s has no picture in it", name)}
		}
	}
	for _, c := range w.Attributes {
		names := f.collection.Header().Attributes
		if names == nil {
			return &WhereError{ByAttribute, c.Name, fmt.Errorf("%s keeps no attributes: the index that it was made of had none", name)}
		}
		if err := (&search.Where{Attributes: []search.Condition{c}}).Check(search.Known{Entries: 1, Attributes: names}); err != nil {
			return &WhereError{ByAttribute, c.Name, err}
		}
	}
	return nil
}
