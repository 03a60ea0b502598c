// Command far measures how often faces are called far from the data: faces as they
// are, of the training and of the test part, and test faces edited by so many
// standard deviations, by their distance from the mean code, by their score in what
// was changed, and by either, as 'likeness edit' does.
//
//	go run ./bench/far MODEL ATLAS lfw.tgz lfw_attributes_binary.txt ATTRIBUTE...
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"

	"likeness/autoencoder"
	"likeness/faces"
	"likeness/latent"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, os.Stdout, os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "far:", err)
		os.Exit(1)
	}
}

// amounts are the edits, in standard deviations of the score.
var amounts = []float64{-6, -4, -3, -2, -1, 1, 2, 3, 4, 6}

func run(ctx context.Context, w io.Writer, args []string) error {
	if len(args) < 5 {
		return errors.New("expected MODEL ATLAS ARCHIVE ATTRIBUTES and one ATTRIBUTE or several")
	}
	m, err := autoencoder.Open(args[0])
	if err != nil {
		return err
	}
	a, err := latent.Open(args[1])
	if err != nil {
		return err
	}
	if err := a.CheckModel(m.Fingerprint()); err != nil {
		return err
	}
	set, err := faces.Load(ctx, args[2], faces.Options{Attributes: args[3], Prep: m.Prep})
	if err != nil {
		return err
	}
	split, err := faces.RandomSplit(set.Len(), 0.1, 42) // the tutorial's
	if err != nil {
		return err
	}
	train, err := latent.Codes(ctx, m, set, split.Train, nil)
	if err != nil {
		return err
	}
	test, err := latent.Codes(ctx, m, set, split.Test, nil)
	if err != nil {
		return err
	}
	fmt.Fprintln(w, "| attribute | range of scores | faces | distance | score | either |")
	fmt.Fprintln(w, "|---|---|---|---|---|---|")
	for _, name := range args[4:] {
		d, err := a.Direction(name)
		if err != nil {
			return err
		}
		head := fmt.Sprintf("| %s | %.2f to %.2f |", d.Name, d.Usual.Low, d.Usual.High)
		fmt.Fprintf(w, "%s training | %s |\n", head, measure(a, d, train, 0))
		fmt.Fprintf(w, "%s test | %s |\n", head, measure(a, d, test, 0))
		for _, by := range amounts {
			fmt.Fprintf(w, "%s test, %+g | %s |\n", head, by, measure(a, d, test, by))
		}
	}
	return nil
}

// measure counts the codes that are far, moved along a direction.
func measure(a *latent.Atlas, d *latent.Direction, codes []float32, by float64) shares {
	step := make([]float32, len(d.White))
	for i, v := range d.White {
		step[i] = float32(by * float64(v))
	}
	var s shares
	dim := a.Whitening.Dim()
	for ; len(codes) > 0; codes = codes[dim:] {
		p := a.Place(a.Whitening.Shift(codes[:dim], step), d)
		s.n++
		s.distance += one(p.Distant)
		s.score += one(len(p.Beyond) > 0)
		s.either += one(p.Far())
	}
	return s
}

// shares counts codes that are far, by either rule and by both together.
type shares struct{ n, distance, score, either int }

func (s shares) String() string {
	percent := func(k int) string { return fmt.Sprintf("%.1f %%", 100*float64(k)/float64(s.n)) }
	return percent(s.distance) + " | " + percent(s.score) + " | " + percent(s.either)
}

func one(is bool) int {
	if is {
		return 1
	}
	return 0
}
