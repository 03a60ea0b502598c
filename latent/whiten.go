package latent

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/gonum/mat"

	"likeness/pca"
)

// Whitening describes the distribution of a model's codes: their mean, their principal
// axes, and the standard deviations along these. White coordinates are positions along the
// axes in standard deviations. In them the codes that it was fitted to have mean 0 and
// covariance 1, so that a step of length 1 is one standard deviation in any direction.
// Axes with less than a millionth of the largest variance have no coordinate.
type Whitening struct {
	Mean  []float32 // Dim
	Axes  []float32 // Width x Dim, orthonormal rows, by falling variance
	Scale []float32 // Width standard deviations
}

// faintVariance is the share of the largest variance that an axis must have.
const faintVariance = 1e-6

// Whiten fits a whitening to codes, (n, dim). It fails with fewer than two codes, when all
// are equal, or when ctx ends.
func Whiten(ctx context.Context, codes []float32, dim int) (*Whitening, error) {
	m, err := pca.Measure(ctx, codes, dim)
	if err != nil {
		return nil, err
	}
	var eig mat.EigenSym
	if !eig.Factorize(mat.NewSymDense(dim, m.Covariance), true) {
		return nil, errors.New("the codes' covariance has no eigenvectors: they are not finite")
	}
	values := eig.Values(nil) // rising
	var vectors mat.Dense
	eig.VectorsTo(&vectors)
	w := &Whitening{Mean: m.Mean}
	for k := dim - 1; k >= 0; k-- {
		if !(values[k] > faintVariance*values[dim-1]) {
			break
		}
		axis := make([]float32, dim)
		largest := 0
		for j := range axis {
			axis[j] = float32(vectors.At(j, k))
			if math.Abs(vectors.At(j, k)) > math.Abs(vectors.At(largest, k)) {
				largest = j
			}
		}
		if axis[largest] < 0 { // one of the two signs, always the same
			for j := range axis {
				axis[j] = -axis[j]
			}
		}
		w.Axes = append(w.Axes, axis...)
		w.Scale = append(w.Scale, float32(math.Sqrt(values[k])))
	}
	if len(w.Scale) == 0 {
		return nil, fmt.Errorf("all %d codes are equal", m.Rows)
	}
	return w, nil
}

// Dim returns the length of a code.
func (w *Whitening) Dim() int { return len(w.Mean) }

// Width returns the number of white coordinates of a code.
func (w *Whitening) Width() int { return len(w.Scale) }

// White returns the white coordinates of codes: (n, Width) for (n, Dim).
func (w *Whitening) White(codes []float32) []float32 {
	d, k := w.Dim(), w.Width()
	if len(codes)%d != 0 {
		panic("latent: White: not a whole number of codes")
	}
	out := make([]float32, len(codes)/d*k)
	for r := range len(codes) / d {
		code := codes[r*d : (r+1)*d]
		for i := range k {
			sum := 0.0
			for j, a := range w.Axes[i*d : (i+1)*d] {
				sum += float64(a) * (float64(code[j]) - float64(w.Mean[j]))
			}
			out[r*k+i] = float32(sum / float64(w.Scale[i]))
		}
	}
	return out
}

// Code returns the code at white coordinates; along axes without a coordinate it is the
// mean.
func (w *Whitening) Code(white []float32) []float32 { return w.Shift(w.Mean, white) }

// Shift returns a code moved by a step in white coordinates. The code is not changed.
func (w *Whitening) Shift(code, step []float32) []float32 {
	d := w.Dim()
	if len(code) != d || len(step) != w.Width() {
		panic("latent: Shift: code or step of another length")
	}
	sum := make([]float64, d)
	for j, v := range code {
		sum[j] = float64(v)
	}
	for i, s := range step {
		s := float64(s) * float64(w.Scale[i])
		for j, a := range w.Axes[i*d : (i+1)*d] {
			// The conversion keeps the product from being fused with the sum.
			sum[j] += float64(s * float64(a))
		}
	}
	out := make([]float32, d)
	for j, v := range sum {
		out[j] = float32(v)
	}
	return out
}

// Distance returns a code's Mahalanobis distance from the mean: the length of its white
// coordinates, in standard deviations. Codes of K coordinates lie on a shell at about the
// square root of K from the mean.
func (w *Whitening) Distance(code []float32) float64 { return length(w.White(code)) }

// Reach holds percentiles of the distances from the mean of the codes that a whitening
// was fitted to.
type Reach struct {
	Near float64 `json:"near"` // the 1st percentile: nearer codes are averages
	Half float64 `json:"half"` // the median
	Far  float64 `json:"far"`  // the 99th percentile: farther codes are far from the data
}

// NewReach returns the percentiles of the distances of codes.
func NewReach(w *Whitening, codes []float32) Reach {
	white := w.White(codes)
	d := make([]float64, 0, len(white)/w.Width())
	for r := 0; r < len(white); r += w.Width() {
		d = append(d, length(white[r:r+w.Width()]))
	}
	slices.Sort(d)
	return Reach{Near: quantile(d, 0.01), Half: quantile(d, 0.5), Far: quantile(d, 0.99)}
}

// quantile returns a quantile of sorted numbers, interpolated as numpy.quantile does.
func quantile(sorted []float64, q float64) float64 {
	at := q * float64(len(sorted)-1)
	low := int(at)
	if low+1 >= len(sorted) {
		return sorted[len(sorted)-1]
	}
	return sorted[low] + (at-float64(low))*(sorted[low+1]-sorted[low])
}

func dot(a, b []float32) float64 {
	sum := 0.0
	for i, v := range a {
		sum += float64(float64(v) * float64(b[i]))
	}
	return sum
}

func length(a []float32) float64 { return math.Sqrt(dot(a, a)) }

// Cosine returns the cosine of the angle between two points in white coordinates; 0 where
// one of them is the mean.
func Cosine(a, b []float32) float64 {
	n := length(a) * length(b)
	if n == 0 {
		return 0
	}
	return dot(a, b) / n
}
