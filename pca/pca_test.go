package pca_test

import (
	"context"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"gonum.org/v1/gonum/mat"

	"likeness/pca"
)

// rows draws n correlated rows: a few strong directions, a falling tail.
func rows(n, dim int) []float32 {
	rng := rand.New(rand.NewPCG(7, 7))
	basis := make([]float64, dim*dim)
	for i := range basis {
		basis[i] = rng.NormFloat64()
	}
	x := make([]float32, n*dim)
	for r := range n {
		for k := range dim {
			a := rng.NormFloat64() / float64(1+k)
			for j := range dim {
				x[r*dim+j] += float32(a * basis[k*dim+j])
			}
		}
		for j := range dim {
			x[r*dim+j] += float32(j) / 10
		}
	}
	return x
}

// reference is the covariance in float64 and its eigenvalues, largest first.
func reference(x []float32, dim int) (*mat.SymDense, []float64) {
	n := len(x) / dim
	mean := make([]float64, dim)
	for i, v := range x {
		mean[i%dim] += float64(v) / float64(n)
	}
	c := mat.NewSymDense(dim, nil)
	for r := range n {
		for i := range dim {
			for j := i; j < dim; j++ {
				c.SetSym(i, j, c.At(i, j)+(float64(x[r*dim+i])-mean[i])*(float64(x[r*dim+j])-mean[j])/float64(n))
			}
		}
	}
	var eig mat.EigenSym
	eig.Factorize(c, false)
	up := eig.Values(nil)
	down := make([]float64, dim)
	for i, v := range up {
		down[dim-1-i] = v
	}
	return c, down
}

func TestAgainstFullDecomposition(t *testing.T) {
	const n, dim = 700, 90
	x := rows(n, dim)
	c, eigenvalues := reference(x, dim)
	m, err := pca.Measure(context.Background(), x, dim)
	if err != nil {
		t.Fatal(err)
	}
	for i := range dim {
		for j := range dim {
			if d := math.Abs(m.Covariance[i*dim+j] - c.At(i, j)); !(d <= 1e-6*eigenvalues[0]) {
				t.Fatalf("covariance[%d, %d] is off by %g", i, j, d)
			}
		}
	}
	for _, k := range []int{1, 5, 40, dim} {
		p, err := m.PCA(context.Background(), k)
		if err != nil {
			t.Fatal(err)
		}
		for i, v := range p.Variances {
			if !(math.Abs(v-eigenvalues[i]) <= 1e-4*eigenvalues[i]+1e-6*eigenvalues[0]) {
				t.Errorf("k=%d: variance %d is %g, want %g", k, i, v, eigenvalues[i])
			}
		}
		// On the data it was fitted to, the error is the sum of what is left.
		want := 0.0
		for _, v := range eigenvalues[k:] {
			want += v / dim
		}
		if got := p.MSE(t.Context(), x); !(math.Abs(got-want) <= 1e-3*want+1e-9*eigenvalues[0]) {
			t.Errorf("k=%d: MSE %g, want %g", k, got, want)
		}
	}
}

// The filter does what the formula in the basis of all components says, and
// does better than leaving the noise alone.
func TestWiener(t *testing.T) {
	const n, dim, sigma = 500, 40, 0.5
	x := rows(n, dim)
	m, err := pca.Measure(context.Background(), x, dim)
	if err != nil {
		t.Fatal(err)
	}
	rng := rand.New(rand.NewPCG(1, 1))
	noisy := make([]float32, len(x))
	for i, v := range x {
		noisy[i] = v + float32(sigma*rng.NormFloat64())
	}
	w, err := m.Wiener(context.Background(), sigma)
	if err != nil {
		t.Fatal(err)
	}
	got, err := w.Denoise(context.Background(), noisy)
	if err != nil {
		t.Fatal(err)
	}
	full, err := m.PCA(context.Background(), dim)
	if err != nil {
		t.Fatal(err)
	}
	codes := full.Project(t.Context(), noisy)
	for i := range codes {
		v := full.Variances[i%dim]
		codes[i] *= float32(v / (v + sigma*sigma))
	}
	want := full.Rebuild(t.Context(), codes)
	for i := range want {
		if !(math.Abs(float64(got[i]-want[i])) <= 2e-3) {
			t.Fatalf("value %d is %g, in the component basis %g", i, got[i], want[i])
		}
	}
	before, after := 0.0, 0.0
	for i := range x {
		before += math.Pow(float64(noisy[i]-x[i]), 2)
		after += math.Pow(float64(got[i]-x[i]), 2)
	}
	if !(after <= 0.8*before) {
		t.Errorf("the filter leaves %g of %g", after, before)
	}
}

