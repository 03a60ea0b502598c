package main

import (
	"context"
	"path/filepath"
	"strings"

	"likeness/autoencoder"
	"likeness/faces"
	"likeness/latent"
)

// open reads pictures and prepares them as the model's training pictures were. g
// skips bad ones of folders.
func (a *app) open(ctx context.Context, m *autoencoder.Model, looks faceFlags, g *faces.Listing, list []faces.Picture) ([]latent.Face, error) {
	var all []latent.Face
	for _, n := range list {
		cut, err := a.cutter(m.Prep, looks).OpenOne(ctx, n.Path)
		if err != nil {
			if err = g.Skip(ctx, n, err); err != nil {
				return nil, err
			}
			continue
		}
		all = append(all, latent.Face{Name: n.Path, Picture: cut.Picture})
	}
	return all, nil
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
