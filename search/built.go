package search

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"reflect"
	"slices"
	"strings"

	"likeness/safetensors"
)

// The kinds of index that a file can hold.
const (
	KindExact = "exact"
	KindHNSW  = "hnsw"
	KindLSH   = "lsh"
)

// KindNames returns all kinds.
func KindNames() []string { return []string{KindExact, KindHNSW, KindLSH} }

// Built is what an index has made of a file's entries in its space. When entries or
// space change, it must be set to nil or built again.
type Built struct {
	Kind string `json:"kind"`
	// Recall is what RecallOf returned after building, for 5 neighbours.
	Recall float64     `json:"recall"`
	Graph  *GraphInfo  `json:"graph,omitempty"`  // of KindHNSW
	Hashes *LSHOptions `json:"hashes,omitempty"` // of KindLSH

	tensors []safetensors.Tensor
}

// BuiltPrefix begins the names of the tensors of Built.
const BuiltPrefix = "index/"

// builtKey is the metadata entry with the rest of Built, as JSON.
const builtKey = "index"

// pointsName is (N, K): the entries in a fitted space, so that opening need not
// map them all again.
const pointsName = BuiltPrefix + "points"

// Kind returns the kind of index that f holds.
func (f *File) Kind() string {
	if f.Built == nil {
		return KindExact
	}
	return f.Built.Kind
}

// Index returns the index that f holds. Where f is mapped, the index must not be
// used after f is closed. What was built is checked against the entries, and
// errors name the file.
func (f *File) Index(ctx context.Context) (Local, error) {
	switch f.Kind() {
	case KindExact:
		return f.Exact(ctx)
	case KindHNSW:
		return f.graph(ctx)
	case KindLSH:
		in := f.builtFile()
		all, err := f.builtEntries(ctx, in)
		if err != nil {
			return nil, err
		}
		return lshFrom(in, f.Built, all)
	}
	return nil, f.errorf("has an index built as %q, which this version does not know", f.Built.Kind)
}

// graph is Index for a graph.
func (f *File) graph(ctx context.Context) (*HNSW, error) {
	in := f.builtFile()
	all, err := f.builtEntries(ctx, in)
	if err != nil {
		return nil, err
	}
	return hnswFrom(in, f.Built.Graph, all)
}

// builtFile returns where the built tensors can be read.
func (f *File) builtFile() *safetensors.File {
	switch {
	case f.Built == nil:
		return &safetensors.File{}
	case f.file != nil:
		return f.file
	}
	return &safetensors.File{Tensors: f.Built.tensors}
}

// builtEntries returns the entries, with their points from the file where it has
// them, and not yet rounded, which an approximate search may not need.
func (f *File) builtEntries(ctx context.Context, in *safetensors.File) (*Exact, error) {
	var points []float32
	if n := f.Entries.Len(); n > 0 && has(in, pointsName) {
		first, err := f.space().Points(ctx, f.Entries.Codes[:f.Entries.Dim], f.Entries.Dim)
		if err != nil {
			return nil, err
		}
		if points, err = finite(in, pointsName, n, len(first)); err != nil {
			return nil, err
		}
	}
	ix, err := newExact(ctx, f.Space, f.Entries, f.About, points)
	if err != nil {
		return nil, f.errorf("%w", err)
	}
	return ix, nil
}

// Points returns the entries in the space, as the file has them where it does. They must not be used after f is closed.
func (f *File) Points(ctx context.Context) ([]float32, error) {
	ix, err := f.builtEntries(ctx, f.builtFile())
	if err != nil {
		return nil, err
	}
	return ix.points, nil
}

func (f *File) space() Space {
	if f.Space == nil {
		return Euclidean{}
	}
	return f.Space
}

// Build builds an index of f's entries in its space and keeps it in f; for
// KindExact that is the points of a fitted space, and nothing else. Where before, which
// may be nil, holds a graph in the same space whose codes are the first ones of f, Build
// adds the others to that graph. The result is nearly, not bit for bit, that of building
// the whole graph.
func (f *File) Build(ctx context.Context, kind string, before *File) error {
	f.Built = nil
	if !slices.Contains(KindNames(), kind) {
		return fmt.Errorf("unknown kind of index %q, known are %v", kind, KindNames())
	}
	b := &Built{Kind: kind, Recall: 1}
	var made interface {
		Index
		exact() *Exact
	}
	_, fitted := f.Space.(*Whitened)
	switch kind {
	case KindExact:
		if !fitted {
			return nil
		}
		all, err := newExact(ctx, f.Space, f.Entries, f.About, nil)
		if err != nil {
			return err
		}
		made = all
	case KindHNSW:
		h, err := f.grown(ctx, before)
		if err != nil {
			return err
		}
		if h == nil {
			if h, err = NewHNSW(ctx, f.Space, f.Entries, f.About, HNSWOptions{}); err != nil {
				return err
			}
		}
		if b.tensors, b.Graph, err = h.tensors(ctx); err != nil {
			return err
		}
		made = h
	case KindLSH:
		l, err := NewLSH(ctx, f.Space, f.Entries, f.About, LSHOptions{})
		if err != nil {
			return err
		}
		b.tensors, b.Hashes = l.tensors()
		made = l
	}
	all := made.exact()
	var err error
	if kind != KindExact {
		if b.Recall, err = RecallOf(ctx, made, all, f.Entries, 5); err != nil {
			return err
		}
	}
	if fitted && all.width > 0 {
		b.tensors = append(b.tensors, safetensors.FromFloats(pointsName, []int{f.Entries.Len(), all.width}, all.points))
	}
	f.Built = b
	return nil
}

