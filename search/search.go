// Package search finds the codes nearest to a code. It knows nothing of models
// or pictures: codes come in, matches go out.
//
// A Space says what near means, an Index finds the nearest, and both are kept
// with the ids, the people and the model's fingerprint in one index file. Exact
// finds all true neighbours, and does up to about a million codes in a
// millisecond or two; HNSW finds nearly all and hardly notices how many codes
// there are; LSH says how many it finds.
package search

import (
	"context"
	"fmt"
	"math"
	"slices"
)

// Match is one answer of a search.
type Match struct {
	Rank     int     `json:"rank"` // from 1, the nearest
	ID       string  `json:"id"`
	Person   string  `json:"person"`
	Distance float64 `json:"distance"` // in the index's space
}

// Index finds nearest neighbours. Its methods may be called from several
// goroutines at once. Package searchtest judges every implementation alike.
type Index interface {
	// Len is the number of entries, Dim the numbers in a code.
	Len() int
	Dim() int
	// Search gives the k entries nearest to a code, the nearest first, equally
	// near ones in the order of the index. It gives fewer where the index has
	// fewer that all filters keep. A query of another length than Dim, one
	// that is not finite and k < 1 are errors.
	Search(query []float32, k int, keep ...Filter) ([]Match, error)
	// SearchBatch is Search for each of N queries, N x Dim, on all processors.
	// When ctx ends it returns ctx's error.
	SearchBatch(ctx context.Context, queries []float32, k int, keep ...Filter) ([][]Match, error)
}

// Filter tells whether an entry may be in the answer.
type Filter func(id, person string) bool

// Without leaves out the entries of some ids: a member searched for its own
// neighbours, for one.
func Without(ids ...string) Filter {
	return func(id, _ string) bool { return !slices.Contains(ids, id) }
}

// Entries is what an index is made of.
type Entries struct {
	Dim    int       // numbers in a code, at least 1
	Codes  []float32 // N x Dim, finite
	IDs    []string  // N
	People []string  // N, or nil where no names are known
}

// Len is N.
func (e Entries) Len() int { return len(e.IDs) }

// check says what is wrong with e.
func (e Entries) check() error {
	if e.Dim < 1 {
		return fmt.Errorf("codes of %d numbers, expected at least 1", e.Dim)
	}
	if len(e.Codes)%e.Dim != 0 || len(e.Codes)/e.Dim != len(e.IDs) {
		return fmt.Errorf("%d numbers of codes, expected %d x %d for %d ids", len(e.Codes), len(e.IDs), e.Dim, len(e.IDs))
	}
	if e.People != nil && len(e.People) != len(e.IDs) {
		return fmt.Errorf("%d people for %d ids", len(e.People), len(e.IDs))
	}
	if i := notFinite(e.Codes); i >= 0 {
		return fmt.Errorf("code %d (%q) has %v at place %d, expected finite numbers", i/e.Dim, e.IDs[i/e.Dim], e.Codes[i], i%e.Dim)
	}
	return nil
}

// About says where the codes of an index come from. The texts are the
// caller's; they are kept in the index file as they are.
type About struct {
	Model  string // the model's fingerprint
	Arch   string // its architecture
	Prep   string // how pictures became its input
	Source string // where the pictures came from
	// ModelFile is where the model lay, relative to the index file's folder
	// where that can be; empty when the index does not say.
	ModelFile string
}

// checkQueries says what is wrong with queries for an index of that dimension.
func checkQueries(queries []float32, dim, k int) error {
	if k < 1 {
		return fmt.Errorf("k is %d, expected at least 1", k)
	}
	if len(queries)%dim != 0 {
		return fmt.Errorf("query of %d numbers, the index has codes of %d", len(queries), dim)
	}
	if i := notFinite(queries); i >= 0 {
		return fmt.Errorf("query %d has %v at place %d, expected finite numbers", i/dim, queries[i], i%dim)
	}
	return nil
}

// notFinite gives the place of the first NaN or infinity, or -1.
func notFinite(x []float32) int {
	for i, v := range x {
		if math.Float32bits(v)>>23&0xff == 0xff {
			return i
		}
	}
	return -1
}
