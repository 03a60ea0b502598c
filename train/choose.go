package train

import (
	"errors"
	"fmt"

	"likeness/autoencoder"
	"likeness/nn"
)

// checkValidation finds what cannot choose, and validation pictures that are
// not held back.
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

// bestEpoch is the epoch with the lowest error on the validation pictures, the
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
func (l *loop) choose() {
	best := bestEpoch(l.history)
	if l.best != nil && best == l.epoch {
		l.average.swap()
		l.best.keep()
		l.average.swap()
	}
	if l.EarlyStop > 0 && l.epoch-best >= l.EarlyStop && l.epoch < l.Epochs && l.ended == "" {
		l.ended = autoencoder.EndedEarly
	}
}

// best is a copy of the weights of some networks.
type best struct {
	nets   []*nn.Network
	values [][]float32
}

func newBest(nets []*nn.Network) *best {
	b := &best{nets: nets}
	for _, n := range nets {
		b.values = append(b.values, append([]float32(nil), n.Weights()...))
	}
	return b
}

// keep takes the weights as they are now.
func (b *best) keep() {
	for i, n := range b.nets {
		copy(b.values[i], n.Weights())
	}
}

// restore puts them back.
func (b *best) restore() {
	for i, n := range b.nets {
		copy(n.Weights(), b.values[i])
		n.Pack()
	}
}
