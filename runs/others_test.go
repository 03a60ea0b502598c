package runs

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"likeness/autoencoder"
	"likeness/recipe"
	"likeness/train"
)

// A training of another process shows up with its first checkpoint, and its epochs as they come.
func TestElsewhere(t *testing.T) {
	folder := cached(t)
	h := open(t, folder, Options{})
	o := few(t, "conv")
	id := o.Out
	o.Out = filepath.Join(folder, o.Out)
	j, err := recipe.Prepare(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	seen, done := make(chan int), make(chan error)
	go func() {
		_, err := j.Run(t.Context(), func(_ uint64, e train.Event) {
			if e.EpochDone && e.Epoch < 3 {
				seen <- e.Epoch // until it was seen
			}
		})
		done <- err
	}()
	for {
		list, changed := h.List()
		if len(list) == 1 {
			if i := list[0]; i.State != Elsewhere || i.EpochsDone != 1 || len(i.Can) != 0 || i.Epochs != 3 {
				t.Fatalf("%+v", i)
			}
			break
		}
		select {
		case <-changed:
		case <-time.After(time.Minute):
			t.Fatal("the run was not found")
		}
	}
	if err := h.Pause(id); err == nil {
		t.Error("another process was paused")
	}
	until(t, h, id, func(e Event) bool { return e.Faces != nil && slices.Contains(e.Faces.Epochs, 1) })
	until(t, h, id, func(e Event) bool { return e.Baselines != nil })
	<-seen
	until(t, h, id, func(e Event) bool { return e.Faces != nil && slices.Contains(e.Faces.Epochs, 2) })
	<-seen
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	events := until(t, h, id, func(e Event) bool { return in(Done)(e) && e.Run.EpochsDone == 3 })
	if !events[0].Begins {
		t.Error("the first event does not begin")
	}
	for _, e := range events[1:] {
		if e.Begins {
			t.Error("one training was taken for two")
		}
	}
	if err := os.Remove(o.Out); err != nil {
		t.Fatal(err)
	}
	for {
		list, more := h.List()
		if len(list) == 0 {
			break
		}
		select {
		case <-more:
		case <-time.After(time.Minute):
			t.Fatal("a run of which nothing is left is still listed")
		}
	}
}

// Somebody else's job in this process is paused, goes on and is stopped from here.
func TestGuest(t *testing.T) {
	folder := cached(t)
	h := open(t, folder, Options{Closed: true})
	o := few(t, "pca")
	if _, err := h.Start(o); !errors.Is(err, ErrClosed) {
		t.Errorf("started: %v", err)
	}
	o.Epochs, o.Out = 400, filepath.Join(folder, o.Out)
	j, err := recipe.Prepare(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	guest, paused := h.Guest("pca.safetensors", o), 0
	if i, err := h.Info("pca.safetensors"); err != nil || i.State != Waiting || len(i.Can) != 0 {
		t.Errorf("%+v, %v", i, err)
	}
	begun, done := make(chan bool, 1), make(chan error, 1)
	var result *recipe.Result
	go func() {
		var err error
		guest.Paused = func() { paused++ }
		result, err = guest.Do(t.Context(), j, func(uint64, train.Event) {
			select {
			case begun <- true:
			default:
			}
		})
		done <- err
	}()
	<-begun
	for _, act := range []func(string) error{h.Pause, h.Resume} {
		if err := act("pca.safetensors"); err != nil {
			t.Fatal(err)
		}
		until(t, h, "pca.safetensors", in(Paused, Training))
	}
	until(t, h, "pca.safetensors", func(e Event) bool { return in(Training)(e) && slices.Contains(e.Run.Can, Stop) })
	if err := h.Stop("pca.safetensors"); err != nil {
		t.Fatal(err)
	}
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	if result.Model.Training.Ended != autoencoder.EndedByStop || paused != 1 {
		t.Errorf("paused %d times, %+v", paused, result.Model.Training)
	}
}

// A follower shows what others train.
func TestFollow(t *testing.T) {
	folder := cached(t)
	h := open(t, folder, Options{Closed: true})
	o := few(t, "pca")
	o.Out = filepath.Join(folder, o.Out)
	j, err := recipe.Prepare(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	f := h.Follow()
	for _, id := range []string{"models/a.safetensors", "models/b.safetensors"} {
		r, err := j.TrainRun(0)
		if err != nil {
			t.Fatal(err)
		}
		steps := 0
		r.Events = func(train.Event) { steps++ }
		f.Begin(id, r)
		if i, err := h.Info(id); err != nil || i.State != Training || len(i.Can) != 0 {
			t.Errorf("%+v, %v", i, err)
		}
		if _, err := r.Do(t.Context()); err != nil {
			t.Fatal(err)
		}
		if steps == 0 {
			t.Error("its own events were lost")
		}
	}
	f.End(context.Canceled)
	a, _ := h.Info("models/a.safetensors")
	b, _ := h.Info("models/b.safetensors")
	if a.State != Done || b.State != Paused || b.EpochsDone != 3 {
		t.Errorf("%+v, %+v", a, b)
	}
}
