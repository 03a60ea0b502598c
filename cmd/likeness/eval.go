package main

import (
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"likeness/autoencoder"
	"likeness/cmd/likeness/internal/console"
	"likeness/dataset"
	"likeness/evaluation"
)

// mostRefining bounds --refine: a few steps converge.
const mostRefining = 20

func newEval(a *app) *cobra.Command {
	var data dataset.Name
	var threads, refine int
	c := &cobra.Command{
		Use:   "eval MODEL",
		Short: "Measure a model on pictures",
		Long: `Measure a model's mean squared error, and compare it with baselines that need no
training; denoisers with the Wiener filter.

A denoiser is also measured at several levels of gaussian noise, and compared with the
Wiener filter for each: mean squared error, its PSNR, and SSIM.

Without --data it is measured on its training data, training and test pictures
apart, split as for the training. Other pictures are all test pictures; baselines,
such as a denoiser's Wiener filters, are then fitted to what the model learned from,
if that can be read and has none of these pictures. Facts about the training come
from the model file.`,
		Example: `  likeness eval conv-32.safetensors
  likeness eval conv-32.safetensors --data ~/Pictures/faces --json
  likeness eval denoise-residual.safetensors --data ~/Pictures/faces`,
		Args:              console.Exactly("one MODEL file", 1, 1),
		ValidArgsFunction: console.FilesOf(console.ModelNames),
	}
	addDataFlags(c, &data, "the model's training data")
	c.Flags().IntVar(&refine, "refine", 0, "measure the test pictures also with codes refined in so many steps, such as 2: about the best codes that the decoder has, instead of the encoder's")
	console.AddThreads(c, &threads)
	c.RunE = func(cmd *cobra.Command, args []string) error {
		ctx := cmd.Context()
		if refine < 0 || refine > mostRefining {
			return console.Usagef("--refine %d: expected 0 to %d steps", refine, mostRefining)
		}
		m, err := autoencoder.Open(args[0])
		if err != nil {
			return err
		}
		if refine > 0 {
			if err := m.CheckRefine(); err != nil {
				return fmt.Errorf("%s: %w", args[0], err)
			}
		}
		d, err := a.modelData(ctx, args[0], m, data, threads)
		if err != nil {
			return err
		}
		if d.Split == nil {
			a.Warn("%s is not what the model was trained on; all of it is measured", d.Set.Source)
		}
		r, err := a.measure(ctx, m, d, evaluation.Options{Model: args[0], Levels: true, Refine: refine, Threads: threads})
		if err != nil {
			return err
		}
		return a.Emit(r, func(w io.Writer) { printScore(a, w, r) })
	}
	c.AddCommand(newEvalSearch(a))
	return c
}
