package searchtest

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"reflect"
	"runtime"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"likeness/parallel"
	"likeness/search"
)

// testDuplicates compares with the naive scan on a set of which a tenth are copies of
// others, one of them many times: an index that spends its links on copies finds less.
func testDuplicates(t *testing.T, recall float64, build Build) {
	e, queries := draw("spread", 2000, 16)
	rng := rand.New(rand.NewPCG(3, 4))
	for range 100 {
		from, to := rng.IntN(2000), rng.IntN(2000)
		copy(e.Codes[to*16:(to+1)*16], e.Codes[from*16:(from+1)*16])
	}
	for i := range 100 {
		copy(e.Codes[(7+13*i)*16:(8+13*i)*16], e.Codes[7*16:8*16])
	}
	copy(queries, e.Codes[7*16:8*16])
	ix := build(t, e)
	judge(t, ix, e, queries, recall)
	got, err := ix.Search(context.Background(), search.Query{Code: queries[:16], K: 100})
	if err != nil {
		t.Fatal(err)
	}
	for i, m := range got {
		if want := fmt.Sprintf("id %d", 7+13*i); m.ID != want || m.Distance != 0 {
			t.Fatalf("match %d of 100 copies is %v, expected %q", i, m, want)
		}
	}
}

// testThreads checks that answers do not depend on the number of threads.
func testThreads(t *testing.T, build Build) {
	e, queries := draw("spread", 1500, 8)
	var want [][]search.Match
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(0)) // Build takes no context
	for _, threads := range []int{1, 2, 5} {
		runtime.GOMAXPROCS(threads)
		ctx := parallel.WithThreads(context.Background(), threads)
		got, err := build(t, e).SearchBatch(ctx, search.Queries(queries, 8, 30))
		if err != nil {
			t.Fatal(err)
		}
		if want == nil {
			want = got
		}
		if !reflect.DeepEqual(got, want) {
			t.Errorf("built and searched on %d threads, the answer differs", threads)
		}
	}
}

// testChange upserts and deletes, and judges the index after each step.
func testChange(t *testing.T, recall float64, build Build) {
	ctx := context.Background()
	const dim = 8
	most := 700
	if testing.Short() {
		most = 400
	}
	all, queries := draw("twins", most, dim)
	for _, start := range []int{0, 300} {
		t.Run(fmt.Sprintf("from %d", start), func(t *testing.T) {
			rng := rand.New(rand.NewPCG(uint64(start), 5))
			now := part(all, seq(0, start))
			given := part(all, seq(0, start))
			ix, ok := build(t, given).(search.Store)
			if !ok {
				t.Skip("the index does not change")
			}
			for step, next := 0, start; next < all.Len() || step < 6; step++ {
				if count := min(rng.IntN(200), all.Len()-next); count > 0 {
					more := part(all, seq(next, next+count))
					old := part(now, some(rng, now.Len(), 5)) // these are replaced, and move to the end
					for i := range old.Codes {
						old.Codes[i]++
					}
					if err := ix.Upsert(ctx, join(more, old)); err != nil {
						t.Fatal(err)
					}
					now, next = join(without(now, old.IDs), join(more, old)), next+count
				}
				var gone []string
				if step%3 != 0 {
					for _, id := range now.IDs {
						if rng.IntN(10) == 0 {
							gone = append(gone, id)
						}
					}
				}
				n, err := ix.Delete(ctx, append(gone, "nobody", "nobody")...)
				if err != nil || n != len(gone) {
					t.Fatalf("deleted %d, %v, expected %d", n, err, len(gone))
				}
				now = without(now, gone)
				judge(t, ix, now, queries, recall)
				checkGet(t, ix, now, gone)
			}
			if first := part(all, seq(0, start)); !cmp.Equal(given, first, cmpopts.EquateNaNs()) {
				t.Error("the entries it was built of have changed")
			}
			if _, err := ix.Delete(ctx, all.IDs...); err != nil || ix.Len() != 0 {
				t.Fatalf("%d entries left after all were deleted, %v", ix.Len(), err)
			}
			judge(t, ix, search.Entries{Dim: dim, Attributes: all.Attributes}, queries, recall)
			if err := ix.Upsert(ctx, part(all, seq(0, 50))); err != nil {
				t.Fatal(err)
			}
			judge(t, ix, part(all, seq(0, 50)), queries, recall)
		})
	}
}

