package gallery

import (
	"context"
	"errors"
	"testing"
	"time"

	"likeness/search/engine"
	"likeness/search/engine/enginetest"
)

// silent is an engine that does not say how it is until it is let go.
type silent struct {
	*enginetest.Memory
	asked chan struct{}
	let   chan struct{}
	err   error
}

func (s *silent) State(ctx context.Context) (*engine.State, error) {
	s.asked <- struct{}{}
	<-s.let
	return nil, s.err
}

// Who waits for the state of an engine may leave, and one failure is that of all who have waited.
func TestStateIsAskedForOnce(t *testing.T) {
	s := &silent{enginetest.NewMemory("faces"), make(chan struct{}, 9), make(chan struct{}), errors.New("away")}
	f := &far{engine: s, asking: make(chan struct{}, 1)}
	answers := make(chan error, 3)
	for range 3 {
		go func() { _, err := f.state(t.Context()); answers <- err }()
	}
	<-s.asked
	ctx, leave := context.WithTimeout(t.Context(), 10*time.Millisecond)
	defer leave()
	if _, err := f.state(ctx); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("who leaves: error %v, expected %v", err, context.DeadlineExceeded)
	}
	close(s.let)
	for range 3 {
		if err := <-answers; !errors.Is(err, s.err) {
			t.Errorf("error %v, expected %v", err, s.err)
		}
	}
	if len(s.asked) != 0 {
		t.Errorf("the engine was asked %d times more", len(s.asked))
	}
}
