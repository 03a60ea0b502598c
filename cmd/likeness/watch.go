package main

import (
	"context"
	"errors"
	"fmt"

	"likeness/runs"
	"likeness/web"
	"likeness/workspace"
)

// watching is the page of a training in this process. A nil one shows nothing.
type watching struct {
	runs *runs.Runs
	end  func() error
}

// watch opens the page of the trainings of a folder, and prints its address. It has to be closed.
func (a *app) watch(ctx context.Context, folder string) (*watching, error) {
	l, err := web.Listen("127.0.0.1:0", "")
	if err != nil {
		return nil, err
	}
	work, err := workspace.Open(folder, workspace.Options{Framer: a.framer()})
	if err != nil {
		return nil, errors.Join(err, l.Close())
	}
	r, err := runs.Open(folder, runs.Options{Framer: a.framer(), Closed: true})
	if err != nil {
		return nil, errors.Join(err, work.Close(), l.Close())
	}
	s, err := web.New(web.Options{Workspace: work, Runs: r, Log: a.logger("none")})
	if err != nil {
		r.Close()
		return nil, errors.Join(err, work.Close(), l.Close())
	}
	ctx, stop := context.WithCancel(context.WithoutCancel(ctx)) // Ctrl-C ends the training first
	served := make(chan error, 1)
	go func() { served <- s.Serve(ctx, l) }()
	fmt.Fprintf(a.Err, "Watch it at %swatch\n", s.Address(l))
	return &watching{r, func() error {
		r.Close() // before the streams end, so that pages hear how it ended
		stop()
		return errors.Join(<-served, s.Close(), work.Close())
	}}, nil
}

// close ends the page.
func (w *watching) close() error {
	if w == nil {
		return nil
	}
	return w.end()
}
