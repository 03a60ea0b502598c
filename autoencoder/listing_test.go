package autoencoder_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"likeness/autoencoder"
	"likeness/faces"
	"likeness/pix"
	"likeness/progress"
)

// photographs is a folder of three pictures and a file that is none, beside a single
// picture and a broken one.
func photographs(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	for name, m := range map[string]*pix.Image{"folder/a.png": striped(33, 20, 0.1), "folder/sub/b.png": striped(32, 32, 0.1), "folder/c.png": striped(40, 8, 0), "one.png": striped(32, 32, 0), "bad/x.png": nil, "broken.png": nil, "folder/bad.png": nil} {
		path := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
			t.Fatal(err)
		}
		file, err := os.Create(path)
		if err != nil {
			t.Fatal(err)
		}
		if m == nil {
			_, err = file.WriteString("\x89PNG\r\n\x1a\nand no more")
		} else {
			err = m.WritePNG(file)
		}
		if err := errors.Join(err, file.Close()); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// listing names some of them.
func listing(t *testing.T, dir string, names ...string) *faces.Listing {
	t.Helper()
	for i, name := range names {
		names[i] = filepath.Join(dir, name)
	}
	l, err := faces.List(t.Context(), names, nil)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func TestListings(t *testing.T) {
	dir := photographs(t)
	denoiser, err := autoencoder.NewDenoiser(newModel(t, autoencoder.Residual, 32, 32, 0))
	if err != nil {
		t.Fatal(err)
	}
	conv := newModel(t, "conv", 32, 32, 8)
	for name, c := range map[string]struct {
		paths   []string
		want    []string // results
		skipped int
		err     string
	}{
		"one":                  {[]string{"one.png"}, []string{"one.png"}, 0, ""},
		"a folder":             {[]string{"folder"}, []string{"folder/a.png", "folder/c.png", "folder/sub/b.png"}, 1, ""},
		"both":                 {[]string{"one.png", "folder"}, []string{"one.png", "folder/a.png", "folder/c.png", "folder/sub/b.png"}, 1, ""},
		"a bad one by itself":  {[]string{"folder", "broken.png"}, nil, 0, "broken.png"},
		"a folder of bad ones": {[]string{"bad"}, nil, 0, "no usable picture"},
		"a missing one":        {[]string{"none.png"}, nil, 0, "none.png"},
	} {
		t.Run(name, func(t *testing.T) {
			check := func(what string, list *faces.Listing, results []string, seen []string, err error) {
				t.Helper()
				if c.err != "" {
					if err == nil || !strings.Contains(err.Error(), c.err) {
						t.Errorf("%s: %v, want an error that says %q", what, err, c.err)
					}
					return
				}
				var want []string
				for _, name := range c.want {
					want = append(want, filepath.Join(dir, filepath.FromSlash(name)))
				}
				if err != nil || !slices.Equal(results, want) || !slices.Equal(seen, want) || len(list.Skips()) != c.skipped {
					t.Errorf("%s: %q, seen %q, skipped %v, %v", what, results, seen, list.Skips(), err)
				}
			}
			list := listing(t, dir, slices.Clone(c.paths)...)
			var names, seen []string
			restored, err := denoiser.RestoreListing(t.Context(), list, autoencoder.RestoreOptions{}, func(place int, r *autoencoder.Restored) error {
				if r.Picture == nil || r.Image != list.Pictures[place].Path {
					t.Errorf("place %d: %+v", place, r)
				}
				seen = append(seen, r.Image)
				return nil
			})
			for _, r := range restored.Results {
				if r.Picture != nil {
					t.Error("pictures were kept")
				}
				names = append(names, r.Image)
			}
			if err == nil && len(restored.Skipped) != c.skipped {
				t.Errorf("skipped %v", restored.Skipped)
			}
			check("restored", list, names, seen, err)

			list, names, seen = listing(t, dir, slices.Clone(c.paths)...), nil, nil
			made, err := conv.ReconstructListing(t.Context(), list, autoencoder.ReconstructOptions{}, func(picture *pix.Image, r autoencoder.Reconstruction) error {
				if picture.W != 32 || r.Picture.W != 32 || len(r.Code) != 8 || r.First != nil {
					t.Errorf("%+v", r)
				}
				seen = append(seen, r.Image)
				return nil
			})
			if err == nil {
				for _, r := range made.Results {
					names = append(names, r.Image)
				}
			}
			check("reconstructed", list, names, seen, err)
		})
	}
}

// What the caller's function returns ends the work, and so does the context; progress
// counts pictures and parts of one.
func TestListingsEnd(t *testing.T) {
	dir := photographs(t)
	denoiser, err := autoencoder.NewDenoiser(newModel(t, autoencoder.Residual, 32, 32, 0))
	if err != nil {
		t.Fatal(err)
	}
	full := errors.New("the disk is full")
	if _, err := denoiser.RestoreListing(t.Context(), listing(t, dir, "folder"), autoencoder.RestoreOptions{}, func(int, *autoencoder.Restored) error { return full }); !errors.Is(err, full) {
		t.Errorf("%v", err)
	}
	if _, err := newModel(t, "conv", 32, 32, 8).ReconstructListing(t.Context(), listing(t, dir, "folder"), autoencoder.ReconstructOptions{}, func(*pix.Image, autoencoder.Reconstruction) error { return full }); !errors.Is(err, full) {
		t.Errorf("%v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	var last progress.Step
	counted := func(s progress.Step) {
		if s.Total != 4 || s.Done < last.Done || s.Part < 0 || s.Part > 1 {
			t.Errorf("step %+v after %+v", s, last)
		}
		last = s
	}
	r, err := denoiser.RestoreListing(ctx, listing(t, dir, "folder"), autoencoder.RestoreOptions{Progress: counted}, func(place int, _ *autoencoder.Restored) error {
		if place == 2 { // the bad one is 1
			cancel()
		}
		return nil
	})
	if last.Done != 3 && last.Done != 2 {
		t.Errorf("the last step is %+v", last)
	}
	if !errors.Is(err, context.Canceled) || len(r.Results) != 2 {
		t.Errorf("cancelled after the second: %d results, %v", len(r.Results), err)
	}
}

// Refined codes have smaller errors, and only pictures of the model's size are taken.
func TestReconstructImages(t *testing.T) {
	m := newModel(t, "pca", 32, 32, 8)
	pictures := []*pix.Image{striped(32, 32, 0.1), striped(32, 32, 0.2)}
	made, err := m.ReconstructImages(t.Context(), pictures, autoencoder.ReconstructOptions{Refine: 2})
	if err != nil {
		t.Fatal(err)
	}
	for i, r := range made {
		if len(r.Code) != 8 || r.First == nil || !(r.MSE < *r.First) || r.Picture.H != 32 {
			t.Errorf("picture %d: %+v", i, r)
		}
	}
	if _, err := m.ReconstructImages(t.Context(), []*pix.Image{pictures[0], pix.New(31, 32)}, autoencoder.ReconstructOptions{}); err == nil || !strings.Contains(err.Error(), "picture 2 is 31x32") {
		t.Errorf("another size: %v", err)
	}
	m.Training = &autoencoder.Training{Task: autoencoder.Denoise}
	if _, err := m.ReconstructImages(t.Context(), pictures, autoencoder.ReconstructOptions{Refine: 1}); err == nil || !strings.Contains(err.Error(), "the model is a denoiser: ") {
		t.Errorf("refining a denoiser's codes: %v", err)
	}
}
