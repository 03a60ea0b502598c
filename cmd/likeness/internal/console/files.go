package console

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"likeness/internal/atomicfile"
	"likeness/pix"
	"likeness/report"
	"likeness/safetensors"
)

// CheckOut reports, before the work begins, whether a result can be written to out:
// its extension is one of those wanted, it is none of the inputs, and its
// folder can be written to.
func CheckOut(out string, extensions []string, inputs ...string) error {
	if !slices.Contains(extensions, strings.ToLower(filepath.Ext(out))) {
		return Usagef("%s: expected a file name that ends in %s", out, strings.Join(extensions, " or "))
	}
	if err := KeepInputs(out, inputs...); err != nil {
		return err
	}
	if err := atomicfile.CheckWritable(out); err != nil {
		return err
	}
	if err := CheckKind(out); err != nil {
		return UsageError{fmt.Errorf("%w: choose another name, or remove it", err)}
	}
	return nil
}

// CheckKind refuses to write over a picture or a page that this program has not made.
// What may take the place of a model or an index, their packages say.
func CheckKind(out string) error {
	switch strings.ToLower(filepath.Ext(out)) {
	case ".png", ".gif":
		return pix.CheckReplace(out)
	case ".html", ".htm":
		return report.CheckReplace(out)
	}
	return nil
}

// CheckReplace refuses to write a safetensors file of a format over a file of another
// kind.
func CheckReplace(out, format string) error {
	if err := safetensors.CheckReplace(out, format); err != nil {
		return UsageError{fmt.Errorf("%w: choose another name", err)}
	}
	return nil
}

// KeepInputs refuses to write over a file that is read.
func KeepInputs(out string, inputs ...string) error {
	if _, err := os.Stat(out); err != nil {
		return nil // nothing there to write over
	}
	return NewReadFiles(inputs...).Keep(out)
}

// ReadFiles are files that are read, however many, which may have several
// names. They are recognised by size and time first.
type ReadFiles map[fileStamp][]readFile

type fileStamp struct {
	size  int64
	mtime int64 // nanoseconds
}

type readFile struct {
	path string
	info fs.FileInfo
}

func stampOf(info fs.FileInfo) fileStamp { return fileStamp{info.Size(), info.ModTime().UnixNano()} }

func NewReadFiles(paths ...string) ReadFiles {
	r := ReadFiles{}
	for _, path := range paths {
		if info, err := os.Stat(path); err == nil {
			r[stampOf(info)] = append(r[stampOf(info)], readFile{path, info})
		}
	}
	return r
}

// Keep refuses to write over one of them.
func (r ReadFiles) Keep(out string) error {
	target, err := os.Stat(out)
	if err != nil {
		return nil // nothing there to write over
	}
	for _, in := range r[stampOf(target)] {
		if os.SameFile(target, in.info) {
			return Usagef("%s would replace the input %s: choose another name", out, in.path)
		}
	}
	return nil
}

// WritePNG writes a picture.
func WritePNG(path string, m *pix.Image) error {
	if err := pix.CheckReplace(path); err != nil {
		return err
	}
	return atomicfile.Write(path, func(w io.Writer) error { return m.WritePNG(w) })
}

// FromHere shortens a path that leads below the working folder.
func FromHere(path string) string {
	here, err := filepath.Abs(".")
	if err != nil || !filepath.IsAbs(path) {
		return path
	}
	if rel, err := filepath.Rel(here, path); err == nil && filepath.IsLocal(rel) {
		return rel
	}
	return path
}

// IsFolder reports whether a path is that of a folder.
func IsFolder(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.IsDir()
}

// Exists reports whether something is at a path.
func Exists(path string) (bool, error) {
	_, err := os.Stat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	return err == nil, err
}
