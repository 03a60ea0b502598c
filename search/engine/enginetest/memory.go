// Package enginetest has an engine in memory, for tests of what is built on engines, and a
// conformance test that judges all engines alike.
package enginetest

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync"
	"time"

	"likeness/search"
	"likeness/search/engine"
)

// Memory is an engine in this process's memory. Fail, where it is set, is asked before every call
// of a collection and may return an error in its place.
type Memory struct {
	At   engine.Location
	Fail func(call string) error
	// Sick is State.Incomplete.
	Sick string

	lock        sync.Mutex
	collections map[string]*held // by digest
	published   string
}

// held is what a collection holds.
type held struct {
	header *engine.Header
	rows   map[string]held1
	parts  map[string]engine.Part
	next   int
}

// held1 is one row; the rows of a collection are of one engine.Rows each.
type held1 struct {
	row   *engine.Rows
	order int
}

// NewMemory returns an engine without collections.
func NewMemory(name string) *Memory {
	return &Memory{At: engine.Location{Scheme: "memory", Hosts: []string{"here"}, Name: name}, collections: map[string]*held{}}
}

// Location implements engine.Engine.
func (m *Memory) Location() engine.Location { return m.At }

// Close implements engine.Engine.
func (m *Memory) Close() error { return nil }

// State implements engine.Engine.
func (m *Memory) State(ctx context.Context) (*engine.State, error) {
	m.lock.Lock()
	defer m.lock.Unlock()
	s := &engine.State{Engine: "memory", Version: "1", Nodes: []engine.Node{{Name: "here", Status: engine.Healthy}}, Incomplete: m.Sick}
	if h := m.collections[m.published]; h != nil {
		s.Entries = len(h.rows)
		s.Nodes[0].Entries = s.Entries
	}
	return s, ctx.Err()
}

// Published implements engine.Engine.
func (m *Memory) Published(ctx context.Context) (engine.Collection, error) {
	m.lock.Lock()
	defer m.lock.Unlock()
	if m.collections[m.published] == nil {
		return nil, fmt.Errorf("%s: %w", m.At, engine.ErrNone)
	}
	return &collection{m, m.published, m.collections[m.published].header}, ctx.Err()
}

// Make implements engine.Engine.
func (m *Memory) Make(ctx context.Context, h *engine.Header, _ engine.MakeOptions) (engine.Collection, error) {
	if err := h.Check(); err != nil {
		return nil, err
	}
	digest, err := h.Digest()
	if err != nil {
		return nil, err
	}
	m.lock.Lock()
	defer m.lock.Unlock()
	if m.collections[digest] == nil {
		m.collections[digest] = &held{header: h, rows: map[string]held1{}, parts: map[string]engine.Part{}}
	}
	return &collection{m, digest, m.collections[digest].header}, ctx.Err()
}

// Publish implements engine.Engine.
func (m *Memory) Publish(ctx context.Context, c engine.Collection) error {
	own, ok := c.(*collection)
	if !ok {
		return errors.New("the collection of another engine")
	}
	m.lock.Lock()
	defer m.lock.Unlock()
	if m.collections[own.digest] == nil {
		return fmt.Errorf("%s: %w", m.At, engine.ErrNone)
	}
	before := m.published
	m.published = own.digest
	for digest, h := range m.collections {
		if digest != own.digest && (digest == before || engine.Abandoned(slices.Collect(maps.Values(h.parts)), time.Time{})) {
			delete(m.collections, digest)
		}
	}
	return ctx.Err()
}

// Drop implements engine.Engine.
func (m *Memory) Drop(ctx context.Context) (int, error) {
	m.lock.Lock()
	defer m.lock.Unlock()
	n := len(m.collections)
	clear(m.collections)
	m.published = ""
	return n, ctx.Err()
}

// collection is a collection of a Memory.
type collection struct {
	of     *Memory
	digest string
	header *engine.Header
}

