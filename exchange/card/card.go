// Package card writes model cards: Markdown pages with a front matter that model hubs read. A card says what the model's
// file says, and nothing else: no data set that is not public is named in the front matter, no licence is assumed, and what
// was not measured is not told.
package card

import (
	"bytes"
	"fmt"
	"strings"

	"likeness/autoencoder"
)

// File is a file that lies beside a card.
type File struct {
	Name string // without a folder
	What string // such as "the encoder: pictures to codes"
	Use  string // a program that uses it; empty: it is not used by itself
	Code string // the language of that, such as "python"
}

// About is what a card says besides what the model says.
type About struct {
	Name    string // of the model, such as "conv-32"
	Library string // that opens the files, such as "onnx"
	// Libraries open files that lie there besides.
	Libraries []string
	License   string // as model hubs write it, such as "mit"; empty: not chosen
	Intro     string // paragraphs in place of the usual first one; may be empty
	// Score is what was measured of the model; nil: what its own file says of that.
	Score *Score
	Files []File
	Left  []string // what the files leave out of the model, in sentences
}

// Made is in the head of every card, by which a later one may take its place.
const Made = "# Written by likeness from a model's own file."

// Write returns the card of a model.
func Write(m *autoencoder.Model, a About) []byte {
	var b bytes.Buffer
	frontMatter(&b, m, a)
	fmt.Fprintf(&b, "\n# %s\n\n%s\n", a.Name, intro(m, a))
	facts(&b, m)
	training(&b, m)
	measured(&b, m, a.Score)
	files(&b, a)
	limits(&b, m, a)
	fmt.Fprintf(&b, "\n## How to cite\n\n%s\n", cite(m, a))
	return b.Bytes()
}

// kind returns in words what a model is.
func kind(m *autoencoder.Model) string {
	switch {
	case m.Decoder == nil:
		return "a denoiser without a code: a network of convolutions that takes noise out of pictures"
	case m.Denoises():
		return "a denoising autoencoder"
	case m.Arch == "pca":
		return "a linear autoencoder"
	case m.Arch == "conv":
		return "a convolutional autoencoder"
	case m.Arch == autoencoder.Residual:
		return "a convolutional autoencoder with exact PCA as its shortcut"
	}
	return "an autoencoder"
}

func intro(m *autoencoder.Model, a About) string {
	if a.Intro != "" {
		return strings.TrimSpace(a.Intro)
	}
	what := strings.ToUpper(kind(m)[:1]) + kind(m)[1:]
	size := fmt.Sprintf("%dx%d pixels", m.Prep.W, m.Prep.H)
	if m.Decoder == nil {
		return fmt.Sprintf("%s. It was trained on pictures of %s and takes pictures of any size whose sides are divisible by 4.", what, size)
	}
	return fmt.Sprintf("%s: a picture of %s becomes %d numbers, its code, and a picture again.", what, size, m.Code)
}

// section begins a part of the page.
func section(b *bytes.Buffer, title string) { fmt.Fprintf(b, "\n## %s\n\n", title) }

// table writes rows of two columns; those without a value are left out.
func table(b *bytes.Buffer, left, right string, rows [][2]string) {
	fmt.Fprintf(b, "| %s | %s |\n|---|---|\n", left, right)
	for _, r := range rows {
		if r[1] != "" {
			fmt.Fprintf(b, "| %s | %s |\n", cell(r[0]), cell(r[1]))
		}
	}
}

// cell returns text as a cell of a table.
func cell(s string) string {
	return strings.NewReplacer("|", `\|`, "\n", " ", "\r", " ", "<", "&lt;").Replace(s)
}

func files(b *bytes.Buffer, a About) {
	if len(a.Files) == 0 {
		return
	}
	section(b, "Files")
	var rows [][2]string
	for _, f := range a.Files {
		rows = append(rows, [2]string{"`" + f.Name + "`", f.What})
	}
	table(b, "file", "what it is", rows)
	for _, f := range a.Files {
		if f.Use != "" {
			fmt.Fprintf(b, "\n`%s`:\n\n```%s\n%s\n```\n", f.Name, f.Code, f.Use)
		}
	}
}

func cite(m *autoencoder.Model, a About) string {
	line := fmt.Sprintf("%s, a model of architecture %s made with likeness, fingerprint `%s`", a.Name, m.Arch, m.Fingerprint())
	if t := m.Training; t != nil && t.DataHash != "" {
		line += fmt.Sprintf(", trained on data with the hash `%s`", t.DataHash)
	}
	return line + ". The fingerprint follows from architecture, preparation and weights, so it names this model and no other."
}
