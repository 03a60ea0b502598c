package kernel

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

// panelsCall is one call of PanelsNear.
type panelsCall struct {
	near    []uint32
	q       []int16
	queries []PanelQuery
	codes   []int8
	terms   []float32
}

func newPanelsCall(rng *rand.Rand, queries, dim, panels int) panelsCall {
	c := panelsCall{
		near:    make([]uint32, queries*panels),
		q:       make([]int16, queries*dim),
		queries: make([]PanelQuery, queries),
		codes:   make([]int8, 32*dim*panels),
		terms:   make([]float32, 64*panels),
	}
	most := int32(min(math.MaxInt16, math.MaxInt32/128/dim))
	for i := range c.q {
		c.q[i] = int16(rng.Int32N(2*most+1) - most)
	}
	for i := range c.codes {
		c.codes[i] = int8(rng.IntN(256) - 128)
	}
	fill(rng, c.terms)
	for i := range c.queries {
		c.queries[i] = PanelQuery{float32(rng.NormFloat64()) / float32(most) / 128, float32(rng.NormFloat64()), float32(rng.NormFloat64())}
	}
	return c
}

func (c panelsCall) run() []uint32 {
	for i := range c.near {
		c.near[i] = 0xdeadbeef
	}
	PanelsNear(c.near, c.q, c.queries, c.codes, c.terms)
	return slices.Clone(c.near)
}

// want is the loop of the doc comment.
func (c panelsCall) want() []uint32 {
	panels := len(c.terms) / 64
	dim := len(c.q) / len(c.queries)
	near := make([]uint32, len(c.near))
	for i, a := range c.queries {
		for p := range panels {
			for r := range 32 {
				sum := int32(0)
				for j := range dim {
					sum += int32(c.q[i*dim+j]) * int32(c.codes[p*32*dim+j/2*64+2*r+j%2])
				}
				estimate := float32(float32(float32(sum)*a.Scale)+c.terms[p*64+r]) - float32(c.terms[p*64+32+r]*a.Slack)
				if !(estimate > a.Limit) {
					near[i*panels+p] |= 1 << r
				}
			}
		}
	}
	return near
}

func TestPanelsNear(t *testing.T) {
	eachVersion(t, func(t *testing.T) {
		rng := rand.New(rand.NewPCG(41, 42))
		set := 0
		for queries := 1; queries < 10; queries++ {
			for _, dim := range []int{2, 4, 6, 30, 32, 34, 128, 130, 514} {
				for _, panels := range []int{1, 2, 3, 7} {
					c := newPanelsCall(rng, queries, dim, panels)
					if rng.IntN(2) == 0 {
						odd(rng, c.terms)
						c.queries[0].Limit = float32(math.Inf(1))
						c.queries[queries-1].Slack = float32(math.NaN())
					}
					got, want := c.run(), c.want()
					if !slices.Equal(got, want) {
						t.Fatalf("%d queries, dim %d, %d panels: %x, want %x", queries, dim, panels, got, want)
					}
					for _, m := range got {
						if m != 0 && m != math.MaxUint32 {
							set++
						}
					}
				}
			}
		}
		if set < 100 {
			t.Errorf("only %d masks say anything", set)
		}
	})
}

func TestSquaredDistancesAt(t *testing.T) {
	eachVersion(t, func(t *testing.T) {
		rng := rand.New(rand.NewPCG(43, 44))
		for _, n := range lengths() {
			if n == 0 {
				continue
			}
			for shift := range 3 {
				q, rows, dst := newGuarded(n, shift), newGuarded(9*n, 5*shift), newGuarded(11, shift)
				fill(rng, q.data)
				fill(rng, rows.data)
				at := make([]uint32, 11)
				for i := range at {
					at[i] = uint32(rng.IntN(9))
				}
				at[3] = 8
				SquaredDistancesAt(dst.data, q.data, rows.data, at)
				one := make([]float32, 1)
				for i, r := range at {
					SquaredDistances(one, q.data, rows.data[int(r)*n:][:n])
					same(t, "distance", dst.data[i:i+1], one)
				}
				for _, g := range []guarded{q, rows, dst} {
					g.check(t, "SquaredDistancesAt")
				}
			}
		}
	})
}

func TestSquaredDistance64(t *testing.T) {
	rng := rand.New(rand.NewPCG(45, 46))
	for _, n := range lengths() {
		a, b := make([]float32, n), make([]float32, n)
		fill(rng, a)
		fill(rng, b)
		sum := 0.0
		for i, v := range a {
			d := float64(v) - float64(b[i])
			sum += d * d
		}
		first, seen := 0.0, false
		eachVersion(t, func(t *testing.T) {
			got := SquaredDistance64(a, b)
			if math.Abs(got-sum) > 1e-14*float64(n)*sum {
				t.Errorf("%d elements: %v, want %v", n, got, sum)
			}
			if seen && got != first {
				t.Errorf("%d elements: %v, another version gave %v", n, got, first)
			}
			first, seen = got, true
		})
	}
}

func TestNearPanics(t *testing.T) {
	f := make([]float32, 64)
	for name, do := range map[string]func(){
		"odd":   func() { PanelsNear(make([]uint32, 1), make([]int16, 3), make([]PanelQuery, 1), make([]int8, 96), f) },
		"near":  func() { PanelsNear(make([]uint32, 2), make([]int16, 2), make([]PanelQuery, 1), make([]int8, 64), f) },
		"codes": func() { PanelsNear(make([]uint32, 1), make([]int16, 2), make([]PanelQuery, 1), make([]int8, 63), f) },
		"terms": func() {
			PanelsNear(make([]uint32, 1), make([]int16, 2), make([]PanelQuery, 1), make([]int8, 64), f[:63])
		},
		"rows":       func() { SquaredDistancesAt(f[:1], f[:8], f, []uint32{8}) },
		"last row":   func() { SquaredDistancesAt(f[:1], f[:8], f, []uint32{math.MaxUint32}) },
		"dst":        func() { SquaredDistancesAt(f[:2], f[:8], f, []uint32{0}) },
		"no width":   func() { SquaredDistancesAt(f[:1], nil, f, []uint32{0}) },
		"two widths": func() { SquaredDistance64(f[:1], f[:2]) },
	} {
		if !panics(do) {
			t.Errorf("%s: no panic", name)
		}
	}
}

func BenchmarkNear(b *testing.B) {
	rng := rand.New(rand.NewPCG(1, 2))
	for _, queries := range []int{1, 4} {
		for name, size := range map[string][2]int{"32": {32, 406}, "512": {512, 26}} {
			c := newPanelsCall(rng, queries, size[0], size[1])
			for i := range c.queries {
				c.queries[i].Limit = -1e9
			}
			b.Run(map[int]string{1: "1x", 4: "4x"}[queries]+name, func(b *testing.B) {
				for b.Loop() {
					PanelsNear(c.near, c.q, c.queries, c.codes, c.terms)
				}
				b.ReportMetric(float64(queries*len(c.codes))*float64(b.N)/b.Elapsed().Seconds()/1e9, "Gproducts/s")
			})
		}
	}
}
