package search

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"likeness/internal/kernel"
)

// hardPoints are those that rounding to 8 bits could lose neighbours of.
var hardPoints = map[string]func(rng *rand.Rand, i, j int) float32{
	"normal":        func(rng *rand.Rand, i, j int) float32 { return float32(rng.NormFloat64()) },
	"far away":      func(rng *rand.Rand, i, j int) float32 { return 1000 + float32(rng.NormFloat64()) },
	"one far":       func(rng *rand.Rand, i, j int) float32 { return float32(rng.NormFloat64()) * float32(1+i/299*1e6) },
	"heavy tails":   func(rng *rand.Rand, i, j int) float32 { return float32(math.Tan(3.1 * (rng.Float64() - 0.5))) },
	"uneven":        func(rng *rand.Rand, i, j int) float32 { return float32(rng.NormFloat64() * math.Pow(10, float64(4-j))) },
	"one number":    func(rng *rand.Rand, i, j int) float32 { return float32(j) },
	"few":           func(rng *rand.Rand, i, j int) float32 { return float32(rng.IntN(2)) },
	"nearly equal":  func(rng *rand.Rand, i, j int) float32 { return 1 + float32(rng.IntN(3))*0x1p-23 },
	"large":         func(rng *rand.Rand, i, j int) float32 { return float32(rng.NormFloat64() * 1e18) },
	"very large":    func(rng *rand.Rand, i, j int) float32 { return float32(rng.NormFloat64() * 1e37) },
	"small":         func(rng *rand.Rand, i, j int) float32 { return float32(rng.NormFloat64() * 1e-16) },
	"very small":    func(rng *rand.Rand, i, j int) float32 { return float32(rng.NormFloat64() * 1e-39) },
	"all scales":    func(rng *rand.Rand, i, j int) float32 { return float32(math.Pow(10, 60*rng.Float64()-30)) },
	"coming nearer": func(rng *rand.Rand, i, j int) float32 { return 400 - float32(i) + float32(rng.NormFloat64()) },
}

// Every answer is that of a scan in float64, in its order.
func TestExactLosesNothing(t *testing.T) {
	for name, draw := range hardPoints {
		for _, width := range []int{1, 2, 7, 32, 200} {
			rng := rand.New(rand.NewPCG(7, uint64(width)))
			const n, queries = 300, 9
			e := Entries{Dim: width, IDs: make([]string, n)}
			for i := range n * width {
				e.Codes = append(e.Codes, draw(rng, i/width, i%width))
			}
			for i := range e.IDs {
				e.IDs[i] = fmt.Sprint(i)
			}
			q := make([]float32, queries*width)
			for i := range q {
				q[i] = draw(rng, i/width, i%width)
			}
			copy(q, e.Codes[17*width:18*width])
			ix, err := NewExact(context.Background(), nil, e, About{})
			if err != nil {
				t.Fatal(err)
			}
			for _, k := range []int{1, 5, n} {
				got, err := ix.SearchBatch(context.Background(), Queries(q, width, k))
				if err != nil {
					t.Fatal(err)
				}
				for i := range queries {
					var all []candidate
					for p := range n {
						all = append(all, candidate{kernel.SquaredDistance64(q[i*width:(i+1)*width], e.Codes[p*width:(p+1)*width]), p})
					}
					slices.SortFunc(all, candidate.compare)
					for r, m := range got[i] {
						if want := all[r]; m.ID != e.IDs[want.place] || m.Distance != math.Sqrt(want.distance) {
							t.Fatalf("%s x %d, query %d, k %d: match %d is %v, want entry %d at %v", name, width, i, k, r, m, want.place, math.Sqrt(want.distance))
						}
					}
				}
			}
		}
	}
}

// A search must not measure more than it needs: of clustered points few.
func TestExactMeasuresFew(t *testing.T) {
	rng := rand.New(rand.NewPCG(8, 8))
	const n, width = 20000, 32
	e := Entries{Dim: width, IDs: make([]string, n), Codes: make([]float32, n*width)}
	for i := range e.Codes {
		e.Codes[i] = float32(rng.NormFloat64())
	}
	ix, err := NewExact(context.Background(), nil, e, About{})
	if err != nil {
		t.Fatal(err)
	}
	s := newScan(ix, 1)
	s.add(e.Codes[:width], 5, nil)
	s.run()
	if s.measured > n/20 {
		t.Errorf("measured %d of %d entries", s.measured, n)
	}
}
