package gallery

import (
	"context"
	"fmt"
	"math"
	"slices"
	"strings"

	"likeness/faces"
	"likeness/internal/kernel"
	"likeness/pix"
	"likeness/search"
	"likeness/search/engine"
)

// Query asks a gallery for the pictures nearest to one, or to the average of several.
type Query struct {
	// Images are picture files. They have no JSON key: a request must not name files.
	Images []string `json:"-"`
	IDs    []string `json:"ids,omitempty"` // members of the index
	// Pictures are decoded pictures, of any size, such as one that was uploaded.
	Pictures []*pix.Image `json:"-"`
	// Codes are codes of the index's own, or of whatever made the codes of an index that has no model.
	Codes [][]float32 `json:"codes,omitempty"`
	// Faces says which faces of Images and Pictures are searched for: the largest of each, or, of a single picture, all,
	// each by itself. "" means the largest, or none where the index was made without looking for faces.
	Faces faces.Wanted `json:"faces,omitempty"`
	// Prep replaces how Images and Pictures are prepared; without it they are prepared as those of the index.
	Prep pix.Prep `json:"-"`
	K    int      `json:"k"` // how many to find, at least 1
	// Where restricts the answer. A person or a folder that is nowhere in the index
	// and an attribute that is not known are *WhereErrors.
	Where search.Where `json:"where,omitzero"`
	// MaxDistance is the largest distance, 0 for no limit; see search.Query.
	MaxDistance float64 `json:"max_distance,omitempty"`
	// MinOdds are the least odds of one person, 0 for no limit. Only a space that
	// was fitted with names knows odds.
	MinOdds float64 `json:"min_odds,omitempty"`
	// ExcludeSelf leaves out what is searched for: members by their ids, pictures
	// by their codes. Nil leaves out members alone.
	ExcludeSelf *bool `json:"exclude_self,omitempty"`
}

// Hit is one picture that was found.
type Hit struct {
	search.Match
	// Odds say how many times likelier such a distance is between two pictures of
	// one person than of two people; nil where the space does not know.
	Odds *float64 `json:"odds,omitempty"`
	// Beyond says that the distance is nearer or farther than those that odds were learned
	// from; nothing is told then.
	Beyond search.Beyond `json:"beyond,omitempty"`
	// Probability is how likely this is the person, given how many pictures the index holds;
	// nil where that is not known, as it is not of averages.
	Probability *float64 `json:"probability,omitempty"`
	// Taken is when the picture was taken, as the clock there showed it; "" where
	// that is not known.
	Taken string `json:"taken,omitempty"`
	// Path is the file as it can be opened, where the picture is in a folder that is there; see Gallery.Path.
	Path string `json:"path,omitempty"`
	// Face is which of the faces searched for this one is nearest to, from the left; 0 where it is one face, or an
	// average.
	Face int `json:"face,omitempty"`
}

// Result is the answer to a query.
type Result struct {
	Index    string   `json:"index"`
	Image    string   `json:"image,omitempty"` // a single picture file that was searched for
	ID       string   `json:"id,omitempty"`    // a single member
	Images   []string `json:"images,omitempty"`
	IDs      []string `json:"ids,omitempty"`
	Averaged int      `json:"averaged,omitempty"` // pictures, where there were several
	// Faces is how many faces the pictures searched for show, as far as somebody looked for them.
	Faces   int    `json:"faces,omitempty"`
	Space   string `json:"space"`
	Kind    string `json:"kind"` // of the index
	Entries int    `json:"entries"`
	Results []Hit  `json:"results"`
	// Engine is how the engine is that keeps the entries; nil where a file does.
	Engine *engine.State `json:"engine,omitempty"`

	// Person is who was searched for, where all names are known and equal.
	Person string `json:"-"`
}

