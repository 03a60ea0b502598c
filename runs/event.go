package runs

import (
	"slices"
	"sync"
	"sync/atomic"

	"likeness/autoencoder"
	"likeness/evaluation"
	"likeness/progress"
)

// Kind says what an Event tells.
type Kind string

// The kinds of events. Each is about the field of Event that has its name.
const (
	KindState     Kind = "state"     // Run changed; the first event of a run is one, with Begins
	KindPreparing Kind = "preparing" // a step of reading pictures, in Preparing
	KindStep      Kind = "step"      // steps of training were taken
	KindEpoch     Kind = "epoch"     // an epoch is complete
	KindBaselines Kind = "baselines" // errors without any training are known
	KindFaces     Kind = "faces"     // there are faces of another epoch
)

// Event is something that happened in a run. What a kind has no field for is left out.
type Event struct {
	// ID is larger than those of all events before it, also of other runs.
	ID   int64 `json:"id"`
	Kind Kind  `json:"kind"`
	// Begins says that what was known of the run before is of another training.
	Begins    bool               `json:"begins,omitempty"`
	Run       *Info              `json:"run,omitempty"`
	Preparing *progress.Step     `json:"preparing,omitempty"`
	Step      *Step              `json:"step,omitempty"`
	Epoch     *autoencoder.Epoch `json:"epoch,omitempty"`
	Baselines []evaluation.Named `json:"baselines,omitempty"`
	Faces     *Faces             `json:"faces,omitempty"`
}

// Step says how far a training has come.
type Step struct {
	Epoch           int     `json:"epoch"` // under way, from 1
	Epochs          int     `json:"epochs"`
	Step            int     `json:"step"` // done in it
	Steps           int     `json:"steps"`
	Loss            float64 `json:"loss"` // mean over the epoch so far
	Rate            float64 `json:"learning_rate"`
	ImagesPerSecond float64 `json:"images_per_second"`
	Seconds         float64 `json:"seconds"`   // of this sitting
	Remaining       float64 `json:"remaining"` // seconds, estimated
}

// Bounds of what a log keeps. Of more steps every second one goes, the latest stay longest.
const (
	keptSteps  = 512
	keptEpochs = 4096
)

// log keeps the events of a run for whoever comes later: all epochs, some of the steps, and of every other kind the
// latest. It is safe for use by several goroutines.
type log struct {
	mu      sync.Mutex
	events  []Event // by id
	counts  map[Kind]int
	changed chan struct{} // closed at the next event
	ended   bool          // another run took the place of this one
}

func newLog() *log { return &log{counts: map[Kind]int{}, changed: make(chan struct{})} }

// add appends an event with the next number of seq.
func (l *log) add(e Event, seq *atomic.Int64) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.ended {
		return
	}
	e.ID = seq.Add(1)
	if e.Begins {
		l.events, l.counts = nil, map[Kind]int{}
	}
	switch e.Kind {
	case KindStep:
		if l.counts[e.Kind] >= keptSteps {
			l.thin(e.Kind)
		}
	case KindEpoch:
		if l.counts[e.Kind] >= keptEpochs {
			l.thin(e.Kind)
		}
	default:
		l.events = slices.DeleteFunc(l.events, func(old Event) bool {
			gone := old.Kind == e.Kind && !old.Begins
			if gone {
				l.counts[e.Kind]--
			}
			return gone
		})
	}
	l.events = append(l.events, e)
	l.counts[e.Kind]++
	close(l.changed)
	l.changed = make(chan struct{})
}

// thin removes every second event of a kind, but never the last one.
func (l *log) thin(k Kind) {
	left, at := l.counts[k], 0
	l.events = slices.DeleteFunc(l.events, func(e Event) bool {
		if e.Kind != k {
			return false
		}
		at++
		if at%2 == 1 && at < left {
			l.counts[k]--
			return true
		}
		return false
	})
}

// end tells those who wait that nothing more comes.
func (l *log) end() {
	l.mu.Lock()
	defer l.mu.Unlock()
	if !l.ended {
		l.ended = true
		close(l.changed)
	}
}

// after returns the kept events with larger ids, and a channel that is closed when there are more; nil: none will come.
func (l *log) after(id int64) ([]Event, <-chan struct{}) {
	l.mu.Lock()
	defer l.mu.Unlock()
	at, _ := slices.BinarySearchFunc(l.events, id+1, func(e Event, id int64) int { return int(e.ID - id) })
	events := slices.Clone(l.events[at:])
	if l.ended {
		return events, nil
	}
	return events, l.changed
}
