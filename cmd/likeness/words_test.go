package main

import (
	"bytes"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"likeness/autoencoder"
	"likeness/cmd/likeness/internal/console"
	"likeness/evaluation"
	"likeness/hyper"
)

// The program names the flags that may help, below the verdict of the library.
func TestAdvice(t *testing.T) {
	worse := &evaluation.Verdict{Kind: evaluation.Inferior, Baseline: evaluation.ExactPCA, Ratio: new(2.0)}
	for kind, want := range map[evaluation.Advice]string{
		evaluation.MorePictures: "more pictures would help",
		evaluation.MoreTime:     "a larger --time-budget would help",
		evaluation.OtherRate:    "More epochs would not help",
		evaluation.MoreTraining: "(--find-lr) may help",
	} {
		worse.Advice = kind
		var b, out bytes.Buffer
		printVerdict(&app{Console: console.New(nil, &out, &out)}, &b, worse)
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
		"early, after 2 of 9 epochs: the last 1 did not lower the error on the held-out pictures": {
			Ended: autoencoder.EndedEarly, Planned: 9, Parameters: hyper.Parameters{EarlyStop: 1}, BestEpoch: 1, History: make([]autoencoder.Epoch, 2)},
		"in epoch 2 of 9, for the time budget of 1 min 30 s was used up: the machine was slower than at the beginning": {
			Ended: autoencoder.EndedByTime, Planned: 9, TimeBudget: 90, History: make([]autoencoder.Epoch, 2)},
		"in epoch 2 of 9, when it was stopped": {Ended: autoencoder.EndedByStop, Planned: 9, History: make([]autoencoder.Epoch, 2)},
	} {
		if got := ending(story); got != want {
			t.Errorf("got  %s\nwant %s", got, want)
		}
	}
	// What was kept is no way to end.
	if got, want := keeping(&autoencoder.Training{BestEpoch: 3}), "the weights of epoch 3, the best on the held-out pictures"; got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	if got := keeping(&autoencoder.Training{}); got != "" {
		t.Errorf("kept of a plain training: %q", got)
	}
}
