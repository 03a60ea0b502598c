// Package exchange takes models into and out of the formats of other programs: one function for each way, whatever the
// format.
package exchange

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"likeness/autoencoder"
	"likeness/evaluation"
	"likeness/exchange/card"
	"likeness/internal/atomicfile"
	"likeness/models"
	"likeness/onnx/export"
	"likeness/progress"
	"likeness/pytorch"
)

// Format is a format of other programs.
type Format string

// The formats that models leave in.
const (
	ONNX    Format = "onnx"
	PyTorch Format = "pytorch"
	Keras   Format = "keras"
	Card    Format = "card" // the model card alone
)

// All is the part of a model that stands for a file of each: encoder, decoder, and the two together.
const All export.Part = "all"

// ExportOptions say what is written.
type ExportOptions struct {
	Model  string `json:"model"` // a model file, or the name of a model that comes with the program
	Format Format `json:"format"`
	// Out is what the files' names begin with, with or without a folder, such as "conv-32"; empty: the model's own name, in the
	// working folder. Of a single ONNX file it may be the whole name. A folder gets files of the model's own name.
	Out string `json:"out,omitempty"`
	// Part is what of the model ONNX files have; empty: All.
	Part export.Part `json:"part,omitempty"`
	// The options of ONNX files, see export.Options.
	Pixels      bool          `json:"pixels,omitempty"`
	Layout      export.Layout `json:"layout,omitempty"`
	Uncorrected bool          `json:"uncorrected,omitempty"`
	FixedSize   bool          `json:"fixed_size,omitempty"`

	License string `json:"license,omitempty"` // of the model, such as "mit", for its card; empty: none is named
	// Score is what evaluation.Evaluate has measured of the model, for its card; nil: what the model's file says.
	Score   *evaluation.Score `json:"score,omitempty"`
	Version string            `json:"-"` // of the program
}

// Exported is what was written.
type Exported struct {
	Model        string         `json:"model"`
	Format       Format         `json:"format"`
	Architecture string         `json:"architecture"`
	Fingerprint  string         `json:"fingerprint"`
	Files        []Written      `json:"files"`
	Notes        progress.Notes `json:"notes,omitempty"`
}

// Written is a file that was written.
type Written struct {
	Path    string `json:"path"`
	What    string `json:"what"`
	Bytes   int    `json:"bytes"`
	Inputs  []Port `json:"inputs,omitempty"` // of a graph
	Outputs []Port `json:"outputs,omitempty"`
}

// Port is an input or an output of a graph.
type Port struct {
	Name  string   `json:"name"`
	Type  string   `json:"type"`
	Shape []string `json:"shape"` // numbers, and names of what is free
}

// product is a file that is to be written.
type product struct {
	Written
	use, language string
	data          []byte
	// check returns an error unless the file may take the place of what is there.
	check func(path string) error
}

// Export writes a model in a format of other programs, and its card beside it. Files take the place of their own kind
// alone; all are checked before the first is written.
func Export(ctx context.Context, o ExportOptions) (*Exported, error) {
	i := slices.IndexFunc(formats, func(f format) bool { return f.name == o.Format })
	if i < 0 {
		return nil, fmt.Errorf("format %q: expected %s", o.Format, list(Formats()))
	}
	m, err := openModel(o.Model)
	if err != nil {
		return nil, err
	}
	if s := o.Score; s != nil && s.Fingerprint != m.Fingerprint() {
		return nil, fmt.Errorf("the score is that of a model with the fingerprint %q, expected %q, that of %s", s.Fingerprint, m.Fingerprint(), o.Model)
	}
	if err := checkEffect(m, o); err != nil {
		return nil, err
	}
	if o.Out != "" && (os.IsPathSeparator(o.Out[len(o.Out)-1]) || isFolder(o.Out)) {
		o.Out = filepath.Join(o.Out, nameOf(o.Model))
	}
	name := strings.TrimSuffix(cmp.Or(o.Out, nameOf(o.Model)), ".onnx")
	base := filepath.Base(name)
	products, left, err := formats[i].make(m, base, o)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", o.Model, err)
	}
	products = append(products, cardOf(m, filepath.Dir(name), base, formats[i], products, left, o))
	for k := range products {
		p := &products[k]
		p.Path, p.Bytes = filepath.Join(filepath.Dir(name), p.Path), len(p.data)
		if err := errors.Join(atomicfile.CheckWritable(p.Path), p.check(p.Path)); err != nil {
			return nil, err
		}
	}
	out := &Exported{Model: o.Model, Format: o.Format, Architecture: m.Arch, Fingerprint: m.Fingerprint()}
	for _, text := range left {
		out.Notes.Add("%s", text)
	}
	for _, p := range products {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		atomicfile.RemoveLeftovers(p.Path)
		if err := atomicfile.Write(p.Path, func(w io.Writer) error {
			_, err := w.Write(p.data)
			return err
		}); err != nil {
			return nil, err
		}
		out.Files = append(out.Files, p.Written)
	}
	return out, nil
}

