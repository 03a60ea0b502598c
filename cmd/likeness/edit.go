package main

import (
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"likeness/cmd/likeness/internal/console"
	"likeness/faces"
	"likeness/internal/atomicfile"
	"likeness/latent"
	"likeness/parallel"
	"likeness/pix"
	"likeness/report"
)

func newEdit(a *app) *cobra.Command {
	var from atlasFlags
	var more, less []string
	var opt latent.EditOptions
	var looks faceFlags
	var out, picture string
	c := &cobra.Command{
		Use:   "edit [MODEL] IMAGE|FOLDER...",
		Short: "Change what a face shows: more of a smile, no glasses",
		Long: fmt.Sprintf(`Change attributes of a face. Its code moves along learned directions and the
decoder paints the result, as a strip of pictures (.png), an animation (.gif), or
both. A folder stands for the pictures in it, %d at most.

--more Smiling=1.5 raises the score of an attribute by 1.5 standard deviations and
--less lowers it; without a number, by the gap between faces with and without the
attribute. The step is the shortest that does so. Other attributes change with it
as far as the codes of training faces connect them; --hold keeps the attributes
that it names unchanged. A frame is marked as far from the data where its code's
distance from the mean, or its score in a changed attribute or in the change as a
whole, is beyond that of 99 %% of the training codes.

Without a MODEL it is conv, which comes with the program and has an atlas of LFW's
attributes. The face is found in the photograph, the largest of
several.

The directions are those of the model's atlas ('likeness directions'). Without
one they are fitted to the model's training data, which takes some seconds.
--attributes, --tags, or --with and --without add others.`, mostDrawn),
		Example: `  likeness edit me.jpg --more Smiling
  likeness edit conv-32.safetensors me.jpg --more Smiling=1.5 --less Eyeglasses --hold Male,Youth
  likeness edit conv-32.safetensors me.jpg you.jpg --more Senior --both --detail --out older.gif
  likeness edit conv-32.safetensors me.jpg --with beards/ --without shaved/ --name Beard --more Beard`,
		Args:              afterModel("pictures or a folder of them, behind a MODEL where another than the program's own is meant", 1, 0),
		ValidArgsFunction: console.ModelThenPictures,
	}
	from.add(c)
	from.addTags(c)
	c.Flags().StringSliceVar(&more, "more", nil, "raise this `attribute`: NAME or NAME=STRENGTH in standard deviations; several with commas, or repeat the flag")
	c.Flags().StringSliceVar(&less, "less", nil, "lower this `attribute`, likewise")
	c.Flags().StringSliceVar(&opt.Hold, "hold", nil, "keep these `attributes` unchanged")
	c.Flags().IntVar(&opt.Steps, "steps", 5, "pictures from the face as it is to the changed one, both included")
	c.Flags().BoolVar(&opt.Both, "both", false, "begin at the opposite of the change")
	c.Flags().BoolVar(&opt.Detail, "detail", false, "add to each picture the part of the photograph that the code does not hold; large changes leave ghosts")
	c.Flags().StringVar(&out, "out", "", "a .png or .gif `file`; it is replaced (default edit.png and edit.gif)")
	c.Flags().StringVar(&picture, "picture", "", "write the changed face alone, a PNG `file` in the model's size")
	looks.add(c, faces.Largest, faces.Largest, faces.None)
	c.RunE = func(cmd *cobra.Command, args []string) error {
		args = withModel(args, usualCoder())
		ctx := parallel.WithThreads(cmd.Context(), from.threads)
		if err := from.check(); err != nil {
			return err
		}
		if opt.Steps < 2 || opt.Steps > mostSteps {
			return console.Usagef("--steps %d: expected 2 to %d", opt.Steps, mostSteps)
		}
		named, err := a.list(ctx, args[1:], nil)
		if err != nil {
			return err
		}
		if n := len(named.Pictures); n > mostDrawn {
			return console.Usagef("%s are too many for one strip: name %d at most", count(n, "picture"), mostDrawn)
		}
		if n := len(named.Pictures); picture != "" && n > 1 {
			return console.Usagef("--picture %s: expected one picture to edit, not %d", picture, n)
		}
		inputs := append(named.Paths(), args[0])
		files := outputs(out, "edit.png", "edit.gif")
		for _, f := range files {
			if err := console.CheckOut(f, []string{".png", ".gif"}, inputs...); err != nil {
				return err
			}
		}
		if picture != "" {
			if err := console.CheckOut(picture, []string{".png"}, inputs...); err != nil {
				return err
			}
		}
		if opt.Wants, err = parseWants(more, less); err != nil {
			return err
		}
		m, err := openCoder(args[0])
		if err != nil {
			return err
		}
		pictures, err := a.open(ctx, m, looks, named, named.Pictures)
		if err != nil {
			return err
		}
		a.noteSkipped(named)
		if len(pictures) == 0 {
			return named.NoneUsable()
		}
		needed := append([]string{}, opt.Hold...)
		for _, w := range opt.Wants {
			needed = append(needed, w.Name)
		}
		at, err := a.atlas(ctx, args[0], m, &from, latent.Source{Only: needed}, false)
		if err != nil {
			return err
		}
		bar := a.Progress()
		defer bar.Clear()
		opt.Progress = bar.Report()
		e, err := latent.NewEditor(m, at, opt)
		if err != nil {
			return knownAttributes(err)
		}
		for _, c := range e.Changes {
			if d := c.Direction; d.HeldOut == nil && from.own != (latent.Own{}) {
				a.Note("%s: AUC %.3f, cross-validated on %s, of which %s have it", d.Name, d.CrossAUC, count(d.With+d.Without, "picture"), report.Count(d.With))
			}
		}
		a.Notes(e.Notes)
		r, err := e.Edit(ctx, pictures...)
		bar.Clear()
		if err != nil {
			return err
		}
		r.Model, r.Skipped = args[0], named.Skips()
		if picture != "" {
			frames := r.Images[0].Frames
			if err := console.WritePNG(picture, frames[len(frames)-1].Picture); err != nil {
				return err
			}
			files = append(files, picture)
		}
		r.Files = files
		for _, f := range outputs(out, "edit.png", "edit.gif") {
			if err := writeEdit(f, r, pictures); err != nil {
				return err
			}
		}
		return a.Emit(r, func(w io.Writer) { printEdit(w, r) })
	}
	return c
}

