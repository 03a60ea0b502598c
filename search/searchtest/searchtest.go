// Package searchtest tests every search.Index alike: against a naive float64
// scan of the same codes, and for what the interface promises about order,
// short answers, conditions, duplicates, bad queries, use from several goroutines
// and, where the index is a search.Store, changes.
package searchtest

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"likeness/search"
)

// Build makes the index under test of entries in the euclidean space, with People,
// Taken and Attributes where e has them. It calls t.Fatal when that fails.
type Build func(t testing.TB, e search.Entries) search.Index

// Run runs the conformance test. recall is the share of the true neighbours
// the index must find over all queries of a case: 1 for an exact index, which
// must then also give equally near entries in the order of the index.
func Run(t *testing.T, recall float64, build Build) {
	most := 2500
	if testing.Short() {
		most = 600
	}
	for _, n := range []int{1, 2, 7, 300, most} {
		for _, dim := range []int{1, 3, 32, 129} {
			for _, kind := range []string{"spread", "lattice", "twins"} {
				t.Run(fmt.Sprintf("%s/%dx%d", kind, n, dim), func(t *testing.T) {
					e, queries := draw(kind, n, dim)
					judge(t, build(t, e), e, queries, recall)
				})
			}
		}
	}
	t.Run("duplicates", func(t *testing.T) { testDuplicates(t, recall, build) })
	t.Run("threads", func(t *testing.T) { testThreads(t, build) })
	t.Run("change", func(t *testing.T) { testChange(t, recall, build) })
	t.Run("bad change", func(t *testing.T) { testBadChange(t, recall, build) })
	t.Run("empty", func(t *testing.T) { testEmpty(t, build) })
	t.Run("bad queries", func(t *testing.T) { testBadQueries(t, build) })
	t.Run("where", func(t *testing.T) { testWhere(t, build) })
	t.Run("bad where", func(t *testing.T) { testBadWhere(t, build) })
	t.Run("not", func(t *testing.T) { testNot(t, recall, build) })
	t.Run("max distance", func(t *testing.T) { testMaxDistance(t, build) })
	t.Run("cancel", func(t *testing.T) { testCancel(t, build) })
	t.Run("goroutines", func(t *testing.T) { testGoroutines(t, build) })
}

// draw makes entries and queries: normally spread; on a coarse lattice, where
// distances are exact in float32 and many are equal; or every code several
// times over, some queries being codes themselves.
func draw(kind string, n, dim int) (search.Entries, []float32) {
	rng := rand.New(rand.NewPCG(uint64(n), uint64(dim)))
	one := func() float32 {
		if kind == "lattice" {
			return float32(rng.IntN(3))
		}
		return float32(rng.NormFloat64())
	}
	e := search.Entries{Dim: dim, Codes: make([]float32, n*dim), Attributes: &search.Attributes{Names: []string{"Smiling", "Dark_Hair"}}}
	for i := range e.Codes {
		e.Codes[i] = one()
		if from := i - (n/3+1)*dim; kind == "twins" && from >= 0 {
			e.Codes[i] = e.Codes[from]
		}
	}
	for i := range n {
		e.IDs = append(e.IDs, fmt.Sprintf("id %d", i))
		e.People = append(e.People, fmt.Sprintf("person %d", i%10))
		taken, dark := day(i), float32(i%3)
		if i%4 == 0 {
			taken = time.Time{}
		}
		if i%11 == 0 {
			dark = float32(math.NaN())
		}
		e.Taken = append(e.Taken, taken)
		e.Attributes.Values = append(e.Attributes.Values, float32(i%7)-3, dark)
	}
	queries := make([]float32, 12*dim)
	for i := range queries {
		queries[i] = one()
	}
	for q := range 6 {
		member := rng.IntN(n)
		copy(queries[q*dim:(q+1)*dim], e.Codes[member*dim:(member+1)*dim])
	}
	return e, queries
}

// day is when picture i was taken, if that is known.
func day(i int) time.Time { return time.Date(2019, 1, 1+i%50, 12, 0, 0, 0, time.UTC) }

// neighbour is an entry by its place and its distance in float64.
type neighbour struct {
	place    int
	distance float64
}

