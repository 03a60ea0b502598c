package main

import (
	"fmt"

	"likeness/cmd/likeness/internal/console"

	"github.com/spf13/cobra"
)

func newTrain(a *app) *cobra.Command {
	c := &cobra.Command{
		Use:   "train",
		Short: "Train an autoencoder: pca, conv, residual or denoise; or fit a finder",
		Long: `Train an autoencoder on pictures and write it to one .safetensors file.

The result is compared with baselines that need no training: the error of always
answering with the mean picture, and that of exact PCA with codes of the same size;
for a denoiser that of the Wiener filter, and against black rectangles that of the
gaussian fill, the conditional mean of the hidden pixels given the visible ones.`,
		Example: `  likeness train conv
  likeness train pca --data ~/Pictures/faces --size 64
  likeness train denoise --data lfw --attributes lfw-attributes`,
		Args: noSuchVerb,
		RunE: noSuchVerb,
	}
	c.AddCommand(
		newTrainKind(a, "pca",
			"Train a linear autoencoder",
			`Train the linear autoencoder: Flatten, Dense(code); Dense(H*W*3), Reshape. At
best it finds what PCA finds, and the summary says how close it came.`),
		newTrainKind(a, "conv",
			"Train a convolutional autoencoder",
			`Train the convolutional autoencoder: four 3x3 convolutions with 32, 64, 128 and
256 filters, ELU and 2x2 pooling, a code, and four transposed convolutions back.
The sides of the pictures must be divisible by 16.`),
		newTrainKind(a, "residual",
			"Train the best autoencoder of this program",
			`Train the residual autoencoder: the tutorial's layers with twice the filters and a
linear code, added to exact PCA. It begins as PCA and learns what PCA leaves over,
from pictures that are mirrored and moved a little anew in every epoch. Its encoder
then refines the code from the error of its reconstruction, in --correct steps. At every
budget of time it has less error than 'conv' with as many numbers; with few pictures or
little time give fewer --epochs. The sides of the pictures must be divisible by 16.

--jitter holds the pictures with their surroundings in memory, some 40 kB each.`),
		newTrainKind(a, "denoise",
			"Train a network to remove noise",
			`Train a network to restore pictures: the inputs are corrupted anew in every epoch,
the targets stay clean.

--arch conv is the tutorial's convolutional autoencoder. --arch residual is the
better denoiser: no code, convolutions alone, which say what must be added to a
picture; it takes pictures of any size and noise of any level that it was trained
for. It has defaults of its own:

`+inHelp(denoiserDefaults())+`

With --mirror it also sees every picture twice when it is used, as it is and mirrored,
and answers with the mean. Its training loss is in units of each picture's noise and
does not compare with other errors; with --weigh, pictures with more noise count
more in it. --jitter holds the pictures with their surroundings in memory, some 40 kB each.

--noise is the standard deviation of gaussian noise, where a picture's range is 1,
or two of them, between which every picture gets its own. --occlude COUNTxSIZE
covers the inputs with black rectangles instead; give both flags to have both.`),
		newTrainFinder(a),
		newTrainDetector(a),
	)
	return c
}

// newTrainKind makes one of the verbs; its defaults are its recipe's.
func newTrainKind(a *app, kind, short, long string) *cobra.Command {
	f := newTrainFlags(kind)
	c := &cobra.Command{
		Use:   f.verb,
		Short: short,
		Long: long + `

The run is saved to OUT.checkpoint after every epoch and when it is interrupted
with Ctrl-C; the same command with --resume continues it and ends with exactly the
weights of an uninterrupted run. OUT itself is written when the run is
complete; neither it nor a checkpoint is replaced unless --restart says so.

--early-stop and --best choose on a part of the training pictures that is held
back, and --time-budget chooses the number of epochs; --find-lr looks for a
learning rate instead of training.`,
		Example: fmt.Sprintf(`  likeness train %[1]s
  likeness train %[1]s --data lfw --attributes lfw-attributes --out lfw-%[1]s.safetensors
  likeness train %[1]s --data ~/Pictures/faces --epochs 50 --json`, f.verb),
		Args: console.NoArgs("--data"),
	}
	f.add(c)
	c.RunE = func(cmd *cobra.Command, _ []string) error {
		if err := f.settle(cmd); err != nil {
			return err
		}
		if f.findRate {
			return a.findRate(cmd.Context(), f)
		}
		return a.train(cmd.Context(), f)
	}
	return c
}
