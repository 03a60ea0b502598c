package train

import (
	"context"
	"errors"

	"likeness/autoencoder"
)

func (r *Run) checkCorrect() error {
	switch {
	case r.Correct > 0 && r.Corruption != nil:
		return errors.New("a denoiser's codes cannot be corrected: they would come to describe the noise")
	case r.Correct > 0:
		return r.Model.MayCorrect()
	}
	return nil
}

// correct fits the correction of the finished model to training pictures spread over the
// split, which may have them person by person. The error is
// ErrInterrupted; the checkpoint has the finished model without it.
func (l *loop) correct(ctx context.Context) error {
	if l.Correct == 0 {
		return nil
	}
	rows := make([]int, min(len(l.Split.Train), autoencoder.CorrectionPictures))
	for i := range rows {
		rows[i] = l.Split.Train[i*len(l.Split.Train)/len(rows)]
	}
	if l.Model.FitCorrection(ctx, l.Data.AllFloats(rows), l.Correct) != nil {
		return Interrupted(ctx)
	}
	return nil
}
