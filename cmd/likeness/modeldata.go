package main

import (
	"context"
	"errors"
	"fmt"

	"likeness/autoencoder"
	"likeness/dataset"
	"likeness/faces"
	"likeness/pix"
)

// modelData is the pictures that a verb works on with a trained model.
type modelData struct {
	set *faces.Set
	// split is that of the model's training, and name says how it was made;
	// nil when these are not the pictures that the model was trained on.
	split *faces.Split
	name  string
}

// modelData reads what the flags name, or what the model was trained on.
func (a *app) modelData(ctx context.Context, path string, m *autoencoder.Model, d dataName, threads int) (*dataset.Pictures, error) {
	return a.readTrained(ctx, path, m.Prep, m.Training, d, threads)
}

// trainedData is readTrained for verbs of indexes.
func (a *app) trainedData(ctx context.Context, path string, prep pix.Prep, t *autoencoder.Training, d dataName, threads int) (*modelData, error) {
	found, err := a.readTrained(ctx, path, prep, t, d, threads)
	if err != nil {
		return nil, err
	}
	return &modelData{set: found.Set, split: found.Split, name: found.Plan}, nil
}

// readTrained is modelData for whatever was trained and has its own preparation of
// pictures.
func (a *app) readTrained(ctx context.Context, path string, prep pix.Prep, t *autoencoder.Training, d dataName, threads int) (*dataset.Pictures, error) {
	if d.source != "" {
		if err := d.look(); err != nil {
			return nil, err
		}
	}
	p := a.progress()
	defer p.clear()
	var origin *dataset.Origin
	if t != nil {
		origin = &t.Origin
	}
	found, err := origin.Load(ctx, path, d.name(), prep, faces.Options{Threads: threads, Progress: p.report()})
	p.clear()
	switch {
	case errors.Is(err, dataset.ErrUnknown):
		return nil, usagef("%s does not say what it was trained on: give --data", path)
	case errors.Is(err, dataset.ErrGone):
		return nil, fmt.Errorf("%s was trained on %s, which is not here: say with --data where it is", path, dataset.Parse(t.Data).Source)
	case errors.Is(err, dataset.ErrChanged):
		again := dataset.Parse(t.Data)
		if d.attributes != "" {
			again.Attributes = d.attributes
		}
		return nil, fmt.Errorf("%s is not what %s was trained on, or was trained on with --attributes: name the pictures with --data and --attributes", again, path)
	case err != nil:
		return nil, err
	}
	for _, w := range found.Set.Warnings {
		a.warn("%s", w)
	}
	if t != nil && t.DataHash == found.Set.Fingerprint {
		a.tellAgain(found.Set)
	} else {
		a.tellSet(found.Set)
	}
	return found, nil
}
