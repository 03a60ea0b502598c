package judge

import (
	"context"
	"fmt"

	"likeness/latent"
	"likeness/pca"
)

// components is the number of principal components of descriptions that a classifier
// uses.
const components = 200

// Classifier predicts attributes from pictures, not from codes.
type Classifier struct {
	base       *pca.PCA
	whitening  *latent.Whitening
	Attributes []latent.Direction // a score for each, in white coordinates of descriptions
}

// Fit fits a classifier to descriptions and what is known about the pictures.
func Fit(ctx context.Context, descriptions []float32, t latent.Tagged) (*Classifier, error) {
	width := Width()
	m, err := pca.Measure(ctx, descriptions, width)
	if err != nil {
		return nil, fmt.Errorf("the judge: %w", err)
	}
	c := &Classifier{}
	if c.base, err = m.PCA(ctx, min(components, width, max(1, t.Len()/4))); err != nil {
		return nil, err
	}
	projected := c.base.Project(ctx, descriptions)
	if c.whitening, err = latent.Whiten(ctx, projected, len(c.base.Variances)); err != nil {
		return nil, fmt.Errorf("the judge: %w", err)
	}
	c.Attributes, _, err = latent.FitDirections(ctx, c.whitening.White(projected), c.whitening.Width(), t, latent.FitOptions{Method: latent.Ridge})
	return c, err
}

// white returns the white coordinates that scores are computed from.
func (c *Classifier) white(ctx context.Context, descriptions []float32) []float32 {
	return c.whitening.White(c.base.Project(ctx, descriptions))
}

// scores returns the scores of all attributes, (n, len(Attributes)).
func (c *Classifier) scores(ctx context.Context, descriptions []float32) []float64 {
	white, k := c.white(ctx, descriptions), c.whitening.Width()
	out := make([]float64, 0, len(white)/k*len(c.Attributes))
	for r := 0; r < len(white); r += k {
		for i := range c.Attributes {
			out = append(out, c.Attributes[i].Score(white[r:r+k]))
		}
	}
	return out
}

// Measure measures the classifier on other pictures.
func (c *Classifier) Measure(ctx context.Context, descriptions []float32, t latent.Tagged) {
	latent.MeasureDirections(c.Attributes, c.white(ctx, descriptions), c.whitening.Width(), t)
}
