package gallery

import (
	"context"
	"fmt"
	"math"
	"slices"

	"likeness/parallel"
	"likeness/progress"
	"likeness/search"
	"likeness/search/engine"
)

// VerifyOptions say how a collection is compared with an index.
type VerifyOptions struct {
	Threads  int           `json:"threads,omitempty"` // 0: as the context says, see package parallel
	Progress progress.Func `json:"-"`
}

// Verified says how a collection differs from an index.
type Verified struct {
	Location string        `json:"location"`
	Index    string        `json:"index"`
	Engine   *engine.State `json:"engine"`
	Entries  int           `json:"entries"` // of the index
	// Equal reports that the collection has the entries of the index, all and no others of their data sets, of which a shard
	// counts for itself, with their points.
	Equal bool `json:"equal"`
	// Missing, Changed and Moved are entries of the index: that the collection does not have, of which it says something else
	// but for the point, and whose point is another one. Extra are entries of its data sets that the index does not have. Their ids
	// are in the order of the index, those of Extra in their own.
	Missing []string `json:"missing"`
	Changed []string `json:"changed"`
	Moved   []string `json:"moved"`
	Extra   []string `json:"extra"`
}

// Verify compares the collection that searches use with the index. Its entries must be of the same model.
func (g *Gallery) Verify(ctx context.Context, e engine.Engine, opt VerifyOptions) (*Verified, error) {
	done, err := g.use()
	if err != nil {
		return nil, err
	}
	defer done()
	ctx = parallel.WithThreads(g.context(ctx), opt.Threads)
	c, err := e.Published(ctx)
	if err != nil {
		return nil, err
	}
	h, err := g.header(ctx)
	if err != nil {
		return nil, err
	}
	if err := c.Header().CheckModel(h.Model); err != nil {
		return nil, fmt.Errorf("%s: %w", e.Location(), err)
	}
	if !h.comparable(c.Header()) {
		return nil, fmt.Errorf("%s: the collection's codes do not compare with those of %s: they are of another preparation, length or kind of space", e.Location(), g.path)
	}
	if err := h.adopt(c.Header()); err != nil {
		return nil, fmt.Errorf("%s: %w", g.path, err)
	}
	rows, _, err := g.rowsIn(ctx, h)
	if err != nil {
		return nil, err
	}
	there, err := c.Parts(ctx)
	if err != nil {
		return nil, err
	}
	parts, err := g.sources(rows, there)
	if err != nil {
		return nil, err
	}
	v := &Verified{Location: e.Location().String(), Index: g.path, Entries: rows.Len(), Missing: []string{}, Changed: []string{}, Moved: []string{}, Extra: []string{}}
	of := map[string]bool{} // the sources of the index's data sets, which may have come in shards, or that of its own shard
	for _, p := range append(there, parts...) {
		of[p.Source] = slices.ContainsFunc(parts, func(own engine.Part) bool { return own.Data == p.Data && (own.Shards == 0 || own.Source == p.Source) })
	}
	if err := v.compare(ctx, c, rows, of, opt.Progress); err != nil {
		return nil, err
	}
	v.Equal = len(v.Missing)+len(v.Changed)+len(v.Moved)+len(v.Extra) == 0
	v.Engine, err = e.State(ctx)
	return v, err
}

// compare compares all entries.
func (v *Verified) compare(ctx context.Context, c engine.Collection, rows *engine.Rows, of map[string]bool, report progress.Func) error {
	places := make(map[string]int, rows.Len())
	for i, id := range rows.IDs {
		places[id] = i
	}
	const (
		missing = iota
		equal
		changed
		moved
	)
	found := make([]byte, rows.Len())
	seen := 0
	err := c.Scan(ctx, func(some *engine.Rows) error {
		for i, id := range some.IDs {
			at, ok := places[id]
			switch {
			case !ok:
				if of[some.Sources[i]] {
					v.Extra = append(v.Extra, id)
				}
			case some.Mark(i) != rows.Mark(at):
				found[at] = changed
			case !samePoint(some.Codes[i*some.Dim:(i+1)*some.Dim], rows.Codes[at*rows.Dim:(at+1)*rows.Dim]):
				found[at] = moved
			default:
				found[at] = equal
			}
		}
		seen += some.Len()
		report.Report("Comparing with the engine", seen, max(seen, rows.Len()))
		return nil
	})
	for i, f := range found {
		switch f {
		case missing:
			v.Missing = append(v.Missing, rows.IDs[i])
		case changed:
			v.Changed = append(v.Changed, rows.IDs[i])
		case moved:
			v.Moved = append(v.Moved, rows.IDs[i])
		}
	}
	slices.Sort(v.Extra)
	return err
}

// samePoint reports whether two points are equal but for what processors of different kinds round differently.
func samePoint(a, b []float32) bool {
	if len(a) != len(b) {
		return false
	}
	length := search.Distance(b, make([]float32, len(b)))
	return search.Distance(a, b) <= 1e-4*length+math.SmallestNonzeroFloat64
}
