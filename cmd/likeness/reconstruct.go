package main

import (
	"context"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"likeness/autoencoder"
	"likeness/faces"
	"likeness/pix"
	"likeness/report"
)

// reconstruction is what reconstruct tells of one picture.
type reconstruction struct {
	Image string    `json:"image"`
	MSE   float64   `json:"mse"`
	Code  []float32 `json:"code"`
	First *float64  `json:"mse_before"` // with the encoder's own code; null: not refined
}

func newReconstruct(a *app) *cobra.Command {
	var out string
	var refine int
	c := &cobra.Command{
		Use:   "reconstruct MODEL IMAGE|FOLDER...",
		Short: "Show what a model's codes keep of pictures",
		Long: fmt.Sprintf(`Encode and decode pictures and draw a figure: Original | Code | Reconstructed.
Prints each picture's mean squared error; with --json its code as well. A folder
stands for the pictures in it and in its sub-folders; the first %d are drawn.

--refine goes on from the encoder's answer to the code with which the decoder comes
nearest to the picture, and prints the error before and after.`, mostDrawn),
		Example: `  likeness reconstruct conv-32.safetensors me.jpg you.jpg
  likeness reconstruct conv-32.safetensors portraits/ --out faces.png`,
		Args:              exactly("a MODEL file and at least one IMAGE or FOLDER", 2, 0),
		ValidArgsFunction: modelThenPictures,
	}
	c.Flags().StringVar(&out, "out", "reconstructed.png", "the figure, a PNG `file`; it is replaced")
	c.Flags().IntVar(&refine, "refine", 0, "refine the codes in so many steps, 2 say, so that the pictures come back better")
	c.RunE = func(cmd *cobra.Command, args []string) error {
		if refine < 0 || refine > mostRefining {
			return usagef("--refine %d: expected 0 to %d steps", refine, mostRefining)
		}
		pictures, err := a.list(cmd.Context(), args[1:], nil)
		if err != nil {
			return err
		}
		if err := checkOut(out, []string{".png"}, append(pictures.Paths(), args[0])...); err != nil {
			return err
		}
		m, err := openCoder(args[0])
		if err != nil {
			return err
		}
		if refine > 0 {
			if err := mayRefine(args[0], m); err != nil {
				return err
			}
		}
		r := &reconstructions{Model: args[0], Figure: out, Refine: refine, Results: []reconstruction{}}
		if err := a.reconstruct(cmd.Context(), m, pictures, r); err != nil {
			return err
		}
		if n := len(r.Results); n > len(r.drawn) {
			a.note("The first %d of %s pictures are drawn", len(r.drawn), report.Count(n))
		}
		if err := writePNG(out, report.Reconstructions(r.drawn)); err != nil {
			return err
		}
		return a.emit(r, r.print)
	}
	return c
}

// reconstructions are what reconstruct tells.
type reconstructions struct {
	Model   string           `json:"model"`
	Figure  string           `json:"figure"`
	Refine  int              `json:"refine"` // steps
	Results []reconstruction `json:"results"`
	Skipped []faces.Skip     `json:"skipped"` // files of folders, without a usable picture

	drawn []report.Reconstruction
}

// reconstruct goes through the pictures in pieces, which bounds the memory.
func (a *app) reconstruct(ctx context.Context, m *autoencoder.Model, g *faces.Listing, r *reconstructions) error {
	const images = 64
	bar := a.progress()
	defer bar.clear()
	for i := 0; i < len(g.Pictures); i += images {
		bar.count("Reconstructing", i, len(g.Pictures))
		pictures, err := open(ctx, m, g, g.Pictures[i:min(i+images, len(g.Pictures))])
		if err != nil {
			return err
		}
		if len(pictures) == 0 {
			continue
		}
		codes, err := m.Encode(ctx, values(pictures))
		if err != nil {
			return err
		}
		var first [][]float32
		if r.Refine > 0 {
			painted, err := m.Decode(ctx, codes)
			if err != nil {
				return err
			}
			first = rows(painted, len(pictures))
			if codes, err = m.Refine(ctx, values(pictures), codes, r.Refine); err != nil {
				return err
			}
		}
		painted, err := m.Decode(ctx, codes)
		if err != nil {
			return err
		}
		made := rows(painted, len(pictures))
		for k, code := range rows(codes, len(pictures)) {
			p := pictures[k]
			one := reconstruction{Image: p.path, MSE: meanSquare(made[k], p.values), Code: code}
			if first != nil {
				before := meanSquare(first[k], p.values)
				one.First = &before
			}
			r.Results = append(r.Results, one)
			if len(r.drawn) < mostDrawn {
				r.drawn = append(r.drawn, report.Reconstruction{
					Original: p.image, Reconstructed: pix.FromFloats(made[k], m.Prep.W, m.Prep.H), Code: code,
					Title: title(p.path), Note: "MSE " + report.MSE(one.MSE),
				})
			}
		}
	}
	bar.clear()
	a.noteSkipped(g)
	r.Skipped = g.Skips()
	if len(r.Results) == 0 {
		return g.NoneUsable()
	}
	return nil
}

func (r *reconstructions) print(w io.Writer) {
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
	table(w, "", lines)
	fmt.Fprintf(w, "\nfigure: %s\n", r.Figure)
}
