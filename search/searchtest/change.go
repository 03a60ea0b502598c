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

	"likeness/search"
)

// testDuplicates holds a set of which a tenth are copies of others, one of them
// many times, against the naive scan: an index that spends its room on copies
// finds less.
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
	got, err := ix.Search(queries[:16], 100)
	if err != nil {
		t.Fatal(err)
	}
	for i, m := range got {
		if want := fmt.Sprintf("id %d", 7+13*i); m.ID != want || m.Distance != 0 {
			t.Fatalf("match %d of 100 copies is %v, expected %q", i, m, want)
		}
	}
}

// testThreads wants the same answers from indexes built on any number of
// processors.
func testThreads(t *testing.T, build Build) {
	e, queries := draw("spread", 1500, 8)
	var want [][]search.Match
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(0))
	for _, threads := range []int{1, 2, 5} {
		runtime.GOMAXPROCS(threads)
		got, err := build(t, e).SearchBatch(context.Background(), queries, 30)
		if err != nil {
			t.Fatal(err)
		}
		if want == nil {
			want = got
		}
		if !reflect.DeepEqual(got, want) {
			t.Errorf("built and searched on %d processors it answers otherwise", threads)
		}
	}
}

// testChange adds and deletes, and judges the index after each step.
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
			ix, ok := build(t, given).(search.Mutable)
			if !ok {
				t.Skip("the index does not change")
			}
			for step, next := 0, start; next < all.Len() || step < 6; step++ {
				if count := min(rng.IntN(200), all.Len()-next); count > 0 {
					more := part(all, seq(next, next+count))
					if err := ix.Add(ctx, more); err != nil {
						t.Fatal(err)
					}
					now, next = join(now, more), next+count
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
				var left []int
				for i, id := range now.IDs {
					if !slices.Contains(gone, id) {
						left = append(left, i)
					}
				}
				now = part(now, left)
				judge(t, ix, now, queries, recall)
			}
			if first := part(all, seq(0, start)); !reflect.DeepEqual(given, first) {
				t.Error("the entries it was built of have changed")
			}
			if _, err := ix.Delete(ctx, all.IDs...); err != nil || ix.Len() != 0 {
				t.Fatalf("%d entries left after all were deleted, %v", ix.Len(), err)
			}
			judge(t, ix, search.Entries{Dim: dim}, queries, recall)
			if err := ix.Add(ctx, part(all, seq(0, 50))); err != nil {
				t.Fatal(err)
			}
			judge(t, ix, part(all, seq(0, 50)), queries, recall)
		})
	}
}

// testBadChange wants wrong entries refused and the index left as it was.
func testBadChange(t *testing.T, recall float64, build Build) {
	e, queries := draw("spread", 60, 3)
	ix, ok := build(t, e).(search.Mutable)
	if !ok {
		t.Skip("the index does not change")
	}
	nan := float32(math.NaN())
	for what, bad := range map[string]search.Entries{
		"NaN":         {Dim: 3, Codes: []float32{1, nan, 2}, IDs: []string{"a"}},
		"a dimension": {Dim: 2, Codes: []float32{1, 2}, IDs: []string{"a"}},
		"a length":    {Dim: 3, Codes: []float32{1, 2}, IDs: []string{"a"}},
	} {
		if err := ix.Add(context.Background(), bad); err == nil {
			t.Errorf("entries with wrong %s were added", what)
		}
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if err := ix.Add(ctx, part(e, seq(0, 2))); !errors.Is(err, context.Canceled) {
		t.Errorf("Add gave %v, expected %v", err, context.Canceled)
	}
	if n, err := ix.Delete(ctx, e.IDs...); n != 0 || !errors.Is(err, context.Canceled) {
		t.Errorf("Delete gave %d, %v, expected %v", n, err, context.Canceled)
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

// part copies the entries at some places.
func part(e search.Entries, places []int) search.Entries {
	p := search.Entries{Dim: e.Dim}
	for _, i := range places {
		p.Codes = append(p.Codes, e.Codes[i*e.Dim:(i+1)*e.Dim]...)
		p.IDs = append(p.IDs, e.IDs[i])
		p.People = append(p.People, e.People[i])
	}
	return p
}

func join(a, b search.Entries) search.Entries {
	return search.Entries{
		Dim: a.Dim, Codes: slices.Concat(a.Codes, b.Codes),
		IDs: slices.Concat(a.IDs, b.IDs), People: slices.Concat(a.People, b.People),
	}
}
