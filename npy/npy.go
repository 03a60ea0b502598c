// Package npy reads and writes NumPy's files: one array (.npy), or several by their names in
// a zip (.npz). The format is NumPy's own
// (https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html), versions 1 to 3.
//
// It reads numbers, strings and times of either byte order. Arrays of Python objects are
// pickles, that is programs: they are refused, never run. No memory is taken for what a
// header says before the bytes are there.
package npy

import (
	"archive/zip"
	"bufio"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"slices"
	"strings"

	"likeness/internal/regularfile"
)

// Bounds of what is read.
const (
	mostBytes  = 8 << 30   // of one array that is read as a whole
	mostArrays = 1 << 12   // in one file
	mostRatio  = 200       // by which a compressed array of more than largeBytes may grow
	largeBytes = 256 << 20 // see mostRatio
)

// OnlyArray is the name of the array of a .npy file, which has none.
const OnlyArray = "array"

// File is an open file of arrays.
type File struct {
	path   string
	file   *os.File
	single Header // of a .npy file
	names  []string
	arrays map[string]*zip.File // nil for a .npy file

	comment string
}

// Is reports whether a file begins as a .npy or a zip does. A zip may hold anything.
func Is(head []byte) bool {
	return strings.HasPrefix(string(head), magic) || strings.HasPrefix(string(head), "PK\x03\x04")
}

// Open opens a .npy or .npz file, by its contents. Errors name it.
func Open(path string) (*File, error) {
	file, err := regularfile.Open(path)
	if err != nil {
		return nil, err
	}
	f := &File{path: path, file: file}
	if err := f.open(); err != nil {
		return nil, errors.Join(f.errorf("%w", err), file.Close())
	}
	return f, nil
}

func (f *File) errorf(format string, args ...any) error {
	return fmt.Errorf("%s: %w", f.path, fmt.Errorf(format, args...))
}

func (f *File) open() error {
	info, err := f.file.Stat()
	if err != nil {
		return err
	}
	head := make([]byte, len(magic))
	if n, _ := f.file.ReadAt(head, 0); string(head[:n]) == magic {
		r := io.NewSectionReader(f.file, 0, info.Size())
		if f.single, err = readHeader(r); err != nil {
			return err
		}
		at, _ := r.Seek(0, io.SeekCurrent)
		if want := f.single.Bytes(); info.Size()-at != want {
			return fmt.Errorf("an array of %v of shape %v has %d bytes, the file has %d", f.single.Type, f.single.Shape, want, info.Size()-at)
		}
		f.names = []string{OnlyArray}
		return nil
	}
	z, err := zip.NewReader(f.file, info.Size())
	if errors.Is(err, zip.ErrFormat) {
		return errors.New("neither a NumPy array nor a zip of such")
	} else if err != nil && !errors.Is(err, zip.ErrInsecurePath) { // nothing is unpacked, so names do no harm
		return err
	}
	if len(z.File) > mostArrays {
		return fmt.Errorf("%d arrays are more than %d", len(z.File), mostArrays)
	}
	f.comment, f.arrays = z.Comment, map[string]*zip.File{}
	for _, m := range z.File {
		name, isArray := strings.CutSuffix(m.Name, ".npy")
		if !isArray {
			continue
		}
		if f.arrays[name] != nil {
			return fmt.Errorf("it has two arrays %q", name)
		}
		if m.CompressedSize64 > uint64(info.Size()) { // mostRatio could not be trusted
			return fmt.Errorf("array %q of %d bytes in a file of %d", name, m.CompressedSize64, info.Size())
		}
		f.arrays[name] = m
		f.names = append(f.names, name)
	}
	if len(f.names) == 0 {
		return errors.New("it is a zip without a NumPy array")
	}
	return nil
}

// Close closes the file.
func (f *File) Close() error { return f.file.Close() }

// Comment returns the comment of a .npz file, "" for none.
func (f *File) Comment() string { return f.comment }

// Names returns the names of the arrays, in the file's order.
func (f *File) Names() []string { return slices.Clone(f.names) }

// Has reports whether there is an array of a name.
func (f *File) Has(name string) bool { return slices.Contains(f.names, name) }

