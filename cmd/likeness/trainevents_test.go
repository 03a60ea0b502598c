package main

import (
	"bytes"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"likeness/cmd/likeness/internal/console"
	"likeness/train"
)

// Without a terminal there is one line for each epoch, and one when a run goes
// on; with one there is a bar that fits.
func TestProgress(t *testing.T) {
	var plain bytes.Buffer
	step := train.Event{Epoch: 3, Epochs: 25, Step: 7, Steps: 370, Loss: 0.0123456, ImagesPerSecond: 2345.6, Remaining: 62 * time.Second}
	done := step
	done.EpochDone, done.TestLoss, done.Step = true, 0.01, 370
	resumed := step
	resumed.Resumed = true
	p := console.NewProgress(&plain, false)
	for _, e := range []train.Event{resumed, step, step, done} {
		showEvent(p, "", e)
	}
	showEvent(p, "conv", done)
	chosen := done
	chosen.TestLoss, chosen.ValidationLoss, chosen.Epoch = 0, 0.02, 25
	showEvent(p, "", chosen)
	showEvent(p, "seed 7", train.Event{Resumed: true, EpochDone: true})
	showEvent(p, "", train.Event{Planned: true, Epochs: 12, ImagesPerSecond: 2000})
	p.Count("Reading", 5, 10)
	want := `resuming in epoch 3 of 25, after 7 of 370 steps
epoch  3/25  loss 0.012346  test 0.010000  2,345 images/s  1 min 02 s left
conv  epoch  3/25  loss 0.012346  test 0.010000  2,345 images/s  1 min 02 s left
epoch 25/25  loss 0.012346  validation 0.020000  2,345 images/s
seed 7  complete already
12 epochs fit into the time budget, at 2,000 images/s
`
	if diff := cmp.Diff(want, plain.String()); diff != "" {
		t.Error(diff)
	}

	var screen bytes.Buffer
	p = console.NewProgress(&screen, true)
	p.Count("Reading lfw.tgz", 5, 10)
	p.Count("Reading lfw.tgz", 10, 10)
	screen.Reset()
	p.Count("Reading lfw.tgz", 1, 10) // another round
	if !strings.Contains(screen.String(), "Reading lfw.tgz") {
		t.Errorf("a second round shows nothing: %q", &screen)
	}
	for _, label := range []string{"", "occlusion"} {
		showEvent(p, label, step)
		for line := range strings.SplitSeq(screen.String(), "\r") {
			line = escapes.ReplaceAllString(line, "")
			if n := len([]rune(line)); n > 80 {
				t.Errorf("a line of %d columns on a screen of 80: %q", n, line)
			}
		}
	}
	if !strings.Contains(screen.String(), "epoch 3/25  loss 0.012346") {
		t.Errorf("no epoch: %q", &screen)
	}
	if !strings.HasSuffix(screen.String(), "\r") {
		t.Errorf("the cursor stays in the way of ^C: %q", &screen)
	}
	p.Clear()
	narrow := done
	narrow.ImagesPerSecond = 1e15 // a screen of 80 columns is too narrow for it
	if got := epochLine(p, "occlusion  ", narrow); len("occlusion  "+got) > 80 || !strings.Contains(got, "1 min 02 s left") {
		t.Errorf("the line of an epoch does not fit: %q", got)
	}
	var none *console.Progress // --quiet
	showEvent(none, "", done)
	none.Count("x", 1, 2)
	none.Clear()
}

// escapes are a terminal's commands to clear a line.
var escapes = regexp.MustCompile("\x1b\\[[02]K")
