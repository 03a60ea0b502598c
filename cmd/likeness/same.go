package main

import (
	"errors"
	"fmt"
	"io"
	"math"
	"strings"

	"github.com/spf13/cobra"

	"likeness/finder"
	"likeness/search"
)

// errNotSame ends 'same' when two pictures do not show one person; everything
// has been printed.
var errNotSame = errors.New("not the same person")

// sameResult is what 'same' tells.
type sameResult struct {
	A         string   `json:"a"`
	B         string   `json:"b"`
	Same      bool     `json:"same"`
	Distance  float64  `json:"distance"`
	Threshold float64  `json:"threshold"`
	Odds      *float64 `json:"odds,omitempty"`
	Finder    string   `json:"finder"`
	Space     string   `json:"space"`
}

// usualFinder is what 'train finder' writes.
const usualFinder = "finder.safetensors"

// addFinder adds --finder.
func addFinder(c *cobra.Command, path *string) {
	c.Flags().StringVar(path, "finder", usualFinder, "the finder's `file`, of 'likeness train finder'")
	complete(c, "finder", filesOf(modelNames))
}

// openFinder opens a finder, or says how to get one.
func openFinder(path string) (*finder.Finder, error) {
	if there, err := exists(path); err == nil && !there && path == usualFinder {
		return nil, fmt.Errorf("there is no file %s: fit one with 'likeness train finder', or name one with --finder", path)
	}
	return finder.Open(path)
}

func newSame(a *app) *cobra.Command {
	var path string
	var threshold, least float64
	c := &cobra.Command{
		Use:   "same A B",
		Short: "Tell whether two pictures show one person",
		Long: `Tell whether two pictures show one person. The answer is the exit code: 0 the same,
3 not the same, 1 where it could not be told.

The distance of the two faces is held against a threshold: by default the one at
which the odds are even, that is, at which such a distance is as likely between two
pictures of one person as of two. Where most pairs you ask about are of two people,
ask for better odds, such as --odds 20. A finder that was fitted without names knows
no odds and needs --threshold.`,
		Example: `  likeness same me.jpg you.jpg
  likeness same me.jpg you.jpg --odds 20 --finder lfw-finder.safetensors --json
  likeness same me.jpg you.jpg --quiet > /dev/null && echo 'one person'`,
		Args:              exactly("two pictures, A and B", 2, 2),
		ValidArgsFunction: filesOf(pictureNames),
	}
	addFinder(c, &path)
	c.Flags().Float64Var(&threshold, "threshold", 0, "the same within this `distance` (default where the odds are as asked)")
	c.Flags().Float64Var(&least, "odds", 1, "the same with at least these `odds`")
	c.RunE = func(cmd *cobra.Command, args []string) error {
		byDistance := cmd.Flags().Changed("threshold")
		switch {
		case byDistance && cmd.Flags().Changed("odds"):
			return usagef("--threshold and --odds: expected one of them")
		case byDistance && !(threshold >= 0 && !math.IsInf(threshold, 0)):
			return usagef("--threshold %g: expected 0 or more", threshold)
		case !(least > 0 && !math.IsInf(least, 0)):
			return usagef("--odds %g: expected more than 0", least)
		}
		f, err := openFinder(path)
		if err != nil {
			return err
		}
		calibration := search.CalibrationOf(f.Space)
		if !byDistance {
			var known bool
			if threshold, known = calibration.OddsDistance(least); !known {
				return usagef("%s knows no odds, for it was fitted without names or its space is not fitted: give --threshold", path)
			}
		}
		var codes []float32
		for _, name := range args {
			m, err := preparePicture(cmd.Context(), f.Describer.Prep, name)
			if err != nil {
				return err
			}
			code, _ := f.Describer.Describe(m)
			codes = append(codes, code...)
		}
		r := sameResult{A: args[0], B: args[1], Finder: path, Space: f.Space.Name(), Threshold: min(threshold, math.MaxFloat64)}
		points, err := f.Space.Points(cmd.Context(), codes, f.Describer.Dim())
		if err != nil {
			return err
		}
		r.Distance = search.Distance(points[:len(points)/2], points[len(points)/2:])
		r.Same = r.Distance <= threshold
		if v, known := calibration.Odds(r.Distance); known {
			r.Odds = &v
			if !byDistance { // the odds end at some number of pairs
				r.Same = v >= least
			}
		}
		err = a.emit(&r, func(w io.Writer) {
			text := "the same person"
			if !r.Same {
				text = "not the same person"
			}
			var more []string
			if r.Odds != nil {
				more = append(more, "odds "+oddsText(*r.Odds))
			}
			more = append(more, fmt.Sprintf("distance %.4f", r.Distance))
			if r.Threshold < math.MaxFloat64 {
				more = append(more, fmt.Sprintf("threshold %.4f", r.Threshold))
			}
			fmt.Fprintf(w, "%s (%s)\n", text, strings.Join(more, ", "))
		})
		if err == nil && !r.Same {
			return errNotSame
		}
		return err
	}
	return c
}
