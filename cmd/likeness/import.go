package main

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"likeness/cmd/likeness/internal/console"
	"likeness/exchange"
	"likeness/nn"
	"likeness/pytorch"
)

func newImport(a *app) *cobra.Command {
	opt := exchange.ImportOptions{}
	var crop cropFlag
	var size sizeFlag
	pixels := console.NewChoice("", exchange.PixelRanges())
	outputPixels := console.NewChoice("", exchange.PixelRanges())
	c := &cobra.Command{
		Use:   "import FILE...",
		Short: "Take in a model that another program made",
		Long: `Read an autoencoder of another program and write it as a model file, which every
verb takes. FILE is one of a whole autoencoder, which is taken apart where its
first model ends or at its narrowest layer, or there are two, an encoder and a
decoder. What they are is known by their contents:

  Keras    .h5 of Keras 2 and 3, whole models and weights; .weights.h5 and .keras
  PyTorch  a state dict in safetensors, of both networks

A whole model of Keras has any layers that follow each other, of those that
likeness has; the first that it has not is named. Weights alone, such as the
exercise's encoder.h5 and decoder.h5, do not say their layers: they are taken for
the exercise's networks, with as many filters and as large a code as they have. A
convolutional network of PyTorch has so many convolutions each way, transposed or
behind an upsampling, and a Linear layer on either side of the code, each with or
without a BatchNorm right behind it.

What files do not say, functions behind layers, paddings, and the range of pixels,
is chosen by drawn faces: all usual combinations are tried, and the one with which
the faces come back best is taken. What was tried is said. Flags say it too. Where a
first layer scales pixels, or a last one is a sigmoid, that says their range.`,
		Example: `  likeness import encoder.h5 decoder.h5 --out mine.safetensors
  likeness import encoder.h5 decoder.h5 --activation relu --code-activation linear
  likeness import autoencoder.keras --pixels 0..1
  likeness import autoencoder.h5 --code-layer bottleneck
  likeness import net.safetensors --activation relu --output-activation sigmoid --pixels 0..1`,
		Args: console.Exactly("one FILE of an autoencoder, or those of an encoder and a decoder", 1, 2),
		ValidArgsFunction: func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
			return []string{"h5", "keras", "safetensors"}, cobra.ShellCompDirectiveFilterFileExt
		},
	}
	f := c.Flags()
	f.StringVar(&opt.Out, "out", "", "the model `file` (default the name of FILE, NAME-model.safetensors of a state dict NAME.safetensors, model.safetensors of two files)")
	f.BoolVar(&opt.Fresh, "fresh", false, "replace an existing model")
	console.AddChoice(c, &pixels, "pixels", "what the networks have for pixels from black to white (default what the layers say, or what gives drawn faces back best)")
	console.AddChoice(c, &outputPixels, "output-pixels", "what the decoder gives, where that is another range")
	f.Var(&crop, "crop", "the part of a photograph that the model is for: the face (of LFW's 250x250 pixels the 90x90 in the middle), of pictures framed as LFW's too, the largest square, a rectangle, or what is left without N or DX,DY pixels at the sides (default what the file says, or face)")
	f.Var(&size, "size", "size of the model's pictures, where the files leave it open")
	f.StringVar(&opt.CodeLayer, "code-layer", "", "the `name` of the layer that gives the code of a whole autoencoder (default the end of the first of two models, or the narrowest)")
	activation, codeActivation, denseActivation := newFunction(), newFunction(), newFunction()
	activation.add(c, "activation", "the function behind the convolutions, for weights alone; of a leaky ReLU also with its slope, 'leaky_relu(0.2)' (default the one that gives drawn faces back best)")
	codeActivation.add(c, "code-activation", "the function behind the code, likewise")
	denseActivation.add(c, "dense-activation", "the function behind the decoder's first layer, likewise")
	outputActivation := newFunction()
	padding := console.NewChoice("", []pytorch.Padding{pytorch.TorchPadding, pytorch.SamePadding})
	down := console.NewChoice("", []exchange.Down{exchange.Pooling, exchange.Strides})
	outputActivation.add(c, "output-activation", "of a state dict: the function behind the decoder's last layer, likewise")
	console.AddChoice(c, &padding, "padding", "of a state dict: PyTorch's usual padding or Keras's 'same', likewise")
	console.AddChoice(c, &down, "down", "of a state dict: how the encoder halves pictures, likewise")
	c.RunE = func(cmd *cobra.Command, args []string) error {
		if opt.Out != "" && !strings.EqualFold(filepath.Ext(opt.Out), ".safetensors") {
			return console.Usagef("%s: expected a file name that ends in .safetensors", opt.Out)
		}
		opt.Files, opt.Prep = args, crop.prep
		opt.Prep.W, opt.Prep.H = size.w, size.h
		opt.Pixels, opt.OutputPixels = exchange.Pixels(pixels.Value), exchange.Pixels(outputPixels.Value)
		opt.Activation, opt.CodeActivation, opt.DenseActivation = activation.Value, codeActivation.Value, denseActivation.Value
		opt.OutputActivation, opt.Padding, opt.Down = outputActivation.Value, pytorch.Padding(padding.Value), exchange.Down(down.Value)
		r, err := exchange.Import(cmd.Context(), opt)
		if errors.Is(err, exchange.ErrExists) {
			return console.UsageError{Err: fmt.Errorf("%w: choose another --out, or replace it with:\n  %s", err, a.Command("--fresh"))}
		} else if err != nil {
			return replaceError(err)
		}
		a.Notes(r.Notes)
		return a.Emit(r, func(w io.Writer) { printImported(w, r) })
	}
	return c
}

