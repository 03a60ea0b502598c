package baseline

import (
	"context"
	"errors"
	"math"
	"slices"

	"likeness/autoencoder"
	"likeness/pca"
	"likeness/pix"
)

// Rectangles returns the black rectangles of a corruption and whether it ends with
// some; noise may come before them.
func Rectangles(c pix.Corruption) (pix.Occlusion, bool) {
	if s, ok := c.(pix.Sequence); ok && len(s) > 0 {
		c = s[len(s)-1]
	}
	o, ok := c.(pix.Occlusion)
	return o, ok
}

// MostHidden returns how many values of a picture of w x h the rectangles cover at
// most; overlaps are not considered.
func MostHidden(o pix.Occlusion, w, h int) int {
	size := o.Size
	if size < 1 {
		size = max(min(w, h)/2, 1)
	}
	return max(o.Count, 1) * min(size, w) * min(size, h) * 3
}

// Hidden returns a mask of the values that the Rectangles of c cover in pictures
// corrupted by CorruptedFrom with the same place and seed. values is their number, of
// whole pictures.
func Hidden(place, values int, c pix.Corruption, prep pix.Prep, seed uint64) []bool {
	endless := slices.Repeat([]float32{float32(math.Inf(1))}, values) // noise does not change infinities
	hidden := make([]bool, values)
	for i, v := range CorruptedFrom(place, endless, c, prep, seed) {
		hidden[i] = !math.IsInf(float64(v), 1)
	}
	return hidden
}

// MeanFill returns the error of filling black rectangles with the mean picture's
// pixels. It is given the mask.
func (t *Test) MeanFill(ctx context.Context, c pix.Corruption, seed uint64) (float64, error) {
	mean, err := t.Mean(ctx)
	if err != nil {
		return 0, err
	}
	return t.mse(ctx, func(first int, clean []float32) ([]float32, error) {
		x := CorruptedFrom(first, clean, c, t.prep, seed)
		for i, hides := range Hidden(first, len(x), c, t.prep, seed) {
			if hides {
				x[i] = mean[i%len(mean)]
			}
		}
		return x, nil
	})
}

// ErrNoFill is returned for corruptions that no closed form restores.
var ErrNoFill = errors.New("there is no closed form against this corruption")

// Fill returns the corrupted pictures, made by CorruptedFrom with c and seed from place
// on, as pca.Filler restores them: black rectangles get the conditional mean of what is
// hidden, given what is visible. It is given the mask. Where gaussian noise came
// first, its variance is the fill's ridge and the Wiener filter follows, which together
// is the best linear estimate. For another c it returns ErrNoFill.
func (f *Forms) Fill(ctx context.Context, place int, corrupted []float32, c pix.Corruption, seed uint64) ([]float32, error) {
	fill, err := f.filler(ctx, c)
	if err != nil {
		return nil, err
	}
	return fill(ctx, place, corrupted, seed)
}

// GaussianFill returns the error of the test pictures as Fill restores them.
func (t *Test) GaussianFill(ctx context.Context, c pix.Corruption, seed uint64) (float64, error) {
	fill, err := t.filler(ctx, c)
	if err != nil {
		return 0, err
	}
	return t.mse(ctx, func(first int, clean []float32) ([]float32, error) {
		return fill(ctx, first, CorruptedFrom(first, clean, c, t.prep, seed), seed)
	})
}

// Masked returns the error of a model that fills black rectangles if it is given the
// mask as well: visible values stay, its answer stands in the rectangles alone.
func (t *Test) Masked(ctx context.Context, m *autoencoder.Model, c pix.Corruption, seed uint64) (float64, error) {
	return t.mse(ctx, func(first int, clean []float32) ([]float32, error) {
		x := CorruptedFrom(first, clean, c, t.prep, seed)
		back, err := m.Reconstruct(ctx, x)
		if err != nil {
			return nil, err
		}
		for i, hides := range Hidden(first, len(x), c, t.prep, seed) {
			if hides {
				x[i] = back[i]
			}
		}
		return x, nil
	})
}

// filling restores pictures corrupted by CorruptedFrom.
type filling func(ctx context.Context, place int, corrupted []float32, seed uint64) ([]float32, error)

// filler returns the closed form against c.
func (f *Forms) filler(ctx context.Context, c pix.Corruption) (filling, error) {
	var noise pix.Gaussian
	if s, ok := c.(pix.Sequence); ok && len(s) == 2 {
		if noise, ok = s[0].(pix.Gaussian); !ok {
			return nil, ErrNoFill
		}
	} else if _, ok := c.(pix.Occlusion); !ok {
		return nil, ErrNoFill
	}
	if _, ok := Rectangles(c); !ok {
		return nil, ErrNoFill
	}
	m, err := f.covariance(ctx)
	if err != nil {
		return nil, err
	}
	var filter *pca.Wiener
	sigma := float64(noise.Sigma)
	if sigma > 0 {
		if filter, err = f.filter(ctx, sigma); err != nil {
			return nil, err
		}
	}
	filler, err := m.Filler(ctx, sigma*sigma)
	if err != nil {
		return nil, err
	}
	prep := pix.Prep{W: f.data.W, H: f.data.H}
	return func(ctx context.Context, place int, corrupted []float32, seed uint64) ([]float32, error) {
		x, err := filler.Fill(ctx, corrupted, Hidden(place, len(corrupted), c, prep, seed))
		if err != nil || filter == nil {
			return x, err
		}
		return filter.Denoise(ctx, x)
	}, nil
}
