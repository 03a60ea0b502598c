package main

import (
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"likeness/autoencoder"
	"likeness/cmd/likeness/internal/console"
	"likeness/faces"
	"likeness/pix"
	"likeness/report"
)

func newReconstruct(a *app) *cobra.Command {
	var out string
	var refine int
	var looks faceFlags
	c := &cobra.Command{
		Use:   "reconstruct [MODEL] IMAGE|FOLDER...",
		Short: "Show what a model's codes keep of pictures",
		Long: fmt.Sprintf(`Encode and decode pictures and draw a figure: Original | Code | Reconstructed.
Prints each picture's mean squared error; with --json its code as well. A folder
stands for the pictures in it and in its sub-folders; the first %d are drawn.

--refine improves the encoder's codes until the decoder comes as near to the picture
as it can, and prints the error before and after.`, mostDrawn),
		Example: `  likeness reconstruct conv-32.safetensors me.jpg you.jpg
  likeness reconstruct conv-32.safetensors portraits/ --out faces.png`,
		Args:              afterModel("at least one IMAGE or FOLDER, behind a MODEL where another than the program's own is meant", 1, 0),
		ValidArgsFunction: console.ModelThenPictures,
	}
	c.Flags().StringVar(&out, "out", "reconstructed.png", "the figure, a PNG `file`; it is replaced")
	c.Flags().IntVar(&refine, "refine", 0, "refine the codes in so many steps, such as 2, for better reconstructions")
	looks.add(c, faces.Largest, faces.Largest, faces.None)
	c.RunE = func(cmd *cobra.Command, args []string) error {
		args = withModel(args, usualCoder())
		ctx := cmd.Context()
		if refine < 0 || refine > mostRefining {
			return console.Usagef("--refine %d: expected 0 to %d steps", refine, mostRefining)
		}
		pictures, err := a.list(ctx, args[1:], nil)
		if err != nil {
			return err
		}
		if err := console.CheckOut(out, []string{".png"}, append(pictures.Paths(), args[0])...); err != nil {
			return err
		}
		m, err := openCoder(args[0])
		if err != nil {
			return err
		}
		if refine > 0 {
			if err := m.CheckRefine(); err != nil {
				return fmt.Errorf("%s: %w", args[0], err)
			}
		}
		bar := a.Progress()
		defer bar.Clear()
		var drawn []report.Reconstruction
		r, err := m.ReconstructListing(ctx, pictures, autoencoder.ReconstructOptions{Cutter: a.cutter(m.Prep, looks), Refine: refine, Progress: bar.Report()}, func(picture *pix.Image, one autoencoder.Reconstruction) error {
			if len(drawn) < mostDrawn {
				drawn = append(drawn, report.Reconstruction{
					Original: picture, Reconstructed: one.Picture, Code: one.Code, Title: title(one.Image), Note: "MSE " + report.MSE(one.MSE),
				})
			}
			return nil
		})
		bar.Clear()
		if err != nil {
			return err
		}
		a.noteSkipped(pictures)
		r.Model, r.Figure = args[0], out
		if n := len(r.Results); n > len(drawn) {
			a.Note("The first %d of %s pictures are drawn", len(drawn), report.Count(n))
		}
		if err := console.WritePNG(out, report.Reconstructions(drawn)); err != nil {
			return err
		}
		return a.Emit(r, func(w io.Writer) { printReconstructions(w, r) })
	}
	return c
}

func printReconstructions(w io.Writer, r *autoencoder.ReconstructResult) {
	lines := [][]string{{"picture", "mean squared error"}}
	if r.Refine > 0 {
		lines[0] = append(lines[0], "before refining")
	}
	var sum, before float64
	for _, one := range r.Results {
		line := []string{one.Image, report.MSE(one.MSE)}
		sum += one.MSE
		if one.First != nil {
			line = append(line, report.MSE(*one.First))
			before += *one.First
		}
		lines = append(lines, line)
	}
	if n := len(r.Results); n > 1 {
		line := []string{"mean of " + count(n, "picture"), report.MSE(sum / float64(n))}
		if r.Refine > 0 {
			line = append(line, report.MSE(before/float64(n)))
		}
		lines = append(lines, line)
	}
	console.Table(w, "", lines)
	fmt.Fprintf(w, "\nfigure: %s\n", r.Figure)
}
