package runs

import (
	"context"
	"encoding/json"
	"fmt"
	"io/fs"
	"os"
	"strings"
	"time"

	"likeness/autoencoder"
	"likeness/baseline"
	"likeness/dataset"
	"likeness/evaluation"
	"likeness/faces"
	"likeness/internal/lockfile"
	"likeness/recipe"
	"likeness/safetensors"
	"likeness/train"
)

// found is what the folder has of a run: a model, a checkpoint or both. A change of it is news.
type found struct {
	model, checkpoint stamp
	held              bool // somebody trains it
}

// stamp tells a file from the one that was there before; zero: there is none.
type stamp struct {
	size int64
	at   time.Time
}

func stampOf(path string) stamp {
	info, err := os.Stat(path)
	if err != nil || !info.Mode().IsRegular() {
		return stamp{}
	}
	return stamp{info.Size(), info.ModTime()}
}

func (h *Runs) look(id string) found {
	path := h.path(id)
	f := found{model: stampOf(path), checkpoint: stampOf(path + checkpointEnding)}
	_, f.held = lockfile.Held(path)
	return f
}

// remember takes what is in the folder now for this run's own.
func (r *run) remember() {
	f := r.house.look(r.id)
	r.mu.Lock()
	defer r.mu.Unlock()
	r.found = &f
}

// poll looks at the folder again and again.
func (h *Runs) poll() {
	tick := time.NewTicker(h.opt.Poll)
	defer tick.Stop()
	for {
		select {
		case <-h.ctx.Done():
			return
		case <-tick.C:
			h.scan()
		}
	}
}

// scan looks for models and checkpoints in the folder, and in folders called models of the reports in it.
func (h *Runs) scan() {
	ids := map[string]bool{}
	for _, pattern := range []string{"*", "models/*", "*/models/*"} {
		for _, ending := range []string{modelEnding, modelEnding + checkpointEnding} {
			names, err := fs.Glob(os.DirFS(h.folder), pattern+ending)
			if err != nil {
				panic(err) // a pattern that is not well written
			}
			for _, name := range names {
				ids[strings.TrimSuffix(name, checkpointEnding)] = true
			}
		}
	}
	for _, r := range h.all() {
		ids[r.id] = true
	}
	for id := range ids {
		if h.ctx.Err() != nil {
			return
		}
		h.discover(id)
	}
}

// discover takes notice of a run in the folder, and of what has changed in it.
func (h *Runs) discover(id string) {
	h.mu.Lock()
	r := h.runs[id]
	h.mu.Unlock()
	if r != nil && (r.waits || r.state().active()) {
		return
	}
	now := h.look(id)
	if r != nil {
		r.mu.Lock()
		same, state := r.found != nil && *r.found == now, r.info.State
		r.mu.Unlock()
		if same {
			return
		}
		if now == (found{}) && state != Failed && state != Cancelled && !r.waits {
			h.forget(r)
			return
		}
	}
	if now.model == (stamp{}) && now.checkpoint == (stamp{}) {
		return
	}
	what, err := h.read(id, now)
	if err != nil || what == nil {
		if r != nil {
			r.remember()
		}
		return // no training, or one that is just being written
	}
	if r == nil || !r.continues(what) {
		r = h.newRun(id)
		h.mu.Lock()
		h.runs[id] = r
		h.mu.Unlock()
	}
	r.mu.Lock()
	r.found = &now
	r.mu.Unlock()
	r.show(what)
}

// forget drops a run of which nothing is left in the folder.
func (h *Runs) forget(r *run) {
	h.mu.Lock()
	delete(h.runs, r.id)
	h.mu.Unlock()
	r.log.end()
	h.tell()
}

// reading is what the files of a run say.
type reading struct {
	info    Info
	history []autoencoder.Epoch
}