// outputs are the files to write: the named one, or the default ones.
func outputs(named string, defaults ...string) []string {
	if named != "" {
		return []string{named}
	}
	return defaults
}

// parseWants reads --more and --less.
func parseWants(more, less []string) ([]latent.Want, error) {
	var all []latent.Want
	for i, list := range [][]string{more, less} {
		for _, text := range list {
			w, err := latent.ParseWant(text)
			if err != nil {
				return nil, console.Usagef("--%s %s: %w", []string{"more", "less"}[i], console.Quote(text), err)
			}
			w.Less = i == 1
			all = append(all, w)
		}
	}
	if len(all) == 0 {
		return nil, console.Usagef("what is to be changed? Expected --more or --less with an attribute, such as --more Smiling")
	}
	return all, nil
}

// writeEdit writes a strip or an animation of an edit.
func writeEdit(file string, r *latent.EditResult, pictures []latent.Face) error {
	if isPNG(file) {
		return console.WritePNG(file, report.EditStrip(editStrips(r, pictures)))
	}
	var walks []report.Morph
	for _, face := range r.Images {
		var frames []*pix.Image
		for _, f := range face.Frames {
			frames = append(frames, f.Picture)
		}
		walks = append(walks, report.Morph{Frames: frames})
	}
	return writeGIF(file, report.MorphFrames(walks))
}

// isPNG reports whether a file, a .png or a .gif, is the former.
func isPNG(file string) bool { return strings.HasSuffix(strings.ToLower(file), ".png") }

// writeGIF writes an animation.
func writeGIF(file string, frames []*pix.Image) error {
	if err := pix.CheckReplace(file); err != nil {
		return err
	}
	return atomicfile.Write(file, func(w io.Writer) error { return pix.WriteGIF(w, frames, frameTime) })
}
