package latent

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"slices"

	"likeness/autoencoder"
	"likeness/parallel"
	"likeness/pix"
)

// Desk is a model with its atlas, opened once to play with faces by their codes. A face
// is a code; a Move is what is done to it, such as the sliders of a page; Show paints the
// result. Requests of many callers are decoded together. It is for any number of
// goroutines and needs no closing.
type Desk struct {
	Model *autoencoder.Model
	Atlas *Atlas
	// Axes are the axes of white coordinates, by falling effect on the picture. The
	// Whitening's own order, by variance, says less of what is seen: of the conv that comes
	// with the program the axis with the largest variance is the seventh by effect.
	Axes []Axis

	gatherer *autoencoder.Gatherer
	mixture  *Mixture
}

// Axis is one axis of white coordinates.
type Axis struct {
	Axis int `json:"axis"` // of the Whitening, from 0
	// Effect is the root mean square change of a picture's values, which run from 0 to
	// 255, by one standard deviation along the axis.
	Effect float64 `json:"effect"`
	Usual  Range   `json:"usual"` // of 99 % of new faces
}

// The effects of axes are measured on some faces, fewer where there are many axes, which are drawn by a seed.
const (
	effectProbes = 256 // faces times axes, about
	effectSeed   = 1
)

// NewDesk returns a desk for a model and its atlas, and measures the effects of the axes.
// It fails for a model without a code, for the atlas of another model, and when ctx ends.
func NewDesk(ctx context.Context, m *autoencoder.Model, a *Atlas) (*Desk, error) {
	if err := m.CheckCode(); err != nil {
		return nil, err
	}
	if err := a.CheckModel(m.Fingerprint()); err != nil {
		return nil, err
	}
	g, err := autoencoder.NewGatherer(m, parallel.Threads(ctx))
	if err != nil {
		return nil, err
	}
	d := &Desk{Model: m, Atlas: a, gatherer: g, mixture: a.Mixture}
	if d.mixture == nil {
		d.mixture = Gaussian(a.Whitening.Width())
	}
	return d, d.measureAxes(ctx)
}

// measureAxes decodes some faces, and each again one standard deviation further along every
// axis.
func (d *Desk) measureAxes(ctx context.Context) error {
	w, size := d.Atlas.Whitening, d.Model.Values()
	width := w.Width()
	sums := make([]float64, width)
	faces := max(1, effectProbes/width)
	for _, code := range d.Draw(faces, 1, effectSeed) {
		codes := slices.Clone(code)
		unit := make([]float32, width)
		for i := range width {
			unit[i] = 1
			codes = append(codes, w.Shift(code, unit)...)
			unit[i] = 0
		}
		pictures, err := d.gatherer.Decode(ctx, codes)
		if err != nil {
			return err
		}
		for i := range width {
			for k, v := range pictures[(i+1)*size : (i+2)*size] {
				change := float64(v - pictures[k])
				sums[i] += change * change
			}
		}
	}
	unit := make([]float32, width)
	for i, sum := range sums {
		unit[i] = 1
		d.Axes = append(d.Axes, Axis{i, 255 * math.Sqrt(sum/float64(faces*size)), d.mixture.Along(unit)})
		unit[i] = 0
	}
	slices.SortStableFunc(d.Axes, func(a, b Axis) int { return cmp.Compare(b.Effect, a.Effect) })
	return nil
}

// Draw returns codes of new faces, those that Sample decodes for the same numbers. From an
// atlas without a mixture they are drawn from one gaussian.
func (d *Desk) Draw(n int, spread float64, seed uint64) [][]float32 {
	codes := d.Atlas.Whitening.Draw(d.mixture, n, spread, seed)
	return slices.Collect(slices.Chunk(codes, d.Model.Code))
}

// Mean returns the mean code.
func (d *Desk) Mean() []float32 { return slices.Clone(d.Atlas.Whitening.Mean) }

// Encode returns the code of a face in the size of the model's pictures.
func (d *Desk) Encode(ctx context.Context, f Face) ([]float32, error) {
	x, err := floats(d.Model, f)
	if err != nil {
		return nil, err
	}
	return d.Model.Encode(ctx, x)
}

// Pictures returns the pictures of codes.
func (d *Desk) Pictures(ctx context.Context, codes ...[]float32) ([]*pix.Image, error) {
	return d.paint(ctx, nil, codes...)
}

// paint returns the pictures of codes. With a photograph, whose code is the first one, each has the part of the
// photograph that this code does not hold; the first picture is then the photograph itself.
func (d *Desk) paint(ctx context.Context, photograph *pix.Image, codes ...[]float32) ([]*pix.Image, error) {
	if err := d.check(codes...); err != nil {
		return nil, err
	}
	values, err := d.gatherer.Decode(ctx, slices.Concat(codes...))
	if err != nil {
		return nil, err
	}
	size := d.Model.Values()
	var lost []float32
	if photograph != nil {
		if lost, err = floats(d.Model, Face{"the photograph", photograph}); err != nil {
			return nil, err
		}
		for i, v := range values[:size] {
			lost[i] -= v
		}
	}
	var list []*pix.Image
	for x := range slices.Chunk(values, size) {
		for i, v := range lost {
			x[i] += v
		}
		list = append(list, pix.FromFloats(x, d.Model.Prep.W, d.Model.Prep.H))
	}
	return list, nil
}

// largestNumber bounds the numbers of a code and the steps along axes: beyond it products
// in a decoder are no longer finite.
const largestNumber = 1e6

// check returns an error for codes that are not of the model.
func (d *Desk) check(codes ...[]float32) error {
	for _, code := range codes {
		if len(code) != d.Model.Code {
			return fmt.Errorf("a code of %d numbers for a model with codes of %d", len(code), d.Model.Code)
		}
		for i, v := range code {
			if !(v >= -largestNumber && v <= largestNumber) {
				return fmt.Errorf("number %d of a code is %g", i+1, v)
			}
		}
	}
	return nil
}
