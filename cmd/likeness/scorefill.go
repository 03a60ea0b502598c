package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"likeness/baseline"
	"likeness/pca"
	"likeness/pix"
	"likeness/report"
)

// gaussianFill is the name of that yardstick.
const gaussianFill = "the gaussian fill, told where"

// aboutFill says what the yardstick of black rectangles is, and knows; aboutTold what the
// model's error is if it knows as much.
const (
	aboutFill = `The gaussian fill expects of the hidden pixels what the visible ones tell, by mean and
covariance of the training pictures. It is told where the rectangles are, which helps it:
the model has to find them.`
	aboutTold = " Told too, it answers for the hidden pixels alone."
)

func (r *score) printFill(w io.Writer) {
	if r.Yardsticks.GaussianFill == nil {
		return
	}
	fmt.Fprintf(w, "\n%s", aboutFill)
	if r.ToldMSE != nil {
		fmt.Fprint(w, aboutTold)
	}
	fmt.Fprintln(w)
	if r.FittedTo != "" {
		fmt.Fprintf(w, "It and the mean picture are those of what the model learned from, %s.\n", r.FittedTo)
	}
}

// measureFills measures what can be put in the place of black rectangles.
func (a *app) measureFills(ctx context.Context, r *score, s *scorer, y *baseline.Test, o pix.Occlusion) error {
	mean, err := y.MeanFill(ctx, s.corruption, s.seed)
	if err != nil {
		return err
	}
	r.Yardsticks.MeanFill = &mean
	switch {
	case s.m.Values() > largestWiener:
		a.note("No gaussian fill beside it: that is for pictures of up to 48x48")
		return nil
	case baseline.MostHidden(o, s.m.Prep.W, s.m.Prep.H) > mostFilled:
		a.note("No gaussian fill beside it: that is for up to %s hidden pixels in a picture", report.Count(mostFilled/3))
		return nil
	}
	a.note("Fitting the gaussian fill of the black rectangles")
	fill, err := y.GaussianFill(ctx, s.corruption, s.seed)
	switch {
	case errors.Is(err, baseline.ErrNoFill):
		a.note("No gaussian fill beside it: that is for noise of one known strength, or none")
	case errors.Is(err, pca.ErrWeakNoise), errors.Is(err, pca.ErrSmallRidge):
		a.note("No gaussian fill beside it: the noise is too weak, or the pictures too much alike, for its precision")
	case err != nil:
		return err
	default:
		r.Yardsticks.GaussianFill = &fill
	}
	return nil
}

// unfilled says for what there is no gaussian fill, of pictures that are not too large.
func (r *score) unfilled() string {
	c, err := pix.ParseCorruption(r.Corruption)
	if err != nil {
		return r.Corruption
	}
	o, _ := baseline.Rectangles(c)
	switch {
	case baseline.MostHidden(o, r.Width, r.Height) > mostFilled:
		return "rectangles as large as these"
	case strings.Contains(r.Corruption, "noise("):
		return "rectangles in noise of many levels"
	case r.Split == nil && r.FittedTo == "":
		return "want of the pictures that the model learned from"
	}
	return "noise as weak as this"
}
