package judge

import (
	"context"
	"fmt"

	"likeness/faces"
	"likeness/latent"
	"likeness/pix"
)

// Samples draws new faces from each source, half as many as there are test faces, and
// compares them with one half of the test faces. It compares the other half in the
// same way, which gives the score of real faces, and the reconstructions of that half:
// no choice of codes can be expected to do better than those.
func Samples(ctx context.Context, coder *latent.Coder, split faces.Split, sources []Source) ([]latent.SampleQuality, error) {
	m, data, half := coder.Model, coder.Data, len(split.Test)/2
	if half <= Neighbours || len(split.Train) == 0 {
		return nil, fmt.Errorf("%d test faces are too few to compare new faces with: it takes %d", len(split.Test), 2*(Neighbours+1))
	}
	photographs := func(rows []int) ([]float32, error) {
		return Describe(ctx, len(rows), func(i int) *pix.Image { return data.Image(rows[i]) })
	}
	painted := func(codes []float32) ([]float32, error) {
		all, err := m.Decode(ctx, codes)
		if err != nil {
			return nil, err
		}
		n := m.Values()
		return Describe(ctx, len(all)/n, func(i int) *pix.Image {
			return pix.FromFloats(all[i*n:(i+1)*n], m.Prep.W, m.Prep.H)
		})
	}
	trained, err := photographs(split.Train)
	if err != nil {
		return nil, err
	}
	real, err := photographs(split.Test[:half])
	if err != nil {
		return nil, err
	}
	var out []latent.SampleQuality
	add := func(name string, described []float32, err error) error {
		if err != nil {
			return err
		}
		q, err := Compare(ctx, described, real, trained, Width())
		out = append(out, latent.SampleQuality{Name: name, Quality: q})
		return err
	}
	others := split.Test[half : 2*half]
	described, err := photographs(others)
	if err := add("other held-out faces", described, err); err != nil {
		return nil, err
	}
	codes, err := coder.Codes(ctx, others, nil)
	if err != nil {
		return nil, err
	}
	described, err = painted(codes)
	if err := add("their reconstructions", described, err); err != nil {
		return nil, err
	}
	for _, s := range sources {
		described, err = painted(s.Codes(half))
		if err := add(s.Name, described, err); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// AtlasSources returns the two sources of new faces that an atlas with a mixture has:
// one gaussian, and the mixture.
func AtlasSources(a *latent.Atlas, spread float64, seed uint64) []Source {
	draw := func(m *latent.Mixture) func(int) []float32 {
		return func(n int) []float32 { return a.Whitening.Draw(m, n, spread, seed) }
	}
	return []Source{
		{Name: "new, one gaussian", Codes: draw(latent.Gaussian(a.Whitening.Width()))},
		{Name: fmt.Sprintf("new, a mixture of %d", a.Mixture.Len()), Codes: draw(a.Mixture)},
	}
}

// Source is where codes of new faces come from.
type Source struct {
	Name  string
	Codes func(n int) []float32
}
