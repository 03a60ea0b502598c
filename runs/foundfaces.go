package runs

import (
	"context"
	"fmt"

	"likeness/autoencoder"
	"likeness/baseline"
	"likeness/dataset"
	"likeness/evaluation"
	"likeness/faces"
	"likeness/parallel"
	"likeness/train"
)

// wanted makes the faces of a run in the folder, for somebody who watches it.
func (r *run) wanted() {
	r.mu.Lock()
	first := !r.looked && !r.info.State.active() && r.frames == nil && (r.info.Model || r.info.Checkpoint)
	r.looked = r.looked || first
	r.mu.Unlock()
	if first {
		r.house.background(r.faces)
	}
}

// faces makes the faces of a run in the folder from the weights that it has now, and measures what needs no training.
func (r *run) faces(ctx context.Context) {
	if err := r.makeFaces(ctx); err != nil && ctx.Err() == nil {
		r.set(func(i *Info) { i.Error = "The faces cannot be shown: " + r.house.relative(err).Error() })
	}
}

func (r *run) makeFaces(ctx context.Context) error {
	r.house.looking.Lock() // one set of pictures at a time in memory
	defer r.house.looking.Unlock()
	r.mu.Lock()
	path, f, active := r.house.path(r.id), r.frames, r.info.State.active()
	if r.info.Checkpoint {
		path += checkpointEnding
	}
	r.mu.Unlock()
	if active {
		return nil
	}
	m, err := autoencoder.Open(path)
	if err != nil || m.Training == nil {
		return err
	}
	if f == nil {
		if f, err = r.readFaces(ctx, path, m); err != nil {
			return err
		}
	}
	p, err := f.look(ctx, m)
	if err != nil {
		return err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.frames != nil && r.frames != f {
		return nil // it is trained here by now
	}
	r.frames, r.seed = f, m.Training.Seed
	f.keep(len(m.Training.History), p)
	r.log.add(Event{Kind: KindFaces, Faces: f.info()}, &r.house.seq)
	return nil
}

// readFaces reads the pictures that a model was trained on and chooses the faces among those that it was measured on.
func (r *run) readFaces(ctx context.Context, path string, m *autoencoder.Model) (*frames, error) {
	t := m.Training
	data, err := m.Pictures(ctx, path, dataset.Name{}, faces.Options{Framer: r.house.opt.Framer, Progress: r.preparing})
	if err != nil {
		return nil, err
	}
	if data.Split == nil {
		return nil, fmt.Errorf("%s: its split is not known", path)
	}
	rows := data.Split.Test
	if t.NValidation > 0 {
		plan, err := dataset.ParseSplit(t.Split)
		if err != nil {
			return nil, err
		}
		if _, rows, err = plan.Split(data.Set); err != nil {
			return nil, err
		}
	}
	c, err := t.Inputs()
	if err != nil {
		return nil, err
	}
	f := newFrames(train.NewSample(data.Set, rows, c, t.Seed, FacesShown))
	r.mu.Lock()
	begun := r.measured
	r.measured = true
	r.mu.Unlock()
	if !begun {
		forms := baseline.New(data.Set, data.Split.Train)
		r.house.background(func(ctx context.Context) {
			r.house.looking.Lock() // the pictures of one run at a time
			defer r.house.looking.Unlock()
			b, notes, err := evaluation.MeasureBaselines(parallel.WithThreads(ctx, 1), m, c, t.Seed, forms.On(data.Set, rows))
			r.tellBaselines(b, notes, err)
		})
	}
	return f, nil
}
