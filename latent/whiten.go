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

// Whitening is where the codes of a model lie: their mean, the axes along which
// they vary, and how far. In white coordinates, those along the axes in standard
// deviations, the codes it was fitted to have mean 0 and the identity for a
// covariance, so that a step of length 1 is one standard deviation, whichever
// way it leads. Axes along which codes hardly vary (less than a millionth of the
// largest variance) have no coordinate.
type Whitening struct {
	Mean  []float32 // Dim
	Axes  []float32 // Width x Dim, orthonormal rows, by falling variance
	Scale []float32 // Width standard deviations
}

// faintVariance is the share of the largest variance that an axis must have.
const faintVariance = 1e-6

// Whiten fits a whitening to codes of dim numbers, one behind the other. It
// fails with fewer than two codes, when all are equal, or when ctx ends.
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

// Dim is how many numbers a code has.
func (w *Whitening) Dim() int { return len(w.Mean) }

// Width is how many white coordinates a code has.
func (w *Whitening) Width() int { return len(w.Scale) }

// White gives the white coordinates of codes, one behind the other.
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

// Code gives the code at white coordinates; along axes without a coordinate it
// is the mean.
func (w *Whitening) Code(white []float32) []float32 { return w.Shift(w.Mean, white) }

// Shift moves a code by a step in white coordinates. The code is left alone.
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

// Distance is a code's Mahalanobis distance from the mean: the length of its
// white coordinates, in standard deviations. Codes of K coordinates lie on a
// shell, about the root of K from the mean.
func (w *Whitening) Distance(code []float32) float64 { return length(w.White(code)) }

// Reach says how far from the mean codes lie: percentiles of the distances of
// those that a whitening was fitted to.
type Reach struct {
	Near float64 `json:"near"` // the 1st percentile: nearer lie averages
	Half float64 `json:"half"` // the median
	Far  float64 `json:"far"`  // the 99th percentile: what is farther is far from the data
}

// NewReach measures the distances of codes.
func NewReach(w *Whitening, codes []float32) Reach {
	white := w.White(codes)
	d := make([]float64, 0, len(white)/w.Width())
	for r := 0; r < len(white); r += w.Width() {
		d = append(d, length(white[r:r+w.Width()]))
	}
	slices.Sort(d)
	return Reach{Near: quantile(d, 0.01), Half: quantile(d, 0.5), Far: quantile(d, 0.99)}
}

// quantile of sorted numbers, interpolated as numpy.quantile does.
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

// Cosine is that of the angle between two points, seen from the mean; 0 where one
// of them is the mean.
func Cosine(a, b []float32) float64 {
	n := length(a) * length(b)
	if n == 0 {
		return 0
	}
	return dot(a, b) / n
}
