package runs

import (
	"encoding/json"
	"fmt"
	"io/fs"
	"os"
	"path"
	"strings"
	"time"

	"likeness/autoencoder"
	"likeness/internal/lockfile"
	"likeness/latent"
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
	info, err := os.Lstat(path) // a link may lead out of the folder
	if err != nil || !info.Mode().IsRegular() {
		return stamp{}
	}
	return stamp{info.Size(), info.ModTime()}
}

func (h *Runs) look(id string) found {
	file := h.path(id)
	f := found{model: stampOf(file), checkpoint: stampOf(file + checkpointEnding)}
	_, f.held = lockfile.Held(file)
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

// mostFolders bounds the folders that are looked into at every scan: a folder of pictures may have one for every person.
const mostFolders = 500

// scan looks for models and checkpoints in the folder, and in folders called models in it and in those of reports.
func (h *Runs) scan() {
	ids := map[string]bool{}
	top := h.list(".", ids)
	if len(top) > mostFolders {
		top = nil
	}
	h.list(modelsFolder, ids)
	for _, folder := range top {
		h.list(path.Join(folder, modelsFolder), ids)
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

// modelsFolder is where a report has its models.
const modelsFolder = "models"

// list adds the ids of the models and checkpoints in a folder, and returns its folders.
func (h *Runs) list(folder string, ids map[string]bool) (folders []string) {
	if info, err := os.Lstat(h.path(folder)); folder != "." && (err != nil || !info.IsDir()) {
		return nil // it is not there, or a link
	}
	entries, err := os.ReadDir(h.path(folder))
	if err != nil {
		return nil // it is not there, or may not be read: nothing is found there
	}
	for _, e := range entries {
		name := strings.TrimSuffix(e.Name(), checkpointEnding)
		switch {
		case strings.HasPrefix(name, "."), e.Type()&fs.ModeSymlink != 0:
		case e.IsDir():
			folders = append(folders, name)
		case strings.HasSuffix(name, modelEnding) && !strings.HasSuffix(name, latent.Suffix):
			ids[path.Join(folder, name)] = true
		}
	}
	return folders
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
