package main

import (
	"context"
	"path/filepath"
	"strings"

	"likeness/autoencoder"
	"likeness/faces"
	"likeness/internal/kernel"
	"likeness/pix"
)

// picture is one that was named on the command line, prepared for a model.
type picture struct {
	path   string
	image  *pix.Image
	values []float32
}

// open reads pictures and prepares them as the model's training pictures were. g
// passes over bad ones of folders.
func open(ctx context.Context, m *autoencoder.Model, g *faces.Listing, list []faces.Picture) ([]picture, error) {
	var all []picture
	for _, n := range list {
		image, err := preparePicture(ctx, m.Prep, n.Path)
		if err != nil {
			if err = g.Skip(ctx, n, err); err != nil {
				return nil, err
			}
			continue
		}
		p := picture{path: n.Path, image: image, values: make([]float32, m.Values())}
		image.Floats(p.values)
		all = append(all, p)
	}
	return all, nil
}

// preparePicture reads one picture and prepares it, unless ctx has ended.
func preparePicture(ctx context.Context, prep pix.Prep, path string) (*pix.Image, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	return prep.Open(path)
}

// values are the pictures' numbers, one picture behind the other.
func values(pictures []picture) []float32 {
	var x []float32
	for _, p := range pictures {
		x = append(x, p.values...)
	}
	return x
}

// rows cuts what a model made of n pictures into one slice for each.
func rows(x []float32, n int) [][]float32 {
	var all [][]float32
	size := len(x) / max(n, 1)
	for i := range n {
		all = append(all, x[i*size:(i+1)*size])
	}
	return all
}

// title is a picture's name without folder and extension.
func title(path string) string {
	base := filepath.Base(path)
	return strings.TrimSuffix(base, filepath.Ext(base))
}

// titles are the titles of paths.
func titles(paths []string) []string {
	var all []string
	for _, p := range paths {
		all = append(all, title(p))
	}
	return all
}

// meanSquare is the mean squared difference of two pictures.
func meanSquare(x, y []float32) float64 { return kernel.SquaredError(x, y) / float64(len(x)) }
