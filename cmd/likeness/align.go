package main

import (
	"errors"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"likeness/align"
	"likeness/cmd/likeness/internal/console"
	"likeness/dataset"
	"likeness/faces"
	"likeness/finder"
	"likeness/models"
)

func newAlign(a *app) *cobra.Command {
	var data dataset.Name
	var opt finder.StraightenOptions
	var looks faceFlags
	c := &cobra.Command{
		Use:   "align [FINDER] [IMAGE...]",
		Short: "Straighten faces",
		Long: `Straighten the faces of pictures, or of a whole set with --data: each is shifted,
rotated and scaled as the finder ('likeness train finder') has learned, cut out as LFW's
crop would, and written to a folder as PNG. A picture that this would not make more like
a face keeps its pose.

Search with a finder straightens by itself. For everything else, train and use models
on the folder that is written here: a sub-folder's name is the person's, as in LFW.
Straighten a query in the same way before giving it to such a model.`,
		Example: `  likeness align finder.safetensors me.jpg you.jpg --out straight
  likeness align finder.safetensors --data lfw --attributes lfw-attributes --out straight-lfw
  likeness train conv --data straight-lfw`,
		Args:              afterModel("pictures or --data, behind a FINDER where another than the program's own is meant", 0, 0),
		ValidArgsFunction: console.ModelThenPictures,
	}
	addDataFlags(c, &data, "the pictures named")
	c.Flags().StringVar(&opt.Folder, "out", "", "the `folder` to write to; it is made, and pictures of the same names in it are replaced")
	c.Flags().IntVar(&opt.Size, "size", 64, "side of the pictures written, in pixels")
	console.AddThreads(c, &opt.Threads)
	looks.add(c, faces.Largest, faces.Largest, faces.None)
	c.RunE = func(cmd *cobra.Command, args []string) error {
		args = withModel(args, ownOr(usualFinder, models.Finder))
		switch {
		case opt.Folder == "":
			return console.Usagef("expected --out FOLDER")
		case (len(args) == 1) == (data.Source == ""):
			return console.Usagef("expected what to straighten: either pictures or --data")
		case opt.Size < finder.SmallestStraight || opt.Size > finder.LargestStraight:
			return console.Usagef("--size %d: expected %d to %d pixels", opt.Size, finder.SmallestStraight, finder.LargestStraight)
		}
		f, err := finder.Open(args[0])
		if err != nil {
			return err
		}
		p := a.Progress()
		defer p.Clear()
		opt.Cutter, opt.Progress = a.cutter(finder.StraightPrep(), looks), p.Report()
		var all []finder.Straightened
		if data.Source == "" {
			all, err = f.StraightenFiles(cmd.Context(), args[1:], opt)
		} else {
			set, failed := a.load(cmd.Context(), data, faces.Options{Prep: looks.crop.of(finder.StraightPrep()), Faces: looks.faces(), Threads: opt.Threads})
			if failed != nil {
				return failed
			}
			a.noteSet(set)
			all, err = f.StraightenSet(cmd.Context(), set, opt)
		}
		p.Clear()
		if _, ok := errors.AsType[*finder.NameError](err); ok {
			return console.Usagef("%w", err)
		} else if errors.Is(err, finder.ErrUnaligned) {
			return fmt.Errorf("%s: %w", args[0], err)
		} else if err != nil {
			return err
		}
		return a.Emit(struct {
			Finder  string                `json:"finder"`
			Folder  string                `json:"folder"`
			Results []finder.Straightened `json:"results"`
		}{args[0], opt.Folder, all}, func(w io.Writer) { printStraightened(w, opt.Folder, all) })
	}
	return c
}

func printStraightened(w io.Writer, folder string, all []finder.Straightened) {
	var before, after float64
	moved := 0
	for _, s := range all {
		before += s.Before / float64(len(all))
		after += s.Unexplained / float64(len(all))
		if s.Pose != (align.Pose{}) {
			moved++
		}
	}
	if len(all) <= 20 {
		for _, s := range all {
			fmt.Fprintln(w, s.Out)
		}
	}
	fmt.Fprintf(w, "%s: %s, %d of them moved; unexplained %.3f, before %.3f\n", folder, count(len(all), "picture"), moved, after, before)
}
