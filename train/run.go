// Package train is the training loop: batches, epochs, measuring, checkpoints,
// and events for whoever wants to watch.
//
// A Run is a struct literal; Do carries it out. The same Run gives the same
// weights bit for bit, whatever the number of threads, and whether it ran in
// one piece or was stopped and resumed.
package train

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"time"

	"likeness/autoencoder"
	"likeness/faces"
	"likeness/nn"
	"likeness/pix"
)

// Run says what to train on what. The zero values of the numbers mean the
// defaults of Defaults.
type Run struct {
	Model *autoencoder.Model // trained in place
	Data  *faces.Set         // pictures of the model's size
	Split faces.Split        // Train is learned from, Test only measured
	// SplitName says in words how Split was made; it is kept with the model.
	SplitName string

	Epochs   int
	Batch    int
	Rate     float64  // learning rate, before the schedule
	Schedule Schedule // how the rate falls
	// Warmup is how many steps the rate takes to rise evenly to Rate before the
	// schedule begins: a share of the run below 1, or a whole number of steps.
	Warmup  float64
	Seed    uint64 // of the order of pictures and of the noise
	Threads int    // 0: all processors; does not change the result
	// Precision is what the steps multiply in; empty for float32. Measuring is
	// always done in float32.
	Precision nn.Precision

	// Corruption spoils the inputs anew in every epoch, while the targets stay
	// clean: the model becomes a denoiser. nil trains a plain autoencoder.
	Corruption pix.Corruption

	// Mirror turns each training picture left to right with probability 1/2, drawn
	// anew in every epoch, before it is spoilt.
	Mirror bool

	// Average is the decay per step of an exponential moving average of the
	// weights, such as 0.999; it is lower in the first steps, min(Average,
	// (1+t)/(10+t)). Measuring and the final model use the average. 0: none.
	Average float64

	// Checkpoint is a file that the run is saved to after every epoch and when
	// ctx ends. If it is there at the start, the run goes on from it. It stays
	// when the run is complete: Discard removes it once the model is saved.
	Checkpoint string

	// Events hears of every step and epoch, in order, from one goroutine.
	Events func(Event)
}

// The defaults of the tutorial, except Rate and Schedule: RESULTS.md says how
// they were chosen.
const (
	DefaultBatch = 32
	DefaultRate  = 0.002
)

// ErrInterrupted is what Do returns when ctx ended; the checkpoint, if there
// is one, has everything that was done.
var ErrInterrupted = errors.New("training was interrupted")

// Do trains the model and returns the story, which it also sets in the model.
// It fails before the first step when the run cannot work, and in the middle
// when the loss is no longer a number or the checkpoint cannot be written.
func (r *Run) Do(ctx context.Context) (*autoencoder.Training, error) {
	if err := r.prepare(); err != nil {
		return nil, err
	}
	l := r.newLoop()
	if err := l.resume(); err != nil {
		return nil, err
	}
	for l.epoch < r.Epochs {
		if err := l.runEpoch(ctx); err != nil {
			return nil, err
		}
	}
	l.average.swap()
	r.Model.Training = l.story()
	return r.Model.Training, nil
}

// prepare fills in the defaults and checks that the parts fit together.
func (r *Run) prepare() error {
	if r.Batch == 0 {
		r.Batch = DefaultBatch
	}
	if r.Rate == 0 {
		r.Rate = DefaultRate
	}
	if r.Schedule == "" {
		r.Schedule = Constant
	}
	if r.Precision == "" {
		r.Precision = nn.Float32
	}
	switch {
	case r.Epochs < 0:
		return fmt.Errorf("%d epochs: the number must not be negative", r.Epochs)
	case r.Batch < 0:
		return fmt.Errorf("batches of %d pictures: the number must not be negative", r.Batch)
	case r.Rate < 0 || math.IsNaN(r.Rate) || math.IsInf(r.Rate, 0):
		return fmt.Errorf("learning rate %g: it must be a number above zero", r.Rate)
	case !(r.Average >= 0 && r.Average < 1):
		return fmt.Errorf("an average of the weights with a decay of %g: it must lie between 0 and 1, such as 0.999", r.Average)
	case r.Data.W != r.Model.Prep.W || r.Data.H != r.Model.Prep.H:
		return fmt.Errorf("%s holds pictures of %dx%d, the model is for %dx%d", r.Data.Source, r.Data.W, r.Data.H, r.Model.Prep.W, r.Model.Prep.H)
	case len(r.Split.Train) < r.Batch:
		return fmt.Errorf("%s gives %d training pictures, fewer than one batch of %d: give more pictures or a smaller batch", r.Data.Source, len(r.Split.Train), r.Batch)
	case len(r.Split.Test) == 0:
		return fmt.Errorf("%s leaves no test pictures to measure on", r.Data.Source)
	}
	if err := r.Precision.Check(); err != nil {
		return err
	}
	if err := checkWarmup(r.Warmup); err != nil {
		return err
	}
	return r.Schedule.check()
}

