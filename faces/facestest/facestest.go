// Package facestest makes pictures, archives and folders for tests of what reads faces. Its functions panic or fail the
// test where something cannot be made.
package facestest

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
	"path/filepath"
	"testing"
)

// File is a file of an archive or a folder.
type File struct {
	Name string // with slashes
	Data []byte
}

// Picture returns a square JPEG of the given side, whose colours depend on seed.
func Picture(seed, side int) []byte {
	var b bytes.Buffer
	check(jpeg.Encode(&b, paint(seed, side, side), nil))
	return b.Bytes()
}

// PNG returns a PNG of w x h pixels, whose colours depend on seed.
func PNG(seed, w, h int) []byte {
	var b bytes.Buffer
	check(png.Encode(&b, paint(seed, w, h)))
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

// People returns files in LFW's layout below the folder root: n people, the first with 1 picture, the next with 2, then
// 3, 1, 2 ...
func People(root string, n int) []File {
	var files []File
	for i := range n {
		name := fmt.Sprintf("Person_%c", 'A'+i)
		for k := 1; k <= 1+i%3; k++ {
			files = append(files, File{fmt.Sprintf("%s/%s/%s_%04d.jpg", root, name, name, k), Picture(i*10+k, 48)})
		}
	}
	return files
}

// Tar returns a tar archive of files.
func Tar(files []File) []byte {
	var b bytes.Buffer
	w := tar.NewWriter(&b)
	for _, f := range files {
		check(w.WriteHeader(&tar.Header{Name: f.Name, Mode: 0o644, Size: int64(len(f.Data))}))
		_, err := w.Write(f.Data)
		check(err)
	}
	check(w.Close())
	return b.Bytes()
}

// Gzip compresses data.
func Gzip(data []byte) []byte {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	_, err := w.Write(data)
	check(err)
	check(w.Close())
	return b.Bytes()
}

// Zip returns a zip archive of files.
func Zip(files []File) []byte {
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for _, f := range files {
		m, err := w.Create(f.Name)
		check(err)
		_, err = m.Write(f.Data)
		check(err)
	}
	check(w.Close())
	return b.Bytes()
}

// Write writes a file into a fresh folder and returns its path.
func Write(t testing.TB, name string, data []byte) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, data, 0o666); err != nil {
		t.Fatal(err)
	}
	return path
}

// Unpack writes files into a fresh folder and returns it.
func Unpack(t testing.TB, files []File) string {
	t.Helper()
	dir := t.TempDir()
	for _, f := range files {
		path := filepath.Join(dir, filepath.FromSlash(f.Name))
		if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, f.Data, 0o666); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// LFW returns the path of a file of Labeled Faces in the Wild, in the folder LIKENESS_DATA or in ../shared/data beside
// the repository. It skips the test where the file is not there.
func LFW(t testing.TB, name string) string {
	t.Helper()
	dir := os.Getenv("LIKENESS_DATA")
	if dir == "" {
		dir = filepath.Join(root(), "..", "shared", "data")
	}
	path := filepath.Join(dir, name)
	if _, err := os.Stat(path); err != nil {
		t.Skipf("skipped: this test reads %s, which is not in %s (set LIKENESS_DATA)", name, dir)
	}
	return path
}

// root returns the folder of go.mod, above the folder that a test runs in.
func root() string {
	dir, err := os.Getwd()
	check(err)
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil || dir == filepath.Dir(dir) {
			return dir
		}
		dir = filepath.Dir(dir)
	}
}

func check(err error) {
	if err != nil {
		panic(err)
	}
}
