package latent

import (
	"context"
	"fmt"
	"math"

	"gonum.org/v1/gonum/mat"

	"likeness/internal/kernel"
)

// Mending finds the code whose picture fits pixels of which some count and others do not:
// the likeliest code where a pixel's values scatter around the decoded ones with the variance
// mendNoise, and white coordinates with variance 1. That is more than the variance of a
// reconstruction, because the errors of neighbouring pixels go together. It and the
// number of steps were chosen on training pictures of LFW.
const (
	mendNoise = 0.1
	mendSteps = 4
	mendDelta = 0.25 // standard deviations, of the differences along axes
)

// mostWeight bounds how much a pixel counts.
const mostWeight = 1e3

// Mend returns the code whose picture fits pixels, by Gauss-Newton steps from a code: want
// has the values of a picture, weights how much each pixel counts, 1 for a pixel of the
// picture, 0 for one that is not known. So it fills what is hidden, and finds the face that
// somebody has painted. Of codes that fit equally well it finds the likelier.
func (d *Desk) Mend(ctx context.Context, code, want, weights []float32) ([]float32, error) {
	if err := d.check(code); err != nil {
		return nil, err
	}
	size := d.Model.Values()
	if len(want) != size || len(weights)*3 != size {
		return nil, fmt.Errorf("a picture of %d values and %d weights, expected %d and %d", len(want), len(weights), size, size/3)
	}
	f := &mending{Desk: d, want: want, roots: make([]float32, size)}
	for i := range f.roots {
		v := weights[i/3]
		if !(v >= 0 && v <= mostWeight) {
			return nil, fmt.Errorf("the weight of pixel %d is %g, expected 0 to %g", i/3, v, float64(mostWeight))
		}
		f.roots[i] = float32(math.Sqrt(float64(v) / mendNoise))
	}
	for range mendSteps {
		next, err := f.step(ctx, code)
		if err != nil {
			return nil, err
		}
		if next == nil {
			break
		}
		code = next
	}
	return code, nil
}

// mending is the search for a code.
type mending struct {
	*Desk
	want  []float32
	roots []float32 // of the weights, for each value
}

// rest returns the weighted difference between the wanted picture and another one.
func (f *mending) rest(picture []float32) []float32 {
	out := make([]float32, len(picture))
	for i, v := range picture {
		out[i] = f.roots[i] * (f.want[i] - v)
	}
	return out
}

// misfit is what a code is judged by, less is better.
func (f *mending) misfit(rest, code []float32) float64 {
	white := f.Atlas.Whitening.White(code)
	return dot(rest, rest) + dot(white, white)
}

// step takes a step from a code, a half or a quarter of it where that is better; nil
// where none makes the code better.
func (f *mending) step(ctx context.Context, code []float32) ([]float32, error) {
	w, size := f.Atlas.Whitening, f.Model.Values()
	k := w.Width()
	probes := append([]float32{}, code...)
	unit := make([]float32, k)
	for i := range k {
		unit[i] = mendDelta
		probes = append(probes, w.Shift(code, unit)...)
		unit[i] = 0
	}
	pictures, err := f.gatherer.Decode(ctx, probes)
	if err != nil {
		return nil, err
	}
	rest := f.rest(pictures[:size])
	slopes := pictures[size:]
	for j, v := range slopes {
		slopes[j] = f.roots[j%size] * (v - pictures[j%size]) / mendDelta
	}
	normal, right := mat.NewSymDense(k, nil), mat.NewVecDense(k, nil)
	white := w.White(code)
	for j := range k {
		along := slopes[j*size : (j+1)*size]
		for i := j; i < k; i++ {
			normal.SetSym(j, i, float64(kernel.Dot(along, slopes[i*size:(i+1)*size])))
		}
		normal.SetSym(j, j, normal.At(j, j)+1)
		right.SetVec(j, float64(kernel.Dot(along, rest))-float64(white[j]))
	}
	var c mat.Cholesky
	full := mat.NewVecDense(k, nil)
	if !c.Factorize(normal) || c.SolveVecTo(full, right) != nil {
		return nil, nil
	}
	before := f.misfit(rest, code)
	for _, share := range []float64{1, 0.5, 0.25} {
		for j := range unit {
			unit[j] = float32(share * full.AtVec(j))
		}
		tried := w.Shift(code, unit)
		picture, err := f.gatherer.Decode(ctx, tried)
		if err != nil {
			return nil, err
		}
		if f.misfit(f.rest(picture), tried) < before {
			return tried, nil
		}
	}
	return nil, nil
}
