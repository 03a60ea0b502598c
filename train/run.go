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
	"time"

	"likeness/autoencoder"
	"likeness/faces"
	"likeness/nn"
	"likeness/parallel"
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

	Epochs    int // how many, or at most how many with EarlyStop
	Batch     int
	Optimizer Optimizer // empty: Adamax
	Rate      float64   // learning rate, before the schedule
	Schedule  Schedule  // how the rate falls
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

	// Jitter moves, turns and scales each training picture, before it is mirrored;
	// nil: none.
	Jitter *Jitter

	// Average is the decay per step of an exponential moving average of the
	// weights, such as 0.999; it is lower in the first steps, min(Average,
	// (1+t)/(10+t)). Measuring and the final model use the average. 0: none.
	Average float64

	// Decay is the weight decay of nn.Step: the share of the weights, times the
	// learning rate, that every step takes away. 0: none.
	Decay float64

	// Weigh is the power of its level of noise that a picture counts by in the loss
	// of a denoiser with a Level, from 0, where all count alike with their errors in
	// units of the noise, to 2, where these are in units of the picture.
	Weigh float64

	// Correct is how many steps the finished model's encoder takes behind its network
	// (autoencoder.Correction), 0 to autoencoder.MostCorrection; not for a denoiser,
	// whose codes would come to tell of the noise. What is measured after an epoch is
	// the network's answer, without it.
	Correct int

	// Validation are rows held back for choosing, in neither part of Split. With
	// them every epoch is measured on them, and the test pictures are not looked at.
	Validation []int
	// EarlyStop ends the run after so many epochs without a lower error on the
	// validation pictures; 0: never.
	EarlyStop int
	// Best ends with the weights of the epoch that had the lowest error on the
	// validation pictures, the first of several, and not with the last ones.
	Best bool

	// TimeBudget is how long all sittings of the run may take together, with all
	// measuring and saving in them. Do measures the speed and sets Epochs to as many
	// as fit, at least 1; a resumed run keeps that number. Should time run out all
	// the same, the run ends with what it has. 0: Epochs says how long. Fitting what
	// Correct asks for, less than a second for short codes, comes on top.
	TimeBudget time.Duration

	// Checkpoint is a file that the run is saved to after every epoch and when
	// ctx ends. If it is there at the start, the run goes on from it. It stays
	// when the run is complete: Discard removes it once the model is saved.
	Checkpoint string

	// Events hears of every step and epoch, in order, from one goroutine.
	Events func(Event)

	clock    func() time.Time // nil: time.Now
	tick     func()           // nil, or called after every step: the clock of a test
	mayCrawl bool             // in a precision that this processor is slow in: for tests
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
	ctx = parallel.WithThreads(ctx, r.Threads)
	r.Model.Correction = nil // which belonged to other weights
	l := r.newLoop()
	resumed, err := l.resume()
	if err != nil {
		return nil, err
	}
	if r.TimeBudget > 0 && !resumed {
		if err := l.plan(ctx); err != nil {
			return nil, err
		}
	}
	for !l.finished() {
		if err := l.runEpoch(ctx); err != nil {
			return nil, err
		}
	}
	l.settle()
	if err := l.correct(ctx); err != nil {
		return nil, err
	}
	r.Model.Training = l.story()
	return r.Model.Training, nil
}

// fill sets the defaults.
func (r *Run) fill() {
	if r.Batch == 0 {
		r.Batch = DefaultBatch
	}
	if r.Rate == 0 {
		r.Rate = DefaultRate
	}
	if r.Schedule == "" {
		r.Schedule = Constant
	}
	if r.Optimizer == "" {
		r.Optimizer = Adamax
	}
	if r.Precision == "" {
		r.Precision = nn.Float32
	}
	if r.clock == nil {
		r.clock = time.Now
	}
}

// prepare fills in the defaults and checks that the parts fit together.
func (r *Run) prepare() error {
	r.fill()
	switch {
	case r.Epochs < 0:
		return fmt.Errorf("%d epochs: the number must not be negative", r.Epochs)
	case r.Batch < 0:
		return fmt.Errorf("batches of %d pictures: the number must not be negative", r.Batch)
	case r.Rate < 0 || math.IsNaN(r.Rate) || math.IsInf(r.Rate, 0):
		return fmt.Errorf("learning rate %g: it must be a number above zero", r.Rate)
	case !(r.Average >= 0 && r.Average < 1):
		return fmt.Errorf("an average of the weights with a decay of %g: it must lie between 0 and 1, such as 0.999", r.Average)
	case !(r.Decay >= 0 && r.Rate*r.Decay < 1):
		return fmt.Errorf("a weight decay of %g: it must not be negative, and times the learning rate below 1", r.Decay)
	case r.Data.W != r.Model.Prep.W || r.Data.H != r.Model.Prep.H:
		return fmt.Errorf("%s holds pictures of %dx%d, the model is for %dx%d", r.Data.Source, r.Data.W, r.Data.H, r.Model.Prep.W, r.Model.Prep.H)
	case len(r.Split.Train) < r.Batch:
		return fmt.Errorf("%s gives %d training pictures, fewer than one batch of %d: give more pictures or a smaller batch", r.Data.Source, len(r.Split.Train), r.Batch)
	case len(r.Split.Test) == 0:
		return fmt.Errorf("%s leaves no test pictures to measure on", r.Data.Source)
	}
	if err := r.Precision.Check(); err != nil && !r.mayCrawl {
		return err
	}
	if err := checkWarmup(r.Warmup); err != nil {
		return err
	}
	if err := r.Optimizer.check(); err != nil {
		return err
	}
	if err := r.checkWeigh(); err != nil {
		return err
	}
	if err := r.checkCorrect(); err != nil {
		return err
	}
	if r.TimeBudget < 0 {
		return fmt.Errorf("a time budget of %v: it must not be negative", r.TimeBudget)
	}
	if err := r.checkValidation(); err != nil {
		return err
	}
	if r.Jitter != nil {
		if err := r.Jitter.check(r.Data); err != nil {
			return err
		}
	}
	return r.Schedule.check()
}