// use returns what is held; the caller calls done at the end.
func (c *collection) use(ctx context.Context, call string) (h *held, done func(), err error) {
	if err := ctx.Err(); err != nil {
		return nil, nil, err
	}
	if c.of.Fail != nil {
		if err := c.of.Fail(call); err != nil {
			return nil, nil, err
		}
	}
	c.of.lock.Lock()
	if h = c.of.collections[c.digest]; h == nil {
		c.of.lock.Unlock()
		return nil, nil, fmt.Errorf("%s: %w", c.of.At, engine.ErrNone)
	}
	return h, c.of.lock.Unlock, nil
}

// Header implements engine.Collection.
func (c *collection) Header() *engine.Header { return c.header }

// Len implements search.Index.
func (c *collection) Len() int {
	h, done, err := c.use(context.Background(), "count")
	if err != nil {
		return 0
	}
	defer done()
	return len(h.rows)
}

// Dim implements search.Index.
func (c *collection) Dim() int { return c.header.Width }

// Put implements engine.Collection.
func (c *collection) Put(ctx context.Context, rows *engine.Rows) error {
	if err := engine.CheckRows(c.header, rows); err != nil {
		return err
	}
	h, done, err := c.use(ctx, "put")
	if err != nil {
		return err
	}
	defer done()
	for i, id := range rows.IDs {
		h.next++
		h.rows[id] = held1{copied(rows.Slice(i, i+1)), h.next}
	}
	return nil
}

// copied copies a row, which may be part of lists that the caller changes.
func copied(r *engine.Rows) *engine.Rows {
	r.IDs, r.Codes, r.People, r.Taken = slices.Clone(r.IDs), slices.Clone(r.Codes), slices.Clone(r.People), slices.Clone(r.Taken)
	r.Hashes, r.Frames, r.Sources = slices.Clone(r.Hashes), slices.Clone(r.Frames), slices.Clone(r.Sources)
	if a := r.Attributes; a != nil {
		r.Attributes = &search.Attributes{Names: a.Names, Values: slices.Clone(a.Values)}
	}
	return r
}

// Upsert implements search.Store.
func (c *collection) Upsert(ctx context.Context, e search.Entries) error {
	return c.Put(ctx, &engine.Rows{Entries: e})
}

// Delete implements search.Store.
func (c *collection) Delete(ctx context.Context, ids ...string) (int, error) {
	h, done, err := c.use(ctx, "delete")
	if err != nil {
		return 0, err
	}
	defer done()
	n := 0
	for _, id := range ids {
		if _, there := h.rows[id]; there {
			delete(h.rows, id)
			n++
		}
	}
	return n, nil
}

// ordered returns the rows in the order in which they came.
func (h *held) ordered(keep func(*engine.Rows) bool) []*engine.Rows {
	var list []held1
	for _, r := range h.rows {
		if keep(r.row) {
			list = append(list, r)
		}
	}
	slices.SortFunc(list, func(a, b held1) int { return cmp.Compare(a.order, b.order) })
	rows := make([]*engine.Rows, len(list))
	for i, r := range list {
		rows[i] = r.row
	}
	return rows
}

// joined puts rows together.
func (c *collection) joined(rows []*engine.Rows) *engine.Rows {
	all := &engine.Rows{Entries: search.Entries{Dim: c.header.Width}}
	if c.header.Attributes != nil {
		all.Attributes = &search.Attributes{Names: c.header.Attributes}
	}
	for _, r := range rows {
		all.IDs, all.Codes = append(all.IDs, r.IDs...), append(all.Codes, r.Codes...)
		all.People = append(all.People, first(r.People, ""))
		all.Taken = append(all.Taken, first(r.Taken, time.Time{}))
		all.Hashes = append(all.Hashes, first(r.Hashes, search.Hash{}))
		all.Sources = append(all.Sources, first(r.Sources, ""))
		frame := make([]float32, search.FrameNumbers)
		copy(frame, r.Frame(0))
		all.Frames = append(all.Frames, frame...)
		for _, name := range c.header.Attributes {
			v := nan
			if at := r.Attributes.Column(name); at >= 0 {
				v = r.Attributes.Values[at]
			}
			all.Attributes.Values = append(all.Attributes.Values, v)
		}
	}
	return all
}
