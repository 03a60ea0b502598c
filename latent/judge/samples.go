package judge

import (
	"context"
	"fmt"

	"likeness/autoencoder"
	"likeness/faces"
	"likeness/latent"
	"likeness/pix"
)

// Judged is the quality of one kind of faces.
type Judged struct {
	Name string `json:"name"`
	Quality
}

// Samples draws faces from each source, as many as half of the test faces, and
// compares them with one half of those. The other half is compared in the same
// way, which is what real faces come to, and so are its reconstructions: no
// choice of codes can be expected to do better than those.
func Samples(ctx context.Context, m *autoencoder.Model, data *faces.Set, split faces.Split, sources []Source) ([]Judged, error) {
	half := len(split.Test) / 2
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
	var out []Judged
	add := func(name string, described []float32, err error) error {
		if err != nil {
			return err
		}
		q, err := Compare(ctx, described, real, trained, Width())
		out = append(out, Judged{name, q})
		return err
	}
	others := split.Test[half : 2*half]
	described, err := photographs(others)
	if err := add("other held-out faces", described, err); err != nil {
		return nil, err
	}
	codes, err := latent.Codes(ctx, m, data, others, nil)
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

// Source is where codes of new faces come from.
type Source struct {
	Name  string
	Codes func(n int) []float32
}
