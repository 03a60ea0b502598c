package main

import (
	"errors"
	"strconv"
	"strings"

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
	mean, scale        numbersFlag
	size               sizeFlag
	output             string
}

// numbersFlag is a list of numbers with commas between them.
type numbersFlag []float32

func (n *numbersFlag) Type() string { return "numbers" }

func (n *numbersFlag) String() string {
	var words []string
	for _, v := range *n {
		words = append(words, strconv.FormatFloat(float64(v), 'g', -1, 32))
	}
	return strings.Join(words, ",")
}

func (n *numbersFlag) Set(text string) error {
	var list []float32
	for word := range strings.SplitSeq(text, ",") {
		v, err := strconv.ParseFloat(strings.TrimSpace(word), 32)
		if err != nil {
			return errors.New("expected a number, or several with commas between them")
		}
		list = append(list, float32(v))
	}
	*n = list
	return nil
}

// add adds them.
func (f *encoderFlags) add(c *cobra.Command) {
	f.template = console.Choice{Value: usual, Choices: append([]string{usual}, encoder.Templates()...)}
	f.channels = console.Choice{Value: usual, Choices: []string{usual, encoder.RGB, encoder.BGR}}
	console.AddChoice(c, &f.template, "template", "of an ONNX encoder: what its pictures show of a face: arcface (five landmarks in their places), square (the face), head, or whole photographs; usual: by their size")
	c.Flags().Var(&f.mean, "mean", "of an ONNX encoder: (value - mean) / scale of bytes are its numbers; one `number`, or three for R,G,B")
	c.Flags().Var(&f.scale, "scale", "of an ONNX encoder: see --mean; one `number`, or three for R,G,B")
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
	e, made, err := gallery.OpenEncoder(path, wish, index)
	if err != nil {
		return nil, err
	}
	a.noteEncoder(path, made)
	return e, nil
}

// noteEncoder says what of an encoder was guessed, and what is doubtful.
func (a *app) noteEncoder(path string, e *encoder.Encoder) {
	if e.Guessed != "" {
		a.Note("%s: %s. This is guessed; --template, --channels, --mean and --scale say otherwise.", path, e.Guessed)
	}
	a.Notes(e.Notes)
}

// coder opens an encoder as something that is measured.
func (f *encoderFlags) coder(a *app, path string) (finder.Coder, error) {
	e, err := encoder.Open(path, f.wish())
	if err != nil {
		return nil, err
	}
	a.noteEncoder(path, e)
	return e, nil
}

// isModel says that an argument means a model or an encoder and not pictures.
func isModel(arg string) bool { return encoder.Is(arg) || models.IsFile(arg) }
