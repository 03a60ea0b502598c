package autoencoder

import (
	"context"
	"errors"
	"fmt"
	"math"

	"gonum.org/v1/gonum/mat"

	"likeness/hyper"
	"likeness/internal/kernel"
)

// Correction improves the codes that an encoder's network returns, which are near the
// best codes of the pictures but not equal to them. A few times it decodes a code and
// moves it by the difference between the picture and the decoded one:
//
//	code = code + CorrectionShare * Matrix * slopes(code) * (picture - decoder(code))
//
// slopes(code) is the decoder's Jacobian, (Code, values of a picture), applied by a
// backward pass. A Gauss-Newton step would solve the normal equations for every picture,
// with the whole Jacobian; Matrix is the inverse of the mean of their matrices, slopes
// times slopes transposed, over training pictures, so that a step costs some passes
// through the decoder only. (Marino et al. 2018, "Iterative amortized inference", use a
// network in place of Matrix.) A step that makes a picture worse is undone and is the
// last.
type Correction struct {
	Steps  int
	Matrix []float32 // (Code, Code), symmetric
}

// MostCorrection bounds the steps: after a few, little is left to gain.
const MostCorrection = hyper.MostCorrect

// CorrectionShare was chosen on a part of LFW's training pictures (see RESULTS.md): full
// steps overshoot where the decoder is steeper than on average.
const CorrectionShare = 0.7

// CorrectionPictures is the number of pictures that FitCorrection uses at most; 16 do
// nearly as well.
const CorrectionPictures = 64

// correctionProbes bounds the number of codes that FitCorrection decodes where codes are
// long; it always uses eight pictures.
const correctionProbes = 5000

// longestCorrected bounds the length of corrected codes, mostCorrectedSlope the size of
// the Jacobian, code times values of a picture. The fit takes time with the square of the
// former and memory with the latter.
const (
	longestCorrected   = 1024
	mostCorrectedSlope = 1 << 26
)

// MayCorrect returns an error when the codes of such a model cannot be corrected.
func (m *Model) MayCorrect() error {
	switch {
	case m.Decoder == nil:
		return errors.New("a model without a code has none to correct")
	case m.Code > longestCorrected || m.Code*m.Values() > mostCorrectedSlope:
		return fmt.Errorf("codes of %d numbers for pictures of %dx%d are too long to be corrected", m.Code, m.Prep.W, m.Prep.H)
	}
	return nil
}

// FitCorrection fits a Correction of 0 to MostCorrection steps to the training pictures
// in x and gives it to the model; 0 steps, or no pictures, means none. Where the decoder
// makes one picture of all codes, the correction never moves a code. It fails for other
// numbers of steps, for a model that MayCorrect returns an error for, and when ctx ends.
func (m *Model) FitCorrection(ctx context.Context, x []float32, steps int) error {
	if err := m.MayCorrect(); err != nil {
		return err
	}
	if steps < 0 || steps > MostCorrection {
		return fmt.Errorf("a correction in %d steps: expected 0 to %d", steps, MostCorrection)
	}
	m.Correction = nil
	k, size := m.Code, m.Values()
	there := len(x) / size
	images := min(there, CorrectionPictures, max(8, correctionProbes/(2*k+1)))
	if steps == 0 || images == 0 {
		return nil
	}
	mean := mat.NewSymDense(k, nil)
	for i := range images {
		picture := i * there / images // from all over
		code, err := m.Encode(ctx, x[picture*size:(picture+1)*size])
		if err != nil {
			return err
		}
		painted, err := m.Decode(ctx, m.probes(code))
		if err != nil {
			return err
		}
		n := normal(slopes(painted, k, size), k)
		n.ScaleSym(1/float64(images), n)
		mean.AddSym(mean, n)
	}
	largest := 0.0
	for j := range k {
		largest = max(largest, mean.At(j, j))
	}
	for j := range k { // a number that the decoder ignores must not be moved far
		mean.SetSym(j, j, mean.At(j, j)+1e-4*largest)
	}
	c := &Correction{Steps: steps, Matrix: make([]float32, k*k)}
	var factors mat.Cholesky
	inverse := mat.NewSymDense(k, nil)
	if factors.Factorize(mean) && factors.InverseTo(inverse) == nil {
		for i := range c.Matrix {
			c.Matrix[i] = float32(inverse.At(i/k, i%k))
		}
	}
	if c.check(k) != nil {
		clear(c.Matrix)
	}
	m.Correction = c
	return nil
}

// check returns an error unless c is a correction for codes of k numbers.
func (c *Correction) check(k int) error {
	if c.Steps < 1 || c.Steps > MostCorrection {
		return fmt.Errorf("a correction in %d steps: expected 1 to %d", c.Steps, MostCorrection)
	}
	if len(c.Matrix) != k*k {
		return fmt.Errorf("a correction by %d numbers: expected %d times %d", len(c.Matrix), k, k)
	}
	for i, v := range c.Matrix {
		if math.IsNaN(float64(v)) || math.IsInf(float64(v), 0) {
			return fmt.Errorf("a correction whose number %d is %g", i, v)
		}
	}
	return nil
}

// correct corrects the codes of the pictures in x, in place.
func (m *Model) correct(ctx context.Context, x, codes []float32) error {
	k, size, images := m.Code, m.Values(), m.Piece()/2 // slopes take as much memory again
	for first := 0; first < len(codes)/k; first += images {
		last := min(first+images, len(codes)/k)
		if err := m.correctSome(ctx, x[first*size:last*size], codes[first*k:last*k]); err != nil {
			return err
		}
	}
	return nil
}

// correctSome takes all steps with some codes together.
func (m *Model) correctSome(ctx context.Context, x, best []float32) error {
	k, size := m.Code, m.Values()
	images := len(best) / k
	tried := append([]float32(nil), best...)
	least, done := make([]float64, images), make([]bool, images)
	moving := images
	for step := 0; step <= m.Correction.Steps && moving > 0; step++ {
		var painted, gradient []float32
		var err error
		if step == m.Correction.Steps {
			painted, err = m.Decode(ctx, tried)
		} else {
			painted, gradient, err = m.Decoder.InputGradient(ctx, tried, x)
		}
		if err != nil {
			return err
		}
		for i := range images {
			if done[i] {
				continue
			}
			e := kernel.SquaredError(painted[i*size:(i+1)*size], x[i*size:(i+1)*size])
			if step > 0 && !(e < least[i]) {
				done[i] = true
				moving--
				continue
			}
			least[i] = e
			code := best[i*k : (i+1)*k]
			copy(code, tried[i*k:])
			if gradient == nil {
				continue
			}
			for j := range k {
				tried[i*k+j] = code[j] - float32(CorrectionShare*kernel.Dot(m.Correction.Matrix[j*k:][:k], gradient[i*k:][:k]))
			}
		}
	}
	return nil
}
