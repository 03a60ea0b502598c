package recipe

import (
	"context"
	"errors"
	"fmt"

	"likeness/autoencoder"
	"likeness/baseline"
	"likeness/dataset"
	"likeness/evaluation"
	"likeness/parallel"
	"likeness/progress"
	"likeness/train"
)

// Result is a finished job.
type Result struct {
	Path  string             // of the file that Model was saved to
	Model *autoencoder.Model // the one that was kept
	// Models are those of all seeds, in their order; Kept is Model's place.
	Models []*autoencoder.Model
	Kept   int
	// Data and Baselines are the job's, for measuring.
	Data      *dataset.Pictures
	Baselines *baseline.Forms
	Notes     progress.Notes // what could not be cleaned up
}

// InterruptedError is returned when ctx ended and the run is saved. It wraps
// train.ErrInterrupted and ctx's error.
type InterruptedError struct {
	Checkpoint string
	err        error
}

func (e *InterruptedError) Error() string {
	return fmt.Sprintf("%v and is saved in %s", train.ErrInterrupted, e.Checkpoint)
}

func (e *InterruptedError) Unwrap() error { return e.err }

// UnsavedError is returned when the model is trained, but could not be saved; all of it is
// in the checkpoint.
type UnsavedError struct {
	Checkpoint string
	err        error
}

func (e *UnsavedError) Error() string {
	return fmt.Sprintf("%v; the trained model is in %s", e.err, e.Checkpoint)
}

func (e *UnsavedError) Unwrap() error { return e.err }

// Run trains the models, saves the one to keep and removes the checkpoints. events, which
// may be nil, receives what train.Run reports, with the seed of the run. Errors are an
// *InterruptedError, an *UnsavedError, and those of train.Run.Do; train.ErrOtherRun means
// that a checkpoint belongs to other options, ErrBusy that another job is training to the
// same path, and ErrExists that one did so since Prepare.
func (j *Job) Run(ctx context.Context, events func(seed uint64, e train.Event)) (result *Result, err error) {
	o := &j.Options
	ctx = parallel.WithThreads(ctx, o.Threads)
	lock, err := o.lock(ctx)
	if err != nil {
		return nil, err
	}
	defer func() {
		if failed := lock.Release(); err == nil && failed != nil {
			result.Notes.Warn("%v", failed)
		}
	}()
	if err := o.checkOut(); err != nil {
		return nil, err
	}
	if o.Restart {
		for i := range o.Seeds {
			if err := train.Discard(o.Checkpoint(i)); err != nil {
				return nil, err
			}
		}
	}
	r := &Result{Path: o.Out, Data: j.Data, Baselines: j.Baselines}
	for i := range o.Seeds {
		run, err := j.TrainRun(i)
		if err != nil {
			return nil, err
		}
		run.Checkpoint = o.Checkpoint(i)
		if events != nil {
			run.Events = func(e train.Event) { events(run.Seed, e) }
		}
		if j.Begin != nil {
			j.Begin(run)
		}
		training, err := run.Do(ctx)
		if err == train.Interrupted(ctx) { // nothing else is joined to it: the save was well
			return nil, &InterruptedError{run.Checkpoint, err}
		}
		if err != nil {
			return nil, err
		}
		r.Models = append(r.Models, run.Model)
		if training.Ended == autoencoder.EndedByStop {
			break // without the other seeds
		}
	}
	r.Kept = evaluation.Choose(r.Models)
	r.Model = r.Models[r.Kept]
	if err := r.Model.Save(o.Out); err != nil {
		return nil, &UnsavedError{o.Checkpoint(r.Kept), err}
	}
	for i := range o.Seeds {
		if err := train.Discard(o.Checkpoint(i)); err != nil {
			r.Notes.Warn("%v", err)
		}
	}
	return r, nil
}

// TrainRun returns the run of the seed with the given place, from 0, with an untrained
// model and without a checkpoint.
func (j *Job) TrainRun(place int) (*train.Run, error) {
	o := &j.Options
	r, err := o.recipe(place)
	if err != nil {
		return nil, err
	}
	run, err := r.Run(j.Data.Set, *j.Data.Split, j.Data.Plan)
	if err != nil {
		return nil, err
	}
	run.Threads, run.Validation, run.Best = o.Threads, j.Validation, o.Best
	run.Around, run.Baselines = j.Around, j.Baselines
	if o.TimeBudget > 0 {
		run.Epochs, run.TimeBudget = 0, o.budget()
	}
	return run, nil
}

// Rate is what FindRate found.
type Rate struct {
	Suggested *float64          `json:"suggested"` // two digits; nil: the loss hardly fell
	Rule      string            `json:"rule"`
	Lowest    float64           `json:"lowest"` // rate at the lowest smoothed loss
	Diverged  bool              `json:"diverged"`
	Default   float64           `json:"default"` // the options' rate
	Points    []train.RatePoint `json:"points"`
}

// rateRule says how Suggested follows from Lowest.
const rateRule = "a third of the rate at which the smoothed loss is lowest"

// FindRate looks for a learning rate for the job, by train.Run.FindRate. It writes nothing.
func (j *Job) FindRate(ctx context.Context) (*Rate, error) {
	run, err := j.TrainRun(0)
	if err != nil {
		return nil, err
	}
	run.Events = func(e train.Event) { j.Options.Progress.Report("Trying learning rates", e.Trial, e.Trials) }
	c, err := run.FindRate(parallel.WithThreads(ctx, j.Options.Threads))
	if err != nil {
		return nil, err
	}
	r := &Rate{Rule: rateRule, Lowest: c.Lowest, Diverged: c.Diverged, Default: run.Rate, Points: c.Points}
	if c.Suggested > 0 {
		var rounded float64
		if _, err := fmt.Sscan(fmt.Sprintf("%.2g", c.Suggested), &rounded); err != nil {
			return nil, errors.New("the suggested rate is no number")
		}
		r.Suggested = &rounded
	}
	return r, nil
}