// ErrNoEffect means that an option would change nothing.
var ErrNoEffect = errors.New("it would change nothing")

// checkEffect refuses options that a model's graphs do not have.
func checkEffect(m *autoencoder.Model, o ExportOptions) error {
	switch {
	case o.Format != ONNX:
		return nil
	case o.FixedSize && m.Decoder != nil:
		return fmt.Errorf("%s takes pictures of one size in any case, a fixed size is for denoisers: %w", o.Model, ErrNoEffect)
	case o.Uncorrected && m.Correction == nil:
		return fmt.Errorf("%s has no correction of codes that could be left away: %w", o.Model, ErrNoEffect)
	}
	return nil
}

// isFolder reports whether a path is that of a folder.
func isFolder(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.IsDir()
}

// openModel opens an autoencoder. Of other files of this program it says what they are.
func openModel(path string) (*autoencoder.Model, error) {
	f, err := models.Open(path)
	if err != nil {
		return nil, err
	}
	if kind, ok := strings.CutPrefix(f.Metadata["format"], "likeness "); ok {
		kind, _, _ = strings.Cut(kind, " ")
		if why, ok := notExported[kind]; ok {
			return nil, fmt.Errorf("%s is %s: %s", path, article(kind), why)
		}
	}
	return autoencoder.FromFile(f)
}

// notExported says of the other kinds of files why they have no export.
var notExported = map[string]string{
	"finder":   "alignment, descriptor and space are no network, so no format of networks holds them",
	"detector": "its two networks find faces only together with what runs between them, which no graph holds",
	"index":    "it holds codes, and no network that could be exported",
	"atlas":    "it holds what is known about codes, and no network that could be exported",
	"space":    "it holds how codes are compared, and no network that could be exported",
}

// article returns a noun with its article.
func article(noun string) string {
	if strings.ContainsAny(noun[:1], "aeiou") {
		return "an " + noun
	}
	return "a " + noun
}

// nameOf returns a model's own name, that of its file without folder and ending.
func nameOf(path string) string {
	name := filepath.Base(path)
	for _, ending := range []string{".checkpoint", ".safetensors"} {
		name = strings.TrimSuffix(name, ending)
	}
	return name
}

// list returns words one behind the other.
func list[T ~string](words []T) string {
	var b strings.Builder
	for i, w := range words {
		switch {
		case i > 0 && i == len(words)-1:
			b.WriteString(" or ")
		case i > 0:
			b.WriteString(", ")
		}
		b.WriteString(string(w))
	}
	return b.String()
}

// cardOf makes the card of a model and of the files beside it.
func cardOf(m *autoencoder.Model, folder, name string, written format, products []product, left []string, o ExportOptions) product {
	about := card.About{Name: name, Library: written.library, License: o.License, Left: slices.Clone(left), Score: scoreOf(o.Score)}
	if models.Is(o.Model) {
		if text, err := models.Card(o.Model); err == nil {
			about.Intro = introOf(text)
		}
	}
	has := map[string]bool{}
	add := func(products []product) {
		for _, p := range products {
			if !has[p.Path] {
				has[p.Path] = true
				about.Files = append(about.Files, card.File{Name: p.Path, What: p.What, Use: p.use, Code: p.language})
			}
		}
	}
	add(products)
	for _, f := range formats {
		if f.beside == nil {
			continue
		}
		found, without := f.beside(m, folder, name)
		if len(found) == 0 {
			continue
		}
		add(found)
		about.Libraries = append(about.Libraries, f.library)
		if f.name != written.name {
			for _, text := range without {
				about.Left = append(about.Left, "In the files for "+f.library+": "+text)
			}
		}
	}
	if written.name == Card {
		if len(about.Libraries) > 0 {
			about.Library = about.Libraries[0]
		}
		about.Files = append(about.Files, []card.File{{Name: nameOf(o.Model) + ".safetensors", What: "the model, for likeness", Use: ownUse(m, nameOf(o.Model)+".safetensors"), Code: "sh"}}...)
	}
	// The card of a module has the module's name, unless a card is there that other files have already.
	file := name + ".md"
	if _, err := os.Stat(filepath.Join(folder, file)); err != nil && written.name == PyTorch {
		file = pytorch.ModuleName(name) + ".md"
	}
	return product{
		Written: Written{Path: file, What: "the model card"},
		data:    card.Write(m, about), check: checkMarked(card.Made, "model card"),
	}
}

// introOf returns what the card of a model that comes with the program says about it, without title and facts.
func introOf(text string) string {
	_, text, _ = strings.Cut(text, "\n")
	text, _, _ = strings.Cut(text, "\n## ")
	return strings.TrimSpace(text)
}

// ownUse returns how this program uses a model.
func ownUse(m *autoencoder.Model, file string) string {
	if m.Denoises() {
		return "likeness denoise " + file + " picture.jpg"
	}
	return "likeness reconstruct " + file + " face.jpg\nlikeness morph " + file + " me.jpg you.jpg"
}