// testBadChange checks that wrong entries are refused and leave the index as it was.
func testBadChange(t *testing.T, recall float64, build Build) {
	e, queries := draw("spread", 60, 3)
	ix, ok := build(t, e).(search.Store)
	if !ok {
		t.Skip("the index does not change")
	}
	nan := float32(math.NaN())
	for what, bad := range map[string]search.Entries{
		"NaN":         {Dim: 3, Codes: []float32{1, nan, 2}, IDs: []string{"a"}},
		"a dimension": {Dim: 2, Codes: []float32{1, 2}, IDs: []string{"a"}},
		"a length":    {Dim: 3, Codes: []float32{1, 2}, IDs: []string{"a"}},
		"ids":         {Dim: 3, Codes: make([]float32, 6), IDs: []string{"id 1", "id 1"}},
	} {
		if err := ix.Upsert(context.Background(), bad); err == nil {
			t.Errorf("entries with wrong %s were added", what)
		}
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if err := ix.Upsert(ctx, part(e, seq(0, 2))); !errors.Is(err, context.Canceled) {
		t.Errorf("Upsert returned %v, expected %v", err, context.Canceled)
	}
	if n, err := ix.Delete(ctx, e.IDs...); n != 0 || !errors.Is(err, context.Canceled) {
		t.Errorf("Delete returned %d, %v, expected %v", n, err, context.Canceled)
	}
	if _, err := ix.Get(ctx, e.IDs...); !errors.Is(err, context.Canceled) {
		t.Errorf("Get returned %v, expected %v", err, context.Canceled)
	}
	judge(t, ix, e, queries, recall)
}

func seq(from, to int) []int {
	var list []int
	for i := from; i < to; i++ {
		list = append(list, i)
	}
	return list
}

// some draws up to k places below n.
func some(rng *rand.Rand, n, k int) []int { return rng.Perm(n)[:min(k, n)] }

// part copies the entries at some places.
func part(e search.Entries, places []int) search.Entries {
	p := search.Entries{Dim: e.Dim, Attributes: &search.Attributes{Names: e.Attributes.Names}}
	for _, i := range places {
		p.Codes = append(p.Codes, e.Codes[i*e.Dim:(i+1)*e.Dim]...)
		p.IDs = append(p.IDs, e.IDs[i])
		p.People = append(p.People, e.People[i])
		p.Taken = append(p.Taken, e.Taken[i])
		p.Attributes.Values = append(p.Attributes.Values, e.Attributes.Row(i)...)
	}
	return p
}

// without copies the entries whose ids are not among gone.
func without(e search.Entries, gone []string) search.Entries {
	var left []int
	for i, id := range e.IDs {
		if !slices.Contains(gone, id) {
			left = append(left, i)
		}
	}
	return part(e, left)
}

func join(a, b search.Entries) search.Entries {
	return search.Entries{
		Dim: a.Dim, Codes: slices.Concat(a.Codes, b.Codes),
		IDs: slices.Concat(a.IDs, b.IDs), People: slices.Concat(a.People, b.People), Taken: slices.Concat(a.Taken, b.Taken),
		Attributes: &search.Attributes{Names: a.Attributes.Names, Values: slices.Concat(a.Attributes.Values, b.Attributes.Values)},
	}
}

// checkGet compares what Get returns with the entries that should be there.
func checkGet(t *testing.T, ix search.Store, now search.Entries, gone []string) {
	t.Helper()
	var places []int
	ids := append([]string{"nobody"}, gone...)
	for i := 0; i < now.Len(); i += 7 {
		places = append(places, i)
		ids = append(ids, now.IDs[i])
	}
	slices.Reverse(ids) // the answer is in the order of the index all the same
	got, err := ix.Get(context.Background(), ids...)
	if err != nil {
		t.Fatal(err)
	}
	want := part(now, places)
	if want.Len() == 0 && got.Len() == 0 {
		return
	}
	if d := cmp.Diff(want, got, cmpopts.EquateNaNs()); d != "" {
		t.Errorf("Get returned other entries (-want +got):\n%s", d)
	}
}
