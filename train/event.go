package train

import "time"

// Event is what a run tells after every step, with EpochDone after every epoch,
// and with Resumed when it goes on from a checkpoint.
type Event struct {
	Epoch, Epochs int // the epoch under way, from 1
	Step, Steps   int // steps done in it
	EpochDone     bool
	Resumed       bool // the first event of a run that goes on from a checkpoint

	Loss            float64 // mean over the epoch so far
	TestLoss        float64 // only when EpochDone
	Rate            float64 // learning rate
	ImagesPerSecond float64 // of the steps in this sitting
	Elapsed         time.Duration
	Remaining       time.Duration // estimated
}

// tell completes an event and hands it out.
func (l *loop) tell(e Event) {
	if l.Events == nil {
		return
	}
	e.Epoch, e.Epochs, e.Step, e.Steps = min(l.epoch+1, l.Epochs), l.Epochs, l.done, l.steps
	if e.EpochDone {
		e.Epoch, e.Step = l.epoch, l.steps
	}
	e.Elapsed = time.Since(l.started)
	if l.stepped > 0 {
		e.ImagesPerSecond = float64(l.pictures) / l.stepped.Seconds()
		left := (l.Epochs-l.epoch)*len(l.Split.Train) - min(l.done*l.Batch, len(l.Split.Train))
		e.Remaining = time.Duration(float64(e.Elapsed) * float64(left) / float64(l.pictures))
	}
	l.Events(e)
}
