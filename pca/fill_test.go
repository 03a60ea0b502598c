package pca_test

import (
	"context"
	"errors"
	"math"
	"math/rand/v2"
	"testing"

	"gonum.org/v1/gonum/mat"

	"likeness/pca"
)

// direct is the conditional mean of one row by its first formula, in float64: a dense
// solve of the visible part for each row.
func direct(c *mat.SymDense, mean []float32, ridge float64, x []float32, hidden []bool) []float64 {
	var h, v []int
	for j, hides := range hidden {
		if hides {
			h = append(h, j)
		} else {
			v = append(v, j)
		}
	}
	out := make([]float64, len(x))
	for j := range x {
		out[j] = float64(x[j])
	}
	step := mat.NewVecDense(max(len(v), 1), nil)
	if len(v) > 0 {
		cvv, d := mat.NewDense(len(v), len(v), nil), mat.NewVecDense(len(v), nil)
		for a, i := range v {
			d.SetVec(a, float64(x[i])-float64(mean[i]))
			for b, j := range v {
				cvv.Set(a, b, c.At(i, j))
			}
			cvv.Set(a, a, c.At(i, i)+ridge)
		}
		if err := step.SolveVec(cvv, d); err != nil {
			panic(err)
		}
	}
	for _, i := range h {
		out[i] = float64(mean[i])
		for b, j := range v {
			out[i] += c.At(i, j) * step.AtVec(b)
		}
	}
	return out
}

// The fill is the conditional mean, whatever is hidden, of many rows and of fewer than
// values.
func TestFill(t *testing.T) {
	for _, n := range []int{500, 30} {
		const dim = 60
		x := rows(n, dim)
		m, err := pca.Measure(t.Context(), x, dim)
		if err != nil {
			t.Fatal(err)
		}
		c, eigenvalues := reference(x, dim)
		trace := 0.0
		for _, v := range eigenvalues {
			trace += v
		}
		rng := rand.New(rand.NewPCG(2, 3))
		fresh := rows(n+20, dim)[n*dim:]
		hidden := make([]bool, len(fresh))
		for r := range 20 { // none of the first row, all of the last
			for j := range dim {
				hidden[r*dim+j] = rng.IntN(19) < r
			}
		}
		for _, ridge := range []float64{0, 0.01 * trace / dim, trace} {
			f, err := m.Filler(t.Context(), ridge)
			if err != nil {
				t.Fatal(err)
			}
			spoilt := append([]float32(nil), fresh...)
			for i, hides := range hidden {
				if hides {
					spoilt[i] = float32(math.NaN()) // must not be looked at
				}
			}
			got, err := f.Fill(t.Context(), spoilt, hidden)
			if err != nil {
				t.Fatal(err)
			}
			if ridge == 0 {
				ridge = pca.FillRidge * trace / dim
			}
			for r := range 20 {
				want := direct(c, m.Mean, ridge, fresh[r*dim:][:dim], hidden[r*dim:][:dim])
				for j, w := range want {
					if g := float64(got[r*dim+j]); !(math.Abs(g-w) <= 1e-4*math.Sqrt(trace/dim)) {
						t.Fatalf("%d rows, ridge %g, row %d, value %d: %g, by a dense solve %g", n, ridge, r, j, g, w)
					}
				}
			}
		}
	}
}

func TestFillErrors(t *testing.T) {
	m, err := pca.Measure(t.Context(), rows(10, 4), 4)
	if err != nil {
		t.Fatal(err)
	}
	for _, ridge := range []float64{-1, math.NaN(), math.Inf(1)} {
		if _, err := m.Filler(t.Context(), ridge); err == nil {
			t.Errorf("a fill with a ridge of %g is given", ridge)
		}
	}
	if _, err := m.Filler(t.Context(), 1e-12); !errors.Is(err, pca.ErrSmallRidge) {
		t.Errorf("a ridge beyond float32's precision: %v", err)
	}
	still, err := pca.Measure(t.Context(), make([]float32, 12), 4) // all rows alike
	if err != nil {
		t.Fatal(err)
	}
	if _, err := still.Filler(t.Context(), 0); !errors.Is(err, pca.ErrSmallRidge) {
		t.Errorf("rows that do not vary: %v", err)
	}
	f, err := m.Filler(t.Context(), 0)
	if err != nil {
		t.Fatal(err)
	}
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := m.Filler(ended, 0); !errors.Is(err, context.Canceled) {
		t.Errorf("after the end: %v", err)
	}
	if _, err := f.Fill(ended, make([]float32, 8), make([]bool, 8)); !errors.Is(err, context.Canceled) {
		t.Errorf("filling after the end: %v", err)
	}
}
