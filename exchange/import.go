package exchange

import (
	"archive/zip"
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"likeness/autoencoder"
	"likeness/internal/atomicfile"
	"likeness/internal/regularfile"
	"likeness/keras"
	"likeness/pix"
	"likeness/progress"
	"likeness/pytorch"
)

// ImportOptions say what is read, and what the files do not say themselves.
type ImportOptions struct {
	// Files are an encoder and a decoder, in either order, or one file of a whole autoencoder.
	Files []string `json:"files"`
	Out   string   `json:"out,omitempty"`   // the model file; empty: see DefaultOut
	Fresh bool     `json:"fresh,omitempty"` // replace the model that is there
	// Prep is how photographs become inputs; without a crop, that of the file where it says
	// one, else the face. Sides of 0 are those of the files; other sides are for files that
	// leave the size open.
	Prep pix.Prep `json:"prep"`
	// Pixels is the range that the encoder takes, OutputPixels that which the decoder gives.
	// Empty: what the layers say or, where they do not, that of this program.
	Pixels       Pixels `json:"pixels,omitempty"`
	OutputPixels Pixels `json:"output_pixels,omitempty"`
	// CodeLayer is the name of the layer that gives the code, in a whole autoencoder; empty:
	// where the first of two models ends, or the narrowest.
	CodeLayer string `json:"code_layer,omitempty"`
	// What weights alone do not say. Empty: what gives drawn faces back best, see choose.
	Activation      string `json:"activation,omitempty"`       // the function behind convolutions, by Keras's name
	CodeActivation  string `json:"code_activation,omitempty"`  // behind the code
	DenseActivation string `json:"dense_activation,omitempty"` // behind the decoder's first layer
	// What a state dict of PyTorch does not say besides, likewise.
	OutputActivation string          `json:"output_activation,omitempty"` // behind the decoder's last layer
	Padding          pytorch.Padding `json:"padding,omitempty"`           // of convolutions with a stride
	Down             Down            `json:"down,omitempty"`              // how the encoder halves pictures
}

// anyFunction reports whether a function was said that weights of Keras do not say.
func (o ImportOptions) anyFunction() bool {
	return o.Activation != "" || o.CodeActivation != "" || o.DenseActivation != ""
}

// Imported is a model that came in.
type Imported struct {
	autoencoder.Info
	Files        []Source       `json:"files"`
	CodeLayer    string         `json:"code_layer,omitempty"` // of a whole autoencoder, the layer that gives the code
	Pixels       Pixels         `json:"pixels,omitempty"`
	OutputPixels Pixels         `json:"output_pixels,omitempty"`
	Notes        progress.Notes `json:"notes,omitempty"`
}

// Source is a file that a model came from.
type Source struct {
	Path   string `json:"path"`
	Format string `json:"format"` // in words, with the version of the program that wrote it
	What   string `json:"what"`   // encoder, decoder, or autoencoder
}

// The parts that a file can hold.
const (
	encoderPart     = "encoder"
	decoderPart     = "decoder"
	autoencoderPart = "autoencoder"
)

// DefaultOut returns where Import writes a model of these files: in the working folder,
// under the name of a single file.
func DefaultOut(files []string) string {
	if len(files) != 1 {
		return "model.safetensors"
	}
	name := filepath.Base(files[0])
	if short, ok := strings.CutSuffix(name, ".safetensors"); ok && short != "" {
		return short + "-model.safetensors" // the state dict has the other name
	}
	for _, ending := range []string{".weights.h5", ".h5", ".hdf5", ".keras"} {
		if short, ok := strings.CutSuffix(name, ending); ok && short != "" {
			name = short
			break
		}
	}
	return name + ".safetensors"
}

// Import reads a model that another program made and writes it as a model file, which all
// verbs take. What the files are is known by their contents, not by their names.
func Import(ctx context.Context, o ImportOptions) (*Imported, error) {
	if len(o.Files) < 1 || len(o.Files) > 2 {
		return nil, fmt.Errorf("%d files: expected an encoder and a decoder, or one file of both", len(o.Files))
	}
	out := cmp.Or(o.Out, DefaultOut(o.Files))
	if err := checkOut(out, o.Files, o.Fresh); err != nil {
		return nil, err
	}
	read, err := readerOf(o.Files)
	if err != nil {
		return nil, err
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	m, r, err := read(ctx, o)
	if err != nil {
		return nil, err
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if err := m.Save(out); err != nil {
		return nil, err
	}
	r.Info = m.Info(out)
	return r, nil
}

// checkOut returns an error unless a model file may be written to out, which is none of the
// files that are read.
func checkOut(out string, files []string, fresh bool) error {
	same := func(path string) bool { return filepath.Clean(path) == filepath.Clean(out) }
	if slices.ContainsFunc(files, same) {
		return refused{fmt.Errorf("%s is what is read: the model needs a name of its own", out)}
	}
	if err := atomicfile.CheckWritable(out); err != nil {
		return err
	}
	return checkModel(out, fresh)
}

// readerOf returns what reads files that begin as these do.
func readerOf(files []string) (func(context.Context, ImportOptions) (*autoencoder.Model, *Imported, error), error) {
	path := files[0]
	head, err := regularfile.Head(path, 16)
	if err != nil {
		return nil, err
	}
	switch {
	case len(head) == 0:
		f, err := regularfile.Open(path) // Head takes a file that is not there for an empty one
		if err != nil {
			return nil, err
		}
		if err := f.Close(); err != nil {
			return nil, err
		}
		return nil, fmt.Errorf("%s is empty: expected %s", path, readable)
	case bytes.HasPrefix(head, []byte("PK")):
		if hasPickle(path) {
			return nil, fmt.Errorf("%s is a PyTorch file with a pickle inside, %s: expected %s", path, pickleAdvice, readable)
		}
		return fromKeras, nil
	case keras.Recognise(head):
		return fromKeras, nil
	case len(head) > 8 && head[8] == '{':
		return fromPyTorch, nil
	}
	return nil, fmt.Errorf("%s is %s: expected %s", path, kindOf(head), readable)
}

// readable names what Import reads.
const readable = "a network of Keras (.h5, .weights.h5, .keras) or a state dict of PyTorch in safetensors"

// kindOf says what a file that is not read may be.
func kindOf(head []byte) string {
	switch {
	case head[0] == 0x08:
		return "perhaps an ONNX file"
	case head[0] == 0x80:
		return "perhaps a pickle, " + pickleAdvice
	case len(head) >= 8 && string(head[4:8]) == "TFL3":
		return "a TensorFlow Lite model"
	case bytes.HasPrefix(head, []byte("GGUF")):
		return "a GGUF model"
	}
	return "of no kind that is known"
}

// pickleAdvice says what to do about a pickle.
const pickleAdvice = "which could run any program and is not opened (in Python, safetensors.torch.save_file(model.state_dict(), \"net.safetensors\") writes one that is)"

// hasPickle reports whether a zip archive is one of PyTorch's, with a pickle in it. What cannot be read as an archive is for its
// reader to tell.
func hasPickle(file string) bool {
	z, err := zip.OpenReader(file)
	if err != nil && !errors.Is(err, zip.ErrInsecurePath) {
		return false
	}
	defer z.Close()
	return slices.ContainsFunc(z.File, func(f *zip.File) bool { return path.Base(f.Name) == "data.pkl" })
}

// cropOf returns a preparation without its size.
func cropOf(p pix.Prep) pix.Prep {
	p.W, p.H = 0, 0
	return p
}