// read reads what the files of a run say. It returns nil for a model that was not trained.
func (h *Runs) read(id string, f found) (*reading, error) {
	path := h.path(id)
	w := &reading{info: Info{ID: id, Changed: latest(f.model.at, f.checkpoint.at), Model: f.model != stamp{}, Checkpoint: f.checkpoint != stamp{}}}
	i := &w.info
	if !i.Checkpoint {
		t, err := readStory(path, i)
		if t == nil || err != nil {
			return nil, err
		}
		i.State, w.history = Done, t.History
		i.Epochs = max(t.Planned, len(t.History))
		i.story(t)
		return w, nil
	}
	c, err := train.OpenCheckpoint(path + checkpointEnding)
	if err != nil {
		return nil, err
	}
	i.about(c.Model)
	i.story(c.Model.Training)
	w.history = c.Model.Training.History
	i.State, i.Epochs, i.Part = Paused, c.Epochs, float64(c.Done)/float64(c.Steps)
	if f.held {
		i.State = Elsewhere
	}
	return w, nil
}

func latest(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

// readStory reads what a model file says of its training, without its weights; nil where it is no model or was not
// trained.
func readStory(path string, i *Info) (*autoencoder.Training, error) {
	f, err := safetensors.Map(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	if f.Metadata["format"] != autoencoder.Format {
		return nil, nil
	}
	var t *autoencoder.Training
	if err := json.Unmarshal([]byte(f.Metadata["training"]), &t); err != nil {
		return nil, err
	}
	if err := json.Unmarshal([]byte(f.Metadata["prep"]), &i.Prep); err != nil {
		return nil, err
	}
	i.Arch = f.Metadata["architecture"]
	_, i.NoiseUnits = f.Metadata["noise_level"]
	if _, err := fmt.Sscan(f.Metadata["code"], &i.Code); err != nil {
		return nil, err
	}
	return t, nil
}

// continues reports whether what is in the folder now is a later state of the same training.
func (r *run) continues(w *reading) bool {
	events, _ := r.log.after(0)
	r.mu.Lock()
	defer r.mu.Unlock()
	var before []autoencoder.Epoch
	for _, e := range events {
		if e.Kind == KindEpoch {
			before = append(before, *e.Epoch)
		}
	}
	if len(before) > len(w.history) || r.info.Arch != w.info.Arch || r.info.Seed != w.info.Seed {
		return false
	}
	for _, e := range before {
		if w.history[e.Epoch-1].Loss != e.Loss {
			return false
		}
	}
	return true
}

// show tells what was read of a run's files.
func (r *run) show(w *reading) {
	r.mu.Lock()
	had := r.info.EpochsDone
	if !r.begun {
		had = 0
	}
	r.mu.Unlock()
	r.set(func(i *Info) {
		w.info.Options, w.info.Notes, w.info.Error = i.Options, i.Notes, ""
		*i = w.info
	})
	r.mu.Lock()
	for _, e := range w.history[min(had, len(w.history)):] {
		r.log.add(Event{Kind: KindEpoch, Epoch: &e}, &r.house.seq)
	}
	r.info.epochs(w.history)
	again := r.looked
	r.mu.Unlock()
	if again {
		r.house.background(r.faces)
	}
}

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
	f := newFrames(data.Set, rows, c, t.Seed)
	r.mu.Lock()
	begun := r.measured
	r.measured = true
	r.mu.Unlock()
	if !begun {
		forms := baseline.New(data.Set, data.Split.Train)
		r.house.background(func(ctx context.Context) {
			b, notes, err := evaluation.MeasureBaselines(ctx, m, c, t.Seed, forms.On(data.Set, rows))
			r.tellBaselines(b, notes, err)
		})
	}
	return f, nil
}

// adopt makes a run of the folder one that can go on here.
func (h *Runs) adopt(r *run) error {
	r.mu.Lock()
	known := r.options.Out != ""
	r.mu.Unlock()
	if known {
		return nil
	}
	path := h.path(r.id) + checkpointEnding
	c, err := train.OpenCheckpoint(path)
	if err != nil {
		return err
	}
	o, err := recipe.Unfinished(path, c, faces.Options{})
	if err != nil {
		return err
	}
	o.Framer, o.Threads = h.opt.Framer, h.opt.Threads
	r.mu.Lock()
	defer r.mu.Unlock()
	r.options = o
	shown := o
	shown.Out, shown.Data = r.id, dataset.Parse(r.info.Data)
	if near := dataset.Parse(c.Model.Training.Near); near.Source != "" {
		shown.Data = near
	}
	r.info.Options = &shown
	return nil
}