// loop is a run under way.
type loop struct {
	*Run
	nets     []*nn.Network // the model's
	step     *nn.Step
	average  *average  // of the weights; nil: none
	steps    int       // in an epoch
	settings []setting // as they are before the first step

	test, testInput []float32 // clean, and as the model gets them

	// What a checkpoint keeps, besides the weights.
	epoch   int     // complete ones
	done    int     // steps of the current epoch
	lossSum float64 // of those steps, weighted by pictures
	history []autoencoder.Epoch
	seconds float64 // in steps of the current epoch
	before  float64 // in everything before this sitting

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
		test:     r.Data.AllFloats(r.Split.Test),
		started:  time.Now(),
	}
	l.testInput = l.test
	if r.Corruption != nil {
		l.testInput = Corrupted(l.test, r.Corruption, r.Model.Prep, r.Seed)
	}
	return l
}

// Corrupted is a copy of the pictures in x, spoilt by c; each picture's noise
// follows from the seed and its place alone. Do measures denoisers on
// Corrupted test pictures with the run's seed.
func Corrupted(x []float32, c pix.Corruption, prep pix.Prep, seed uint64) []float32 {
	return CorruptedFrom(0, x, c, prep, seed)
}

// CorruptedFrom is Corrupted for some of many pictures: the first in x has the
// given place among them.
func CorruptedFrom(place int, x []float32, c pix.Corruption, prep pix.Prep, seed uint64) []float32 {
	y := append([]float32(nil), x...)
	size := prep.H * prep.W * 3
	for i := range len(x) / size {
		c.Corrupt(y[i*size:(i+1)*size], prep.W, prep.H, rand.New(rand.NewPCG(seed, testNoise+uint64(place+i))))
	}
	return y
}

func (l *loop) runEpoch(ctx context.Context) error {
	feed := l.newFeed()
	defer feed.stop()
	rate := l.Rate
	for l.done < l.steps {
		if ctx.Err() != nil {
			return l.interrupted()
		}
		b := feed.next()
		begin := time.Now()
		at, all := l.epoch*l.steps+l.done, l.Epochs*l.steps
		rate = l.Schedule.rate(l.Rate, at, all, warmSteps(l.Warmup, all))
		loss := l.step.Do(b.input, b.target, rate)
		l.average.update(at + 1)
		took := time.Since(begin)
		if math.IsNaN(loss) || math.IsInf(loss, 0) {
			return fmt.Errorf("the loss became %v in epoch %d, step %d of %d: try a learning rate below %g", loss, l.epoch+1, l.done+1, l.steps, l.Rate)
		}
		l.done++
		l.lossSum += loss * float64(b.images)
		l.seconds += took.Seconds()
		l.stepped += took
		l.pictures += b.images
		l.tell(Event{Loss: l.lossSum / float64(min(l.done*l.Batch, len(l.Split.Train))), Rate: rate})
	}
	return l.finishEpoch(rate)
}

func (l *loop) finishEpoch(rate float64) error {
	test := l.measure()
	if math.IsNaN(test) || math.IsInf(test, 0) {
		return fmt.Errorf("the test loss became %v after epoch %d: try a learning rate below %g", test, l.epoch+1, l.Rate)
	}
	e := autoencoder.Epoch{
		Epoch: l.epoch + 1, Rate: rate, Seconds: l.seconds,
		Loss: l.lossSum / float64(len(l.Split.Train)), TestLoss: test,
	}
	l.history = append(l.history, e)
	l.epoch++
	l.done, l.lossSum, l.seconds = 0, 0, 0
	if err := l.save(); err != nil {
		return err
	}
	l.tell(Event{EpochDone: true, Loss: e.Loss, TestLoss: test, Rate: rate})
	return nil
}

// measure is the error on the test pictures, of the averaged weights where there
// are some.
func (l *loop) measure() float64 {
	l.average.swap()
	defer l.average.swap()
	return l.Model.MSE(l.testInput, l.test)
}

// interrupted saves what was done and says so.
func (l *loop) interrupted() error {
	if err := l.save(); err != nil {
		return errors.Join(ErrInterrupted, err)
	}
	return ErrInterrupted
}

func (l *loop) story() *autoencoder.Training {
	t := &autoencoder.Training{
		Task: autoencoder.Reconstruct, Data: l.Data.Source, DataHash: l.Data.Fingerprint, Split: l.SplitName,
		NTrain: len(l.Split.Train), NTest: len(l.Split.Test), Optimizer: "adamax", Rate: l.Rate,
		Schedule: string(l.Schedule), Warmup: l.Warmup, Mirror: l.Mirror, Average: l.Average, Batch: l.Batch, Seed: l.Seed,
		Seconds: l.before + time.Since(l.started).Seconds(), History: l.history,
	}
	if l.Precision != nn.Float32 {
		t.Precision = string(l.Precision)
	}
	if l.Corruption != nil {
		t.Task, t.Corruption = autoencoder.Denoise, l.Corruption.String()
	}
	return t
}