// Search answers a query.
func (g *Gallery) Search(ctx context.Context, q Query) (*Result, error) {
	done, err := g.useAny()
	if err != nil {
		return nil, err
	}
	defer done()
	ctx = g.context(ctx)
	if err := g.check(&q); err != nil {
		return nil, err
	}
	if err := g.checkWhere(ctx, &q.Where); err != nil {
		return nil, err
	}
	asked, err := g.ask(ctx, &q)
	if err != nil {
		return nil, err
	}
	r := &Result{Index: g.path, Space: g.file.Space.Name(), Kind: g.kind, Entries: g.file.Entries.Len(), Person: asked.person(), Faces: asked.faces}
	k := min(q.K, r.Entries)
	if g.far != nil {
		if r.Engine, err = g.far.state(ctx); err != nil {
			return nil, err
		}
		r.Entries, k = r.Engine.Entries, q.K
	}
	matches, face, err := asked.nearest(func(code []float32) ([]search.Match, error) {
		return g.nearest(ctx, q, search.Query{Code: code, K: k, MaxDistance: q.MaxDistance, Where: withNot(q.Where, asked.without)})
	}, k)
	if err != nil {
		if names := append(slices.Clone(q.Images), q.IDs...); len(names) > 0 {
			err = fmt.Errorf("%s: %w", strings.Join(names, ", "), err)
		}
		return nil, err
	}
	if r.Results, err = g.hits(ctx, matches, q.MinOdds, r.Entries, len(asked.codes) == 1 || asked.each); err != nil {
		return nil, err
	}
	for i := range r.Results {
		r.Results[i].Face = face[r.Results[i].ID]
	}
	switch n := len(asked.codes); {
	case n > 1 && !asked.each:
		r.Images, r.IDs, r.Averaged = q.Images, q.IDs, n
	case len(q.Images) == 1:
		r.Image = q.Images[0]
	case len(q.IDs) == 1:
		r.ID = q.IDs[0]
	}
	return r, nil
}

// nearest answers one search. Its code is a point where an engine keeps the entries.
func (g *Gallery) nearest(ctx context.Context, asked Query, q search.Query) ([]search.Match, error) {
	if g.far != nil {
		return g.far.collection.Search(ctx, q)
	}
	q.Point = g.pointOf(asked, q.Code)
	return g.together.Search(ctx, q)
}

// check returns what is wrong with a query, but for its conditions.
func (g *Gallery) check(q *Query) error {
	switch {
	case len(q.Images)+len(q.IDs)+len(q.Pictures)+len(q.Codes) == 0:
		return fmt.Errorf("nothing to search for: expected a picture or a member of %s", g.path)
	case len(q.Images)+len(q.Pictures) > 0 && g.file.About.Arch == archCodes:
		return fmt.Errorf("%s: %w", g.path, ErrCodesAlone)
	case q.Faces.Check() != nil:
		return q.Faces.Check()
	case q.K < 1:
		return fmt.Errorf("k is %d, expected at least 1", q.K)
	case !(q.MaxDistance >= 0):
		return fmt.Errorf("a largest distance of %g, expected 0 or more", q.MaxDistance)
	case !(q.MinOdds >= 0):
		return fmt.Errorf("least odds of %g, expected 0 or more", q.MinOdds)
	}
	if _, known := search.CalibrationOf(g.file.Space).Odds(0); q.MinOdds > 0 && !known {
		return fmt.Errorf("%s knows no odds, because its space (%s) was not fitted with names", g.path, g.file.Space.Name())
	}
	return nil
}

// CodeError says why a code cannot be searched for.
type CodeError struct{ error }

func (e *CodeError) Unwrap() error { return e.error }

// asked is what a query asks for.
type asked struct {
	codes   [][]float32
	people  []string
	without []string // ids to leave out
	faces   int      // that the pictures show
	each    bool     // the codes are of the faces of one picture, each of which is searched for
	points  bool     // the codes are points
}

// ask gathers the codes of what is searched for: points, where an engine keeps the entries.
func (g *Gallery) ask(ctx context.Context, q *Query) (*asked, error) {
	if g.far != nil {
		return g.far.ask(ctx, g, q)
	}
	e := &g.file.Entries
	a := &asked{}
	for _, id := range q.IDs {
		row, ok := g.rows()[id]
		if !ok {
			return nil, noMember{g.noSuch(id)}
		}
		a.codes = append(a.codes, e.Codes[row*e.Dim:(row+1)*e.Dim])
		a.people = append(a.people, e.People[row])
		if q.ExcludeSelf == nil || *q.ExcludeSelf {
			a.without = append(a.without, e.IDs[row])
		}
	}
	for i, code := range q.Codes {
		if err := g.checkCode(i, code); err != nil {
			return nil, err
		}
		a.codes, a.people = append(a.codes, code), append(a.people, "")
		if q.ExcludeSelf != nil && *q.ExcludeSelf {
			a.without = append(a.without, equalTo(e, code)...)
		}
	}
	return a, a.addPictures(ctx, g, q)
}

// checkCode checks a code that is searched for.
func (g *Gallery) checkCode(i int, code []float32) error {
	if dim := g.file.Entries.Dim; len(code) != dim {
		return &CodeError{fmt.Errorf("code %d has %d numbers, those of %s have %d", i+1, len(code), g.path, dim)}
	}
	for j, v := range code {
		if f := float64(v); math.IsNaN(f) || math.IsInf(f, 0) {
			return &CodeError{fmt.Errorf("code %d has %g as number %d", i+1, v, j)}
		}
	}
	return nil
}

