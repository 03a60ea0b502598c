package runs

import (
	"errors"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"likeness/autoencoder"
	"likeness/pix"
	"likeness/recipe"
)

// A name is taken by one of those who ask for it at the same time.
func TestStartedOnce(t *testing.T) {
	h := open(t, cached(t), Options{Poll: -1})
	var started atomic.Int64
	var all sync.WaitGroup
	for range 30 {
		all.Go(func() {
			switch _, err := h.Start(few(t, "pca")); {
			case err == nil:
				started.Add(1)
			case !errors.Is(err, recipe.ErrBusy) && !errors.Is(err, recipe.ErrExists):
				t.Error(err)
			}
		})
	}
	all.Wait()
	if n := started.Load(); n != 1 {
		t.Errorf("%d runs of one name were started", n)
	}
}

// However often and by how many a run is paused and resumed, it ends in a state that is true.
func TestPausedByMany(t *testing.T) {
	folder := cached(t)
	h := open(t, folder, Options{})
	o := few(t, "pca")
	o.Epochs = 30
	id := start(t, h, o)
	end := time.Now().Add(time.Second)
	var all sync.WaitGroup
	for i := range 8 {
		all.Go(func() {
			for n := i; time.Now().Before(end); n++ {
				act := h.Resume
				if n%3 == 0 {
					act = h.Pause
				}
				if err := act(id); err != nil {
					if _, ok := errors.AsType[*StateError](err); !ok {
						t.Error(err)
					}
				}
				time.Sleep(time.Millisecond)
			}
		})
	}
	all.Wait()
	for wait := time.Now().Add(time.Minute); ; time.Sleep(5 * time.Millisecond) {
		i, err := h.Info(id)
		if err != nil {
			t.Fatal(err)
		}
		if i.State == Done {
			break
		}
		if i.State == Paused {
			_ = h.Resume(id) // it may have begun already
		}
		if i.State == Failed || time.Now().After(wait) {
			t.Fatalf("the run is %s: %s", i.State, i.Error)
		}
	}
	model(t, folder, id)
}

// Links to models and to folders of models outside are not followed.
func TestLinksAreNotRuns(t *testing.T) {
	folder, outside := t.TempDir(), t.TempDir()
	m, err := autoencoder.New("pca", pix.Prep{W: 8, H: 8}, 4, 1)
	if err != nil {
		t.Fatal(err)
	}
	m.Training = &autoencoder.Training{Task: autoencoder.Reconstruct}
	path := filepath.Join(outside, "a.safetensors")
	if err := m.Save(path); err != nil {
		t.Fatal(err)
	}
	if err := m.Save(filepath.Join(folder, "mine.safetensors")); err != nil {
		t.Fatal(err)
	}
	for link, to := range map[string]string{"a.safetensors": path, "b.safetensors.checkpoint": path, "models": outside} {
		if err := os.Symlink(to, filepath.Join(folder, link)); err != nil {
			t.Skip("no links here:", err)
		}
	}
	h := open(t, folder, Options{Poll: -1})
	list, _ := h.List()
	for _, r := range list {
		if r.ID != "mine.safetensors" {
			t.Errorf("%s is a run", r.ID)
		}
	}
	if len(list) == 0 {
		t.Error("the model in the folder is no run")
	}
}
