package workspace

import (
	"context"
	"errors"
	"testing"
	"time"

	"likeness/search/engine"
	"likeness/search/engine/enginetest"
)

// An engine that does not answer keeps nobody who asks another one waiting, and lets go of who leaves.
func TestEnginesDoNotWaitForOneAnother(t *testing.T) {
	var at [2]engine.Location
	for i, text := range []string{"weaviate://silent/faces", "weaviate://other/faces"} {
		var err error
		if at[i], err = engine.ParseLocation(text); err != nil {
			t.Fatal(err)
		}
	}
	asked, answer := make(chan struct{}, 1), make(chan struct{})
	w, err := Open(t.TempDir(), Options{Engines: at[:], OpenEngine: func(_ context.Context, l engine.Location, _ engine.Options) (engine.Engine, error) {
		if l.Hosts[0] == "silent" {
			asked <- struct{}{}
			<-answer
		}
		return enginetest.NewMemory(l.Name), nil
	}})
	if err != nil {
		t.Fatal(err)
	}
	first := make(chan error, 1)
	go func() {
		_, _, err := w.Gallery(context.Background(), at[0].String())
		first <- err
	}()
	<-asked
	if _, _, err := w.Gallery(t.Context(), at[1].String()); !errors.Is(err, engine.ErrNone) {
		t.Errorf("the other engine: error %v, expected %v", err, engine.ErrNone)
	}
	ctx, leave := context.WithTimeout(t.Context(), 10*time.Millisecond)
	defer leave()
	if _, done, err := w.engine(ctx, at[0].String()); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("who leaves: error %v, expected %v", err, context.DeadlineExceeded)
		done()
	}
	close(answer)
	if err := <-first; !errors.Is(err, engine.ErrNone) {
		t.Errorf("the silent engine: error %v, expected %v", err, engine.ErrNone)
	}
	if err := w.Close(); err != nil {
		t.Error(err)
	}
}
