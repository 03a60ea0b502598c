package train

import (
	"context"

	"likeness/autoencoder"
	"likeness/baseline"
	"likeness/faces"
)

// Begin fits what a new model begins with to the pictures that it is to learn:
// exact PCA for the architecture "residual", nothing for others. It comes before
// Run.Do and before a checkpoint is gone on with.
func Begin(ctx context.Context, m *autoencoder.Model, data *faces.Set, split faces.Split) error {
	if !m.BeginsWithPCA() {
		return nil
	}
	p, err := baseline.New(data, split.Train).Components(ctx, m.Code)
	if err != nil {
		return err
	}
	m.Begin(p)
	return nil
}
