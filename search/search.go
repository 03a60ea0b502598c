// Package search finds the codes nearest to a code. It knows nothing of models
// or pictures: codes come in, matches go out.
//
// A Space defines the distance of two codes, and an Index answers a Query with the
// nearest entries. Exact compares all entries and finds the true neighbours, among a
// million codes of 32 numbers within a millisecond or two. HNSW walks a graph and finds
// nearly all of them in a time that hardly grows with the number of entries. LSH hashes
// codes and measures what share it finds. All three are Stores, whose entries can
// change. A File holds entries, space and index together.
package search

import (
	"context"
	"fmt"
	"math"
	"slices"
)

// Match is one answer to a query.
type Match struct {
	Rank     int     `json:"rank"` // from 1, the nearest
	ID       string  `json:"id"`
	Person   string  `json:"person"`
	Distance float64 `json:"distance"` // in the index's space
}

// Index finds nearest neighbours. Its methods may be called from several
// goroutines at once. Package searchtest tests all implementations alike.
type Index interface {
	// Len returns the number of entries, Dim the length of a code.
	Len() int
	Dim() int
	// Search returns the entries nearest to a query's code, the nearest first;
	// equally near entries come in the order of the index. There are fewer than
	// Query.K where fewer entries meet the query. A code of another length than
	// Dim or with NaN or Inf, a K below 1, a negative or NaN MaxDistance and
	// conditions that do not fit the entries are errors.
	Search(ctx context.Context, q Query) ([]Match, error)
	// SearchBatch answers each of several queries as Search does, on
	// parallel.Threads(ctx) threads.
	SearchBatch(ctx context.Context, queries []Query) ([][]Match, error)
}

// Store is an index whose entries can change. A search that runs at the same time
// sees the entries either before or after a change. When ctx ends during a change,
// the index stays as it was and ctx's error is returned.
type Store interface {
	Index
	// Get returns the entries with the given ids, in the order of the index.
	// Unknown ids are left out.
	Get(ctx context.Context, ids ...string) (Entries, error)
	// Upsert adds entries behind those that are there. An entry replaces the one
	// with its id. Ids that repeat within e are an error.
	Upsert(ctx context.Context, e Entries) error
	// Delete removes the entries with the given ids and returns how many it
	// removed.
	Delete(ctx context.Context, ids ...string) (int, error)
}

// Local is an index in this process's memory: Exact, HNSW or LSH.
type Local interface {
	Store
	// Entries returns what the index holds, which must not be changed.
	Entries() Entries
	// SetAttributes replaces the attributes of all entries, such as those that a
	// file does not hold.
	SetAttributes(a *Attributes) error
}

// About says where the codes of an index come from. The texts are the
// caller's; an index file keeps them as they are.
type About struct {
	Model  string // the model's fingerprint
	Arch   string // its architecture
	Prep   string // how pictures became its input
	Source string // where the pictures came from
	// Origin says more exactly which pictures those were; empty in older files.
	Origin string
	// ModelFile is where the model lay, relative to the index file's folder
	// where that is possible; empty where it is not known.
	ModelFile string
	// Faces says which faces of each picture are entries, and Detector is the fingerprint of what found them; both are
	// empty where nobody looked for faces.
	Faces    string
	Detector string
	// Encoder is what an encoder from elsewhere needs beside its file, empty for models and finders.
	Encoder string
}

// Check returns an error that says what is wrong with q, but for its conditions, for an index of
// codes of dim numbers.
func (q *Query) Check(dim int) error {
	switch {
	case q.K < 1:
		return fmt.Errorf("k is %d, expected at least 1", q.K)
	case len(q.Code) != dim:
		return fmt.Errorf("query of %d numbers, the index has codes of %d", len(q.Code), dim)
	case !(q.MaxDistance >= 0):
		return fmt.Errorf("a largest distance of %v, expected 0 or more", q.MaxDistance)
	}
	if i := notFinite(q.Code); i >= 0 {
		return fmt.Errorf("query has %v at place %d, expected finite numbers", q.Code[i], i)
	}
	return nil
}

// request is a query that was checked and bound to the entries of an index.
type request struct {
	*Query
	filter *filter // nil: all entries are kept
}

// prepare checks a query and binds it to entries.
func prepare(q *Query, e *Entries) (request, error) {
	if err := q.Check(e.Dim); err != nil {
		return request{}, err
	}
	keep, err := q.Where.bind(e)
	return request{q, keep}, err
}

// prepareAll is prepare for a batch.
func prepareAll(ctx context.Context, queries []Query, e *Entries) ([]request, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	all := make([]request, len(queries))
	for i := range queries {
		var err error
		if all[i], err = prepare(&queries[i], e); err != nil {
			if len(queries) > 1 {
				err = fmt.Errorf("query %d: %w", i, err)
			}
			return nil, err
		}
	}
	return all, nil
}

// within cuts off what lies beyond the query's largest distance.
func (r *request) within(found []Match) []Match {
	if r.MaxDistance == 0 {
		return found
	}
	n, _ := slices.BinarySearchFunc(found, r.MaxDistance, func(m Match, limit float64) int {
		if m.Distance <= limit {
			return -1
		}
		return 1
	})
	return found[:n]
}

// pointsOf returns the points of some requests in a space, one behind the other. Only those that nobody knows are computed.
func pointsOf(ctx context.Context, space Space, list []request, dim, width int) ([]float32, error) {
	var codes []float32
	for _, r := range list {
		switch {
		case r.Point != nil && len(r.Point) != width:
			return nil, fmt.Errorf("a point of %d numbers, the space has %d", len(r.Point), width)
		case r.Point != nil:
		case len(list) == 1:
			return space.Points(ctx, r.Code, dim)
		default:
			codes = append(codes, r.Code...)
		}
	}
	if len(codes) == len(list)*dim {
		return space.Points(ctx, codes, dim)
	}
	var computed []float32
	if len(codes) > 0 {
		var err error
		if computed, err = space.Points(ctx, codes, dim); err != nil {
			return nil, err
		}
	}
	points := make([]float32, 0, len(list)*width)
	for _, r := range list {
		if r.Point != nil {
			points = append(points, r.Point...)
			continue
		}
		points, computed = append(points, computed[:width]...), computed[width:]
	}
	return points, nil
}

// notFinite returns the place of the first NaN or infinity, or -1.
func notFinite(x []float32) int {
	for i, v := range x {
		if math.Float32bits(v)>>23&0xff == 0xff {
			return i
		}
	}
	return -1
}
