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
	add(gaussianFill, r.Yardsticks.GaussianFill)
	add("the mean picture in the black rectangles", r.Yardsticks.MeanFill)
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
		{"kind", fmt.Sprintf("%s, %s, pictures of %dx%d", r.kind(), codeInWords(r.Code), r.Width, r.Height)},
	}
	if r.Epochs > 0 {
		about = append(about, [2]string{"training", fmt.Sprintf("%s in %s, %s images/s, seed %d",
			count(r.Epochs, "epoch"), report.Duration(time.Duration(r.Seconds*float64(time.Second))), report.Count(int(r.ImagesPerSecond)), r.Seed)})
	}
	if t := r.story; t != nil {
		about = append(about, [2]string{"with", t.Extras()}, [2]string{"ended", ending(t)}, [2]string{"kept", keeping(t)})
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
	if r.FittedTo != "" && r.Task == autoencoder.Reconstruct {
		fmt.Fprintf(w, "\nPCA and the mean picture are those of what the model learned from, %s.\n", r.FittedTo)
	}
	r.printFill(w)
	r.printLevels(w)
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

func (r *score) refinedName() string {
	return fmt.Sprintf("with codes refined in %s", count(r.RefineSteps, "step"))
}

// errors are the rows of the table: the model's errors and the yardsticks.
// Without a training part there is no column for it.
func (r *score) errors() [][]string {
	rows := [][]string{{"mean squared error", "training", "test"}}
	add := func(name string, training, test *float64) {
		if test == nil {
			return
		}
		cell := ""
		if training != nil {
			cell = report.MSE(*training)
		}
		rows = append(rows, []string{name, cell, report.MSE(*test)})
	}
	add("this model", r.TrainMSE, r.TestMSE)
	add("without correction of the codes", r.PlainTrainMSE, r.PlainTestMSE)
	add(r.refinedName(), nil, r.RefinedMSE)
	add("this model, told where too", nil, r.ToldMSE)
	for _, y := range r.rivals() {
		add(y.name, nil, &y.mse)
	}
	if r.TrainMSE == nil {
		for i, row := range rows {
			rows[i] = []string{row[0], row[2]}
		}
	}
	return rows
}
