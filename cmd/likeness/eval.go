package main

import (
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"likeness/autoencoder"
)

// mostRefining bounds --refine: after a few steps nothing moves any more.
const mostRefining = 20

// mayRefine says why a model's codes are not to be refined.
func mayRefine(path string, m *autoencoder.Model) error {
	if err := hasCode(path, m); err != nil {
		return err
	}
	if t := m.Training; t != nil && t.Task == autoencoder.Denoise {
		return fmt.Errorf("%s is a denoiser: codes refined towards a noisy picture would learn the noise by heart", path)
	}
	return nil
}

func newEval(a *app) *cobra.Command {
	var data dataName
	var threads, refine int
	c := &cobra.Command{
		Use:   "eval MODEL",
		Short: "Measure a model on pictures",
		Long: `Measure a model's mean squared error, with its yardsticks beside it.

A denoiser is measured at several levels of gaussian noise too, beside the Wiener
filter for each: mean squared error, PSNR of it, and SSIM.

Without --data it is measured on the pictures it was trained on, training and
test pictures apart, split as for the training. Other pictures are all test
pictures; a denoiser's Wiener filters, or gaussian fill of black rectangles, are
then fitted to what it learned from, if that is here and has none of them. What is
told about the training comes from the model file.`,
		Example: `  likeness eval conv-32.safetensors
  likeness eval conv-32.safetensors --data ~/Pictures/faces --json
  likeness eval denoise-residual.safetensors --data ~/Pictures/faces`,
		Args:              exactly("one MODEL file", 1, 1),
		ValidArgsFunction: filesOf(modelNames),
	}
	addDataFlags(c, &data, "what the model was trained on")
	c.Flags().IntVar(&refine, "refine", 0, "measure the test pictures also with codes that so many steps have refined, 2 say: the best codes the decoder has, not the encoder's answer")
	addThreads(c, &threads)
	c.RunE = func(cmd *cobra.Command, args []string) error {
		if refine < 0 || refine > mostRefining {
			return usagef("--refine %d: expected 0 to %d steps", refine, mostRefining)
		}
		m, err := autoencoder.Open(args[0])
		if err != nil {
			return err
		}
		if refine > 0 {
			if err := mayRefine(args[0], m); err != nil {
				return err
			}
		}
		d, err := a.modelData(cmd.Context(), args[0], m, data, threads)
		if err != nil {
			return err
		}
		if d.split == nil {
			a.warn("%s is not what the model was trained on; all of it is measured", d.set.Source)
		}
		r, err := a.measure(cmd.Context(), args[0], m, d.set, d.split, d.name, true)
		if err != nil {
			return err
		}
		if refine > 0 {
			test := allRows(d.set)
			if d.split != nil {
				test = d.split.Test
			}
			if err := a.refined(cmd.Context(), r, m, d.set, test, refine); err != nil {
				return err
			}
		}
		return a.emit(r, func(w io.Writer) { r.print(a, w) })
	}
	c.AddCommand(newEvalSearch(a))
	return c
}
