package main

import (
	"fmt"
	"io"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"likeness/cmd/likeness/internal/console"
	"likeness/faces"
	"likeness/latent"
	"likeness/parallel"
	"likeness/pix"
	"likeness/report"
)

// mostSteps bounds a morph: nobody looks at a strip of more pictures.
const mostSteps = 200

// frameTime is how long each frame of an animation is shown.
const frameTime = 150 * time.Millisecond

func newMorph(a *app) *cobra.Command {
	var from atlasFlags
	var opt latent.MorphOptions
	var looks faceFlags
	var out string
	path := console.NewChoice(latent.PathLine, []string{latent.PathLine, latent.PathLikely})
	c := &cobra.Command{
		Use:   "morph [MODEL] A B [C...]",
		Short: "Turn one face into another, or many",
		Long: `Walk from the code of picture A to that of picture B, and on to further ones, and
decode the codes on the way: a figure (.png), an animation (.gif), or both.

--path line goes straight, through the middle, where faces are averages. --path
likely turns around the middle, where codes are as likely as those of real faces:
direction and distance from the mean code change evenly, in standard deviations.

With the model's atlas ('likeness directions') the distance of each frame from the
mean code is printed. Frames beyond 99 % of the training codes are marked as far
from the data, those nearer than 99 % as averages. --path likely always needs an
atlas and otherwise fits one to the model's training data.`,
		Example: `  likeness morph me.jpg you.jpg
  likeness morph conv-32.safetensors me.jpg you.jpg --path likely --steps 25 --out us.gif
  likeness morph conv-32.safetensors *.jpg --path likely --loop`,
		Args:              afterModel("two pictures or more, behind a MODEL where another than the program's own is meant", 2, 0),
		ValidArgsFunction: console.ModelThenPictures,
	}
	from.add(c)
	console.AddChoice(c, &path, "path", "the way between two codes")
	c.Flags().IntVar(&opt.Steps, "steps", 7, "pictures from each face to the next, both included")
	c.Flags().BoolVar(&opt.Loop, "loop", false, "end with the first face again; the animation goes round")
	c.Flags().StringVar(&out, "out", "", "a .png or .gif `file`; it is replaced (default morph.png and morph.gif)")
	looks.add(c, faces.Largest, faces.Largest, faces.None)
	c.RunE = func(cmd *cobra.Command, args []string) error {
		args = withModel(args, usualCoder())
		ctx := parallel.WithThreads(cmd.Context(), from.threads)
		if opt.Steps < 2 || opt.Steps > mostSteps {
			return console.Usagef("--steps %d: expected 2 to %d", opt.Steps, mostSteps)
		}
		for _, arg := range args[1:] {
			if console.IsFolder(arg) {
				return console.Usagef("%s is a folder: name the pictures one by one, in the order to walk through them, such as %s", arg, filepath.Join(arg, "*.jpg"))
			}
		}
		files := outputs(out, "morph.png", "morph.gif")
		for _, f := range files {
			if err := console.CheckOut(f, []string{".png", ".gif"}, args...); err != nil {
				return err
			}
		}
		m, err := openCoder(args[0])
		if err != nil {
			return err
		}
		opt.Path = path.Value
		at, err := a.atlas(ctx, args[0], m, &from, latent.Source{Only: []string{}}, opt.Path == latent.PathLine)
		if err != nil {
			return err
		}
		var list []faces.Picture
		for _, path := range args[1:] {
			list = append(list, faces.Picture{Path: path})
		}
		pictures, err := a.open(ctx, m, looks, &faces.Listing{}, list)
		if err != nil {
			return err
		}
		bar := a.Progress()
		defer bar.Clear()
		opt.Progress = bar.Report()
		r, err := latent.MorphFaces(ctx, m, at, pictures, opt)
		bar.Clear()
		if err != nil {
			return err
		}
		r.Model, r.Files = args[0], files
		for _, f := range files {
			if err := writeMorph(f, r, pictures, opt.Loop); err != nil {
				return err
			}
		}
		if at == nil {
			a.Note("Frames were not judged by their distance from the data: '%s' makes an atlas to judge them by", "likeness directions "+console.Quote(args[0]))
		}
		return a.Emit(r, func(w io.Writer) { printMorph(w, r) })
	}
	return c
}

// writeMorph writes a strip or an animation of a walk.
func writeMorph(file string, r *latent.MorphResult, pictures []latent.Face, loop bool) error {
	var frames []*pix.Image
	for _, f := range r.Frames {
		frames = append(frames, f.Picture)
	}
	if !isPNG(file) {
		return writeGIF(file, report.WalkFrames(frames, loop))
	}
	if loop {
		pictures = append(pictures[:len(pictures):len(pictures)], pictures[0])
	}
	var legs []report.Morph
	for i := range len(pictures) - 1 {
		first := i * (r.Steps - 1)
		p, q := pictures[i], pictures[i+1]
		leg := report.Morph{A: p.Picture, B: q.Picture, From: title(p.Name), To: title(q.Name), Frames: frames[first : first+r.Steps]}
		for _, f := range r.Frames[first : first+r.Steps] {
			leg.Notes = append(leg.Notes, frameNote(f))
			leg.Far = append(leg.Far, f.Place == latent.PlaceFar)
		}
		legs = append(legs, leg)
	}
	return console.WritePNG(file, report.MorphStrip(legs))
}

// frameNote is written beneath a frame.
func frameNote(f latent.MorphFrame) string {
	if f.Distance == nil {
		return ""
	}
	text := fmt.Sprintf("%.1f sd", *f.Distance)
	if f.Place != "" {
		text += ", " + f.Place
	}
	return text
}

func printMorph(w io.Writer, r *latent.MorphResult) {
	fmt.Fprintln(w, strings.Join(r.Files, "\n"))
	if r.Far == nil {
		return
	}
	least, most := *r.Frames[0].Distance, *r.Frames[0].Distance
	places := map[string]int{}
	for _, f := range r.Frames {
		least, most = min(least, *f.Distance), max(most, *f.Distance)
		places[f.Place]++
	}
	fmt.Fprintf(w, "%.2f to %.2f standard deviations from the mean code; 98 %% of training codes: %.2f to %.2f\n", least, most, *r.Near, *r.Far)
	if n := places[latent.PlaceFar]; n > 0 {
		fmt.Fprintf(w, "%s far from the data\n", count(n, "frame"))
	}
	if n := places[latent.PlaceAverage]; n > 0 {
		fmt.Fprintf(w, "%s nearer to the mean than training faces: averages\n", count(n, "frame"))
	}
}