// addPictures takes in the faces of the pictures that are searched for.
func (a *asked) addPictures(ctx context.Context, g *Gallery, q *Query) error {
	if len(q.Images)+len(q.Pictures) == 0 {
		return nil
	}
	cutter := g.cutter(q)
	for _, path := range q.Images {
		cuts, err := cutter.Open(ctx, path)
		if err != nil {
			return err
		}
		person, _, _ := faces.ParseName(path)
		if err := a.add(ctx, g, q, cuts, strings.TrimSpace(strings.ReplaceAll(person, "_", " "))); err != nil {
			return err
		}
	}
	for i, m := range q.Pictures {
		if m == nil {
			return fmt.Errorf("picture %d is nil", i+1)
		}
		if len(m.Pix) != 3*m.W*m.H {
			return fmt.Errorf("picture %d of %dx%d has %d bytes, expected %d", i+1, m.W, m.H, len(m.Pix), 3*m.W*m.H)
		}
		cuts, err := cutter.Cut(ctx, m)
		if err != nil {
			return fmt.Errorf("picture %d: %w", i+1, err)
		}
		if err := a.add(ctx, g, q, cuts, ""); err != nil {
			return err
		}
	}
	return nil
}

// pointOf returns the point of the single member that is searched for, nil for anything else.
func (g *Gallery) pointOf(q Query, code []float32) []float32 {
	if len(q.IDs) != 1 || len(q.Images)+len(q.Pictures)+len(q.Codes) > 0 || g.points == nil {
		return nil
	}
	row := g.rows()[q.IDs[0]]
	width := len(g.points) / g.file.Entries.Len()
	return g.points[row*width : (row+1)*width]
}

// mean returns the average code.
func (a *asked) mean() []float32 {
	if len(a.codes) == 1 {
		return a.codes[0]
	}
	mean := make([]float32, len(a.codes[0]))
	for _, code := range a.codes {
		for i, v := range code {
			mean[i] += v / float32(len(a.codes))
		}
	}
	if a.points && unit(a.codes...) { // the average of directions is no direction yet
		scale := 1 / float32(max(search.Distance(mean, make([]float32, len(mean))), math.SmallestNonzeroFloat32))
		for i := range mean {
			mean[i] *= scale
		}
	}
	return mean
}

// unit reports whether points are directions, of length 1.
func unit(points ...[]float32) bool {
	for _, p := range points {
		if math.Abs(search.Distance(p, make([]float32, len(p)))-1) > 1e-3 {
			return false
		}
	}
	return true
}

// person returns the name that all share, "" where they do not.
func (a *asked) person() string {
	for _, p := range a.people {
		if p != a.people[0] {
			return ""
		}
	}
	return a.people[0]
}

// equalTo returns the members whose code is the given one, but for rounding.
func equalTo(e *search.Entries, code []float32) []string {
	limit := 1e-8 * kernel.SquaredDistance64(code, make([]float32, len(code)))
	var ids []string
	for i, id := range e.IDs {
		if kernel.SquaredDistance64(e.Codes[i*e.Dim:(i+1)*e.Dim], code) <= limit {
			ids = append(ids, id)
		}
	}
	return ids
}

// hits adds to matches what the index knows, as far as their odds are good enough. Probabilities were learned from
// searches for single pictures.
func (g *Gallery) hits(ctx context.Context, matches []search.Match, minOdds float64, entries int, single bool) ([]Hit, error) {
	member := func(id string) Member { return g.member(g.rows()[id]) }
	if g.far != nil {
		ids := make([]string, len(matches))
		for i, m := range matches {
			ids[i] = m.ID
		}
		known, err := g.far.members(ctx, ids)
		if err != nil {
			return nil, err
		}
		member = func(id string) Member { return known[id] }
	}
	calibration := search.CalibrationOf(g.file.Space)
	hits := []Hit{}
	for _, m := range matches {
		h := Hit{Match: m, Taken: member(m.ID).Taken, Path: g.pictures.path(m.ID)}
		if odds, known := calibration.Odds(m.Distance); known {
			if odds < minOdds {
				break // and so are those of all farther ones
			}
			if h.Beyond = calibration.Beyond(m.Distance); h.Beyond == search.Within {
				h.Odds = &odds
			}
		}
		if p, known := calibration.Probability(m.Distance, entries); known && single {
			h.Probability = &p
		}
		hits = append(hits, h)
	}
	return hits, nil
}

// withNot adds ids to leave out.
func withNot(w search.Where, ids []string) search.Where {
	w.Not = append(slices.Clone(w.Not), ids...)
	return w
}
