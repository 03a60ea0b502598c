package train

import (
	"context"
	"errors"
	"math"
	"slices"

	"likeness/autoencoder"
	"likeness/pca"
	"likeness/pix"
)

// Occludes tells what black rectangles a corruption has, if they come last in it: what
// is visible between them may have suffered before, by noise.
func Occludes(c pix.Corruption) (pix.Occlusion, bool) {
	if s, ok := c.(pix.Sequence); ok && len(s) > 0 {
		c = s[len(s)-1]
	}
	o, ok := c.(pix.Occlusion)
	return o, ok
}

// MostHidden is how many values of a picture w x h the rectangles cover at most, without
// regard to where they overlap.
func MostHidden(o pix.Occlusion, w, h int) int {
	size := o.Size
	if size < 1 {
		size = max(min(w, h)/2, 1)
	}
	return max(o.Count, 1) * min(size, w) * min(size, h) * 3
}

// Hidden marks the values of pictures that c, which Occludes, covers in pictures spoilt by
// CorruptedFrom with the same place and seed; values is how many there are, of whole pictures.
func Hidden(place, values int, c pix.Corruption, prep pix.Prep, seed uint64) []bool {
	endless := slices.Repeat([]float32{float32(math.Inf(1))}, values) // stays so under any noise
	hidden := make([]bool, values)
	for i, v := range CorruptedFrom(place, endless, c, prep, seed) {
		hidden[i] = !math.IsInf(float64(v), 1)
	}
	return hidden
}

// MeanFill is the error of putting the mean picture's pixels in the place of black
// rectangles. It is told where they are.
func (y *Yardsticks) MeanFill(c pix.Corruption, seed uint64) float64 {
	mse, _ := y.mse(context.Background(), func(first int, clean []float32) ([]float32, error) {
		return fillWithMean(y.mean, first, clean, c, y.prep, seed), nil
	})
	return mse
}

// fillWithMean spoils pictures and fills their rectangles with the mean picture.
func fillWithMean(mean []float32, place int, clean []float32, c pix.Corruption, prep pix.Prep, seed uint64) []float32 {
	x := CorruptedFrom(place, clean, c, prep, seed)
	for i, hides := range Hidden(place, len(x), c, prep, seed) {
		if hides {
			x[i] = mean[i%len(mean)]
		}
	}
	return x
}

// ErrNoFill is returned for corruptions that no closed form mends.
var ErrNoFill = errors.New("train: there is no closed form against this corruption")

// Fill mends the pictures in spoilt, which are CorruptedFrom place with c and seed, as
// pca.Filler does: it puts in the place of black rectangles what is to be expected of
// what is visible around them. It is told where they are. Where gaussian noise came
// before, its strength is the fill's ridge and the Wiener filter goes over the whole,
// which together is the best linear answer for what is seen. Of another c it returns
// ErrNoFill.
func (y *Yardsticks) Fill(ctx context.Context, place int, spoilt []float32, c pix.Corruption, seed uint64) ([]float32, error) {
	fill, err := y.filler(ctx, c)
	if err != nil {
		return nil, err
	}
	return fill(ctx, place, spoilt, seed)
}

// GaussianFill is the error of the test pictures as Fill mends them.
func (y *Yardsticks) GaussianFill(ctx context.Context, c pix.Corruption, seed uint64) (float64, error) {
	fill, err := y.filler(ctx, c)
	if err != nil {
		return 0, err
	}
	return y.mse(ctx, func(first int, clean []float32) ([]float32, error) {
		return fill(ctx, first, CorruptedFrom(first, clean, c, y.prep, seed), seed)
	})
}

// Told is the error of a model that mends black rectangles if it, too, is told where they
// are: what is visible stays as it is, and its answer stands in the rectangles alone.
func (y *Yardsticks) Told(ctx context.Context, m *autoencoder.Model, c pix.Corruption, seed uint64) (float64, error) {
	return y.mse(ctx, func(first int, clean []float32) ([]float32, error) {
		x := CorruptedFrom(first, clean, c, y.prep, seed)
		back, err := m.Reconstruct(ctx, x)
		if err != nil {
			return nil, err
		}
		for i, hides := range Hidden(first, len(x), c, y.prep, seed) {
			if hides {
				x[i] = back[i]
			}
		}
		return x, nil
	})
}

// filler makes the closed form against c.
func (y *Yardsticks) filler(ctx context.Context, c pix.Corruption) (func(ctx context.Context, place int, spoilt []float32, seed uint64) ([]float32, error), error) {
	var noise pix.Gaussian
	if s, ok := c.(pix.Sequence); ok && len(s) == 2 {
		if noise, ok = s[0].(pix.Gaussian); !ok {
			return nil, ErrNoFill
		}
	} else if _, ok := c.(pix.Occlusion); !ok {
		return nil, ErrNoFill
	}
	if _, ok := Occludes(c); !ok {
		return nil, ErrNoFill
	}
	var filter *pca.Wiener
	var err error
	sigma := float64(noise.Sigma)
	if sigma > 0 {
		if filter, err = y.wiener(ctx, sigma); err != nil {
			return nil, err
		}
	}
	if y.moments == nil {
		return nil, ErrLarge
	}
	filler, err := y.moments.Filler(ctx, sigma*sigma)
	if err != nil {
		return nil, err
	}
	return func(ctx context.Context, place int, spoilt []float32, seed uint64) ([]float32, error) {
		x, err := filler.Fill(ctx, spoilt, Hidden(place, len(spoilt), c, y.prep, seed))
		if err != nil || filter == nil {
			return x, err
		}
		return filter.Denoise(ctx, x)
	}, nil
}
