package engine

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"time"
)

// Limits bound the calls of an engine. Zero means the default.
type Limits struct {
	Call     time.Duration // one try of one call; default 15 s
	Tries    int           // of one call; default 4
	Pause    time.Duration // before the second try, twice as long before each further one; default 100 ms
	Failures int           // in a row, after which the circuit opens; default 8
	Open     time.Duration // how long it stays open; default 5 s
}

func (l Limits) withDefaults() Limits {
	def := func(v *time.Duration, d time.Duration) {
		if *v <= 0 {
			*v = d
		}
	}
	def(&l.Call, 15*time.Second)
	def(&l.Pause, 100*time.Millisecond)
	def(&l.Open, 5*time.Second)
	if l.Tries <= 0 {
		l.Tries = 4
	}
	if l.Failures <= 0 {
		l.Failures = 8
	}
	return l
}

// Options say how an engine is opened.
type Options struct {
	Limits Limits
	// Observe, if not nil, is told of every try of every call: its name, how long it took, and its
	// error. It may be called from several goroutines at once.
	Observe func(call string, took time.Duration, err error) `json:"-"`
}

// Temporary marks an error after which the same call may be tried again: the server was away, busy,
// or said so itself. Every call of an engine can be repeated without harm.
type Temporary struct{ Err error }

func (e *Temporary) Error() string { return e.Err.Error() }

// Unwrap returns what happened.
func (e *Temporary) Unwrap() error { return e.Err }

// Guard bounds calls in time, tries them again after errors that are Temporary, and is a circuit
// breaker: after several failures in a row it fails all calls at once for a while, then lets one
// try. Calls that fail so wrap ErrUnavailable.
type Guard struct {
	name string
	opt  Options

	lock     sync.Mutex
	failures int       // in a row
	until    time.Time // the circuit is open
	trying   bool      // one call tries whether it may close
}

// NewGuard returns a guard; name begins the texts of its errors.
func NewGuard(name string, opt Options) *Guard {
	opt.Limits = opt.Limits.withDefaults()
	return &Guard{name: name, opt: opt}
}

// Do makes a call, at most Limits.Tries times.
func (g *Guard) Do(ctx context.Context, name string, call func(ctx context.Context) error) error {
	return g.DoWithin(ctx, name, g.opt.Limits.Call, call)
}

// DoWithin is Do with a time limit of its own for each try, for calls that take long by nature.
func (g *Guard) DoWithin(ctx context.Context, name string, limit time.Duration, call func(ctx context.Context) error) error {
	pause := g.opt.Limits.Pause
	var last error
	for try := range g.opt.Limits.Tries {
		if try > 0 {
			// Between a half and the whole pause, so that many who wait do not come back at once.
			wait := time.NewTimer(pause/2 + rand.N(pause/2+1))
			select {
			case <-ctx.Done():
				wait.Stop()
				return ctx.Err()
			case <-wait.C:
			}
			pause *= 2
		}
		if err := g.enter(); err != nil {
			if last != nil {
				err = fmt.Errorf("%w; at last: %w", err, last)
			}
			return fmt.Errorf("%s: %s: %w", g.name, name, err)
		}
		err := g.once(ctx, name, limit, call)
		if err == nil {
			return nil
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if _, temporary := errors.AsType[*Temporary](err); !temporary {
			return fmt.Errorf("%s: %s: %w", g.name, name, err)
		}
		last = err
	}
	return fmt.Errorf("%s: %s: %w after %d tries: %w", g.name, name, ErrUnavailable, g.opt.Limits.Tries, last)
}

// once makes one try and keeps the circuit's account.
func (g *Guard) once(ctx context.Context, name string, limit time.Duration, call func(ctx context.Context) error) error {
	within, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	defer func() { // also after a panic
		g.lock.Lock()
		defer g.lock.Unlock()
		g.trying = false
	}()
	begin := time.Now()
	err := call(within)
	if err != nil && within.Err() != nil && ctx.Err() == nil {
		err = &Temporary{fmt.Errorf("no answer within %v (%v)", limit, err)} // which names the host
	}
	if g.opt.Observe != nil {
		g.opt.Observe(name, time.Since(begin), err)
	}
	_, temporary := errors.AsType[*Temporary](err)
	g.lock.Lock()
	defer g.lock.Unlock()
	switch {
	case ctx.Err() != nil: // the caller has left: nothing was learned
	case !temporary: // the server answered
		g.failures = 0
	default:
		if g.failures++; g.failures >= g.opt.Limits.Failures {
			g.until = time.Now().Add(g.opt.Limits.Open)
		}
	}
	return err
}

// enter returns an error while the circuit is open.
func (g *Guard) enter() error {
	g.lock.Lock()
	defer g.lock.Unlock()
	if g.failures < g.opt.Limits.Failures {
		return nil
	}
	if time.Until(g.until) > 0 || g.trying {
		return fmt.Errorf("%w: it failed %d times in a row and is tried again in a few seconds", ErrUnavailable, g.failures)
	}
	g.trying = true
	return nil
}
