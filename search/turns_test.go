package search_test

import (
	"context"
	"runtime"
	"strings"
	"sync"
	"testing"

	"likeness/search"
)

// gate is an index each of whose batches waits until it is let through.
type gate struct {
	search.Index
	came chan int      // how many queries each batch has
	pass chan struct{} // lets one through
	bad  bool          // panics instead of answering
}

func (g *gate) SearchBatch(_ context.Context, queries []search.Query) ([][]search.Match, error) {
	g.came <- len(queries)
	<-g.pass
	if g.bad {
		panic("bad batch")
	}
	return make([][]search.Match, len(queries)), nil
}

// Whoever was first is answered after its own batch, however many come later, and everybody is answered.
func TestTogetherHoldsNobodyUp(t *testing.T) {
	g := &gate{came: make(chan int), pass: make(chan struct{})}
	together := search.NewTogether(g, 1)
	first := make(chan error, 1)
	go func() {
		_, err := together.Search(t.Context(), search.Query{})
		first <- err
	}()
	<-g.came
	var others sync.WaitGroup
	for range 40 {
		others.Go(func() {
			if _, err := together.Search(t.Context(), search.Query{}); err != nil {
				t.Error(err)
			}
		})
	}
	left, leave := context.WithCancel(t.Context())
	others.Go(func() {
		if _, err := together.Search(left, search.Query{}); err == nil {
			t.Error("whoever left: no error")
		}
	})
	leave()
	g.pass <- struct{}{}
	answered := 1
	answered += <-g.came // of somebody else's batch, which is held here
	if err := <-first; err != nil {
		t.Error(err)
	}
	go func() { others.Wait(); close(g.came) }()
	g.pass <- struct{}{}
	for n := range g.came {
		answered += n
		g.pass <- struct{}{}
	}
	if answered < 41 {
		t.Errorf("%d answers, want at least 41", answered)
	}
}

// A batch that panics fails for its own caller; the others get an error, and who comes later an answer.
func TestTogetherAfterPanic(t *testing.T) {
	g := &gate{came: make(chan int), pass: make(chan struct{})}
	together := search.NewTogether(g, 1)
	var all sync.WaitGroup
	panics, failed := make(chan any, 3), make(chan error, 3)
	ask := func() {
		defer func() {
			if p := recover(); p != nil {
				panics <- p
			}
		}()
		_, err := together.Search(t.Context(), search.Query{})
		failed <- err
	}
	all.Go(ask)
	<-g.came
	all.Go(ask)
	all.Go(ask)
	for together.Waiting() < 2 {
		runtime.Gosched()
	}
	g.pass <- struct{}{}
	if n := <-g.came; n != 2 {
		t.Fatalf("a batch of %d", n)
	}
	g.bad = true
	g.pass <- struct{}{}
	all.Wait()
	if err := <-failed; err != nil {
		t.Errorf("the first: %v", err)
	}
	if len(panics) != 1 || len(failed) != 1 {
		t.Fatalf("%d panics and %d answers", len(panics), len(failed))
	}
	if err := <-failed; err == nil || !strings.Contains(err.Error(), "failed") {
		t.Errorf("the one who was answered with it: %v", err)
	}
	g.bad = false
	all.Go(ask)
	<-g.came
	g.pass <- struct{}{}
	all.Wait()
	if err := <-failed; err != nil {
		t.Errorf("the next: %v", err)
	}
}
