package autoencoder

import (
	"context"
	"errors"
	"fmt"

	"likeness/internal/kernel"
	"likeness/parallel"
	"likeness/pix"
)

// Reconstruction is a picture that went through a model.
type Reconstruction struct {
	Image string    `json:"image"` // path of the picture; the caller's to set
	MSE   float64   `json:"mse"`
	Code  []float32 `json:"code"`
	// First is the error with the encoder's own code; nil where codes were not refined.
	First *float64 `json:"mse_before"`

	Picture *pix.Image `json:"-"` // the reconstruction
}

// ReconstructImages encodes and decodes pictures of the model's size, all at once; it sends
// one step to Progress. It fails for pictures of another size, for a model without a code
// or, with Refine, whose codes are not refined (see CheckRefine), and when ctx ends.
func (m *Model) ReconstructImages(ctx context.Context, pictures []*pix.Image, opt ReconstructOptions) ([]Reconstruction, error) {
	ctx = parallel.WithThreads(ctx, opt.Threads)
	opt.Progress.Report(reconstructing, 0, len(pictures))
	if err := m.CheckCode(); err != nil {
		return nil, err
	}
	size := m.Values()
	x := make([]float32, len(pictures)*size)
	for i, p := range pictures {
		if p.W != m.Prep.W || p.H != m.Prep.H {
			return nil, fmt.Errorf("picture %d is %dx%d, the model takes pictures of %dx%d", i+1, p.W, p.H, m.Prep.W, m.Prep.H)
		}
		p.Floats(x[i*size : (i+1)*size])
	}
	codes, err := m.Encode(ctx, x)
	if err != nil {
		return nil, err
	}
	var first []float32
	if opt.Refine > 0 {
		if err := m.CheckRefine(); err != nil {
			return nil, err
		}
		if first, err = m.Decode(ctx, codes); err != nil {
			return nil, err
		}
		if codes, err = m.Refine(ctx, x, codes, opt.Refine); err != nil {
			return nil, err
		}
	}
	decoded, err := m.Decode(ctx, codes)
	if err != nil {
		return nil, err
	}
	all := make([]Reconstruction, len(pictures))
	for i := range all {
		part := func(values []float32) []float32 { return values[i*size : (i+1)*size] }
		mse := func(values []float32) float64 {
			return kernel.SquaredError(part(values), part(x)) / float64(size)
		}
		all[i] = Reconstruction{MSE: mse(decoded), Code: codes[i*m.Code : (i+1)*m.Code], Picture: pix.FromFloats(part(decoded), m.Prep.W, m.Prep.H)}
		if first != nil {
			all[i].First = new(mse(first))
		}
	}
	return all, nil
}

// reconstructing names the work in steps.
const reconstructing = "Reconstructing"

// CheckRefine returns an error for a model whose codes are not refined: one without
// codes, and a denoiser. It says what the model is, as CheckCode does.
func (m *Model) CheckRefine() error {
	if err := m.CheckCode(); err != nil {
		return err
	}
	if t := m.Training; t != nil && t.Task == Denoise {
		return errors.New("the model is a denoiser: codes refined towards a noisy picture would reproduce the noise")
	}
	return nil
}
