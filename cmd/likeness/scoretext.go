package main

import (
	"fmt"
	"io"
	"strings"
	"time"

	"likeness/autoencoder"
	"likeness/report"
)

// rival is an error to be beaten.
type rival struct {
	name string
	mse  float64
}

// rivals are the yardsticks that were measured, in the order of the table.
func (r *score) rivals() []rival {
	var all []rival
	add := func(name string, mse *float64) {
		if mse != nil {
			all = append(all, rival{name, *mse})
		}
	}
	add("exact PCA with the same code size", r.Yardsticks.PCA)
	add("the Wiener filter", r.Yardsticks.Wiener)
	add("leaving pictures as they are", r.Yardsticks.Nothing)
	add("always the mean picture", r.Yardsticks.MeanImage)
	return all
}

// rival is the best of them; its name is empty when there are none.
func (r *score) rival() rival {
	var best rival
	for _, y := range r.rivals() {
		if best.name == "" || y.mse < best.mse {
			best = y
		}
	}
	return best
}

// print writes the score for a person.
func (r *score) print(a *app, w io.Writer) {
	about := [][2]string{
		{"model", fmt.Sprintf("%s (%s)", r.Model, r.Fingerprint)},
		{"kind", fmt.Sprintf("%s, code %d, pictures of %dx%d", r.kind(), r.Code, r.Width, r.Height)},
	}
	if r.Epochs > 0 {
		about = append(about, [2]string{"training", fmt.Sprintf("%s in %s, %s images/s, seed %d",
			count(r.Epochs, "epoch"), report.Duration(time.Duration(r.Seconds*float64(time.Second))), report.Count(int(r.ImagesPerSecond)), r.Seed)})
	}
	if t := r.story; t != nil {
		about = append(about, [2]string{"with", comforts(t)}, [2]string{"ended", ending(t)})
	}
	about = append(about, [2]string{"data", r.Data})
	if r.Split != nil {
		about = append(about, [2]string{"split", parts(r.NTrain, r.NValidation, r.NTest, *r.Split)})
	} else {
		about = append(about, [2]string{"split", fmt.Sprintf("none: all %s are for testing", count(r.NTest, "picture"))})
	}
	facts(w, about)
	fmt.Fprintln(w)
	table(w, "", r.errors())
	if r.Seeds != nil {
		fmt.Fprintf(w, "\n%s\n", r.Seeds)
	}
	if text, good := r.verdict(); text != "" {
		colour := yellow
		if good {
			colour = green
		}
		first, rest, more := strings.Cut(text, "\n") // a colour ends on its own line
		fmt.Fprintf(w, "\n%s\n", a.paint(a.stdout, colour, first))
		if more {
			fmt.Fprintln(w, rest)
		}
	}
}

// errors are the rows of the table: the model's errors and the yardsticks.
// Without a training part there is no column for it.
func (r *score) errors() [][]string {
	if r.TrainMSE == nil {
		rows := [][]string{{"mean squared error", "test"}, {"this model", report.MSE(*r.TestMSE)}}
		for _, y := range r.rivals() {
			rows = append(rows, []string{y.name, report.MSE(y.mse)})
		}
		return rows
	}
	rows := [][]string{{"mean squared error", "training", "test"}, {"this model", report.MSE(*r.TrainMSE), report.MSE(*r.TestMSE)}}
	for _, y := range r.rivals() {
		rows = append(rows, []string{y.name, "", report.MSE(y.mse)})
	}
	return rows
}

func (r *score) kind() string {
	kind := map[string]string{"pca": "linear autoencoder", "conv": "convolutional autoencoder"}[r.Architecture]
	if r.Task == autoencoder.Denoise {
		kind += " against " + r.Corruption
	}
	return kind
}

// verdict says plainly whether the training was worth it.
func (r *score) verdict() (text string, good bool) {
	best := r.rival()
	if best.name == "" {
		return "", false
	}
	ours := *r.TestMSE
	linear := r.Architecture == "pca" && r.Yardsticks.PCA != nil && best.mse == *r.Yardsticks.PCA
	switch share := ours / best.mse; {
	case ours < best.mse && !(share > 0.9995):
		return fmt.Sprintf("Worth it: %.3g %% less error than %s, the best that needs no training.", 100*(1-share), best.name), true
	case linear && share < 1.1:
		return fmt.Sprintf("As it should be: a linear autoencoder can at best do what exact PCA does.\nThis one has %.2g %% more error.", 100*max(share-1, 0)), true
	case share < 1.02:
		return fmt.Sprintf("Not worth it so far: no better than %s, which needs no training.\n%s", best.name, r.advice()), false
	default:
		return fmt.Sprintf("Not worth it so far: %.3g times the error of %s, without any training.\n%s", share, best.name, r.advice()), false
	}
}

// advice says what may help a model that did not pay.
func (r *score) advice() string {
	if r.TrainMSE != nil && *r.TestMSE > 1.5**r.TrainMSE {
		return "The error on the training pictures is much lower: more pictures would help."
	}
	return "More epochs, more pictures or another learning rate may help."
}
