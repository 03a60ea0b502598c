package autoencoder

import (
	"context"
	"slices"

	"likeness/nn"
	"likeness/pix"
)

// Inputs of a denoiser are scaled so that their noise has the standard deviation
// m.Level, and its outputs are scaled back. One network therefore serves all levels, all
// levels weigh equally in the loss, and clean inputs are unchanged. pix.NoiseLevel
// estimates the level.

// UnitNoise is the Level of denoisers. Inputs scaled to it reach the bend of ELU.
const UnitNoise = 2.5

// LeastLevel is the weakest noise that pictures are scaled for, 2.5 steps of a byte.
// Weaker noise is scaled as if it had this level, and the share of the correction that is
// applied falls with the square of the level.
const LeastLevel = 0.01

// scale returns the factor that a picture with the given level of noise is multiplied by,
// and the share of the network's correction that is applied to it.
func (m *Model) scale(level float64) (factor, share float32) {
	if m.Level == 0 {
		return 1, 1
	}
	if level < LeastLevel {
		share := max(level, 0) / LeastLevel
		return float32(m.Level / LeastLevel), float32(share * share)
	}
	return float32(m.Level / level), 1
}

// Scale multiplies a noisy picture and its target, in place, by the model's factor for
// the noise in it, and returns the level of that noise. Without a Level it does nothing
// and returns 0. Training works on scaled pictures.
func (m *Model) Scale(noisy, target []float32) (level float64) {
	if m.Level == 0 {
		return 0
	}
	level = max(pix.NoiseLevel(noisy, m.Prep.W, m.Prep.H), LeastLevel)
	factor, _ := m.scale(level)
	multiply(noisy, factor)
	multiply(target, factor)
	return level
}

// denoise is Reconstruct for a model without a code.
func (m *Model) denoise(ctx context.Context, x []float32) ([]float32, error) {
	if m.Level == 0 {
		y, err := m.look(ctx, m.Encoder, x, nil)
		clamp(y)
		return y, err
	}
	size := m.Values()
	factors, shares := make([]float32, len(x)/size), make([]float32, len(x)/size)
	scaled := slices.Clone(x)
	for i := range factors {
		p := scaled[i*size : (i+1)*size]
		factors[i], shares[i] = m.scale(pix.NoiseLevel(p, m.Prep.W, m.Prep.H))
		multiply(p, factors[i])
	}
	y, err := m.look(ctx, m.Encoder, scaled, nil)
	if err != nil {
		return nil, err
	}
	for i := range factors {
		unscale(y[i*size:(i+1)*size], x[i*size:(i+1)*size], factors[i], shares[i])
	}
	return y, nil
}

// look returns the outputs of a network, the model's own or one with its weights for
// another size; with Mirror the mean of these and of the outputs for the mirror images.
// done, if set, is called after each of the m.each() passes.
func (m *Model) look(ctx context.Context, net *nn.Network, x []float32, done func()) ([]float32, error) {
	pass := func(x []float32) ([]float32, error) {
		y, err := net.Predict(ctx, x)
		if err == nil && done != nil {
			done()
		}
		return y, err
	}
	y, err := pass(x)
	if err != nil || !m.Mirror {
		return y, err
	}
	mirrored := slices.Clone(x)
	pix.Mirror(mirrored, net.Input[1])
	if mirrored, err = pass(mirrored); err != nil {
		return nil, err
	}
	pix.Mirror(mirrored, net.Input[1])
	for i, v := range mirrored {
		y[i] = (y[i] + v) / 2
	}
	return y, nil
}

// each returns the number of passes of look.
func (m *Model) each() int {
	if m.Mirror {
		return 2
	}
	return 1
}

func multiply(x []float32, factor float32) {
	if factor == 1 {
		return
	}
	for i := range x {
		x[i] *= factor
	}
}

// unscale scales the network's output y for x, multiplied by factor, back to a picture,
// with the given share of the change applied and values clamped.
func unscale(y, x []float32, factor, share float32) {
	if factor != 1 {
		inverse := 1 / factor
		for i := range y {
			y[i] *= inverse
		}
	}
	if share != 1 {
		for i, v := range y {
			y[i] = x[i] + float32(share*(v-x[i]))
		}
	}
	clamp(y)
}

// clamp limits values to the range of pictures, which removes 0.4 % of the error on LFW.
func clamp(y []float32) {
	for i, v := range y {
		y[i] = min(max(v, -0.5), 0.5)
	}
}