// naive orders all entries by distance, equally near ones by place.
func naive(e search.Entries, query []float32) []neighbour {
	all := make([]neighbour, e.Len())
	for i := range all {
		sum := 0.0
		for j, v := range e.Codes[i*e.Dim : (i+1)*e.Dim] {
			d := float64(query[j]) - float64(v)
			sum += d * d
		}
		all[i] = neighbour{i, math.Sqrt(sum)}
	}
	slices.SortStableFunc(all, func(a, b neighbour) int {
		switch {
		case a.distance < b.distance:
			return -1
		case a.distance > b.distance:
			return 1
		}
		return 0
	})
	return all
}

// judge compares the answers for all queries and several k with the naive
// scan, and the batch with the single queries.
func judge(t *testing.T, ix search.Index, e search.Entries, queries []float32, recall float64) {
	if ix.Len() != e.Len() || ix.Dim() != e.Dim {
		t.Fatalf("index of %d x %d, expected %d x %d", ix.Len(), ix.Dim(), e.Len(), e.Dim)
	}
	truth := make([][]neighbour, len(queries)/e.Dim)
	for q := range truth {
		truth[q] = naive(e, queries[q*e.Dim:(q+1)*e.Dim])
	}
	for _, k := range []int{1, 5, max(e.Len(), 1), math.MaxInt} {
		batch, err := ix.SearchBatch(context.Background(), search.Queries(queries, e.Dim, k))
		if err != nil {
			t.Fatal(err)
		}
		if len(batch) != len(truth) {
			t.Fatalf("%d answers to %d queries", len(batch), len(truth))
		}
		found, wanted := 0, 0
		for q := range truth {
			got, err := ix.Search(context.Background(), search.Query{Code: queries[q*e.Dim : (q+1)*e.Dim], K: k})
			if err != nil {
				t.Fatal(err)
			}
			if !reflect.DeepEqual(got, batch[q]) {
				t.Fatalf("query %d, k=%d: the batch's answer differs:\n%v\n%v", q, k, batch[q], got)
			}
			want := truth[q][:min(k, e.Len())]
			found += checkAnswer(t, got, e, truth[q], want, recall == 1)
			wanted += len(want)
		}
		if float64(found) < recall*float64(wanted) {
			t.Errorf("k=%d: found %d of %d true neighbours, expected a share of %v", k, found, wanted, recall)
		}
	}
}

// tolerance is that of float32 sums, relative.
const tolerance = 1e-4

// checkAnswer checks the form of an answer and its distances, and returns the
// number of true neighbours in it: entries no farther than the last wanted.
func checkAnswer(t *testing.T, got []search.Match, e search.Entries, all, want []neighbour, exact bool) (found int) {
	t.Helper()
	if len(got) > len(want) || exact && len(got) < len(want) {
		t.Fatalf("%d matches, expected %d", len(got), len(want))
	}
	unseen := make(map[string]neighbour, len(all))
	for _, a := range all {
		unseen[e.IDs[a.place]] = a
	}
	before := -1 // the place of the match before
	for i, m := range got {
		entry, ok := unseen[m.ID]
		if !ok {
			t.Fatalf("match %d: id %q is unknown or was given before", i, m.ID)
		}
		delete(unseen, m.ID)
		d := entry.distance
		if person := e.People[entry.place]; m.Person != person {
			t.Errorf("match %d: person %q, expected %q", i, m.Person, person)
		}
		if m.Rank != i+1 {
			t.Errorf("match %d has rank %d", i, m.Rank)
		}
		if math.Abs(m.Distance-d) > tolerance*d {
			t.Errorf("match %d: distance %v, expected %v", i, m.Distance, d)
		}
		if i > 0 && m.Distance < got[i-1].Distance {
			t.Errorf("match %d is nearer than the one before", i)
		}
		if d <= want[len(want)-1].distance*(1+tolerance) {
			found++
		}
		if exact && math.Abs(d-want[i].distance) > tolerance*d {
			t.Errorf("match %d: %q at distance %v, expected %q at %v", i, m.ID, d, e.IDs[want[i].place], want[i].distance)
		}
		if exact && i > 0 && m.Distance == got[i-1].Distance && entry.place < before {
			t.Errorf("match %d: %q came into the index before %q, which is as near", i, m.ID, got[i-1].ID)
		}
		before = entry.place
	}
	if exact && allTiesExact(want) {
		for i, m := range got {
			if m.ID != e.IDs[want[i].place] {
				t.Errorf("match %d: %q, expected %q", i, m.ID, e.IDs[want[i].place])
			}
		}
	}
	return found
}

