package enginetest

import (
	"cmp"
	"context"
	"math"
	"slices"
	"time"

	"likeness/search"
	"likeness/search/engine"
)

var nan = float32(math.NaN())

// first returns the first of a list, or what stands for it.
func first[T any](list []T, otherwise T) T {
	if len(list) == 0 {
		return otherwise
	}
	return list[0]
}

// index returns the exact index of what is held.
func (c *collection) index(ctx context.Context, call string) (*search.Exact, error) {
	h, done, err := c.use(ctx, call)
	if err != nil {
		return nil, err
	}
	defer done()
	rows := c.joined(h.ordered(func(*engine.Rows) bool { return true }))
	e := rows.Entries
	if !slices.ContainsFunc(e.Taken, func(t time.Time) bool { return !t.IsZero() }) {
		e.Taken = nil
	}
	return search.NewExact(ctx, nil, e, search.About{})
}

// Search implements search.Index.
func (c *collection) Search(ctx context.Context, q search.Query) ([]search.Match, error) {
	ix, err := c.index(ctx, "search")
	if err != nil {
		return nil, err
	}
	return ix.Search(ctx, q)
}

// SearchBatch implements search.Index.
func (c *collection) SearchBatch(ctx context.Context, queries []search.Query) ([][]search.Match, error) {
	ix, err := c.index(ctx, "search")
	if err != nil {
		return nil, err
	}
	return ix.SearchBatch(ctx, queries)
}

// Get implements search.Store.
func (c *collection) Get(ctx context.Context, ids ...string) (search.Entries, error) {
	rows, err := c.Lookup(ctx, ids...)
	if err != nil {
		return search.Entries{}, err
	}
	return rows.Entries, nil
}

// Lookup implements engine.Collection.
func (c *collection) Lookup(ctx context.Context, ids ...string) (*engine.Rows, error) {
	h, done, err := c.use(ctx, "lookup")
	if err != nil {
		return nil, err
	}
	defer done()
	return c.joined(h.ordered(func(r *engine.Rows) bool { return slices.Contains(ids, r.IDs[0]) })), nil
}

// meeting returns the rows that meet conditions.
func (c *collection) meeting(ctx context.Context, where search.Where, call string) (*engine.Rows, error) {
	ix, err := c.index(ctx, call)
	if err != nil {
		return nil, err
	}
	keep := map[string]bool{}
	if ix.Len() > 0 {
		found, err := ix.Search(ctx, search.Query{Code: make([]float32, c.header.Width), K: ix.Len(), Where: where})
		if err != nil {
			return nil, err
		}
		for _, m := range found {
			keep[m.ID] = true
		}
	}
	h, done, err := c.use(ctx, call)
	if err != nil {
		return nil, err
	}
	defer done()
	return c.joined(h.ordered(func(r *engine.Rows) bool { return keep[r.IDs[0]] })), nil
}

// Count implements engine.Collection.
func (c *collection) Count(ctx context.Context, where search.Where) (int, error) {
	rows, err := c.meeting(ctx, where, "count")
	if err != nil {
		return 0, err
	}
	return rows.Len(), nil
}

// Any implements engine.Collection.
func (c *collection) Any(ctx context.Context, where search.Where) (bool, error) {
	rows, err := c.meeting(ctx, where, "any")
	return err == nil && rows.Len() > 0, err
}

// List implements engine.Collection.
func (c *collection) List(ctx context.Context, where search.Where, first, most int) (*engine.Rows, error) {
	rows, err := c.meeting(ctx, where, "list")
	if err != nil {
		return nil, err
	}
	first = min(first, rows.Len())
	rows = rows.Slice(first, min(first+most, rows.Len()))
	rows.Codes = nil
	return rows, nil
}

// People implements engine.Collection.
func (c *collection) People(ctx context.Context, most int) ([]engine.Tally, error) {
	h, done, err := c.use(ctx, "people")
	if err != nil {
		return nil, err
	}
	defer done()
	counts := map[string]int{}
	for _, r := range h.rows {
		counts[first(r.row.People, "")]++
	}
	delete(counts, "")
	var list []engine.Tally
	for person, n := range counts {
		list = append(list, engine.Tally{Person: person, Entries: n})
	}
	slices.SortFunc(list, func(a, b engine.Tally) int {
		return cmp.Or(cmp.Compare(b.Entries, a.Entries), cmp.Compare(a.Person, b.Person))
	})
	return list[:min(most, len(list))], nil
}

// Marks implements engine.Collection.
func (c *collection) Marks(ctx context.Context, source string, visit func(id string, m engine.Mark) error) error {
	h, done, err := c.use(ctx, "marks")
	if err != nil {
		return err
	}
	rows := h.ordered(func(r *engine.Rows) bool { return source == "" || first(r.Sources, "") == source })
	done()
	for _, r := range rows {
		if err := visit(r.IDs[0], r.Mark(0)); err != nil {
			return err
		}
	}
	return nil
}

// Scan implements engine.Collection.
func (c *collection) Scan(ctx context.Context, visit func(*engine.Rows) error) error {
	h, done, err := c.use(ctx, "scan")
	if err != nil {
		return err
	}
	rows := c.joined(h.ordered(func(*engine.Rows) bool { return true }))
	done()
	const some = 100
	for i := 0; i < rows.Len(); i += some {
		if err := visit(rows.Slice(i, min(i+some, rows.Len()))); err != nil {
			return err
		}
	}
	return nil
}

// Parts implements engine.Collection.
func (c *collection) Parts(ctx context.Context) ([]engine.Part, error) {
	h, done, err := c.use(ctx, "parts")
	if err != nil {
		return nil, err
	}
	defer done()
	var list []engine.Part
	for _, p := range h.parts {
		list = append(list, p)
	}
	slices.SortFunc(list, func(a, b engine.Part) int { return cmp.Compare(a.Source, b.Source) })
	return list, nil
}

// SetPart implements engine.Collection.
func (c *collection) SetPart(ctx context.Context, p engine.Part) error {
	h, done, err := c.use(ctx, "set part")
	if err != nil {
		return err
	}
	defer done()
	h.parts[p.Source] = p
	return nil
}
