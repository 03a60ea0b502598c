package train_test

import (
	"context"
	"errors"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"likeness/autoencoder"
	"likeness/train"
)

// start is when the runs of these tests begin.
var start = time.Unix(1e9, 0)

// budgeted is a run of ten seconds, by a clock on which all steps take as long
// and nothing else takes any time.
func budgeted(t *testing.T, now *time.Time, step time.Duration) *train.Run {
	r := run(t)
	r.Epochs, r.TimeBudget = 0, 10*time.Second
	*now = start
	r.SetClock(func() time.Time { return *now }, func() { *now = now.Add(step) })
	return r
}

// The run chooses a number of epochs that fits, gives the same weights as one
// that was told that number, and keeps it when it goes on.
func TestTimeBudget(t *testing.T) {
	ctx := context.Background()
	var now time.Time
	r := budgeted(t, &now, 100*time.Millisecond)
	r.Average = 0.9
	planned := 0
	r.Events = func(e train.Event) {
		if e.Planned {
			planned = e.Epochs
		}
	}
	story, err := r.Do(ctx)
	if err != nil {
		t.Fatal(err)
	}
	n := len(story.History)
	// 0.7 s go to the calibration, and 8.3 s are enough for 20 epochs of 0.4 s.
	if took := now.Sub(start); n != 20 || n != planned || took != 8700*time.Millisecond || story.Ended != "" {
		t.Errorf("%d epochs of %d took %v of %v (%s)", n, planned, took, r.TimeBudget, story.Ended)
	}
	if err := r.CheckFinished(r.Model); err != nil {
		t.Errorf("the model is not what its run makes: %v", err)
	}
	told := run(t)
	told.Epochs, told.Average = n, 0.9
	if _, err := told.Do(ctx); err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(weights(r.Model), weights(told.Model)) {
		t.Error("the calibration changed the weights")
	}

	checkpoint := filepath.Join(t.TempDir(), "run.checkpoint")
	stopping, cancel := context.WithCancel(ctx)
	first := budgeted(t, &now, 100*time.Millisecond)
	first.Average, first.Checkpoint = 0.9, checkpoint
	first.Events = func(e train.Event) {
		if e.Epoch == 3 {
			cancel()
		}
	}
	if _, err := first.Do(stopping); !errors.Is(err, train.ErrInterrupted) {
		t.Fatal(err)
	}
	second := budgeted(t, &now, time.Millisecond) // a faster machine changes nothing
	second.Average, second.Checkpoint = 0.9, checkpoint
	if story, err = second.Do(ctx); err != nil {
		t.Fatal(err)
	}
	told = run(t)
	told.Epochs, told.Average = len(story.History), 0.9
	if _, err := told.Do(ctx); err != nil {
		t.Fatal(err)
	}
	if first.Epochs != second.Epochs || len(story.History) != first.Epochs || !slices.Equal(weights(second.Model), weights(told.Model)) {
		t.Errorf("%d epochs were chosen, and after going on %d", first.Epochs, second.Epochs)
	}
}

// On a machine that becomes slower the run ends in time with what it has, and
// its checkpoint gives that again.
func TestTimeRunsOut(t *testing.T) {
	ctx := context.Background()
	checkpoint := filepath.Join(t.TempDir(), "run.checkpoint")
	for _, slow := range []int{3, 4} { // at which step of the third epoch
		var now time.Time
		r := budgeted(t, &now, 100*time.Millisecond)
		r.Checkpoint = checkpoint
		r.Events = func(e train.Event) {
			if e.Epoch == 3 && e.Step == slow && !e.EpochDone {
				now = start.Add(10001 * time.Millisecond)
			}
		}
		story, err := r.Do(ctx)
		if err != nil {
			t.Fatal(err)
		}
		if len(story.History) != 3 || story.Ended != autoencoder.EndedByTime || r.Epochs <= 3 {
			t.Fatalf("%d of %d epochs, ended by %q", len(story.History), r.Epochs, story.Ended)
		}
		if cut := story.History[2]; cut.Images != map[int]int{3: 60, 4: 0}[slow] || cut.TestLoss == 0 {
			t.Errorf("the last epoch is %+v", cut)
		}
		again := budgeted(t, &now, 0)
		again.Checkpoint = checkpoint
		got, err := again.Do(ctx)
		if err != nil {
			t.Fatal(err)
		}
		sameHistory(t, got, story)
		if !slices.Equal(weights(again.Model), weights(r.Model)) {
			t.Error("the checkpoint gives other weights")
		}
		if err := train.Discard(checkpoint); err != nil {
			t.Fatal(err)
		}
	}
}

// However little time there is, something is learned.
func TestNoTimeAtAll(t *testing.T) {
	r := run(t)
	r.Epochs, r.TimeBudget = 0, 1
	before := weights(r.Model)
	story, err := r.Do(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	if len(story.History) != 1 || story.History[0].Images != 20 || story.Ended != autoencoder.EndedByTime {
		t.Errorf("%+v, ended by %q", story.History, story.Ended)
	}
	if slices.Equal(weights(r.Model), before) {
		t.Error("nothing was learned")
	}
}