func TestErrors(t *testing.T) {
	ctx := context.Background()
	if _, err := pca.Measure(ctx, make([]float32, 7), 3); err == nil || !strings.Contains(err.Error(), "whole number") {
		t.Errorf("7 values in rows of 3: %v", err)
	}
	if _, err := pca.Measure(ctx, make([]float32, 3), 3); err == nil {
		t.Error("one row is taken")
	}
	m, err := pca.Measure(ctx, rows(10, 4), 4)
	if err != nil {
		t.Fatal(err)
	}
	for _, k := range []int{0, 5} {
		if _, err := m.PCA(ctx, k); err == nil {
			t.Errorf("%d components of 4 are given", k)
		}
	}
	if _, err := m.Wiener(ctx, 0); err == nil {
		t.Error("a filter for no noise is given")
	}
	if _, err := m.Wiener(ctx, 1e-5); err != pca.ErrWeakNoise {
		t.Errorf("noise beyond float32's precision: %v", err)
	}
	ended, cancel := context.WithCancel(ctx)
	cancel()
	if _, err := pca.Measure(ended, rows(10, 4), 4); err != context.Canceled {
		t.Errorf("after the end: %v", err)
	}
	if _, err := m.PCA(ended, 2); err != context.Canceled {
		t.Errorf("components after the end: %v", err)
	}
	w, err := m.Wiener(ctx, 0.5)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Denoise(ended, rows(10, 4)); err != context.Canceled {
		t.Errorf("filtering after the end: %v", err)
	}
}

// Weak noise on fewer rows than values, whose covariance has no rank to spare:
// the filter still equals the formula in the component basis, in float64.
func TestWienerWithFewRows(t *testing.T) {
	const n, dim, sigma = 30, 90, 0.02
	x := rows(n, dim)
	ctx := context.Background()
	m, err := pca.Measure(ctx, x, dim)
	if err != nil {
		t.Fatal(err)
	}
	w, err := m.Wiener(ctx, sigma)
	if err != nil {
		t.Fatal(err)
	}
	noisy := make([]float32, len(x))
	rng := rand.New(rand.NewPCG(1, 1))
	for i, v := range x {
		noisy[i] = v + float32(sigma*rng.NormFloat64())
	}
	got, err := w.Denoise(ctx, noisy)
	if err != nil {
		t.Fatal(err)
	}
	c, _ := reference(x, dim)
	var eig mat.EigenSym
	eig.Factorize(c, true)
	var basis mat.Dense
	eig.VectorsTo(&basis)
	for r := range n {
		want := make([]float64, dim)
		for k, v := range eig.Values(nil) {
			v = max(v, 0)
			coordinate := 0.0
			for j := range dim {
				coordinate += (float64(noisy[r*dim+j]) - float64(m.Mean[j])) * basis.At(j, k)
			}
			for j := range dim {
				want[j] += coordinate * v / (v + sigma*sigma) * basis.At(j, k)
			}
		}
		for j := range dim {
			if d := math.Abs(float64(got[r*dim+j]) - float64(m.Mean[j]) - want[j]); !(d <= 0.1*sigma) {
				t.Fatalf("row %d, value %d is off by %g", r, j, d)
			}
		}
	}
}

// Without the covariance the components are the same.
func TestLeading(t *testing.T) {
	const rows, dim, k = 300, 40, 5
	rng := rand.New(rand.NewPCG(3, 4))
	x := make([]float32, rows*dim)
	for r := range rows {
		a, b := rng.NormFloat64(), rng.NormFloat64()
		for j := range dim {
			x[r*dim+j] = float32(3*a*math.Sin(float64(j))+2*b*math.Cos(float64(2*j))+0.1*rng.NormFloat64()*float64(j%7)) + float32(j)
		}
	}
	m, err := pca.Measure(t.Context(), x, dim)
	if err != nil {
		t.Fatal(err)
	}
	want, err := m.PCA(t.Context(), k)
	if err != nil {
		t.Fatal(err)
	}
	got, err := pca.Leading(t.Context(), rows, dim, k, func(dst []float32, r int) { copy(dst, x[r*dim:]) })
	if err != nil {
		t.Fatal(err)
	}
	for i, v := range want.Variances {
		if math.Abs(got.Variances[i]-v) > 1e-4*v {
			t.Errorf("variance %d is %g, with the covariance %g", i, got.Variances[i], v)
		}
	}
	if a, b := got.MSE(t.Context(), x), want.MSE(t.Context(), x); math.Abs(a-b) > 1e-4*b {
		t.Errorf("the error is %g, with the covariance %g", a, b)
	}
	if _, err := pca.Leading(t.Context(), 1, dim, k, nil); err == nil {
		t.Error("one row is enough")
	}
	if _, err := pca.Leading(t.Context(), rows, dim, dim+1, nil); err == nil {
		t.Error("there are more components than dimensions")
	}
}
