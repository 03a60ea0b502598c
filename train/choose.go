package train

import (
	"errors"
	"fmt"

	"likeness/autoencoder"
)

// checkValidation returns an error where there is nothing to choose on, and for
// validation pictures that are not held back.
func (r *Run) checkValidation() error {
	if (r.EarlyStop > 0 || r.Best) && len(r.Validation) == 0 {
		return errors.New("an early stop and the best weights are chosen on validation pictures, and there are none")
	}
	held := make(map[int]bool, len(r.Validation))
	for _, row := range r.Validation {
		held[row] = true
	}
	for _, part := range [][]int{r.Split.Train, r.Split.Test} {
		for _, row := range part {
			if held[row] {
				return fmt.Errorf("picture %d of %s is held back for validation, and in the split as well", row, r.Data.Source)
			}
		}
	}
	return nil
}

// bestEpoch returns the epoch with the lowest error on the validation pictures, the
// first of several; 0 when there was none.
func bestEpoch(history []autoencoder.Epoch) int {
	best := 0
	for i, e := range history {
		if best == 0 || e.ValidationLoss < history[best-1].ValidationLoss {
			best = i + 1
		}
	}
	return best
}

// choose keeps the weights of the last epoch if they are the best, and ends the
// run if it has waited long enough for better ones.
func (l *loop) choose() error {
	best := bestEpoch(l.history)
	if l.best != nil && best == l.epoch {
		if err := l.engine.Show(true); err != nil {
			return err
		}
		for i, n := range l.nets {
			copy(l.best[i], n.Weights())
		}
	}
	if l.EarlyStop > 0 && l.epoch-best >= l.EarlyStop && l.epoch < l.Epochs && l.ended == "" {
		l.ended = autoencoder.EndedEarly
	}
	return nil
}

// settle puts the weights into the model that the run ends with.
func (l *loop) settle() error {
	if l.best == nil || l.epoch == 0 {
		return l.engine.Show(true)
	}
	for i, n := range l.nets {
		copy(n.Weights(), l.best[i])
		n.Pack()
	}
	return nil
}
