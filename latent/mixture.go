package latent

import (
	"context"
	"errors"
	"math"
	"math/rand/v2"

	"gonum.org/v1/gonum/mat"
)

// Mixture is a mixture of gaussians with full covariances in white coordinates, from
// which codes are drawn.
type Mixture struct {
	Width   int
	Weights []float64 // K, their sum is 1
	Means   []float64 // K x Width
	// Roots are K x Width x Width: for each component the lower Cholesky factor L
	// of its covariance L L'.
	Roots []float64
	Story MixtureStory
}

// MixtureStory records how a mixture was fitted.
type MixtureStory struct {
	Components int     `json:"components"`
	Rows       int     `json:"rows"`
	Floor      float64 `json:"floor"`          // added to every variance
	Rounds     int     `json:"rounds"`         // of EM
	Likelihood float64 `json:"log_likelihood"` // mean over the rows that it was fitted to
	// Tried are the held-out log-likelihoods that the number of components was chosen by;
	// none where it was given.
	Tried []Tried `json:"tried,omitempty"`
}

// Tried is the mean log-likelihood of held-out codes under a mixture.
type Tried struct {
	Components int     `json:"components"`
	HeldOut    float64 `json:"held_out_log_likelihood"`
}

// Len returns the number of components.
func (m *Mixture) Len() int { return len(m.Weights) }

// Sample draws white coordinates, (n, Width), which depend on the seed only. spread
// multiplies the distances from the component's mean: 1 is as fitted, less gives likelier
// and less varied codes.
func (m *Mixture) Sample(n int, spread float64, seed uint64) []float32 {
	rng := rand.New(rand.NewPCG(seed, 0))
	out := make([]float32, 0, n*m.Width)
	noise := make([]float64, m.Width)
	for range n {
		k, u := 0, rng.Float64()
		for ; k < m.Len()-1 && u >= m.Weights[k]; k++ {
			u -= m.Weights[k]
		}
		for j := range noise {
			noise[j] = spread * rng.NormFloat64()
		}
		mean, root := m.mean(k), m.root(k)
		for i := range m.Width {
			sum := mean[i]
			for j, v := range root[i*m.Width : i*m.Width+i+1] {
				sum += float64(v * noise[j])
			}
			out = append(out, float32(sum))
		}
	}
	return out
}

func (m *Mixture) mean(k int) []float64 { return m.Means[k*m.Width : (k+1)*m.Width] }

func (m *Mixture) root(k int) []float64 {
	n := m.Width * m.Width
	return m.Roots[k*n : (k+1)*n]
}

// LogLikelihood returns the mean log-density of rows of white coordinates, in nats; NaN
// without rows. It fails when ctx ends.
func (m *Mixture) LogLikelihood(ctx context.Context, white []float32) (float64, error) {
	e := newExpectation(m, white)
	if e.rows == 0 {
		return math.NaN(), ctx.Err()
	}
	return e.run(ctx, m, nil)
}

// setRoot factors a covariance for component k.
func (m *Mixture) setRoot(k int, covariance *mat.SymDense) error {
	var c mat.Cholesky
	if !c.Factorize(covariance) {
		return errors.New("a component's covariance is not positive")
	}
	var l mat.TriDense
	c.LTo(&l)
	root := m.root(k)
	for i := range m.Width {
		for j := range i + 1 {
			root[i*m.Width+j] = l.At(i, j)
		}
	}
	return nil
}

// Gaussian returns the gaussian of the whitening as a mixture of one component: in white
// coordinates its mean is 0 and its covariance the identity.
func Gaussian(width int) *Mixture {
	m := &Mixture{Width: width, Weights: []float64{1}, Means: make([]float64, width), Roots: make([]float64, width*width)}
	for i := range width {
		m.Roots[i*width+i] = 1
	}
	m.Story = MixtureStory{Components: 1}
	return m
}

// Draw returns n new codes, (n, Dim), drawn from a mixture in white coordinates; see
// Mixture.Sample.
func (w *Whitening) Draw(m *Mixture, n int, spread float64, seed uint64) []float32 {
	white := m.Sample(n, spread, seed)
	codes := make([]float32, 0, n*w.Dim())
	for r := 0; r < len(white); r += m.Width {
		codes = append(codes, w.Code(white[r:r+m.Width])...)
	}
	return codes
}
