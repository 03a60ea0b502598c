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
	"likeness/parallel"
)

// loop is a run under way. Its engine has to be closed.
type loop struct {
	*Run
	nets     []*nn.Network // the model's
	engine   Engine
	best     [][]float32     // weights by network; nil: the last ones are wanted
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

func (r *Run) newLoop(ctx context.Context) (*loop, error) {
	nets := r.Model.Networks()
	newEngine := r.Engine
	if newEngine == nil {
		newEngine = NewProcessor
	}
	settings := r.settings() // before the engine has the networks
	engine, err := newEngine(Setup{Networks: nets, Parameters: r.Parameters, Threads: parallel.Threads(ctx)})
	if err != nil {
		return nil, err
	}
	l := &loop{
		Run:      r,
		nets:     nets,
		engine:   engine,
		steps:    (len(r.Split.Train) + r.Batch - 1) / r.Batch,
		settings: settings,
		started:  r.clock(),
	}
	if r.Best {
		for _, n := range nets {
			l.best = append(l.best, append([]float32(nil), n.Weights()...))
		}
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
	return l, nil
}

// finished reports whether there is nothing more to do.
func (l *loop) finished() bool { return l.epoch >= l.Epochs || l.ended != "" }

func (l *loop) runEpoch(ctx context.Context) error {
	feed := l.newFeed()
	defer feed.stop()
	rate := l.Rate
	for l.done < l.steps {
		if ctx.Err() != nil {
			return l.interrupted(ctx)
		}
		if l.outOfTime() {
			l.ended = autoencoder.EndedByTime
			break
		}
		if l.stopped() {
			l.ended = autoencoder.EndedByStop
			break
		}
		b := feed.next()
		begin := l.clock()
		at, all := l.epoch*l.steps+l.done, l.Epochs*l.steps
		rate = l.RateAt(at, all)
		loss, err := l.learn(b, rate, at+1)
		if err != nil {
			return err
		}
		took := l.clock().Sub(begin)
		if math.IsNaN(loss) || math.IsInf(loss, 0) {
			return fmt.Errorf("the loss became %v in epoch %d, step %d of %d: try a learning rate below %g", loss, l.epoch+1, l.done+1, l.steps, l.Rate)
		}
		l.done++
		l.lossSum += loss * float64(b.Images)
		l.seconds += took.Seconds()
		l.stepped += took
		l.pictures += b.Images
		l.tell(Event{Loss: l.lossSum / float64(l.seen()), Rate: rate})
	}
	if l.done == 0 { // it ended between two epochs
		return l.save()
	}
	return l.finishEpoch(ctx, rate)
}

// learn takes step t, counted from 1. The decay of the average rises with the steps (in
// the form that TensorFlow made usual), which makes a short run forget where it began.
func (l *loop) learn(b Batch, rate float64, t int) (float64, error) {
	loss, err := l.engine.Step(b, rate, min(l.Average, float64(1+t)/float64(10+t)))
	if l.tick != nil {
		l.tick()
	}
	return loss, err
}

// seen returns how many pictures the steps of this epoch took.
func (l *loop) seen() int { return min(l.done*l.Batch, len(l.Split.Train)) }

// stopped reports whether the run was asked to end with what there is.
func (l *loop) stopped() bool {
	select {
	case <-l.Stop:
		return l.epoch > 0 || l.done > 0
	default:
		return false
	}
}

// finishEpoch measures and saves. The record of an epoch that was cut short has the
// number of its pictures.
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
	if l.Look != nil { // while the measured weights are shown
		l.Look(context.WithoutCancel(ctx), l.epoch)
	}
	l.done, l.lossSum, l.seconds = 0, 0, 0
	if err := l.choose(); err != nil {
		return err
	}
	if err := l.save(); err != nil {
		return err
	}
	l.tail = l.clock().Sub(begin).Seconds()
	l.tell(Event{EpochDone: true, Loss: e.Loss, TestLoss: e.TestLoss, ValidationLoss: e.ValidationLoss, Images: e.Images, Rate: rate})
	return nil
}

// measure returns the error on the validation pictures where there are some, else on
// the test pictures, of the averaged weights where there are some.
func (l *loop) measure(ctx context.Context) (float64, error) {
	if err := l.engine.Show(true); err != nil {
		return 0, err
	}
	return l.Model.MSE(ctx, l.judgeInput, l.judge)
}

// interrupted saves what was done and returns ErrInterrupted.
func (l *loop) interrupted(ctx context.Context) error {
	if err := l.save(); err != nil {
		return errors.Join(Interrupted(ctx), err)
	}
	return Interrupted(ctx)
}

// elapsed returns the seconds that the run took so far, over all sittings.
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
