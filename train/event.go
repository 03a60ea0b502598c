package train

import "time"

// Event is reported after every step; with EpochDone after every epoch, with Resumed when
// a run goes on from a checkpoint, and with Planned when it has chosen the number of
// epochs for a time budget.
type Event struct {
	Epoch, Epochs int // the epoch under way, from 1
	Step, Steps   int // steps done in it
	EpochDone     bool
	Resumed       bool // the first event of a run that goes on from a checkpoint; with EpochDone when it was complete
	Planned       bool // the first event of a run with a time budget
	Trial, Trials int  // of FindRate, whose events have nothing else but Loss, smoothed, and Rate

	Loss            float64 // mean over the epoch so far
	TestLoss        float64 // only when EpochDone, and without validation pictures
	ValidationLoss  float64 // only when EpochDone, and with validation pictures
	Images          int     // only when EpochDone: how many an epoch had that was cut short
	Rate            float64 // learning rate
	ImagesPerSecond float64 // of the steps in this sitting
	Elapsed         time.Duration
	Remaining       time.Duration // estimated
}

// tell completes an event and sends it.
func (l *loop) tell(e Event) {
	if l.Events == nil {
		return
	}
	if e.Trials > 0 {
		l.Events(e)
		return
	}
	e.Epoch, e.Epochs, e.Step, e.Steps = min(l.epoch+1, l.Epochs), l.Epochs, l.done, l.steps
	if e.EpochDone && !e.Resumed {
		e.Epoch, e.Step = l.epoch, l.steps
	}
	e.Elapsed = l.clock().Sub(l.started)
	if l.stepped > 0 {
		e.ImagesPerSecond = float64(l.pictures) / l.stepped.Seconds()
		left := (l.Epochs-l.epoch)*len(l.Split.Train) - l.seen()
		e.Remaining = time.Duration(float64(e.Elapsed) * float64(left) / float64(l.pictures))
	}
	l.Events(e)
}
