package main

import (
	"fmt"
	"io"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"likeness/autoencoder"
	"likeness/pix"
	"likeness/report"
)

// mended is what denoise tells of one picture. The errors are against the
// picture as it was before noise was added, and null when none was.
type mended struct {
	Image       string   `json:"image"`
	Out         string   `json:"out"`
	NoisyMSE    *float64 `json:"noisy_mse"`
	DenoisedMSE *float64 `json:"denoised_mse"`
}

func newDenoise(a *app) *cobra.Command {
	var out, figure string
	var noise float64
	var seed uint64
	c := &cobra.Command{
		Use:   "denoise MODEL IMAGE...",
		Short: "Remove noise from pictures",
		Long: `Mend pictures with a model made by 'likeness train denoise'. The results have
the size of the model's pictures.

--add-noise spoils the pictures first, to see what the model can do: the errors
before and after are printed, and --figure draws Original | Noisy | Denoised.`,
		Example: `  likeness denoise denoise-512.safetensors old.jpg --out clean.png
  likeness denoise denoise-512.safetensors *.jpg --out clean/
  likeness denoise denoise-512.safetensors me.jpg --add-noise 0.1 --figure noise.png`,
		Args:              exactly("a MODEL file and at least one IMAGE", 2, 0),
		ValidArgsFunction: modelThenPictures,
	}
	c.Flags().StringVar(&out, "out", "", "the picture, a PNG `file`, or a folder for several (default NAME-denoised.png here)")
	c.Flags().StringVar(&figure, "figure", "", "draw this figure as well, a PNG `file`")
	c.Flags().Float64Var(&noise, "add-noise", 0, "add gaussian noise of this standard deviation first")
	c.Flags().Uint64Var(&seed, "seed", 42, "seed of that noise")
	c.RunE = func(cmd *cobra.Command, args []string) error {
		if cmd.Flags().Changed("add-noise") && !(noise > 0) || math.IsInf(noise, 0) {
			return usagef("--add-noise %g: expected a number above 0, such as 0.1", noise)
		}
		if figure != "" {
			if err := checkOut(figure, []string{".png"}, args...); err != nil {
				return err
			}
		}
		targets, err := denoiseTargets(out, args[1:])
		if err != nil {
			return err
		}
		for _, t := range targets {
			if err := checkOut(t, []string{".png"}, args...); err != nil {
				return err
			}
		}
		m, err := autoencoder.Open(args[0])
		if err != nil {
			return err
		}
		if m.Training == nil || m.Training.Task != autoencoder.Denoise {
			return fmt.Errorf("%s was not trained to remove noise: 'likeness train denoise' makes such models", args[0])
		}
		pictures, err := open(cmd.Context(), m, args[1:]...)
		if err != nil {
			return err
		}
		noisy := values(pictures)
		if noise > 0 {
			for i, x := range rows(noisy, len(pictures)) {
				pix.Gaussian{Sigma: float32(noise)}.Corrupt(x, m.Prep.W, m.Prep.H, rand.New(rand.NewPCG(seed, uint64(i))))
			}
		}
		before := rows(noisy, len(pictures))
		after := rows(m.Reconstruct(noisy), len(pictures))
		result := struct {
			Model   string   `json:"model"`
			Figure  string   `json:"figure,omitempty"`
			Results []mended `json:"results"`
		}{Model: args[0], Figure: figure}
		var drawn []report.Denoising
		for i, p := range pictures {
			r := mended{Image: p.path, Out: targets[i]}
			made := pix.FromFloats(after[i], m.Prep.W, m.Prep.H)
			if err := writePNG(targets[i], made); err != nil {
				return err
			}
			d := report.Denoising{Noisy: p.image, Denoised: made, Title: title(p.path)}
			if noise > 0 {
				x, y := meanSquare(before[i], p.values), meanSquare(after[i], p.values)
				r.NoisyMSE, r.DenoisedMSE = &x, &y
				d.Original, d.Noisy = p.image, pix.FromFloats(before[i], m.Prep.W, m.Prep.H)
				d.NoisyMSE, d.DenoisedMSE = report.Measured(x), report.Measured(y)
			}
			result.Results = append(result.Results, r)
			drawn = append(drawn, d)
		}
		if figure != "" {
			if err := writePNG(figure, report.Denoised(drawn)); err != nil {
				return err
			}
		}
		return a.emit(result, func(w io.Writer) {
			lines := [][]string{{"written", "error before", "after"}}
			for _, r := range result.Results {
				if r.NoisyMSE == nil {
					fmt.Fprintln(w, r.Out)
					continue
				}
				lines = append(lines, []string{r.Out, report.MSE(*r.NoisyMSE), report.MSE(*r.DenoisedMSE)})
			}
			if len(lines) > 1 {
				table(w, "", lines)
			}
			if figure != "" {
				fmt.Fprintln(w, "figure:", figure)
			}
		})
	}
	return c
}

// denoiseTargets names the file for each picture.
func denoiseTargets(out string, images []string) ([]string, error) {
	folder := ""
	info, err := os.Stat(out)
	switch isFolder := err == nil && info.IsDir(); {
	case out == "":
	case isFolder || strings.HasSuffix(out, "/") || len(images) > 1:
		if !isFolder {
			if filepath.Ext(out) != "" && !strings.HasSuffix(out, "/") {
				return nil, usagef("--out %s: expected a folder for %d pictures", out, len(images))
			}
			if err := os.MkdirAll(out, 0o777); err != nil {
				return nil, err
			}
		}
		folder = out
	default:
		return []string{out}, nil
	}
	var targets []string
	for _, image := range images {
		t := filepath.Join(folder, title(image)+"-denoised.png")
		if slices.Contains(targets, t) {
			return nil, usagef("two pictures are called %s and would both be written to %s: denoise them one by one with --out", title(image), t)
		}
		targets = append(targets, t)
	}
	return targets, nil
}
