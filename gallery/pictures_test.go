package gallery_test

import (
	"archive/tar"
	"archive/zip"
	"compress/gzip"
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"likeness/dataset"
	"likeness/gallery"
)

// pack writes the files of a folder into an archive.
func pack(t *testing.T, folder, path string) {
	t.Helper()
	out, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer out.Close()
	var add func(name string, data []byte) error
	var end func() error
	if strings.HasSuffix(path, ".zip") {
		z := zip.NewWriter(out)
		end = z.Close
		add = func(name string, data []byte) error {
			w, err := z.Create(name)
			if err != nil {
				return err
			}
			_, err = w.Write(data)
			return err
		}
	} else {
		z := gzip.NewWriter(out)
		w := tar.NewWriter(z)
		end = func() error { return errors.Join(w.Close(), z.Close()) }
		add = func(name string, data []byte) error {
			if err := w.WriteHeader(&tar.Header{Name: name, Size: int64(len(data)), Mode: 0o644, Typeflag: tar.TypeReg}); err != nil {
				return err
			}
			_, err := w.Write(data)
			return err
		}
	}
	err = fs.WalkDir(os.DirFS(folder), ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := os.ReadFile(filepath.Join(folder, name))
		if err != nil {
			return err
		}
		return add(name, data)
	})
	if err := errors.Join(err, end()); err != nil {
		t.Fatal(err)
	}
}

// Single pictures are those of the set, wherever they come from.
func TestPicture(t *testing.T) {
	dir := t.TempDir()
	in := func(name string) string { return filepath.Join(dir, name) }
	e := newModel(t, in("m.safetensors"), 1)
	paint(t, in("set"), map[string]int{"Ada/a.png": 1, "Ada/b.png": 2, "Ada_Byron/Ada_Byron_0001.png": 3, "c.png": 4, "Bob/c.png": 5})
	pack(t, in("set"), in("set.tgz"))
	pack(t, in("set"), in("set.zip"))
	for _, source := range []string{in("set"), in("set.tgz"), in("set.zip"), "drawn:3x2"} {
		set := load(t, source, e.Prep())
		index := in("x.safetensors")
		if _, err := gallery.Update(context.Background(), index, e, set, gallery.UpdateOptions{Fresh: true}); err != nil {
			t.Fatal(err)
		}
		g, err := gallery.Open(context.Background(), index, gallery.Options{})
		if err != nil {
			t.Fatal(err)
		}
		for range 2 { // the second time from the cache
			for i, id := range set.IDs {
				m, err := g.Picture(context.Background(), id, 0)
				if err != nil {
					t.Fatalf("%s: %v", source, err)
				}
				if d := cmp.Diff(set.Image(i), m); d != "" {
					t.Errorf("%s: %s differs from that of the set", source, id)
				}
				thumb, err := g.Picture(context.Background(), id, 24)
				if err != nil || thumb.W != 24 || thumb.H != 24 {
					t.Errorf("%s: a thumbnail of %dx%d, %v, expected 24x24", source, thumb.W, thumb.H, err)
				}
			}
		}
		all, err := g.Pictures(context.Background(), append(set.IDs, "nobody"), 0, func(id string, err error) {
			if id != "nobody" || !errors.Is(err, fs.ErrNotExist) {
				t.Errorf("%s: %s was skipped: %v", source, id, err)
			}
		})
		if err != nil || len(all) != set.Len() {
			t.Errorf("%s: %d pictures, %v, expected %d", source, len(all), err, set.Len())
		}
		if _, err := g.Picture(context.Background(), "nobody", 0); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("%s: error %v, expected one that wraps %v", source, err, fs.ErrNotExist)
		}
		if _, err := g.Picture(context.Background(), set.IDs[0], -1); err == nil {
			t.Errorf("%s: a picture of -1 pixels", source)
		}
		if err := g.Close(); err != nil {
			t.Fatal(err)
		}
	}
}

// Of a folder, one picture is read when it is asked for, not the others; what has gone or
// is broken by then is skipped.
func TestPicturesOfAFolderThatChanges(t *testing.T) {
	a := newAlbum(t, gallery.UpdateOptions{})
	g := a.open(t, gallery.Options{})
	remove(t, a.in("set", "i.png"))
	if err := os.WriteFile(a.in("set", "twin.png"), []byte("no picture"), 0o666); err != nil {
		t.Fatal(err)
	}
	skipped := map[string]error{}
	got, err := g.Pictures(context.Background(), []string{"i.png", "twin.png", "2020/Bob/e.png"}, 0, func(id string, err error) { skipped[id] = err })
	if err != nil || len(got) != 1 || got["2020/Bob/e.png"] == nil || len(skipped) != 2 || !errors.Is(skipped["i.png"], fs.ErrNotExist) {
		t.Errorf("%d pictures, %v, skipped %v", len(got), err, skipped)
	}
	paint(t, a.in("set"), map[string]int{"twin.png": 1})
	if _, err := g.Picture(context.Background(), "twin.png", 0); err != nil {
		t.Errorf("a picture that is there again: %v", err)
	}
	remove(t, a.in("set", "2020", "Bob", "e.png"))
	if _, err := g.Picture(context.Background(), "2020/Bob/e.png", 0); err != nil {
		t.Errorf("a picture that was read before: %v", err)
	}
	if _, err := g.Picture(context.Background(), "2020/Bob/e.png", 30); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("error %v, expected one that wraps %v", err, fs.ErrNotExist)
	}
	rename(t, a.in("set"), a.in("elsewhere"))
	moved := a.open(t, gallery.Options{})
	if _, err := moved.Picture(context.Background(), "twin.png", 0); !errors.Is(err, dataset.ErrGone) || !strings.Contains(err.Error(), "x.safetensors was made of set: ") {
		t.Errorf("error %v, expected %v", err, dataset.ErrGone)
	}
	named := a.open(t, gallery.Options{Data: dataset.Name{Source: a.in("elsewhere")}})
	if _, err := named.Picture(context.Background(), "twin.png", 0); err != nil {
		t.Errorf("pictures that have moved, and were named: %v", err)
	}
}

// The cache is bounded: what is shown keeps its size, and the oldest pictures go.
func TestPictureCache(t *testing.T) {
	a := newAlbum(t, gallery.UpdateOptions{})
	g := a.open(t, gallery.Options{})
	big, err := g.Picture(context.Background(), "i.png", 1500)
	if err != nil {
		t.Fatal(err)
	}
	for _, id := range []string{"2019/Ada_Byron/a.png", "2019/Ada_Byron/b.png", "2019/Bob/c.png", "2020/Bob/e.png"} {
		for side := range 4 {
			if _, err := g.Picture(context.Background(), id, 1500+side); err != nil {
				t.Fatal(err)
			}
		}
	}
	again, err := g.Picture(context.Background(), "i.png", 1500)
	if err != nil || again == big {
		t.Errorf("the oldest of 17 large pictures was kept, %v", err)
	}
	latest, err := g.Picture(context.Background(), "i.png", 1500)
	if err != nil || latest != again {
		t.Errorf("the latest picture was not kept, %v", err)
	}
}
