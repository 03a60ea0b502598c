package autoencoder

import (
	"context"

	"gonum.org/v1/gonum/mat"

	"likeness/internal/kernel"
	"likeness/parallel"
)

// refineDelta is the half-width of Refine's central differences, in units of the code.
// refineShare and refineLeast damp its steps: Marquardt's share of the diagonal and a small
// constant.
const (
	refineDelta = 0.02
	refineShare = 0.02
	refineLeast = 1e-4
)

// refineImages is the number of pictures refined at once, which bounds the memory.
const refineImages = 16

// Refine improves the codes of the pictures in x: the decoded pictures of its result
// have a lower squared error than those of codes, which come from the encoder. An
// encoder, even one with a Correction, never quite finds the best code. Each step is a
// Gauss-Newton step, damped as by Levenberg and Marquardt (1963), with the decoder's
// Jacobian from central differences: it decodes 2*Code+1 pictures and takes some hundred
// times as long as the encoder. A step that makes a picture worse is not taken. codes is
// not changed. It fails when ctx ends, and for a model without a code.
func (m *Model) Refine(ctx context.Context, x, codes []float32, steps int) ([]float32, error) {
	if err := m.CheckCode(); err != nil {
		return nil, err
	}
	k, size := m.Code, m.Values()
	if len(x)/size != len(codes)/k {
		panic("autoencoder: Refine: pictures and codes are not equally many")
	}
	best := append([]float32(nil), codes...)
	for first := 0; first < len(codes)/k; first += refineImages {
		last := min(first+refineImages, len(codes)/k)
		for range steps {
			if err := m.refine(ctx, x[first*size:last*size], best[first*k:last*k]); err != nil {
				return nil, err
			}
		}
	}
	return best, nil
}

// refine takes one step with each of some codes, in place.
func (m *Model) refine(ctx context.Context, x, codes []float32) error {
	k, size, images := m.Code, m.Values(), len(codes)/m.Code
	painted, err := m.Decode(ctx, m.probes(codes))
	if err != nil {
		return err
	}
	tried := make([]float32, len(codes))
	err = parallel.Each(ctx, images, func(i int) {
		step := gaussNewton(x[i*size:(i+1)*size], painted[i*(2*k+1)*size:(i+1)*(2*k+1)*size], k)
		for j, d := range step {
			tried[i*k+j] = codes[i*k+j] + float32(d)
		}
	})
	if err != nil {
		return err
	}
	after, err := m.Decode(ctx, tried)
	if err != nil {
		return err
	}
	for i := range images {
		want := x[i*size : (i+1)*size]
		before := painted[i*(2*k+1)*size:][:size]
		if kernel.SquaredError(after[i*size:(i+1)*size], want) < kernel.SquaredError(before, want) {
			copy(codes[i*k:(i+1)*k], tried[i*k:(i+1)*k])
		}
	}
	return nil
}

// probes returns for every code the code itself and, for each of its numbers, the code
// with that number increased and decreased by refineDelta.
func (m *Model) probes(codes []float32) []float32 {
	k, images := m.Code, len(codes)/m.Code
	all := make([]float32, 0, images*(2*k+1)*k)
	for i := range images {
		code := codes[i*k : (i+1)*k]
		all = append(all, code...)
		for j := range k {
			for _, d := range []float32{refineDelta, -refineDelta} {
				all = append(all, code...)
				all[len(all)-k+j] += d
			}
		}
	}
	return all
}

// slopes returns the decoder's Jacobian at a code of k numbers, (k, size), by central
// differences. painted has the decoded pictures of the code's probes.
func slopes(painted []float32, k, size int) []float32 {
	all := make([]float32, k*size)
	for j := range k {
		above, below := painted[(1+2*j)*size:][:size], painted[(2+2*j)*size:][:size]
		for i := range size {
			all[j*size+i] = (above[i] - below[i]) / (2 * refineDelta)
		}
	}
	return all
}

// normal returns the matrix of the normal equations, slopes times slopes transposed.
func normal(slopes []float32, k int) *mat.SymDense {
	size := len(slopes) / k
	n := mat.NewSymDense(k, nil)
	for j := range k {
		for i := j; i < k; i++ {
			n.SetSym(j, i, float64(kernel.Dot(slopes[j*size:][:size], slopes[i*size:][:size])))
		}
	}
	return n
}

// gaussNewton returns the step from a code of k numbers towards a picture. painted has
// the decoded pictures of the code's probes.
func gaussNewton(want, painted []float32, k int) []float64 {
	size := len(want)
	along := slopes(painted, k, size)
	rest := append([]float32(nil), want...)
	kernel.Axpy(rest, -1, painted[:size])
	right := mat.NewVecDense(k, nil)
	for j := range k {
		right.SetVec(j, float64(kernel.Dot(along[j*size:][:size], rest)))
	}
	n := normal(along, k)
	for j := range k {
		n.SetSym(j, j, n.At(j, j)*(1+refineShare)+refineLeast)
	}
	var c mat.Cholesky
	step := mat.NewVecDense(k, nil)
	if !c.Factorize(n) || c.SolveVecTo(step, right) != nil {
		return make([]float64, k) // rather no step than a wild one
	}
	return step.RawVector().Data
}
