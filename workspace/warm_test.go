package workspace

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// thing is something that is open until it is closed.
type thing struct{ open atomic.Bool }

// Whatever fails or panics while it is opened keeps nobody waiting, and is tried again.
func TestWarmAfterFailures(t *testing.T) {
	var fail func() error
	w := newWarm(2, nil, func(context.Context, string) (*thing, error) {
		if err := fail(); err != nil {
			return nil, err
		}
		one := &thing{}
		one.open.Store(true)
		return one, nil
	}, func(one *thing) error { one.open.Store(false); return nil })
	get := func() (err error) {
		defer func() {
			if p := recover(); p != nil {
				err = errors.New("panic")
			}
		}()
		ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
		defer cancel()
		_, release, err := w.get(ctx, "a")
		if err == nil {
			release()
			release()
		}
		return err
	}
	begun, hold := make(chan struct{}), make(chan struct{})
	fail = func() error { close(begun); <-hold; panic("bad") }
	first, second := make(chan error), make(chan error)
	go func() { first <- get() }()
	<-begun
	go func() { second <- get() }()
	for users := 0; users < 2; time.Sleep(time.Millisecond) {
		w.lock.Lock()
		users = w.kept["a"].users
		w.lock.Unlock()
	}
	close(hold)
	if err := <-first; err == nil || err.Error() != "panic" {
		t.Errorf("who opened it: %v", err)
	}
	if err := <-second; !errors.Is(err, errOpening) {
		t.Errorf("who waited for it: %v", err)
	}
	fail = func() error { return errors.New("no") }
	if err := get(); err == nil || err.Error() != "no" {
		t.Errorf("one that fails: %v", err)
	}
	fail = func() error { return nil }
	if err := get(); err != nil {
		t.Errorf("the next: %v", err)
	}
}

// What is in use is never closed, also while the file is replaced, forgotten and the workspace closed; at the end nothing is open.
func TestWarmHammered(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a")
	var opened atomic.Int64
	w := newWarm(1, nil, func(context.Context, string) (*thing, error) {
		if opened.Add(1)%7 == 0 {
			return nil, errors.New("no")
		}
		one := &thing{}
		one.open.Store(true)
		time.Sleep(time.Millisecond)
		return one, nil
	}, func(one *thing) error {
		if !one.open.CompareAndSwap(true, false) {
			t.Error("closed twice")
		}
		return nil
	})
	var things sync.Map
	var all sync.WaitGroup
	for i := range 100 {
		all.Go(func() {
			for j := range 30 {
				ctx, cancel := context.WithTimeout(t.Context(), time.Duration(1+j%5)*time.Millisecond)
				one, release, err := w.get(ctx, path+string(rune('a'+i%3)))
				cancel()
				if err != nil {
					continue
				}
				things.Store(one, true)
				time.Sleep(100 * time.Microsecond)
				if !one.open.Load() {
					t.Error("closed in use")
				}
				release()
				if i%20 == 0 {
					w.drop(path + "a")
				}
				if i == 1 {
					_ = os.WriteFile(path+"b", make([]byte, j), 0o644)
				}
			}
		})
	}
	time.Sleep(20 * time.Millisecond)
	if err := w.close(); err != nil {
		t.Error(err)
	}
	all.Wait()
	if _, _, err := w.get(t.Context(), path); !errors.Is(err, ErrClosed) {
		t.Errorf("after it was closed: %v", err)
	}
	things.Range(func(one, _ any) bool {
		if one.(*thing).open.Load() {
			t.Error("left open")
		}
		return true
	})
}
