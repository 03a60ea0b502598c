package workspace

import (
	"context"
	"errors"
	"sync"
	"time"

	"likeness/gallery"
	"likeness/search/engine"
)

// engines are the engines that somebody has asked for, by location. They stay open.
type engines struct {
	lock  sync.Mutex
	open  map[string]*openEngine
	ended bool // nothing is opened any more
}

type openEngine struct {
	engine.Engine               // nil until it could be opened
	turn          chan struct{} // holds one while somebody opens the engine or asks for its collection
	digest        string        // of the collection that is published
	asked         time.Time
}

// engine returns the engine at a location, in whose turn the caller is until it calls done. Nobody waits for another engine.
func (w *Workspace) engine(ctx context.Context, path string) (e *openEngine, done func(), err error) {
	w.engines.lock.Lock()
	if w.engines.ended {
		w.engines.lock.Unlock()
		return nil, nil, ErrClosed
	}
	if e = w.engines.open[path]; e == nil {
		e = &openEngine{turn: make(chan struct{}, 1)}
		w.engines.open[path] = e
	}
	w.engines.lock.Unlock()
	select {
	case e.turn <- struct{}{}:
	case <-ctx.Done():
		return nil, nil, ctx.Err()
	}
	done = func() { <-e.turn }
	if e.Engine != nil {
		return e, done, nil
	}
	defer func() {
		if err != nil {
			done()
		}
	}()
	at, err := engine.ParseLocation(path)
	if err != nil {
		return nil, nil, err
	}
	var opt engine.Options
	if w.opt.Observe != nil {
		opt.Observe = func(call string, took time.Duration, err error) { w.opt.Observe(path, call, took, err) }
	}
	opened, err := w.opt.OpenEngine(ctx, at, opt)
	if err != nil {
		return nil, nil, err
	}
	e.Engine = opened
	return e, done, nil
}

func (e *engines) close() error {
	e.lock.Lock()
	defer e.lock.Unlock()
	e.ended = true
	var errs []error
	for _, one := range e.open {
		one.turn <- struct{}{} // whoever opens it has done so
		if one.Engine != nil {
			errs = append(errs, one.Close())
		}
		<-one.turn
	}
	clear(e.open)
	return errors.Join(errs...)
}

// openCollection opens the collection at a location.
func (w *Workspace) openCollection(ctx context.Context, path string) (*gallery.Gallery, error) {
	e, done, err := w.engine(ctx, path)
	if err != nil {
		return nil, err
	}
	done()
	return gallery.OpenCollection(ctx, e.Engine, gallery.Options{Framer: w.opt.Framer, Threads: w.opt.Threads})
}

// asksAgain is how long it may take until a collection is seen that has taken another one's name.
const asksAgain = 2 * time.Second

// stampOf tells one version of an index or a collection from another. Where an engine does not answer, the one that was
// seen last stays, and whoever asks it hears what is wrong.
func (w *Workspace) stampOf(ctx context.Context, path string) string {
	if !engine.IsLocation(path) {
		return stampOf(path)
	}
	e, done, err := w.engine(ctx, path)
	if err != nil {
		return ""
	}
	defer done()
	if time.Since(e.asked) < asksAgain {
		return e.digest
	}
	c, err := e.Published(ctx)
	if err == nil {
		var digest string
		if digest, err = c.Header().Digest(); err == nil {
			e.digest = digest
		}
	}
	if ctx.Err() == nil { // those who come next do not wait for what this one has waited for
		e.asked = time.Now()
	}
	return e.digest
}
