// Package runs trains in the background and lets others watch: the losses and the faces of a few test pictures after
// every epoch, beside the errors of what needs no training. Runs are the trainings of one folder, those that were
// started here and those whose models and checkpoints lie in it. The folder is all that is kept of them.
package runs

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"sync"
	"sync/atomic"
	"time"

	"likeness/faces"
	"likeness/recipe"
)

// Options say how a folder's runs are carried out.
type Options struct {
	Threads int           // of one run; 0: as the context says
	Framer  faces.Framer  // finds the faces in pictures that are not LFW's
	Poll    time.Duration // how often the folder is looked at; 0: every two seconds, below 0: never
	// Closed starts nothing, and resumes nothing: what is trained is somebody else's, see Guest and Follow.
	Closed bool
}

// mostWaiting bounds the runs that wait.
const mostWaiting = 16

// Errors.
var (
	ErrUnknown = errors.New("there is no such run")
	ErrFull    = errors.New("too many runs are waiting")
	ErrClosed  = errors.New("no runs are started here")
)

// StateError is returned where a run is in no state for an action.
type StateError struct {
	ID     string
	State  State
	Action Action
}

func (e *StateError) Error() string {
	return fmt.Sprintf("%s is %s: there is nothing to %s", e.ID, e.State, e.Action)
}

// Runs are the trainings of one folder. They are safe for use by several goroutines.
type Runs struct {
	folder string
	opt    Options
	seq    atomic.Int64
	ctx    context.Context // ends at Close
	cancel context.CancelFunc
	group  sync.WaitGroup

	looking  sync.Mutex // while a set of pictures is in memory for the faces of a run in the folder
	starting sync.Mutex // from looking whether a name is free to taking it

	mu      sync.Mutex
	runs    map[string]*run
	queue   []*run
	changed chan struct{}
	wake    chan struct{}
	closed  bool
}

// Open opens the runs of a folder. They have to be closed.
func Open(folder string, opt Options) (*Runs, error) {
	info, err := os.Stat(folder)
	if err == nil && !info.IsDir() {
		err = fmt.Errorf("%s is no folder", folder)
	}
	if err != nil {
		return nil, err
	}
	opt.Poll = cmp.Or(opt.Poll, 2*time.Second)
	h := &Runs{folder: folder, opt: opt, runs: map[string]*run{}, changed: make(chan struct{}), wake: make(chan struct{}, 1)}
	h.ctx, h.cancel = context.WithCancel(context.Background())
	h.scan()
	h.group.Go(h.work)
	if opt.Poll > 0 {
		h.group.Go(h.poll)
	}
	return h, nil
}

// Close saves the runs that are under way here and waits for that.
func (h *Runs) Close() {
	h.mu.Lock()
	h.closed = true
	h.mu.Unlock()
	h.cancel()
	h.group.Wait()
	for _, r := range h.all() {
		r.log.end()
	}
}

// background runs f until Close. After Close it does nothing.
func (h *Runs) background(f func(ctx context.Context)) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if !h.closed {
		h.group.Go(func() { f(h.ctx) })
	}
}

// tell wakes those who wait for a change of the list.
func (h *Runs) tell() {
	h.mu.Lock()
	defer h.mu.Unlock()
	close(h.changed)
	h.changed = make(chan struct{})
}

func (h *Runs) all() []*run {
	h.mu.Lock()
	defer h.mu.Unlock()
	var all []*run
	for _, r := range h.runs {
		all = append(all, r)
	}
	return all
}

// Start starts a run, or lets it wait for others, and returns its id. The paths of its options are those of files in the
// folder. It fails as recipe.Prepare does, as far as that is known before the pictures are read, with a *PathError, and
// with ErrFull.
func (h *Runs) Start(o recipe.Options) (string, error) {
	if h.opt.Closed {
		return "", ErrClosed
	}
	asked := o
	id, o, err := h.inFolder(o)
	if err != nil {
		return "", err
	}
	if err := o.Check(); err != nil {
		return "", err
	}
	if err := o.Data.Check(); err != nil {
		return "", h.relative(err)
	}
	h.starting.Lock()
	defer h.starting.Unlock()
	h.mu.Lock()
	old, waiting := h.runs[id], len(h.queue)
	h.mu.Unlock()
	if old != nil && old.state().active() {
		return "", fmt.Errorf("%s: %w", id, recipe.ErrBusy)
	}
	if waiting >= mostWaiting {
		return "", ErrFull
	}
	if err := o.CheckPaths(); err != nil {
		return "", h.relative(err)
	}
	o.Framer, o.Threads = h.opt.Framer, cmp.Or(o.Threads, h.opt.Threads)
	r := h.newRun(id)
	r.options = o
	r.set(func(i *Info) {
		i.State, i.Options, i.Data = Waiting, &asked, asked.Data.String()
		i.Arch, i.Code, i.Prep, i.Parameters, i.Epochs, i.Budget, i.Corruption = o.Arch, o.Code, o.Prep, o.Parameters, o.Epochs, o.TimeBudget, o.Corruption
	})
	h.put(r)
	return id, h.enqueue(r)
}

// Closed reports whether nothing is started here.
func (h *Runs) Closed() bool { return h.opt.Closed }

// Speed returns how many pictures a second the training under way learns from; 0: there is none.
func (h *Runs) Speed() float64 {
	speed := 0.0
	for _, r := range h.all() {
		r.mu.Lock()
		if r.info.State == Training {
			speed += r.speed
		}
		r.mu.Unlock()
	}
	return speed
}

// put puts a run in the place of the one that had its id.
func (h *Runs) put(r *run) {
	h.mu.Lock()
	old := h.runs[r.id]
	h.runs[r.id] = r
	h.mu.Unlock()
	if old != nil {
		old.log.end()
	}
	h.tell()
}

func (h *Runs) enqueue(r *run) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.closed {
		return ErrClosed
	}
	h.queue = append(h.queue, r)
	select {
	case h.wake <- struct{}{}:
	default:
	}
	return nil
}

// next takes the first run that waits; nil: there is none.
func (h *Runs) next() *run {
	h.mu.Lock()
	defer h.mu.Unlock()
	if len(h.queue) == 0 {
		return nil
	}
	r := h.queue[0]
	h.queue = h.queue[1:]
	return r
}

// work carries out the runs that wait, one after the other.
func (h *Runs) work() {
	for {
		select {
		case <-h.ctx.Done():
			return
		case <-h.wake:
		}
		for r := h.next(); r != nil; r = h.next() {
			if h.ctx.Err() != nil {
				return
			}
			_, _ = h.sit(h.ctx, r, func(ctx context.Context) (*recipe.Job, error) { return recipe.Prepare(ctx, r.ready()) }, nil) // the run tells its errors
		}
	}
}
