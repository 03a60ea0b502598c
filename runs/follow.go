package runs

import (
	"context"
	"errors"

	"likeness/train"
)

// Follower shows trainings of somebody else in this process, one after the other. They can only be watched.
type Follower struct {
	house *Runs
	now   *run
}

// Follow returns a follower.
func (h *Runs) Follow() *Follower { return &Follower{house: h} }

// Begin shows a training that is about to start; the one before is complete. id is the name of its model's file in the
// folder.
func (f *Follower) Begin(id string, t *train.Run) {
	f.End(nil)
	r := f.house.newRun(id)
	r.fixed = true
	f.now = r
	r.set(func(i *Info) { i.State = Training })
	f.house.put(r)
	r.watch(context.Background(), t)
}

// End says how the last training ended; nil: well. A nil Follower ignores it.
func (f *Follower) End(err error) {
	if f == nil || f.now == nil {
		return
	}
	r := f.now
	f.now = nil
	now := f.house.look(r.id)
	r.set(func(i *Info) {
		i.Model, i.Checkpoint = now.model != stamp{}, now.checkpoint != stamp{}
		switch {
		case err == nil:
			i.State = Done
		case errors.Is(err, train.ErrInterrupted), errors.Is(err, context.Canceled):
			i.State = Paused
		default:
			i.State, i.Error = Failed, f.house.relative(err).Error()
		}
	})
	r.remember()
}
