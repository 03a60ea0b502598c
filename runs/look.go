package runs

import (
	"cmp"
	"fmt"
	"slices"
)

// List returns all runs, those under way first, then the latest, and a channel that is closed when one of them changes.
func (h *Runs) List() ([]Info, <-chan struct{}) {
	h.mu.Lock()
	changed := h.changed
	h.mu.Unlock()
	list := []Info{}
	for _, r := range h.all() {
		r.mu.Lock()
		list = append(list, r.copied())
		r.mu.Unlock()
	}
	first := []State{Training, Stopping, Pausing, Preparing, Waiting, Elsewhere}
	rank := func(i Info) int {
		if at := slices.Index(first, i.State); at >= 0 {
			return at
		}
		return len(first)
	}
	slices.SortFunc(list, func(a, b Info) int {
		return cmp.Or(cmp.Compare(rank(a), rank(b)), b.Changed.Compare(a.Changed), cmp.Compare(a.ID, b.ID))
	})
	return list, changed
}

func (h *Runs) get(id string) (*run, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if r := h.runs[id]; r != nil {
		return r, nil
	}
	return nil, fmt.Errorf("%s: %w", id, ErrUnknown)
}

// Info returns what is known of a run.
func (h *Runs) Info(id string) (Info, error) {
	r, err := h.get(id)
	if err != nil {
		return Info{}, err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.copied(), nil
}

// After returns the kept events of a run with ids above the given one, and a channel that is closed when there are
// more; it is nil where nothing more will come, since the runs were closed or another training took the place of this
// one under its name. Of a run that is not under way here the faces are made when somebody first asks for its events.
func (h *Runs) After(id string, event int64) ([]Event, <-chan struct{}, error) {
	r, err := h.get(id)
	if err != nil {
		return nil, nil, err
	}
	r.wanted()
	events, more := r.log.after(event)
	return events, more, nil
}

// Faces returns pictures of a run: its faces after an epoch.
func (h *Runs) Faces(id string, epoch int) (Pictures, error) {
	return h.pictures(id, func(f *frames) (Pictures, error) {
		if p := f.kept[epoch]; p != nil {
			return p, nil
		}
		return nil, fmt.Errorf("%s: the faces after epoch %d were not kept: %w", id, epoch, ErrUnknown)
	})
}

// Given returns the faces as the model is given them, Wanted as it should return them.
func (h *Runs) Given(id string) (Pictures, error) {
	return h.pictures(id, func(f *frames) (Pictures, error) { return f.pictures(f.Given), nil })
}

// Wanted returns the faces as the model should return them.
func (h *Runs) Wanted(id string) (Pictures, error) {
	return h.pictures(id, func(f *frames) (Pictures, error) { return f.pictures(f.Wanted), nil })
}

func (h *Runs) pictures(id string, of func(*frames) (Pictures, error)) (Pictures, error) {
	r, err := h.get(id)
	if err != nil {
		return nil, err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.frames == nil {
		return nil, fmt.Errorf("%s has no faces yet: %w", id, ErrUnknown)
	}
	return of(r.frames)
}
