package main

import (
	"io"

	"github.com/spf13/cobra"

	"likeness/autoencoder"
)

func newEval(a *app) *cobra.Command {
	var data dataName
	var threads int
	c := &cobra.Command{
		Use:   "eval MODEL",
		Short: "Measure a model on pictures",
		Long: `Measure a model's mean squared error, with its yardsticks beside it.

A denoiser is measured at several levels of gaussian noise too, beside the Wiener
filter for each: mean squared error, PSNR of it, and SSIM.

Without --data it is measured on the pictures it was trained on, training and
test pictures apart, split as for the training. Other pictures are all test
pictures. What is told about the training comes from the model file.`,
		Example: `  likeness eval conv-32.safetensors
  likeness eval conv-32.safetensors --data ~/Pictures/faces --json`,
		Args:              exactly("one MODEL file", 1, 1),
		ValidArgsFunction: filesOf(modelNames),
	}
	addDataFlags(c, &data, "what the model was trained on")
	addThreads(c, &threads)
	c.RunE = func(cmd *cobra.Command, args []string) error {
		m, err := autoencoder.Open(args[0])
		if err != nil {
			return err
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
		return a.emit(r, func(w io.Writer) { r.print(a, w) })
	}
	c.AddCommand(newEvalSearch(a))
	return c
}
