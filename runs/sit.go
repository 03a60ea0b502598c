package runs

import (
	"context"
	"errors"
	"fmt"
	"os"

	"likeness/dataset"
	"likeness/faces"
	"likeness/recipe"
	"likeness/train"
)

// Why a sitting was ended.
var (
	errPause  = errors.New("paused")
	errCancel = errors.New("cancelled")
)

// ready returns the options of the next sitting: one with a checkpoint goes on from it.
func (r *run) ready() recipe.Options {
	r.mu.Lock()
	defer r.mu.Unlock()
	o := r.options
	o.Progress = r.preparing
	if r.info.Checkpoint {
		o.Resume, o.Restart = true, false
	}
	return o
}

// sit carries out a run until it is complete, paused or stopped. It returns what the job's Run does.
func (h *Runs) sit(ctx context.Context, r *run, prepare func(context.Context) (*recipe.Job, error), events func(uint64, train.Event)) (*recipe.Result, error) {
	ctx, halt := context.WithCancelCause(ctx)
	defer halt(nil)
	if !r.begins(halt) {
		return nil, nil
	}
	result, err := func() (*recipe.Result, error) {
		j, err := prepare(ctx)
		if err != nil {
			return nil, err
		}
		r.prepared(j)
		begin := j.Begin // of another who watches
		defer func() { j.Begin = begin }()
		j.Begin = func(t *train.Run) {
			r.watch(ctx, t)
			if begin != nil {
				begin(t)
			}
		}
		return j.Run(ctx, events)
	}()
	r.ended(result, err, context.Cause(ctx))
	return result, err
}

// begins takes a run for a sitting; false: it was cancelled or paused while it waited.
func (r *run) begins(halt context.CancelCauseFunc) bool {
	r.acting.Lock()
	defer r.acting.Unlock()
	if s := r.state(); s != Waiting && s != Stopping {
		return false
	}
	r.set(func(i *Info) {
		r.halt = halt
		if i.State != Stopping {
			i.State = Preparing
		}
		i.Error = ""
	})
	return true
}

// ended tells how a sitting ended, by its error and what ended its context.
func (r *run) ended(result *recipe.Result, err, cause error) {
	r.acting.Lock()
	defer r.acting.Unlock()
	checkpoint := false
	if _, failed := os.Stat(r.options.Checkpoint(0)); failed == nil {
		checkpoint = true
	}
	r.mu.Lock()
	r.halt = nil
	r.mu.Unlock()
	r.set(func(i *Info) {
		i.Checkpoint = checkpoint
		_, interrupted := errors.AsType[*recipe.InterruptedError](err)
		switch {
		case err == nil:
			i.State, i.Model, i.Notes = Done, true, append(i.Notes, result.Notes...)
			if t := result.Model.Training; t != nil {
				i.story(t)
				if i.Options != nil {
					i.Data = i.Options.Data.String()
				}
			}
		case cause == errCancel:
			i.State = Cancelled
		case cause == errPause, interrupted, errors.Is(err, context.Canceled), errors.Is(err, train.ErrInterrupted):
			i.State = Paused
		default:
			i.State, i.Error = Failed, r.house.relative(err).Error()
		}
	})
	r.remember()
}

// Pause stops a run and keeps its checkpoint, so that it can go on.
func (h *Runs) Pause(id string) error { return h.act(id, Pause) }

// Resume lets a run go on that was paused, or whose checkpoint lies in the folder.
func (h *Runs) Resume(id string) error { return h.act(id, Resume) }

// Stop ends a run and saves what it has learned as its model. One that has not begun is cancelled.
func (h *Runs) Stop(id string) error { return h.act(id, Stop) }

func (h *Runs) act(id string, a Action) error {
	r, err := h.get(id)
	if err != nil {
		return err
	}
	r.acting.Lock() // it neither begins nor ends meanwhile
	defer r.acting.Unlock()
	r.mu.Lock()
	state, allowed := r.info.State, false
	for _, can := range r.info.Can {
		allowed = allowed || can == a
	}
	if !allowed {
		r.mu.Unlock()
		return &StateError{id, state, a}
	}
	halt, checkpoint := r.halt, r.info.Checkpoint
	r.mu.Unlock()
	switch {
	case a == Pause && halt == nil:
		h.withdraw(r)
		r.set(func(i *Info) { i.State = Paused })
	case a == Pause:
		r.set(func(i *Info) { i.State = Pausing })
		halt(errPause)
	case a == Stop && (state == Waiting || state == Preparing) && !checkpoint:
		h.withdraw(r)
		if halt != nil {
			halt(errCancel)
			return nil
		}
		r.set(func(i *Info) { i.State = Cancelled })
	case a == Stop && state == Paused && !checkpoint:
		r.set(func(i *Info) { i.State = Cancelled })
		r.wakeUp()
	case a == Stop && state == Paused:
		r.ask()
		return h.goOn(r)
	case a == Stop:
		r.ask()
		r.set(func(i *Info) { i.State = Stopping })
	default:
		return h.goOn(r)
	}
	return nil
}

// ask asks a training to end.
func (r *run) ask() {
	r.mu.Lock()
	defer r.mu.Unlock()
	if !r.stopping {
		r.stopping = true
		close(r.stop)
	}
}

// withdraw takes a run out of the queue.
func (h *Runs) withdraw(r *run) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for i, waiting := range h.queue {
		if waiting == r {
			h.queue = append(h.queue[:i:i], h.queue[i+1:]...)
			return
		}
	}
}

// goOn lets a paused run go on: at once where somebody waits in Do, else when it is its turn.
func (h *Runs) goOn(r *run) error {
	if r.waits {
		r.wakeUp()
		return nil
	}
	if h.opt.Closed {
		return ErrClosed
	}
	if err := h.adopt(r); err != nil {
		return fmt.Errorf("%s: %w", r.id, h.relative(err))
	}
	r.set(func(i *Info) { i.State = r.next() })
	return h.enqueue(r)
}

// wakeUp lets somebody go on who waits in Do.
func (r *run) wakeUp() {
	select {
	case r.resume <- struct{}{}:
	default:
	}
}

// next returns the state of a run that is to go on. The caller holds mu.
func (r *run) next() State {
	if r.stopping {
		return Stopping
	}
	return Waiting
}

// adopt makes a run of the folder one that can go on here.
func (h *Runs) adopt(r *run) error {
	r.mu.Lock()
	known := r.options.Out != ""
	r.mu.Unlock()
	if known {
		return nil
	}
	path := h.path(r.id) + checkpointEnding
	c, err := train.OpenCheckpoint(path)
	if err != nil {
		return err
	}
	o, err := recipe.Unfinished(path, c, faces.Options{})
	if err != nil {
		return err
	}
	o.Framer, o.Threads = h.opt.Framer, h.opt.Threads
	r.mu.Lock()
	defer r.mu.Unlock()
	r.options = o
	shown := o
	shown.Out, shown.Data = r.id, dataset.Parse(r.info.Data)
	if near := dataset.Parse(c.Model.Training.Near); near.Source != "" {
		shown.Data = near
	}
	r.info.Options = &shown
	return nil
}
