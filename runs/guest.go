package runs

import (
	"context"
	"errors"

	"likeness/progress"
	"likeness/recipe"
	"likeness/train"
)

// Guest is a training of somebody else in this process, which others can watch, pause, resume and stop here.
type Guest struct {
	run *run
	// Paused, if not nil, is called when the training is paused and Do waits.
	Paused func()
}

// Guest announces a training whose pictures are about to be read. id is the name of its model's file in the folder.
func (h *Runs) Guest(id string, o recipe.Options) *Guest {
	r := h.newRun(id)
	r.options, r.waits, r.fixed = o, true, true // until Do
	r.set(func(i *Info) {
		i.State, i.Options, i.Data = Waiting, &o, o.Data.String()
		i.Arch, i.Code, i.Prep, i.Parameters, i.Epochs, i.Budget, i.Corruption = o.Arch, o.Code, o.Prep, o.Parameters, o.Epochs, o.TimeBudget, o.Corruption
	})
	h.put(r)
	return &Guest{run: r}
}

// Preparing tells a step of reading the pictures.
func (g *Guest) Preparing(s progress.Step) { g.run.preparing(s) }

// Do carries out the job, with the same events as its Run. While it is paused, Do waits. Errors are those of the job's
// Run, and train.ErrInterrupted where it was cancelled before it had learned anything.
func (g *Guest) Do(ctx context.Context, j *recipe.Job, events func(seed uint64, e train.Event)) (*recipe.Result, error) {
	r := g.run
	r.set(func(*Info) { r.fixed = false })
	for {
		result, err := r.house.sit(ctx, r, func(context.Context) (*recipe.Job, error) { return j, nil }, events)
		switch state := r.state(); {
		case state == Cancelled:
			return nil, errors.Join(train.ErrInterrupted, err)
		case state != Paused || ctx.Err() != nil:
			return result, err
		}
		if g.Paused != nil {
			g.Paused()
		}
		select {
		case <-ctx.Done():
			return nil, err
		case <-r.resume:
		}
		r.set(func(i *Info) {
			j.Options.Resume, j.Options.Restart = i.Checkpoint, false
			if i.State == Paused {
				i.State = r.next()
			}
		})
	}
}
