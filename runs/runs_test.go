package runs

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"likeness/autoencoder"
	"likeness/dataset"
	"likeness/pix"
	"likeness/recipe"
)

// few are options of a short run on few drawn faces.
func few(t *testing.T, name string) recipe.Options {
	t.Helper()
	r, ok := recipe.Named(name)
	if !ok {
		t.Fatalf("no recipe %q", name)
	}
	o := r.Options()
	o.Data, o.Prep, o.Epochs, o.Batch = dataset.Drawn(12, 3), pix.Prep{W: 16, H: 16, Auto: true}, 3, 8
	if o.Code > 0 {
		o.Code = 4
	}
	o.Out = name + ".safetensors"
	return o
}

func open(t *testing.T, folder string, opt Options) *Runs {
	t.Helper()
	if opt.Poll == 0 {
		opt.Poll = 20 * time.Millisecond
	}
	h, err := Open(folder, opt)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(h.Close)
	return h
}

// cached keeps the pictures of a test, which all its runs share.
func cached(t *testing.T) string {
	t.Helper()
	t.Setenv("LIKENESS_CACHE", t.TempDir())
	return t.TempDir()
}

// alone returns what the same options come to without anybody who watches.
func alone(t *testing.T, o recipe.Options) *autoencoder.Model {
	t.Helper()
	o.Out = filepath.Join(t.TempDir(), "alone.safetensors")
	j, err := recipe.Prepare(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	r, err := j.Run(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	return r.Model
}

// until follows a run until an event is the one that is waited for, and returns all events from the first.
func until(t *testing.T, h *Runs, id string, is func(Event) bool) []Event {
	t.Helper()
	var all []Event
	last := int64(0)
	for {
		events, more, err := h.After(id, last)
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range events {
			if e.ID <= last {
				t.Fatalf("event %d after %d", e.ID, last)
			}
			last = e.ID
			all = append(all, e)
			if is(e) {
				return all
			}
		}
		if more == nil {
			t.Fatalf("%s ended before what was waited for", id)
		}
		select {
		case <-more:
		case <-time.After(time.Minute):
			t.Fatalf("%s: nothing happened, the last event is %+v", id, all[len(all)-1])
		}
	}
}

func in(states ...State) func(Event) bool {
	return func(e Event) bool { return e.Run != nil && slices.Contains(states, e.Run.State) }
}

func start(t *testing.T, h *Runs, o recipe.Options) string {
	t.Helper()
	id, err := h.Start(o)
	if err != nil {
		t.Fatal(err)
	}
	return id
}

func model(t *testing.T, folder, id string) *autoencoder.Model {
	t.Helper()
	m, err := autoencoder.Open(filepath.Join(folder, id))
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// A run that is watched ends in the same model, to the bit, and shows everything that it should.
func TestWatched(t *testing.T) {
	folder := cached(t)
	h := open(t, folder, Options{})
	for _, name := range []string{"pca", "residual", "denoise", "denoiser"} {
		o := few(t, name)
		id := start(t, h, o)
		events := until(t, h, id, in(Done, Failed))
		last := events[len(events)-1].Run
		if last.State != Done || !last.Model || last.Checkpoint || last.EpochsDone != o.Epochs || len(last.Can) != 0 {
			t.Fatalf("%s: %+v", name, last)
		}
		m := model(t, folder, id)
		if m.Fingerprint() != alone(t, o).Fingerprint() {
			t.Errorf("%s: watching changed the model", name)
		}
		if !events[0].Begins || events[0].Run.Options.Out != o.Out {
			t.Errorf("%s: begins with %+v", name, events[0])
		}
		var epochs []autoencoder.Epoch
		for _, e := range events {
			if e.Kind == KindEpoch {
				epochs = append(epochs, *e.Epoch)
			}
		}
		for i, want := range m.Training.History {
			want.Seconds = 0
			if len(epochs) != o.Epochs || epochs[i] != want {
				t.Errorf("%s: epochs %+v, want %+v", name, epochs, m.Training.History)
				break
			}
		}
		until(t, h, id, func(e Event) bool { return e.Kind == KindBaselines })
		kept, _, _ := h.After(id, 0)
		names := map[string]bool{}
		var shown *Faces
		for _, e := range kept {
			for _, b := range e.Baselines {
				names[b.Name] = b.MSE > 0
			}
			if e.Faces != nil {
				shown = e.Faces
			}
		}
		wanted := map[string]int{"pca": 2, "residual": 2, "denoise": 3, "denoiser": 2}[name]
		if len(names) != wanted || !names["always the mean picture"] {
			t.Errorf("%s: baselines %v", name, names)
		}
		if shown == nil || !slices.Equal(shown.Epochs, []int{0, 1, 2, 3}) || len(shown.Names) != 4 || shown.Corrupted != (last.Corruption != "") {
			t.Fatalf("%s: faces %+v", name, shown)
		}
		given, err1 := h.Given(id)
		clean, err2 := h.Wanted(id)
		end, err3 := h.Faces(id, 3)
		begin, err4 := h.Faces(id, 0)
		if err := errors.Join(err1, err2, err3, err4); err != nil {
			t.Fatal(err)
		}
		if len(end) != 4*16*16*3 || bytes.Equal(begin, end) || bytes.Equal(given, clean) == shown.Corrupted {
			t.Errorf("%s: %d bytes of faces, %d given", name, len(end), len(given))
		}
		if name == "pca" { // no correction comes after the last epoch
			x := make([]float32, len(clean))
			(&pix.Image{W: 16, H: 16 * 4, Pix: given}).Floats(x)
			y, err := m.Reconstruct(t.Context(), x)
			if err != nil || !bytes.Equal(pix.FromFloats(y, 16, 64).Pix, end) {
				t.Errorf("the last faces are not those of the model (%v)", err)
			}
		}
		if _, err := h.Faces(id, 9); !errors.Is(err, ErrUnknown) {
			t.Errorf("%s: faces of an epoch that never was: %v", name, err)
		}
	}
}

// A run that was paused, and one that was saved at the end of the program, end in the same model.
func TestPauseAndClose(t *testing.T) {
	folder := cached(t)
	o := few(t, "conv")
	want := alone(t, o).Fingerprint()
	h := open(t, folder, Options{})
	id := start(t, h, o)
	after := func(n int) func(Event) bool {
		return func(e Event) bool { return e.Epoch != nil && e.Epoch.Epoch == n }
	}
	until(t, h, id, after(1))
	if err := h.Pause(id); err != nil {
		t.Fatal(err)
	}
	events := until(t, h, id, in(Paused, Failed))
	if i := events[len(events)-1].Run; i.State != Paused || !i.Checkpoint || !slices.Equal(i.Can, []Action{Resume, Stop}) {
		t.Fatalf("%+v", i)
	}
	state := &StateError{}
	if err := h.Pause(id); !errors.As(err, &state) || state.Action != Pause {
		t.Errorf("paused twice: %v", err)
	}
	if err := h.Resume(id); err != nil {
		t.Fatal(err)
	}
	until(t, h, id, after(2))
	h.Close()
	if _, more, err := h.After(id, 0); err != nil || more != nil {
		t.Errorf("after Close more is awaited (%v)", err)
	}
	if _, err := os.Stat(filepath.Join(folder, id+".checkpoint")); err != nil {
		t.Fatal(err)
	}

	h = open(t, folder, Options{})
	var err error
	list, _ := h.List()
	if len(list) != 1 || list[0].ID != id || list[0].State != Paused || list[0].EpochsDone < 2 || list[0].Epochs != 3 {
		t.Fatalf("found %+v", list)
	}
	until(t, h, id, func(e Event) bool { return e.Faces != nil }) // of its checkpoint
	if err := h.Resume(id); err != nil {
		t.Fatal(err)
	}
	for _, e := range until(t, h, id, in(Training, Done)) {
		if e.Run != nil && e.Run.EpochsDone < 2 {
			t.Errorf("%s it has %d epochs", e.Run.State, e.Run.EpochsDone)
		}
	}
	events = until(t, h, id, in(Done, Failed))
	if i := events[len(events)-1].Run; i.State != Done {
		t.Fatal(i.Error)
	}
	if model(t, folder, id).Fingerprint() != want {
		t.Error("paused and saved it ended in another model")
	}
	numbers := []int{}
	if events, _, err = h.After(id, 0); err != nil { // as who comes later gets them
		t.Fatal(err)
	}
	for _, e := range events {
		if e.Epoch != nil {
			numbers = append(numbers, e.Epoch.Epoch)
		}
	}
	if !slices.Equal(numbers, []int{1, 2, 3}) {
		t.Errorf("epochs %v", numbers)
	}
}

// A run that is stopped leaves a model that says so, whether it was under way, paused, or never begun.
func TestStop(t *testing.T) {
	folder := cached(t)
	h := open(t, folder, Options{})
	for _, paused := range []bool{false, true} {
		o := few(t, "residual")
		o.Epochs, o.Out = 50, map[bool]string{false: "under-way.safetensors", true: "paused.safetensors"}[paused]
		id := start(t, h, o)
		waits := o
		waits.Out = "waits-" + o.Out
		second := start(t, h, waits)
		until(t, h, id, func(e Event) bool { return e.Epoch != nil })
		if i, err := h.Info(second); err != nil || i.State != Waiting {
			t.Errorf("the second run is %s while the first is trained (%v)", i.State, err)
		}
		if err := h.Stop(second); err != nil {
			t.Error(err)
		}
		until(t, h, second, in(Cancelled))
		if paused {
			if err := h.Pause(id); err != nil {
				t.Fatal(err)
			}
			until(t, h, id, in(Paused))
		}
		if err := h.Stop(id); err != nil {
			t.Fatal(err)
		}
		events := until(t, h, id, in(Done, Failed))
		if i := events[len(events)-1].Run; i.State != Done || i.Ended != autoencoder.EndedByStop || i.Checkpoint || i.EpochsDone == 0 {
			t.Fatalf("%+v", i)
		}
		m := model(t, folder, id)
		if s := m.Training; s.Ended != autoencoder.EndedByStop || s.Planned != 50 || m.Correction == nil {
			t.Errorf("%+v", s)
		}
	}
}

// Names of files lead out of the folder nowhere.
func TestPaths(t *testing.T) {
	folder := cached(t)
	outside := t.TempDir()
	if err := os.Symlink(outside, filepath.Join(folder, "link")); err != nil {
		t.Skip(err)
	}
	h := open(t, folder, Options{})
	for name, change := range map[string]func(*recipe.Options){
		"above":        func(o *recipe.Options) { o.Out = "../m.safetensors" },
		"absolute":     func(o *recipe.Options) { o.Out = filepath.Join(outside, "m.safetensors") },
		"by a link":    func(o *recipe.Options) { o.Out = "link/m.safetensors" },
		"another kind": func(o *recipe.Options) { o.Out = "m.txt" },
		"an atlas":     func(o *recipe.Options) { o.Out = "m.atlas.safetensors" },
		"none":         func(o *recipe.Options) { o.Out = "" },
		"data above":   func(o *recipe.Options) { o.Data.Source = "../x.tgz" },
		"data by link": func(o *recipe.Options) { o.Data.Source = "link" },
		"attributes":   func(o *recipe.Options) { o.Data.Attributes = "/etc/passwd" },
		"names":        func(o *recipe.Options) { o.Data.Names = "../names.csv" },
	} {
		o := few(t, "pca")
		change(&o)
		wrong := &PathError{}
		if _, err := h.Start(o); !errors.As(err, &wrong) {
			t.Errorf("%s: %v", name, err)
		}
	}
	o := few(t, "pca")
	o.Data.Source = "none"
	if _, err := h.Start(o); !errors.Is(err, os.ErrNotExist) || bytes.Contains([]byte(err.Error()), []byte(folder)) {
		t.Errorf("data that are not there: %v", err)
	}
	if _, err := h.Info("nothing"); !errors.Is(err, ErrUnknown) {
		t.Error(err)
	}
	if got := h.FreeName("pca", 4); got != "pca-4.safetensors" {
		t.Error(got)
	}
	if err := os.WriteFile(filepath.Join(folder, "pca-4.safetensors.checkpoint"), nil, 0o666); err != nil {
		t.Fatal(err)
	}
	if got := h.FreeName("pca", 4); got != "pca-4-2.safetensors" {
		t.Error(got)
	}
}
