package main

import (
	"fmt"
	"io"
	"os"
	"path/filepath"

	"likeness/internal/atomicfile"
	"likeness/pix"
)

// checkWritable finds out before the work whether its result can be written
// to path.
func checkWritable(path string) error {
	if info, err := os.Stat(path); err == nil && !info.Mode().IsRegular() {
		kind := "not a regular file"
		if info.IsDir() {
			kind = "a folder"
		}
		return fmt.Errorf("%s cannot be written: it is %s", path, kind)
	}
	probe, err := os.CreateTemp(filepath.Dir(path), ".likeness-*")
	if err != nil {
		return fmt.Errorf("%s cannot be written: %w", path, err)
	}
	_ = probe.Close() // nothing was written to it
	return os.Remove(probe.Name())
}

// keepInputs refuses to write over a file that is read.
func keepInputs(out string, inputs ...string) error {
	target, err := os.Stat(out)
	if err != nil {
		return nil // nothing there to write over
	}
	for _, in := range inputs {
		if info, err := os.Stat(in); err == nil && os.SameFile(target, info) {
			return usagef("--out %s would replace the input %s: choose another name", out, in)
		}
	}
	return nil
}

// writePNG writes a picture.
func writePNG(path string, m *pix.Image) error {
	return atomicfile.Write(path, func(w io.Writer) error { return m.WritePNG(w) })
}
