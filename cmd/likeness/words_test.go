package main

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"likeness/autoencoder"
	"likeness/evaluation"
	"likeness/faces"
	"likeness/hyper"
	"likeness/train"
)

// What is kept as text in model and index files is read back.
func TestTextsInFiles(t *testing.T) {
	for _, d := range []dataName{{source: "drawn"}, {"a folder/lfw.tgz", "lfw, attributes.txt"}} {
		if got := parseDataName(d.String()); got != d {
			t.Errorf("%q: got %+v", d, got)
		}
	}
}

func TestQuote(t *testing.T) {
	for in, want := range map[string]string{
		"a/b-c.safetensors": "a/b-c.safetensors", "my faces": "'my faces'", "it's": `'it'\''s'`, "": "''", "*": "'*'", "~": "'~'",
	} {
		if got := quote(in); got != want {
			t.Errorf("quote(%q) = %s, want %s", in, got, want)
		}
	}
}

func TestPlainFlagError(t *testing.T) {
	for in, want := range map[string]string{
		`invalid argument "x" for "--lr" flag: strconv.ParseFloat: parsing "x": invalid syntax`:         `invalid argument "x" for "--lr" flag: expected a number`,
		`invalid argument "9e9" for "--code" flag: strconv.ParseInt: parsing "9e9": value out of range`: `invalid argument "9e9" for "--code" flag: expected a whole number that is not so large`,
		`invalid argument "ja" for "-q, --quiet" flag: strconv.ParseBool: parsing "ja": invalid syntax`: `invalid argument "ja" for "-q, --quiet" flag: expected true or false`,
		`invalid argument "q" for "--split" flag: expected one of random, person`:                       `invalid argument "q" for "--split" flag: expected one of random, person`,
		`invalid argument "5" for "--time-budget" flag: time: missing unit in duration "5"`:             `invalid argument "5" for "--time-budget" flag: expected a time such as 90s, 5m or 1h30m`,
	} {
		if got := plainFlagError(errors.New(in)).Error(); got != want {
			t.Errorf("got  %s\nwant %s", got, want)
		}
	}
}

