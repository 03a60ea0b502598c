package main

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"math"
	"strings"

	"github.com/spf13/cobra"

	"likeness/cmd/likeness/internal/console"
	"likeness/encoder"
	"likeness/faces"
	"likeness/finder"
	"likeness/gallery"
	"likeness/models"
	"likeness/search"
)

// errNotSame ends 'same' when two pictures do not show one person; everything
// has been printed.
var errNotSame = errors.New("not the same person")

// usualFinder is what 'train finder' writes.
const usualFinder = "finder.safetensors"

// addFinder adds --finder.
func addFinder(c *cobra.Command, path *string) {
	c.Flags().StringVar(path, "finder", "", "the finder's `file`, of 'likeness train finder' (default "+usualFinder+" here, or else the one that comes with the program)")
	console.Complete(c, "finder", console.FilesOf(console.ModelNames))
}

// openFinder opens a finder, or says how to get one.
func openFinder(path string) (*finder.Finder, error) {
	f, err := finder.Open(path)
	if errors.Is(err, models.ErrMissing) {
		return nil, fmt.Errorf("%w; 'likeness train finder' fits one, --finder names one", err)
	}
	return f, err
}

func newSame(a *app) *cobra.Command {
	var path string
	var threshold float64
	var opt finder.CompareOptions
	var looks faceFlags
	var foreign encoderFlags
	c := &cobra.Command{
		Use:   "same A B",
		Short: "Report whether two pictures show one person",
		Long: `Report whether two pictures show one person. The exit code is the answer: 0 the same,
3 not the same, 1 where that could not be determined.

The distance of the two faces is compared with a threshold: by default the distance at
which the odds are even, that is, which is as likely between two pictures of one person
as of two people. Where most pairs you ask about are of two people, ask for better odds,
such as --odds 20. A finder that was fitted without names knows no odds and needs
--threshold, and so does an encoder from elsewhere, an ONNX file that --finder names: its codes
are compared by their angle, the distance sqrt(2 - 2 cos).`,
		Example: `  likeness same me.jpg you.jpg
  likeness same me.jpg you.jpg --odds 20 --finder lfw-finder.safetensors --json
  likeness same me.jpg you.jpg --quiet > /dev/null && echo 'one person'`,
		Args:              console.Exactly("two pictures, A and B", 2, 2),
		ValidArgsFunction: console.FilesOf(console.PictureNames),
	}
	addFinder(c, &path)
	c.Flags().Float64Var(&threshold, "threshold", 0, "the same within this `distance` (default: where the odds are as asked)")
	c.Flags().Float64Var(&opt.Odds, "odds", 1, "the same with at least these `odds`")
	looks.add(c, faces.Largest, faces.Largest, faces.None)
	foreign.add(c)
	c.RunE = func(cmd *cobra.Command, args []string) error {
		if cmd.Flags().Changed("threshold") {
			opt.Threshold = &threshold
		}
		switch {
		case opt.Threshold != nil && cmd.Flags().Changed("odds"):
			return console.Usagef("--threshold and --odds: expected one of them")
		case opt.Threshold != nil && !(threshold >= 0 && !math.IsInf(threshold, 0)):
			return console.Usagef("--threshold %g: expected 0 or more", threshold)
		case !(opt.Odds > 0 && !math.IsInf(opt.Odds, 0)):
			return console.Usagef("--odds %g: expected more than 0", opt.Odds)
		}
		path := cmp.Or(path, ownOr(usualFinder, models.Finder))
		var r *finder.Comparison
		var err error
		if encoder.Is(path) || !foreign.wish().Empty() {
			var e gallery.Embedder
			if e, err = foreign.open(a, path, ""); err != nil {
				return err
			}
			opt.Cutter = a.cutter(e.Prep(), looks)
			r, err = gallery.Compare(cmd.Context(), e, args[0], args[1], opt)
		} else {
			var f *finder.Finder
			if f, err = openFinder(path); err != nil {
				return err
			}
			opt.Cutter = a.cutter(f.Describer.Prep, looks)
			r, err = f.Compare(cmd.Context(), args[0], args[1], opt)
		}
		if errors.Is(err, finder.ErrNoOdds) {
			return console.Usagef("%s: %w: give --threshold", path, err)
		} else if err != nil {
			return err
		}
		r.Finder = path
		err = a.Emit(r, func(w io.Writer) { printSame(w, r) })
		if err == nil && !r.Same {
			return errNotSame
		}
		return err
	}
	return c
}

func printSame(w io.Writer, r *finder.Comparison) {
	text := "the same person"
	if !r.Same {
		text = "not the same person"
	}
	var more []string
	if r.Odds != nil {
		more = append(more, "odds "+oddsText(*r.Odds))
	}
	switch r.Beyond {
	case search.Nearer:
		more = append(more, "nearer than photographs of one person are: perhaps the same picture twice")
	case search.Farther:
		more = append(more, "farther than the faces of two people are")
	}
	more = append(more, fmt.Sprintf("distance %.4f", r.Distance))
	if r.Threshold < math.MaxFloat64 {
		more = append(more, fmt.Sprintf("threshold %.4f", r.Threshold))
	}
	fmt.Fprintf(w, "%s (%s)\n", text, strings.Join(more, ", "))
	for _, p := range []struct {
		path  string
		faces int
	}{{r.A, r.FacesA}, {r.B, r.FacesB}} {
		if p.faces > 1 {
			fmt.Fprintf(w, "%s shows %d faces; the largest is compared\n", console.Shown(p.path), p.faces)
		}
	}
}
