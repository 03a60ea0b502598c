package main

import (
	"context"
	"path/filepath"
	"strings"

	"likeness/autoencoder"
	"likeness/faces"
	"likeness/latent"
	"likeness/pix"
)

// open reads pictures and prepares them as the model's training pictures were. g
// skips bad ones of folders.
func open(ctx context.Context, m *autoencoder.Model, g *faces.Listing, list []faces.Picture) ([]latent.Face, error) {
	var all []latent.Face
	for _, n := range list {
		image, err := preparePicture(ctx, m.Prep, n.Path)
		if err != nil {
			if err = g.Skip(ctx, n, err); err != nil {
				return nil, err
			}
			continue
		}
		all = append(all, latent.Face{Name: n.Path, Picture: image})
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
