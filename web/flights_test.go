package web

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"
)

// TestFlights: what several ask for is computed once, outlives the one who asked first, and a failure is tried again.
func TestFlights(t *testing.T) {
	ctx, stop := context.WithCancel(t.Context())
	s := &Server{ctx: ctx}
	f := flights[int]{s: s}
	var computed atomic.Int32
	begin, end := make(chan struct{}), make(chan struct{})
	compute := func(context.Context) (int, error) {
		computed.Add(1)
		close(begin)
		<-end
		return 7, nil
	}
	first, leave := context.WithCancel(t.Context())
	left := make(chan error)
	go func() {
		_, err := f.get(first, "seven", compute)
		left <- err
	}()
	<-begin
	leave()
	if err := <-left; !errors.Is(err, context.Canceled) {
		t.Errorf("who left got %v", err)
	}
	var all sync.WaitGroup
	for range 5 {
		all.Go(func() {
			if v, err := f.get(t.Context(), "seven", compute); v != 7 || err != nil {
				t.Errorf("%d, %v", v, err)
			}
		})
	}
	close(end)
	all.Wait()
	if n := computed.Load(); n != 1 {
		t.Errorf("computed %d times", n)
	}
	f.put("eight", 8)
	if v, err := f.get(t.Context(), "eight", nil); v != 8 || err != nil {
		t.Errorf("%d, %v", v, err)
	}
	broken := errors.New("broken")
	for range 2 {
		if _, err := f.get(t.Context(), "nine", func(context.Context) (int, error) { return 0, broken }); err != broken {
			t.Errorf("error %v", err)
		}
	}
	if v, err := f.get(t.Context(), "nine", func(context.Context) (int, error) { return 9, nil }); v != 9 || err != nil {
		t.Errorf("after a failure: %d, %v", v, err)
	}
	stop()
	s.jobs.wait()
}
