package main

import (
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"likeness/cmd/likeness/internal/console"
	"likeness/exchange"
	"likeness/gallery"
	"likeness/tensorboard"
)

// projectorFormat is the format of 'export' that takes an index in place of a model.
const projectorFormat exchange.Format = "projector"

// exportProjector writes an index for the Embedding Projector.
func (a *app) exportProjector(cmd *cobra.Command, index, out string, pictures bool) error {
	for _, name := range []string{"part", "layout", "pixels", "uncorrected", "fixed-size", "score", "license"} {
		if cmd.Flags().Changed(name) {
			return console.Usagef("--%s is for models", name)
		}
	}
	if out == "" {
		out = strings.TrimSuffix(strings.TrimSuffix(filepath.Base(index), ".safetensors"), ".index") + ".projector"
	}
	if err := tensorboard.CheckProjector(out); errors.Is(err, tensorboard.ErrNotOurs) {
		return console.Usagef("--out: %v", err)
	} else if err != nil {
		return err
	}
	g, err := gallery.Open(cmd.Context(), index, gallery.Options{})
	if err != nil {
		return err
	}
	defer g.Close()
	p := a.Progress()
	defer p.Clear()
	r, err := g.Projector(cmd.Context(), gallery.ProjectorOptions{Out: out, Pictures: pictures, Progress: p.Report()})
	p.Clear()
	if err != nil {
		return err
	}
	return a.Emit(r, func(w io.Writer) {
		fmt.Fprintf(w, "%s: %s of %s\n", r.Out, count(r.Points, "point"), r.Index)
		if r.LeftOut > 0 {
			fmt.Fprintf(w, "%s left out: the projector shows the first %d\n", count(r.LeftOut, "point"), tensorboard.MostPoints)
		}
		if r.Pictureless > 0 {
			fmt.Fprintf(w, "%s without a picture that can be read\n", count(r.Pictureless, "point"))
		}
		fmt.Fprintf(w, "\nLook at it with:\n  tensorboard --logdir %s\nor load vectors.tsv and metadata.tsv at projector.tensorflow.org\n", console.Quote(r.Out))
	})
}
