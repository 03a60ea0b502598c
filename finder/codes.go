package finder

import (
	"context"
	"fmt"
	"slices"

	"likeness/autoencoder"
	"likeness/faces"
	"likeness/pix"
	"likeness/progress"
	"likeness/search"
)

// Codes are the codes of N pictures: wide ones, or a model's.
type Codes struct {
	Dim    int       // numbers in a code
	Own    int       // how many of them are the face's own; the rest are its mirror image's
	Swap   []int     // how the code of the mirrored face follows; nil: it does not
	Values []float32 // N x Dim
}

// FitSpace fits a space to some of the codes, which show people. The name "" takes that
// of DefaultSpace for wide codes.
func (c Codes) FitSpace(ctx context.Context, name string, rows []int, people []string) (search.Space, error) {
	if name == "" {
		name = DefaultSpace(people, 0)
	}
	return search.FitSpace(ctx, name, c.pick(rows), c.Dim, search.SpaceOptions{Swap: c.Swap, Own: c.Own, People: people})
}

// pick returns the codes of some rows.
func (c Codes) pick(rows []int) []float32 {
	out := make([]float32, 0, len(rows)*c.Dim)
	for _, r := range rows {
		out = append(out, c.Values[r*c.Dim:(r+1)*c.Dim]...)
	}
	return out
}

// Plain returns the codes without those of the mirror images.
func (c Codes) Plain() Codes {
	if c.Own == c.Dim {
		return c
	}
	out := Codes{Dim: c.Own, Own: c.Own}
	for i := 0; i < len(c.Values); i += c.Dim {
		out.Values = append(out.Values, c.Values[i:i+c.Own]...)
	}
	return out
}

// Coder turns prepared pictures into codes: an autoencoder, or an encoder from elsewhere.
type Coder interface {
	// Encode returns the codes of pictures of (N, H, W, 3) numbers, byte/255 - 0.5.
	Encode(ctx context.Context, x []float32) ([]float32, error)
	CodeLength() int
	Preparation() pix.Prep
	// Piece is how many pictures are encoded at a time.
	Piece() int
}

// modelCoder is an autoencoder as a Coder.
type modelCoder struct{ *autoencoder.Model }

func (m modelCoder) CodeLength() int       { return m.Code }
func (m modelCoder) Preparation() pix.Prep { return m.Prep }

// ModelCodes returns an autoencoder's codes of rows of a set, each followed by the code
// of the mirrored picture.
func ModelCodes(ctx context.Context, m *autoencoder.Model, data *faces.Set, rows []int, report progress.Func) (Codes, error) {
	return CoderCodes(ctx, modelCoder{m}, data, rows, report)
}

// CoderCodes is ModelCodes for any coder.
func CoderCodes(ctx context.Context, m Coder, data *faces.Set, rows []int, report progress.Func) (Codes, error) {
	own := m.CodeLength()
	c := Codes{Dim: 2 * own, Own: own, Swap: make([]int, 2*own)}
	for i := range c.Swap {
		c.Swap[i] = (i + own) % c.Dim
	}
	if err := checkSize(data, m.Preparation()); err != nil {
		return Codes{}, err
	}
	batch := m.Piece()
	for first := 0; first < len(rows); first += batch {
		if err := ctx.Err(); err != nil {
			return Codes{}, err
		}
		x := data.AllFloats(rows[first:min(first+batch, len(rows))])
		codes, err := CoderWithMirror(ctx, m, x)
		if err != nil {
			return Codes{}, err
		}
		c.Values = append(c.Values, codes...)
		report.Report("Encoding pictures", min(first+batch, len(rows)), len(rows))
	}
	return c, nil
}

// checkSize returns an error where a set's pictures do not have the size of a preparation.
func checkSize(data *faces.Set, prep pix.Prep) error {
	if data.W != prep.W || data.H != prep.H {
		return fmt.Errorf("%s: pictures of %dx%d, expected %dx%d", data.Source, data.W, data.H, prep.W, prep.H)
	}
	return nil
}

// WithMirror encodes N pictures, N x H x W x 3, and their mirror images. It returns N
// codes of twice the model's length: that of the picture, then that of its mirror image.
func WithMirror(ctx context.Context, m *autoencoder.Model, x []float32) ([]float32, error) {
	return CoderWithMirror(ctx, modelCoder{m}, x)
}

// CoderWithMirror is WithMirror for any coder.
func CoderWithMirror(ctx context.Context, m Coder, x []float32) ([]float32, error) {
	own, err := m.Encode(ctx, x)
	if err != nil {
		return nil, err
	}
	turned := slices.Clone(x)
	pix.Mirror(turned, m.Preparation().W)
	mirrored, err := m.Encode(ctx, turned)
	if err != nil {
		return nil, err
	}
	var out []float32
	n := m.CodeLength()
	for i := 0; i < len(own); i += n {
		out = append(append(out, own[i:i+n]...), mirrored[i:i+n]...)
	}
	return out, nil
}

// all returns the rows 0 to n-1.
func all(n int) []int {
	rows := make([]int, n)
	for i := range rows {
		rows[i] = i
	}
	return rows
}

// pick returns some of a list.
func pick[T any](list []T, rows []int) []T {
	out := make([]T, len(rows))
	for i, r := range rows {
		out[i] = list[r]
	}
	return out
}
