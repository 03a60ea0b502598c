package main

import (
	"context"
	"errors"
	"fmt"

	"likeness/autoencoder"
	"likeness/cmd/likeness/internal/console"
	"likeness/dataset"
	"likeness/faces"
)

// openCoder opens a model that has codes.
func openCoder(path string) (*autoencoder.Model, error) {
	m, err := autoencoder.Open(path)
	if err != nil {
		return nil, err
	}
	if err := m.CheckCode(); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return m, nil
}

// modelData reads what the flags name, or what the model was trained on.
func (a *app) modelData(ctx context.Context, path string, m *autoencoder.Model, d dataset.Name, threads int) (*dataset.Pictures, error) {
	var origin *dataset.Origin
	if m.Training != nil {
		origin = &m.Training.Origin
	}
	return a.readOrigin(ctx, path, faces.Options{Prep: m.Prep, Threads: threads}, origin, d)
}

// readOrigin reads what the flags name, or the pictures of an origin, which may be nil.
func (a *app) readOrigin(ctx context.Context, path string, opt faces.Options, origin *dataset.Origin, d dataset.Name) (*dataset.Pictures, error) {
	if d.Source != "" {
		if err := checkData(d); err != nil {
			return nil, err
		}
	}
	p := a.Progress()
	defer p.Clear()
	opt.Framer, opt.Progress = a.framer(), p.Report()
	found, err := origin.Load(ctx, path, d, opt.Prep, opt)
	p.Clear()
	if err != nil {
		return nil, originError(err, path, origin, d)
	}
	for _, w := range found.Set.Warnings {
		a.Warn("%s", w)
	}
	if origin != nil && found.Set.Is(origin.DataHash) {
		a.noteSetAgain(found.Set)
	} else {
		a.noteSet(found.Set)
	}
	return found, nil
}

// originError says what can be done where the pictures of an origin are not to be had.
func originError(err error, path string, origin *dataset.Origin, d dataset.Name) error {
	switch {
	case errors.Is(err, dataset.ErrUnknown):
		return console.Usagef("%s does not say what it was trained on: give --data", path)
	case errors.Is(err, dataset.ErrGone):
		return fmt.Errorf("%s was trained on %s, which is not here: say with --data where it is", path, dataset.Parse(origin.Data).Source)
	case errors.Is(err, dataset.ErrChanged):
		again := dataset.Parse(origin.Data)
		if d.Attributes != "" {
			again.Attributes = d.Attributes
		}
		return fmt.Errorf("%s is not what %s was trained on, or was trained on with --attributes: name the pictures with --data and --attributes", again, path)
	}
	return err
}
