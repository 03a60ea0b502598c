package main

import (
	"github.com/spf13/cobra"

	"likeness/cmd/likeness/internal/console"
	"likeness/encoder"
	"likeness/finder"
	"likeness/gallery"
	"likeness/models"
)

// encoderFlags say how pictures are prepared for an encoder from elsewhere.
type encoderFlags struct {
	template, channels console.Choice
	mean, scale        []float32
	size               sizeFlag
	output             string
}

// add adds them.
func (f *encoderFlags) add(c *cobra.Command) {
	f.template = console.Choice{Value: usual, Choices: append([]string{usual}, encoder.Templates()...)}
	f.channels = console.Choice{Value: usual, Choices: []string{usual, encoder.RGB, encoder.BGR}}
	console.AddChoice(c, &f.template, "template", "of an ONNX encoder: what its pictures show of a face: arcface (five landmarks in their places), square (the face), head, or whole photographs; usual: by their size")
	c.Flags().Float32SliceVar(&f.mean, "mean", nil, "of an ONNX encoder: (value - mean) / scale of bytes are its numbers; one `number`, or three for R,G,B")
	c.Flags().Float32SliceVar(&f.scale, "scale", nil, "of an ONNX encoder: see --mean; one `number`, or three for R,G,B")
	console.AddChoice(c, &f.channels, "channels", "of an ONNX encoder: the order of its channels; usual: rgb")
	c.Flags().Var(&f.size, "input-size", "of an ONNX encoder that takes several: the size of its pictures")
	c.Flags().StringVar(&f.output, "output", "", "of an ONNX encoder with several outputs: the `name` of the code's (default the first)")
}

// wish is what the flags say.
func (f *encoderFlags) wish() encoder.Wish {
	return encoder.Wish{
		W: f.size.w, H: f.size.h, Template: notUsual(f.template), Channels: notUsual(f.channels), Mean: f.mean, Scale: f.scale, Output: f.output,
	}
}

// open opens what makes codes: an encoder from elsewhere as the flags say, for an index that is there
// perhaps, or anything else, for which they say nothing.
func (f *encoderFlags) open(a *app, path, index string) (gallery.Embedder, error) {
	wish := f.wish()
	if !encoder.Is(path) {
		if !wish.Empty() {
			return nil, console.Usagef("--template, --mean, --scale, --channels, --input-size and --output say how pictures are prepared for an ONNX encoder; %s knows that itself", path)
		}
		return gallery.OpenEmbedder(path)
	}
	e, guessed, err := gallery.OpenEncoder(path, wish, index)
	if guessed != "" {
		a.Note("%s: %s. This is guessed; --template, --channels, --mean and --scale say otherwise.", path, guessed)
	}
	return e, err
}

// coder opens an encoder as something that is measured.
func (f *encoderFlags) coder(a *app, path string) (finder.Coder, error) {
	e, err := encoder.Open(path, f.wish())
	if err != nil {
		return nil, err
	}
	if e.Guessed != "" {
		a.Note("%s: %s. This is guessed; --template, --channels, --mean and --scale say otherwise.", path, e.Guessed)
	}
	return e, nil
}

// isModel says that an argument means a model or an encoder and not pictures.
func isModel(arg string) bool { return encoder.Is(arg) || models.IsFile(arg) }
