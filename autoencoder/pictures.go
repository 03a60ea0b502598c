package autoencoder

import (
	"context"

	"likeness/dataset"
	"likeness/faces"
)

// Pictures reads the pictures that asked names, or where it names none the model's
// training data, prepared for the model. path is that of the model file, for errors; see
// dataset.Origin.Load, whose errors these are. Options.Prep does not count.
func (m *Model) Pictures(ctx context.Context, path string, asked dataset.Name, opt faces.Options) (*dataset.Pictures, error) {
	var origin *dataset.Origin
	if m.Training != nil {
		origin = &m.Training.Origin
	}
	return origin.Load(ctx, path, asked, m.Prep, opt)
}
