package workspace

import (
	"context"
	"errors"
	"sync"
	"time"

	"likeness/gallery"
	"likeness/search/engine"
)

// engines are the engines that were opened, by location. They stay open.
type engines struct {
	lock sync.Mutex
	open map[string]*openEngine
}

type openEngine struct {
	engine.Engine

	lock   sync.Mutex
	digest string // of the collection that is published
	asked  time.Time
}

// engine returns the engine at a location.
func (w *Workspace) engine(ctx context.Context, path string) (*openEngine, error) {
	w.engines.lock.Lock()
	defer w.engines.lock.Unlock()
	if e := w.engines.open[path]; e != nil {
		return e, nil
	}
	at, err := engine.ParseLocation(path)
	if err != nil {
		return nil, err
	}
	var opt engine.Options
	if w.opt.Observe != nil {
		opt.Observe = func(call string, took time.Duration, err error) { w.opt.Observe(path, call, took, err) }
	}
	e, err := w.opt.OpenEngine(ctx, at, opt)
	if err != nil {
		return nil, err
	}
	w.engines.open[path] = &openEngine{Engine: e}
	return w.engines.open[path], nil
}

func (e *engines) close() error {
	e.lock.Lock()
	defer e.lock.Unlock()
	var errs []error
	for _, one := range e.open {
		errs = append(errs, one.Close())
	}
	clear(e.open)
	return errors.Join(errs...)
}

// openCollection opens the collection at a location.
func (w *Workspace) openCollection(ctx context.Context, path string) (*gallery.Gallery, error) {
	e, err := w.engine(ctx, path)
	if err != nil {
		return nil, err
	}
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
	e, err := w.engine(ctx, path)
	if err != nil {
		return ""
	}
	e.lock.Lock()
	defer e.lock.Unlock()
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
	if err == nil || errors.Is(err, engine.ErrNone) {
		e.asked = time.Now()
	}
	return e.digest
}
