package train

import (
	"context"
	"fmt"

	"likeness/baseline"
)

// begin fits what a new model begins with to the training pictures: exact PCA for the
// architecture "residual", nothing for others.
func (r *Run) begin(ctx context.Context) error {
	if !r.Model.BeginsWithPCA() {
		return nil
	}
	forms := r.Baselines
	if forms == nil {
		forms = baseline.New(r.Data, r.Split.Train)
	}
	p, err := forms.Components(ctx, r.Model.Code)
	switch {
	case ctx.Err() != nil:
		return fmt.Errorf("%w before its first step", Interrupted(ctx))
	case err != nil:
		return err
	}
	r.Model.Begin(p)
	return nil
}