// allTiesExact reports whether all neighbours are either equally near or clearly
// not, so that their order is certain.
func allTiesExact(list []neighbour) bool {
	for i := 1; i < len(list); i++ {
		a, b := list[i-1].distance, list[i].distance
		if a != b && b-a <= tolerance*b {
			return false
		}
	}
	return true
}

func testEmpty(t *testing.T, build Build) {
	ix := build(t, search.Entries{Dim: 3})
	if ix.Len() != 0 || ix.Dim() != 3 {
		t.Errorf("empty index of %d x %d, expected 0 x 3", ix.Len(), ix.Dim())
	}
	got, err := ix.Search(context.Background(), search.Query{Code: []float32{1, 2, 3}, K: 5})
	if err != nil || got == nil || len(got) != 0 {
		t.Errorf("got %v, %v, expected an answer without matches, not nil", got, err)
	}
	batch, err := ix.SearchBatch(context.Background(), search.Queries(make([]float32, 6), 3, 5))
	if err != nil || len(batch) != 2 || len(batch[0]) != 0 || len(batch[1]) != 0 {
		t.Errorf("got %v, %v, expected two answers without matches", batch, err)
	}
	if batch, err := ix.SearchBatch(context.Background(), nil); err != nil || len(batch) != 0 {
		t.Errorf("got %v, %v for no queries, expected no answers", batch, err)
	}
}

func testBadQueries(t *testing.T, build Build) {
	e, _ := draw("spread", 50, 3)
	nan, inf := float32(math.NaN()), float32(math.Inf(1))
	for _, ix := range []search.Index{build(t, e), build(t, search.Entries{Dim: 3})} {
		for _, c := range []struct {
			query []float32
			k     int
			want  string
		}{
			{[]float32{1, 2, 3}, 0, "k is 0"},
			{[]float32{1, 2, 3}, -1, "k is -1"},
			{[]float32{1, 2}, 1, "of 2 numbers"},
			{[]float32{1, 2, 3, 4}, 1, "of 4 numbers"},
			{[]float32{1, nan, 3}, 1, "NaN"},
			{[]float32{1, 2, inf}, 1, "+Inf"},
			{[]float32{-inf, 2, 3}, 1, "-Inf"},
		} {
			for name, search := range map[string]func() error{
				"Search": func() error {
					_, err := ix.Search(context.Background(), search.Query{Code: c.query, K: c.k})
					return err
				},
				"SearchBatch": func() error {
					_, err := ix.SearchBatch(context.Background(), []search.Query{{Code: []float32{1, 2, 3}, K: 1}, {Code: c.query, K: c.k}})
					return err
				},
			} {
				if err := search(); err == nil || !strings.Contains(err.Error(), c.want) {
					t.Errorf("%s of %v, k=%d: error %v, expected one that says %q", name, c.query, c.k, err, c.want)
				}
			}
		}
		for _, query := range [][]float32{nil, make([]float32, 6)} { // no query, or two, is no single query
			if _, err := ix.Search(context.Background(), search.Query{Code: query, K: 1}); err == nil {
				t.Errorf("Search took %d numbers for a query of 3", len(query))
			}
		}
	}
}

func testCancel(t *testing.T, build Build) {
	e, queries := draw("spread", 50, 3)
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	ix := build(t, e)
	if got, err := ix.SearchBatch(ctx, search.Queries(queries, 3, 1)); !errors.Is(err, context.Canceled) || got != nil {
		t.Errorf("got %v, %v, expected %v", got, err, context.Canceled)
	}
	if got, err := ix.Search(ctx, search.Query{Code: queries[:3], K: 1}); !errors.Is(err, context.Canceled) || got != nil {
		t.Errorf("got %v, %v, expected %v", got, err, context.Canceled)
	}
}

func testGoroutines(t *testing.T, build Build) {
	e, queries := draw("spread", 500, 16)
	ix := build(t, e)
	want, err := ix.SearchBatch(context.Background(), search.Queries(queries, 16, 5))
	if err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			got, err := ix.SearchBatch(context.Background(), search.Queries(queries, 16, 5))
			if err != nil || !reflect.DeepEqual(got, want) {
				t.Errorf("the answer changed: %v", err)
			}
			for q := range want {
				got, err := ix.Search(context.Background(), search.Query{Code: queries[q*16 : (q+1)*16], K: 5})
				if err != nil || !reflect.DeepEqual(got, want[q]) {
					t.Errorf("the answer to query %d changed: %v", q, err)
				}
			}
		})
	}
	wg.Wait()
}
