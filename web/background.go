package web

import (
	"fmt"
	"runtime/debug"
	"sync"
)

// background is what goes on beside requests. A server that closes waits for it, and nothing more begins then.
type background struct {
	lock  sync.Mutex
	ended bool
	group sync.WaitGroup
}

// begin runs work, unless the server is closing: then it returns false.
func (b *background) begin(work func()) bool {
	b.lock.Lock()
	defer b.lock.Unlock()
	if b.ended {
		return false
	}
	b.group.Go(work)
	return true
}

func (b *background) wait() {
	b.lock.Lock()
	b.ended = true
	b.lock.Unlock()
	b.group.Wait()
}

// faultError is a panic of work in the background.
type faultError struct{ what any }

func (faultError) Error() string { return "this is a fault of likeness; its log says where" }

// guard returns a panic of work as an error: one piece of work must not end the server, and the trainings that it carries out.
func (s *Server) guard(work func() error) (err error) {
	defer func() {
		if p := recover(); p != nil {
			s.log.Error("work has panicked", "panic", fmt.Sprint(p), "stack", string(debug.Stack()))
			err = faultError{p}
		}
	}()
	return work()
}