// Without a terminal there is one line for each epoch, and one when a run goes
// on; with one there is a bar that fits.
func TestProgress(t *testing.T) {
	var plain bytes.Buffer
	step := train.Event{Epoch: 3, Epochs: 25, Step: 7, Steps: 370, Loss: 0.0123456, ImagesPerSecond: 2345.6, Remaining: 62 * time.Second}
	done := step
	done.EpochDone, done.TestLoss, done.Step = true, 0.01, 370
	resumed := step
	resumed.Resumed = true
	p := newProgress(&plain)
	for _, e := range []train.Event{resumed, step, step, done} {
		p.event("", e)
	}
	p.event("conv", done)
	chosen := done
	chosen.TestLoss, chosen.ValidationLoss, chosen.Epoch = 0, 0.02, 25
	p.event("", chosen)
	p.event("seed 7", train.Event{Resumed: true, EpochDone: true})
	p.event("", train.Event{Planned: true, Epochs: 12, ImagesPerSecond: 2000})
	p.count("Reading", 5, 10)
	want := `going on in epoch 3 of 25, after 7 of 370 steps
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
	p = &progress{w: &screen, terminal: true}
	p.count("Reading lfw.tgz", 5, 10)
	p.count("Reading lfw.tgz", 10, 10)
	screen.Reset()
	p.count("Reading lfw.tgz", 1, 10) // another round
	if !strings.Contains(screen.String(), "Reading lfw.tgz") {
		t.Errorf("a second round shows nothing: %q", &screen)
	}
	for _, label := range []string{"", "occlusion"} {
		p.event(label, step)
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
	p.clear()
	narrow := done
	narrow.ImagesPerSecond = 1e15 // a screen of 80 columns is too narrow for it
	if got := p.epochLine("occlusion  ", narrow); len("occlusion  "+got) > 80 || !strings.Contains(got, "1 min 02 s left") {
		t.Errorf("the line of an epoch does not fit: %q", got)
	}
	var none *progress // --quiet
	none.event("", done)
	none.count("x", 1, 2)
	none.bytes("x", 1, 2)
	none.clear()
}

// escapes are a terminal's commands to clear a line.
var escapes = regexp.MustCompile("\x1b\\[[02]K")

// Errors tell what is wrong and not which call failed.
func TestPlainError(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "file")
	if err := os.WriteFile(file, nil, 0o666); err != nil {
		t.Fatal(err)
	}
	open := func(path string) error { _, err := os.Open(path); return err }
	missing := filepath.Join(dir, "missing")
	for _, c := range []struct {
		err  error
		want string
	}{
		{open(missing), "there is no file " + missing},
		{fmt.Errorf("a.zip: %w", open(filepath.Join(missing, "x"))), "a.zip: there is no folder " + missing},
		{errors.Join(errors.New("one"), open(missing)), "one\nthere is no file " + missing},
		{&os.PathError{Op: "mkdir", Path: filepath.Join(file, "x"), Err: syscall.ENOTDIR}, file + " is a file, expected a folder"},
		{&os.PathError{Op: "mkdir", Path: file + "/", Err: syscall.EEXIST}, file + " is a file, expected a folder"},
		{&os.PathError{Op: "read", Path: dir, Err: syscall.EISDIR}, dir + " is a folder, expected a file"},
		{&faces.NotDownloadedError{Dataset: "lfw", Path: "x.tgz"}, "x.tgz is not there: get it with 'likeness data get lfw', or give the path of your copy"},
	} {
		if got := plainError(c.err); got != c.want {
			t.Errorf("%v: got %q, want %q", c.err, got, c.want)
		}
	}
}

// The program names the flags that may help, below the verdict of the library.
func TestAdvice(t *testing.T) {
	worse := &evaluation.Verdict{Kind: evaluation.Inferior, Baseline: evaluation.ExactPCA, Ratio: 2}
	for kind, want := range map[evaluation.Advice]string{
		evaluation.MorePictures: "more pictures would help",
		evaluation.MoreTime:     "a larger --time-budget would help",
		evaluation.OtherRate:    "More epochs would not help",
		evaluation.MoreTraining: "(--find-lr) may help",
	} {
		worse.Advice = kind
		var b, out bytes.Buffer
		printVerdict(newApp(nil, &out, &out), &b, worse)
		if got := b.String(); !strings.HasPrefix(got, "\nNot worth it so far: 2 times the error of exact PCA") || !strings.Contains(got, want) {
			t.Errorf("%s: %q", kind, got)
		}
	}
}

// The colours of a verdict end on its own line, and without a training part
// there is no column for it.
func TestScoreText(t *testing.T) {
	test, trained, exact := 0.01, 0.009, 0.008
	r := &evaluation.Score{TestMSE: &test, Baselines: evaluation.Baselines{PCA: &exact}}
	if diff := cmp.Diff([][]string{{"mean squared error", "test"}, {"this model", "0.010000"}, {"exact PCA with the same code size", "0.008000"}}, errorRows(r)); diff != "" {
		t.Error(diff)
	}
	r.TrainMSE = &trained
	if rows := errorRows(r); len(rows[0]) != 3 || rows[1][1] != "0.009000" {
		t.Error(rows)
	}
}

func TestNumPy(t *testing.T) {
	got := numpy([][]float32{{1, 10}, {-3, 4}})
	if want := "[[ 1. 10.]\n [-3.  4.]]"; got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

// What ended a training is told plainly.
func TestEnding(t *testing.T) {
	for want, story := range map[string]*autoencoder.Training{
		"": {},
		"early, after 2 of 9 epochs: the last 1 did not lower the error on what was held back": {
			Ended: autoencoder.EndedEarly, Planned: 9, Parameters: hyper.Parameters{EarlyStop: 1}, BestEpoch: 1, History: make([]autoencoder.Epoch, 2)},
		"in epoch 2 of 9, for the time budget of 1 min 30 s was used up: the machine was slower than at the beginning": {
			Ended: autoencoder.EndedByTime, Planned: 9, TimeBudget: 90, History: make([]autoencoder.Epoch, 2)},
	} {
		if got := ending(story); got != want {
			t.Errorf("got  %s\nwant %s", got, want)
		}
	}
	// What was kept is no way to end.
	if got, want := keeping(&autoencoder.Training{BestEpoch: 3}), "the weights of epoch 3, the best on what was held back"; got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	if got := keeping(&autoencoder.Training{}); got != "" {
		t.Errorf("kept of a plain training: %q", got)
	}
}
