// Package tracking records trainings where people look at them: in TensorBoard's event files,
// and on an MLflow server.
//
// Whoever records a training watches it: it has the same bits as one that nobody watches, and no
// failure of what it is recorded in ends it.
package tracking

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"

	"likeness/progress"
	"likeness/recipe"
	"likeness/train"
)

// Target is where a training is recorded: tensorboard:FOLDER or mlflow:ADDRESS.
type Target struct {
	Kind  string // TensorBoard or MLflow
	Place string
}

// The kinds of targets, as they begin a target's text.
const (
	TensorBoard = "tensorboard"
	MLflow      = "mlflow"
)

// Parse reads a target's text; ok is false for one that begins as none does.
func Parse(text string) (t Target, ok bool) {
	kind, place, ok := strings.Cut(text, ":")
	return Target{kind, place}, ok && (kind == TensorBoard || kind == MLflow)
}

// Recorder records one training.
type Recorder struct {
	sinks []sink
	seeds int
	lock  sync.Mutex // runs of several seeds take turns, but nothing depends on that
}

// sink is one place that a training is recorded in.
type sink interface {
	// begin is told the run of a seed before it starts; label is "" where there is one seed alone.
	begin(run *train.Run, label string)
	// event is told what a run reports.
	event(e train.Event)
	// look is told after each epoch, with the weights that are measured in the run's model.
	look(ctx context.Context, epoch int)
	// end is told how the training ended, and returns what went wrong with recording it.
	end(ctx context.Context, result *recipe.Result, err error) error
}

// Open begins to record a training in all targets. What it cannot begin is an error: a folder that holds the events of another
// run, a server that does not answer. job is what will run; with Resume events follow those that are there.
func Open(ctx context.Context, job *recipe.Job, targets []Target) (*Recorder, error) {
	r := &Recorder{seeds: job.Options.Seeds}
	for _, t := range targets {
		var s sink
		var err error
		switch t.Kind {
		case TensorBoard:
			s, err = newEvents(t.Place, job)
		case MLflow:
			s, err = newServer(ctx, t.Place, job)
		default:
			err = fmt.Errorf("%s is no kind of record, expected %s or %s", t.Kind, TensorBoard, MLflow)
		}
		if err != nil {
			return nil, errors.Join(err, r.close(ctx))
		}
		r.sinks = append(r.sinks, s)
	}
	return r, nil
}

func (r *Recorder) close(ctx context.Context) error {
	var failed error
	for _, s := range r.sinks {
		failed = errors.Join(failed, s.end(ctx, nil, context.Canceled))
	}
	return failed
}

// Watch makes a job tell the recorder what it does. Others who watch it go on watching.
func (r *Recorder) Watch(job *recipe.Job) {
	begin := job.Begin
	job.Begin = func(run *train.Run) {
		if begin != nil {
			begin(run)
		}
		r.watch(run)
	}
}

func (r *Recorder) watch(run *train.Run) {
	label := ""
	if r.seeds > 1 {
		label = fmt.Sprintf("seed-%d", run.Seed)
	}
	r.each(func(s sink) { s.begin(run, label) })
	events, look := run.Events, run.Look
	run.Events = func(e train.Event) {
		r.each(func(s sink) { s.event(e) })
		if events != nil {
			events(e)
		}
	}
	run.Look = func(ctx context.Context, epoch int) {
		if look != nil {
			look(ctx, epoch)
		}
		r.each(func(s sink) { s.look(ctx, epoch) })
	}
}

func (r *Recorder) each(tell func(sink)) {
	r.lock.Lock()
	defer r.lock.Unlock()
	for _, s := range r.sinks {
		tell(s)
	}
}

// End ends the record, with what the job returned. What could not be recorded is among the notes: the training stands
// without it.
func (r *Recorder) End(ctx context.Context, result *recipe.Result, err error) (notes progress.Notes) {
	if r == nil {
		return nil
	}
	for _, s := range r.sinks {
		if failed := s.end(context.WithoutCancel(ctx), result, err); failed != nil {
			notes.Warn("the training is not recorded completely: %v", failed)
		}
	}
	return notes
}