// grown returns the graph of before with the other entries of f added, or nil where
// before has no graph of the first ones.
func (f *File) grown(ctx context.Context, before *File) (*HNSW, error) {
	if before == nil || before.Kind() != KindHNSW || before.Built.Graph == nil || !reflect.DeepEqual(before.space(), f.space()) {
		return nil, nil
	}
	n, e := before.Entries.Len(), f.Entries
	if n == 0 || n > e.Len() || before.Entries.Dim != e.Dim || !sameCodes(before.Entries.Codes, e.Codes[:n*e.Dim]) {
		return nil, nil
	}
	h, err := before.graph(ctx)
	if err != nil {
		return nil, err
	}
	more := Entries{Dim: e.Dim, Codes: e.Codes[n*e.Dim:], IDs: e.IDs[n:]}
	return h, h.Add(ctx, more) // of which only the graph is kept
}

// sameCodes reports whether codes are equal to the bit.
func sameCodes(a, b []float32) bool {
	return slices.EqualFunc(a, b, func(x, y float32) bool { return math.Float32bits(x) == math.Float32bits(y) })
}

// RecallOf returns the share of the k true neighbours, those that truth finds, that ix
// finds: the mean over up to 100 of the entries that both hold, each without itself.
// An entry as near as the farthest true neighbour counts as found. With too few entries
// to have neighbours it is 1.
func RecallOf(ctx context.Context, ix, truth Index, e Entries, k int) (float64, error) {
	n := e.Len()
	samples := min(100, n)
	var queries []float32
	for s := range samples {
		place := s * n / samples
		queries = append(queries, e.Codes[place*e.Dim:(place+1)*e.Dim]...)
	}
	if samples == 0 {
		return 1, nil
	}
	// Itself is one of the k+1 nearest, or equal to them.
	asked := Queries(queries, e.Dim, k+1)
	want, err1 := truth.SearchBatch(ctx, asked)
	got, err2 := ix.SearchBatch(ctx, asked)
	if err := errors.Join(err1, err2); err != nil {
		return 0, err
	}
	found, wanted := 0, 0
	for s, matches := range want {
		wanted += len(matches) - 1
		farthest := matches[len(matches)-1].Distance
		near := 0
		for _, m := range got[s] {
			if m.Distance <= farthest {
				near++
			}
		}
		found += max(near-1, 0)
	}
	if wanted == 0 {
		return 1, nil
	}
	return float64(found) / float64(wanted), nil
}

// readBuilt reads the metadata entry and finds the tensors.
func readBuilt(f *safetensors.File) (*Built, error) {
	text, ok := f.Metadata[builtKey]
	if !ok {
		return nil, nil
	}
	b := &Built{}
	if err := json.Unmarshal([]byte(text), b); err != nil {
		return nil, f.Errorf("metadata %s: %w", builtKey, err)
	}
	if b.Kind == "" {
		return nil, f.Errorf("metadata %s: the kind is missing", builtKey)
	}
	if !(b.Recall >= 0 && b.Recall <= 1) {
		return nil, f.Errorf("metadata %s: a recall of %g, expected 0 to 1", builtKey, b.Recall)
	}
	for _, t := range f.Tensors {
		if strings.HasPrefix(t.Name, BuiltPrefix) {
			b.tensors = append(b.tensors, t)
		}
	}
	return b, nil
}

// addTo adds b to a file.
func (b *Built) addTo(f *safetensors.File) error {
	text, err := json.Marshal(b)
	if err != nil {
		return err
	}
	f.Metadata[builtKey] = string(text)
	f.Tensors = append(f.Tensors, b.tensors...)
	return nil
}

func (ix *Exact) exact() *Exact { return ix }

func (h *HNSW) exact() *Exact { return h.all }

func (l *LSH) exact() *Exact { return l.all }
