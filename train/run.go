// Package train is the training loop: batches, epochs, measuring, checkpoints,
// and events for the caller.
//
// A Run is a struct literal; Do carries it out. The same Run gives the same
// weights bit for bit, whatever the number of threads, and whether it ran in
// one piece or was interrupted and resumed.
package train

import (
	"context"
	"errors"
	"fmt"
	"time"

	"likeness/autoencoder"
	"likeness/baseline"
	"likeness/faces"
	"likeness/hyper"
	"likeness/parallel"
	"likeness/pix"
)

// Run says what to train, on which pictures, and how.
type Run struct {
	// Model is trained in place. Do first fits what a new model begins with, such as
	// the exact PCA of a residual autoencoder, to the training pictures; a model that
	// was trained before goes on from its weights.
	Model *autoencoder.Model
	Data  *faces.Set  // pictures of the model's size
	Split faces.Split // Train is learned from, Test only measured
	// SplitName says in words how Split was made; it is kept with the model.
	SplitName string

	hyper.Parameters
	Epochs  int // how many, or at most how many with EarlyStop
	Threads int // 0: parallel.Threads of Do's context; does not change the result

	// Corruption corrupts the inputs anew in every epoch, after mirroring, while the
	// targets stay clean: the model becomes a denoiser. nil trains a plain autoencoder.
	Corruption pix.Corruption

	// Around has the pictures of Data in the same order, prepared by the Surroundings
	// of its preparation. Jitter needs it.
	Around *faces.Set

	// Validation are rows held back for choosing, in neither part of Split. With
	// them every epoch is measured on them, and the test pictures are not used.
	Validation []int
	// Best keeps the weights of the epoch that had the lowest error on the
	// validation pictures, the first of several, in place of the last ones.
	Best bool

	// TimeBudget is how long all sittings of the run may take together, with all
	// measuring and saving in them. Do measures the speed and sets Epochs to as many
	// as fit, at least 1; a resumed run keeps that number. If time runs out all the
	// same, the run ends with what it has. 0: Epochs says how long. Fitting what
	// Correct asks for, less than a second for short codes, comes on top.
	TimeBudget time.Duration

	// Checkpoint is a file that the run is saved to after every epoch and when
	// ctx ends. If it exists at the start, the run goes on from it. It stays
	// when the run is complete: Discard removes it once the model is saved.
	Checkpoint string

	// Baselines are closed forms of the training pictures. A caller that needs them
	// too gives them to the run, so that they are fitted once; nil: the run fits its own
	// when it needs any.
	Baselines *baseline.Forms

	// Engine makes what takes the training steps; nil: NewProcessor.
	Engine func(Setup) (Engine, error)

	// Look, if not nil, is called before the first step of a sitting that begins with a whole
	// epoch, and after every epoch, with the number of complete epochs. Model then holds the
	// weights that are measured, the averaged ones where there are some. Look must not change
	// them; so the result is the same with and without it. ctx does not end.
	Look func(ctx context.Context, epoch int)
	// Stop, when it is closed, ends the run with what it has learned, as a time budget does
	// that is used up. The first step is always taken.
	Stop <-chan struct{}

	// Events receives every step and epoch, in order, from one goroutine.
	Events func(Event)

	clock    func() time.Time // nil: time.Now
	tick     func()           // nil, or called after every step: the clock of a test
	mayCrawl bool             // in a precision that this processor is slow in: for tests
}

// ErrInterrupted is what Do returns when ctx ended, wrapped with ctx's error; the
// checkpoint, if there is one, has everything that was done.
var ErrInterrupted = errors.New("training was interrupted")

// Interrupted returns an error that is ErrInterrupted to errors.Is, and also why ctx
// ended: context.Canceled or context.DeadlineExceeded.
func Interrupted(ctx context.Context) error { return interruption{ctx.Err()} }

type interruption struct{ cause error }

func (interruption) Error() string        { return ErrInterrupted.Error() }
func (interruption) Is(target error) bool { return target == ErrInterrupted }
func (i interruption) Unwrap() error      { return i.cause }

// Do trains the model and returns how that went, which it also sets in the model.
// It fails before the first step when the run cannot work, and in the middle
// when the loss is no longer a number or the checkpoint cannot be written.
func (r *Run) Do(ctx context.Context) (*autoencoder.Training, error) {
	if err := r.prepare(); err != nil {
		return nil, err
	}
	ctx = parallel.WithThreads(ctx, r.Threads)
	if err := r.begin(ctx); err != nil {
		return nil, err
	}
	r.Model.Correction = nil // which belonged to other weights
	l, err := r.newLoop(ctx)
	if err != nil {
		return nil, err
	}
	training, err := l.run(ctx)
	if err := either(err, l.engine.Close()); err != nil {
		return nil, err
	}
	r.Model.Training = training
	return training, nil
}

// either returns err or, where that is nil, the error of what came after it.
func either(err, after error) error {
	if err != nil {
		return err
	}
	return after
}

// run carries out the loop.
func (l *loop) run(ctx context.Context) (*autoencoder.Training, error) {
	resumed, err := l.resume()
	if err != nil {
		return nil, err
	}
	if l.TimeBudget > 0 && !resumed {
		if err := l.plan(ctx); err != nil {
			return nil, err
		}
	}
	if l.Look != nil && l.done == 0 {
		if err := l.engine.Show(true); err != nil {
			return nil, err
		}
		l.Look(context.WithoutCancel(ctx), l.epoch)
	}
	for !l.finished() {
		if err := l.runEpoch(ctx); err != nil {
			return nil, err
		}
	}
	if err := l.settle(); err != nil {
		return nil, err
	}
	if err := l.correct(ctx); err != nil {
		return nil, err
	}
	return l.training(), nil
}

// fill sets the defaults.
func (r *Run) fill() {
	r.Parameters = r.Parameters.WithDefaults()
	if r.clock == nil {
		r.clock = time.Now
	}
}

// prepare fills in the defaults and checks that the parts fit together.
func (r *Run) prepare() error {
	r.fill()
	if err := r.Parameters.Check(); err != nil {
		return err
	}
	switch {
	case r.Epochs < 0:
		return fmt.Errorf("%d epochs: the number must not be negative", r.Epochs)
	case r.TimeBudget < 0:
		return fmt.Errorf("a time budget of %v: it must not be negative", r.TimeBudget)
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
	if err := r.checkWeigh(); err != nil {
		return err
	}
	if err := r.checkCorrect(); err != nil {
		return err
	}
	if err := r.checkValidation(); err != nil {
		return err
	}
	return r.checkJitter()
}
