package main

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"likeness/internal/atomicfile"
	"likeness/pix"
)

// checkOut finds out before the work whether a result can be written to out:
// its extension is one of those wanted, it is none of the inputs, and its
// folder can be written to.
func checkOut(out string, extensions []string, inputs ...string) error {
	if !slices.Contains(extensions, strings.ToLower(filepath.Ext(out))) {
		return usagef("%s: expected a file name that ends in %s", out, strings.Join(extensions, " or "))
	}
	if err := keepInputs(out, inputs...); err != nil {
		return err
	}
	return atomicfile.CheckWritable(out)
}

// keepInputs refuses to write over a file that is read.
func keepInputs(out string, inputs ...string) error {
	if _, err := os.Stat(out); err != nil {
		return nil // nothing there to write over
	}
	return newReadFiles(inputs...).keep(out)
}

// readFiles are files that are read, however many, to be found again by another
// name. Those that are one have one size and one time.
type readFiles map[fileStamp][]readFile

type fileStamp struct {
	size  int64
	mtime int64 // nanoseconds
}

type readFile struct {
	path string
	info fs.FileInfo
}

func stampOf(info fs.FileInfo) fileStamp { return fileStamp{info.Size(), info.ModTime().UnixNano()} }

func newReadFiles(paths ...string) readFiles {
	r := readFiles{}
	for _, path := range paths {
		if info, err := os.Stat(path); err == nil {
			r[stampOf(info)] = append(r[stampOf(info)], readFile{path, info})
		}
	}
	return r
}

// keep refuses to write over one of them.
func (r readFiles) keep(out string) error {
	target, err := os.Stat(out)
	if err != nil {
		return nil // nothing there to write over
	}
	for _, in := range r[stampOf(target)] {
		if os.SameFile(target, in.info) {
			return usagef("%s would replace the input %s: choose another name", out, in.path)
		}
	}
	return nil
}

// writePNG writes a picture.
func writePNG(path string, m *pix.Image) error {
	return atomicfile.Write(path, func(w io.Writer) error { return m.WritePNG(w) })
}

// exists reports whether there is a file or folder.
func exists(path string) (bool, error) {
	_, err := os.Stat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	return err == nil, err
}
