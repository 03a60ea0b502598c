package faces

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"compress/gzip"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"os"
	"path"
	"path/filepath"
	"reflect"
	"testing"

	"likeness/faces/drawn"
	"likeness/pix"
)

// entry is a file of an archive or folder made for a test.
type entry struct {
	name string
	data []byte
}

// picture returns a small JPEG whose colours depend on seed.
func picture(seed, side int) []byte {
	var b bytes.Buffer
	if err := jpeg.Encode(&b, paint(seed, side, side), nil); err != nil {
		panic(err)
	}
	return b.Bytes()
}

// pngPicture is picture as a PNG of any shape.
func pngPicture(seed, w, h int) []byte {
	var b bytes.Buffer
	if err := png.Encode(&b, paint(seed, w, h)); err != nil {
		panic(err)
	}
	return b.Bytes()
}

func paint(seed, w, h int) image.Image {
	m := image.NewRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			m.Set(x, y, color.RGBA{uint8(seed*37 + x*3), uint8(seed*11 + y*5), uint8(seed*53 + x + y), 255})
		}
	}
	return m
}

// people returns files in LFW's layout: p people, the first with 1 picture, the next with 2, then 3, 1, 2 ...
func people(root string, p int) []entry {
	var files []entry
	for i := range p {
		name := fmt.Sprintf("Person_%c", 'A'+i)
		for n := 1; n <= 1+i%3; n++ {
			files = append(files, entry{fmt.Sprintf("%s/%s/%s_%04d.jpg", root, name, name, n), picture(i*10+n, 48)})
		}
	}
	return files
}

func tarBytes(files []entry) []byte {
	var b bytes.Buffer
	w := tar.NewWriter(&b)
	for _, f := range files {
		check(w.WriteHeader(&tar.Header{Name: f.name, Mode: 0o644, Size: int64(len(f.data))}))
		_, err := w.Write(f.data)
		check(err)
	}
	check(w.Close())
	return b.Bytes()
}

func gzipBytes(data []byte) []byte {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	_, err := w.Write(data)
	check(err)
	check(w.Close())
	return b.Bytes()
}

func zipBytes(files []entry) []byte {
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for _, f := range files {
		m, err := w.Create(f.name)
		check(err)
		_, err = m.Write(f.data)
		check(err)
	}
	check(w.Close())
	return b.Bytes()
}

func check(err error) {
	if err != nil {
		panic(err)
	}
}

// write writes a file into a fresh folder and returns its path.
func write(t testing.TB, name string, data []byte) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, data, 0o666); err != nil {
		t.Fatal(err)
	}
	return path
}

// unpack writes files into a fresh folder and returns it.
func unpack(t testing.TB, files []entry) string {
	t.Helper()
	dir := t.TempDir()
	for _, f := range files {
		path := filepath.Join(dir, filepath.FromSlash(f.name))
		if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, f.data, 0o666); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// sameSet compares two sets, all but the name of the source and of the folder that everything in it may lie in.
func sameSet(t *testing.T, got, want *Set) {
	t.Helper()
	g, w := *got, *want
	g.Source, w.Source = "", ""
	below := func(files []string) (out []string) {
		for _, f := range files {
			out = append(out, path.Join(path.Base(path.Dir(f)), path.Base(f)))
		}
		return out
	}
	g.Files, w.Files = below(g.Files), below(w.Files)
	if !bytes.Equal(g.Pix, w.Pix) {
		t.Error("the pictures differ")
	}
	g.Pix, w.Pix = nil, nil
	if !reflect.DeepEqual(g, w) {
		t.Errorf("the sets differ: got\n%+v\nwant\n%+v", g, w)
	}
}

// drawnSet loads an archive of drawn faces.
func drawnSet(t *testing.T, people, perPerson int, prep pix.Prep) *Set {
	t.Helper()
	var b bytes.Buffer
	if err := drawn.WriteArchive(t.Context(), &b, drawn.Options{People: people, PerPerson: perPerson}); err != nil {
		t.Fatal(err)
	}
	s, err := Load(t.Context(), write(t, "drawn.tar", b.Bytes()), Options{Prep: prep, NoCache: true})
	if err != nil {
		t.Fatal(err)
	}
	return s
}