// Header says what the array of a name is.
func (f *File) Header(name string) (Header, error) {
	if f.arrays == nil {
		return f.single, f.known(name)
	}
	r, h, err := f.Elements(name)
	if err != nil {
		return Header{}, err
	}
	return h, r.Close()
}

// missing is fs.ErrNotExist for a sentence that has said so already.
type missing struct{}

func (missing) Error() string        { return "" }
func (missing) Is(target error) bool { return target == fs.ErrNotExist }

func (f *File) known(name string) error {
	if !f.Has(name) {
		return f.errorf("it has no array %q, but %q%w", name, f.names, missing{})
	}
	return nil
}

// Elements opens the bytes of an array's elements, in the file's order, for reading. Reading
// returns io.ErrUnexpectedEOF where there are fewer than the header says.
func (f *File) Elements(name string) (io.ReadCloser, Header, error) {
	if err := f.known(name); err != nil {
		return nil, Header{}, err
	}
	if f.arrays == nil {
		r := bufio.NewReaderSize(io.NewSectionReader(f.file, 0, 1<<62), 1<<16)
		h, err := readHeader(r)
		if err != nil {
			return nil, Header{}, f.errorf("%w", err)
		}
		return elements{&exactly{r: r, left: h.Bytes()}, io.NopCloser(nil)}, h, nil
	}
	m := f.arrays[name]
	fail := func(err error) (io.ReadCloser, Header, error) {
		return nil, Header{}, f.errorf("array %q: %w", name, err)
	}
	rc, err := m.Open()
	if err != nil {
		return fail(err)
	}
	r := bufio.NewReaderSize(rc, 1<<16)
	h, err := readHeader(r)
	if err != nil {
		return fail(errors.Join(err, rc.Close()))
	}
	whole := m.UncompressedSize64
	if h.Bytes() > int64(whole) {
		return fail(errors.Join(fmt.Errorf("an array of %v of shape %v has %d bytes, its file has %d", h.Type, h.Shape, h.Bytes(), whole), rc.Close()))
	}
	if whole > largeBytes && whole/mostRatio > m.CompressedSize64 {
		return fail(errors.Join(fmt.Errorf("%d bytes that unpack to %d are a zip bomb, or nothing but zeros", m.CompressedSize64, whole), rc.Close()))
	}
	return elements{&exactly{r: r, left: h.Bytes(), last: true}, rc}, h, nil
}

type elements struct {
	io.Reader
	io.Closer
}

// exactly reads so many bytes, no more, and reports when there are fewer.
type exactly struct {
	r    io.Reader
	left int64
	last bool // they are the last: a zip compares its checksum where they end
}

func (e *exactly) Read(p []byte) (int, error) {
	if e.left == 0 {
		return 0, e.end()
	}
	n, err := e.r.Read(p[:min(int64(len(p)), e.left)])
	if e.left -= int64(n); errors.Is(err, io.EOF) && e.left > 0 {
		err = io.ErrUnexpectedEOF
	} else if errors.Is(err, io.EOF) {
		err = nil
	}
	return n, err
}

// end returns io.EOF where the bytes behind the last are in order.
func (e *exactly) end() error {
	if !e.last {
		return io.EOF
	}
	var more [1]byte
	switch n, err := io.ReadFull(e.r, more[:]); {
	case n > 0:
		return errors.New("more bytes than its header says")
	default:
		return err
	}
}

// Array reads an array as a whole, row by row, also where the file has it column by column.
func (f *File) Array(name string) (*Array, error) {
	r, h, err := f.Elements(name)
	if err != nil {
		return nil, err
	}
	if h.Bytes() > mostBytes {
		return nil, errors.Join(f.errorf("array %q: %d bytes are more than %d", name, h.Bytes(), int64(mostBytes)), r.Close())
	}
	data, err := io.ReadAll(r)
	if err = errors.Join(err, r.Close()); err != nil {
		return nil, f.errorf("array %q: %w", name, err)
	}
	a := &Array{Header: h, name: name, data: data}
	if h.Fortran {
		a.transpose()
	}
	return a, nil
}
