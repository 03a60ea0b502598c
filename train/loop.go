package train

import (
	"context"
	"errors"
	"fmt"
	"math"
	"time"

	"likeness/autoencoder"
	"likeness/baseline"
	"likeness/dataset"
	"likeness/hyper"
	"likeness/nn"
)

// loop is a run under way.
type loop struct {
	*Run
	nets     []*nn.Network // the model's
	step     *nn.Step
	average  *average        // of the weights; nil: none
	best     *best           // weights; nil: the last ones are wanted
	steps    int             // in an epoch
	settings []hyper.Setting // as they are before the first step

	judge, judgeInput []float32 // what each epoch is measured on: clean, and as the model gets it

	// What a checkpoint keeps, besides the weights.
	epoch   int     // complete ones
	done    int     // steps of the current epoch
	lossSum float64 // of those steps, weighted by pictures
	history []autoencoder.Epoch
	seconds float64 // in steps of the current epoch
	before  float64 // in everything before this sitting
	ended   string  // why before the last epoch, one of autoencoder's; empty when it did not
	tail    float64 // seconds that measuring and saving take at the end of an epoch

	started  time.Time // of this sitting
	stepped  time.Duration
	pictures int // trained on in this sitting
}

func (r *Run) newLoop() *loop {
	nets := r.Model.Networks()
	l := &loop{
		Run:      r,
		nets:     nets,
		step:     nn.NewStep(r.Batch, r.Threads, r.Precision, nets...),
		average:  newAverage(r.Average, nets),
		steps:    (len(r.Split.Train) + r.Batch - 1) / r.Batch,
		settings: r.settings(),
		started:  r.clock(),
	}
	l.step.Decay = r.Decay
	if r.Optimizer == hyper.Muon {
		l.step.UseMuon(nn.DefaultMuon)
	}
	if r.Best {
		l.best = newBest(nets)
	}
	rows := r.Split.Test
	if len(r.Validation) > 0 {
		rows = r.Validation
	}
	l.judge = r.Data.AllFloats(rows)
	l.judgeInput = l.judge
	if r.Corruption != nil {
		l.judgeInput = baseline.Corrupted(l.judge, r.Corruption, r.Model.Prep, r.Seed)
	}
	return l
}

// finished tells that there is nothing more to do.
func (l *loop) finished() bool { return l.epoch >= l.Epochs || l.ended != "" }

func (l *loop) runEpoch(ctx context.Context) error {
	feed := l.newFeed()
	defer feed.stop()
	rate := l.Rate
	for l.done < l.steps {
		if ctx.Err() != nil {
			return l.interrupted()
		}
		if l.outOfTime() {
			l.ended = autoencoder.EndedByTime
			break
		}
		b := feed.next()
		begin := l.clock()
		at, all := l.epoch*l.steps+l.done, l.Epochs*l.steps
		rate = l.RateAt(at, all)
		loss := l.learn(b, rate, at+1)
		took := l.clock().Sub(begin)
		if math.IsNaN(loss) || math.IsInf(loss, 0) {
			return fmt.Errorf("the loss became %v in epoch %d, step %d of %d: try a learning rate below %g", loss, l.epoch+1, l.done+1, l.steps, l.Rate)
		}
		l.done++
		l.lossSum += loss * float64(b.images)
		l.seconds += took.Seconds()
		l.stepped += took
		l.pictures += b.images
		l.tell(Event{Loss: l.lossSum / float64(l.seen()), Rate: rate})
	}
	if l.done == 0 { // time ran out between two epochs
		return l.save()
	}
	return l.finishEpoch(ctx, rate)
}

// learn takes step t, counted from 1.
func (l *loop) learn(b batch, rate float64, t int) float64 {
	loss := l.step.DoWeighted(b.input, b.target, b.weights, rate)
	l.average.update(t)
	if l.tick != nil {
		l.tick()
	}
	return loss
}

// seen is how many pictures the steps of this epoch took.
func (l *loop) seen() int { return min(l.done*l.Batch, len(l.Split.Train)) }

// finishEpoch measures and saves. An epoch that time cut short is told with the
// pictures that it had.
func (l *loop) finishEpoch(ctx context.Context, rate float64) error {
	begin := l.clock()
	loss, err := l.measure(context.WithoutCancel(ctx)) // a complete epoch is saved with what it came to
	if err != nil {
		return err
	}
	if math.IsNaN(loss) || math.IsInf(loss, 0) {
		return fmt.Errorf("the test loss became %v after epoch %d: try a learning rate below %g", loss, l.epoch+1, l.Rate)
	}
	e := autoencoder.Epoch{Epoch: l.epoch + 1, Rate: rate, Seconds: l.seconds, Loss: l.lossSum / float64(l.seen())}
	if l.done < l.steps {
		e.Images = l.seen()
	}
	if len(l.Validation) > 0 {
		e.ValidationLoss = loss
	} else {
		e.TestLoss = loss
	}
	l.history = append(l.history, e)
	l.epoch++
	l.done, l.lossSum, l.seconds = 0, 0, 0
	l.choose()
	if err := l.save(); err != nil {
		return err
	}
	l.tail = l.clock().Sub(begin).Seconds()
	l.tell(Event{EpochDone: true, Loss: e.Loss, TestLoss: e.TestLoss, ValidationLoss: e.ValidationLoss, Rate: rate})
	return nil
}

// measure is the error on the validation pictures where there are some, else on
// the test pictures, of the averaged weights where there are some.
func (l *loop) measure(ctx context.Context) (float64, error) {
	l.average.swap()
	defer l.average.swap()
	return l.Model.MSE(ctx, l.judgeInput, l.judge)
}

// settle puts the weights in place that the run ends with.
func (l *loop) settle() {
	if l.best != nil && l.epoch > 0 {
		l.best.restore()
		return
	}
	l.average.swap()
}

// interrupted saves what was done and says so.
func (l *loop) interrupted() error {
	if err := l.save(); err != nil {
		return errors.Join(ErrInterrupted, err)
	}
	return ErrInterrupted
}

// elapsed is the time that the run took so far, over all sittings.
func (l *loop) elapsed() float64 { return l.before + l.clock().Sub(l.started).Seconds() }

// outset returns what is known of the training before the first step.
func (r *Run) outset() *autoencoder.Training {
	t := &autoencoder.Training{
		Task: autoencoder.Reconstruct, Origin: dataset.NewOrigin(r.Data, r.Split, r.SplitName),
		NValidation: len(r.Validation), Parameters: r.Parameters, TimeBudget: r.TimeBudget.Seconds(),
	}
	if t.Precision == nn.Float32 {
		t.Precision = "" // as in files that are older than the choice
	}
	if r.Corruption != nil {
		t.Task, t.Corruption = autoencoder.Denoise, r.Corruption.String()
	}
	return t
}

// training returns what is known of the training so far.
func (l *loop) training() *autoencoder.Training {
	t := l.outset()
	t.Seconds, t.History, t.Ended = l.elapsed(), l.history, l.ended
	if l.ended != "" {
		t.Planned = l.Epochs
	}
	if l.Best {
		t.BestEpoch = bestEpoch(l.history)
	}
	return t
}
