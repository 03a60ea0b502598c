package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"time"

	"likeness/cmd/likeness/internal/console"
	"likeness/internal/regularfile"
	"likeness/tracking"
	"likeness/train"
)

// runLog appends what happens in a run to a file, one JSON object a line: what
// happened ("planned", "resumed", "epoch", "interrupted", "saved") and when, with the
// numbers of the epoch. A nil runLog keeps no log. A log that cannot be
// written does not stop the run; close returns the error.
type runLog struct {
	f      *os.File
	err    error
	closed bool
}

// logTargets takes the values of --log apart: at most one file, and where else a training is recorded.
func logTargets(values []string) (file string, targets []tracking.Target, err error) {
	for _, v := range values {
		t, ok := tracking.Parse(v)
		switch {
		case ok:
			targets = append(targets, t)
		case unknownKind.MatchString(v) && !exists(v):
			return "", nil, console.Usagef("--log %s: expected a file, tensorboard:FOLDER or mlflow:ADDRESS", v)
		case file != "":
			return "", nil, console.Usagef("--log %s and --log %s: expected one file", file, v)
		default:
			file = v
		}
	}
	return file, targets, nil
}

// unknownKind begins as a kind of record and is none: a name of a file on Windows begins with one letter.
var unknownKind = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9]+:`)

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

func openLog(path string) (*runLog, error) {
	if path == "" {
		return nil, nil
	}
	if err := checkLog(path); err != nil {
		return nil, err
	}
	f, err := os.OpenFile(path, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o666)
	if err != nil {
		return nil, fmt.Errorf("--log: %w", err)
	}
	return &runLog{f: f}, nil
}

// checkLog refuses to append to anything but a log.
func checkLog(path string) error {
	head, err := regularfile.Head(path, 4096)
	if err != nil {
		return console.Usagef("--log %w", err)
	}
	line, _, _ := bytes.Cut(head, []byte("\n"))
	var first logLine
	if len(head) > 0 && (json.Unmarshal(line, &first) != nil || first.Event == "" || first.Time.IsZero()) {
		return console.Usagef("--log %s: it is there and no log of a training: choose another name", path)
	}
	return nil
}

type logLine struct {
	Time            time.Time `json:"time"`
	Event           string    `json:"event"`
	File            string    `json:"file,omitempty"` // that was saved, without its folder
	Run             string    `json:"run,omitempty"`  // which of several
	Epoch           int       `json:"epoch,omitempty"`
	Epochs          int       `json:"epochs,omitempty"`
	Step            int       `json:"step,omitempty"`
	Steps           int       `json:"steps,omitempty"`
	Loss            float64   `json:"loss,omitempty"`
	TestLoss        float64   `json:"test_loss,omitempty"`
	ValidationLoss  float64   `json:"validation_loss,omitempty"`
	Rate            float64   `json:"learning_rate,omitempty"`
	ImagesPerSecond float64   `json:"images_per_second,omitempty"`
}

// event writes the epochs' ends, resumptions and choices; steps are too many.
// label names the run, where there are several.
func (l *runLog) event(label string, e train.Event) {
	kind := "epoch"
	switch {
	case e.Resumed:
		kind = "resumed"
	case e.Planned:
		kind = "planned"
	case !e.EpochDone:
		return
	}
	l.write(logLine{
		Event: kind, Run: label, Epoch: e.Epoch, Epochs: e.Epochs, Step: e.Step, Steps: e.Steps,
		Loss: e.Loss, TestLoss: e.TestLoss, ValidationLoss: e.ValidationLoss, Rate: e.Rate, ImagesPerSecond: e.ImagesPerSecond,
	})
}

func (l *runLog) say(event string) { l.write(logLine{Event: event}) }

func (l *runLog) saved(path string) { l.write(logLine{Event: "saved", File: filepath.Base(path)}) }

func (l *runLog) write(line logLine) {
	if l == nil || l.err != nil {
		return
	}
	line.Time = time.Now().UTC().Truncate(time.Millisecond)
	text, err := json.Marshal(line)
	if err == nil {
		_, err = l.f.Write(append(text, '\n'))
	}
	l.err = err
}

// close returns the first error of the log; a second call does nothing.
func (l *runLog) close() error {
	if l == nil || l.closed {
		return nil
	}
	l.closed = true
	if err := l.f.Close(); l.err == nil {
		l.err = err
	}
	if l.err != nil {
		return fmt.Errorf("the log could not be written: %w", l.err)
	}
	return nil
}
