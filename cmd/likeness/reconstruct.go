package main

import (
	"fmt"
	"io"

	"github.com/spf13/cobra"

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
		Use:   "reconstruct MODEL IMAGE...",
		Short: "Show what a model's codes keep of pictures",
		Long: `Encode and decode pictures and draw a figure: Original | Code | Reconstructed.
Prints each picture's mean squared error; with --json its code as well.

--refine goes on from the encoder's answer to the code with which the decoder comes
nearest to the picture, and prints the error before and after.`,
		Example: `  likeness reconstruct conv-32.safetensors me.jpg you.jpg
  likeness reconstruct conv-32.safetensors *.jpg --out faces.png`,
		Args:              exactly("a MODEL file and at least one IMAGE", 2, 0),
		ValidArgsFunction: modelThenPictures,
	}
	c.Flags().StringVar(&out, "out", "reconstructed.png", "the figure, a PNG `file`; it is replaced")
	c.Flags().IntVar(&refine, "refine", 0, "refine the codes in so many steps, 2 say, so that the pictures come back better")
	c.RunE = func(cmd *cobra.Command, args []string) error {
		if refine < 0 || refine > mostRefining {
			return usagef("--refine %d: expected 0 to %d steps", refine, mostRefining)
		}
		if err := checkOut(out, []string{".png"}, args...); err != nil {
			return err
		}
		m, err := openCoder(args[0])
		if err != nil {
			return err
		}
		pictures, err := open(cmd.Context(), m, args[1:]...)
		if err != nil {
			return err
		}
		codes := m.Encode(values(pictures))
		var first [][]float32
		if refine > 0 {
			if err := mayRefine(args[0], m); err != nil {
				return err
			}
			first = rows(m.Decode(codes), len(pictures))
			if codes, err = m.Refine(cmd.Context(), values(pictures), codes, refine); err != nil {
				return err
			}
		}
		made := rows(m.Decode(codes), len(pictures))
		result := struct {
			Model   string           `json:"model"`
			Figure  string           `json:"figure"`
			Refine  int              `json:"refine"` // steps
			Results []reconstruction `json:"results"`
		}{Model: args[0], Figure: out, Refine: refine}
		var figure []report.Reconstruction
		for i, code := range rows(codes, len(pictures)) {
			p := pictures[i]
			r := reconstruction{Image: p.path, MSE: meanSquare(made[i], p.values), Code: code}
			if first != nil {
				before := meanSquare(first[i], p.values)
				r.First = &before
			}
			result.Results = append(result.Results, r)
			figure = append(figure, report.Reconstruction{
				Original: p.image, Reconstructed: pix.FromFloats(made[i], m.Prep.W, m.Prep.H), Code: code,
				Title: title(p.path), Note: "MSE " + report.MSE(r.MSE),
			})
		}
		if err := writePNG(out, report.Reconstructions(figure)); err != nil {
			return err
		}
		return a.emit(result, func(w io.Writer) {
			lines := [][]string{{"picture", "mean squared error"}}
			if refine > 0 {
				lines[0] = append(lines[0], "before refining")
			}
			for _, r := range result.Results {
				line := []string{r.Image, report.MSE(r.MSE)}
				if r.First != nil {
					line = append(line, report.MSE(*r.First))
				}
				lines = append(lines, line)
			}
			table(w, "", lines)
			fmt.Fprintf(w, "\nfigure: %s\n", out)
		})
	}
	return c
}
