package tracking

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"likeness/tensorboard"
	"likeness/train"
)

// What a run shows when it goes on was recorded before it ended, and is not recorded again.
func TestResumedRunsShowNothingTwice(t *testing.T) {
	dir := t.TempDir()
	w, err := tensorboard.Create(dir, time.Unix(1, 0), false)
	if err != nil {
		t.Fatal(err)
	}
	files, err := filepath.Glob(filepath.Join(dir, "*"))
	if err != nil || len(files) != 1 {
		t.Fatal(files, err)
	}
	size := func() int64 {
		info, err := os.Stat(files[0])
		if err != nil {
			t.Fatal(err)
		}
		return info.Size()
	}
	s, before := &events{w: w}, size()
	s.event(train.Event{Resumed: true, Epoch: 2})
	s.event(train.Event{Planned: true, Epochs: 9})
	s.look(t.Context(), 1)
	if size() != before {
		t.Errorf("%d bytes were written", size()-before)
	}
	s.event(train.Event{Epoch: 2, Step: 1, Steps: 1, EpochDone: true})
	if s.resumed || size() == before {
		t.Error("the next epoch is not recorded")
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
}
