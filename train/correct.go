package train

import (
	"errors"
	"fmt"

	"likeness/autoencoder"
)

func (r *Run) checkCorrect() error {
	switch {
	case r.Correct < 0 || r.Correct > autoencoder.MostCorrection:
		return fmt.Errorf("codes corrected in %d steps: expected 0 to %d", r.Correct, autoencoder.MostCorrection)
	case r.Correct > 0 && (r.Corruption != nil || r.Model.Decoder == nil):
		return errors.New("codes can be corrected only where a picture is to come back as it was: not by a denoiser")
	}
	return nil
}

// correct gives the finished model its correction, fitted to the first training
// pictures of the split, which is in no order of theirs.
func (l *loop) correct() {
	if l.Correct == 0 {
		return
	}
	rows := l.Split.Train
	l.Model.FitCorrection(l.Data.AllFloats(rows[:min(len(rows), autoencoder.CorrectionPictures)]), l.Correct)
}