// replaceError makes it wrong usage that a result has the name of a file which stays, as other commands have it, and that an
// option has no effect.
func replaceError(err error) error {
	if errors.Is(err, exchange.ErrNoEffect) {
		return console.UsageError{Err: err}
	}
	if errors.Is(err, exchange.ErrNotReplaced) {
		return console.UsageError{Err: fmt.Errorf("%w: choose another name", err)}
	}
	return err
}

// functionFlag is the flag for a function by Keras's name, of a leaky ReLU with any slope.
type functionFlag struct{ console.Choice }

func newFunction() functionFlag {
	return functionFlag{console.NewChoice("", []string{"elu", "relu", "leaky_relu", "leaky_relu(0.2)", "sigmoid", "tanh", "linear"})}
}

// Set takes a function.
func (f *functionFlag) Set(text string) error {
	if _, leaky := nn.Activation(text).Slope(); leaky {
		f.Value = text
		return nil
	}
	return f.Choice.Set(text)
}

// add adds the flag, with completion.
func (f *functionFlag) add(cmd *cobra.Command, name, usage string) {
	cmd.Flags().Var(f, name, usage)
	console.Complete(cmd, name, cobra.FixedCompletions(f.Choices, cobra.ShellCompDirectiveNoFileComp))
}

func printImported(w io.Writer, r *exchange.Imported) {
	var about [][2]string
	for _, f := range r.Files {
		about = append(about, [2]string{f.What, f.Path + ", " + f.Format})
	}
	layers := func(rows []nn.LayerInfo) string {
		params := 0
		for _, row := range rows {
			params += row.Params
		}
		return fmt.Sprintf("%s, %s", count(len(rows), "layer"), count(params, "weight"))
	}
	code := count(r.Code, "number")
	if r.Code == 0 {
		code = "none"
	}
	if r.CodeLayer != "" {
		code += fmt.Sprintf(", of the layer %q", r.CodeLayer)
	}
	pixels := string(cmp.Or(r.Pixels, exchange.OwnPixels))
	if r.OutputPixels != r.Pixels {
		pixels += ", of the decoder " + string(r.OutputPixels)
	}
	about = append(about, [][2]string{
		{"architecture", r.Architecture},
		{"encoder", layers(r.Encoder)},
		{"decoder", layers(r.Decoder)},
		{"code", code},
		{"pictures", describePrep(r.Prep)},
		{"pixels", pixels},
		{"fingerprint", r.Fingerprint},
	}...)
	console.Facts(w, about)
	fmt.Fprintf(w, "\nmodel: %s\n", r.Model)
}
