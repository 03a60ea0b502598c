package safetensors

import (
	"bytes"
	"os"
)

// Map is Open without a copy where the system maps files into memory: tensors
// lie in the mapped file, all programs that map it share the memory, and only
// what is used is read. The header is checked as Open checks it. Elsewhere, and
// on file systems that map no files, Map is Open.
//
// Tensors of a mapped file, and what Floats, Ints and Bytes give of them, must
// not be written to, and are gone after Close. Strings and Metadata are copies.
// A file that is replaced by a new one, as Save does, stays as it was mapped. One that
// another program cuts short in its place ends this program when the missing
// part is touched.
func Map(path string) (*File, error) {
	return openAt(path, func(file *os.File, size int64) (*File, error) {
		b, err := mapFile(file, size)
		if err != nil {
			return Read(file, size) // which says what is wrong, if anything is
		}
		// The header is copied out of the map before it is checked, so that what
		// was found right stays so.
		f, err := readTensors(bytes.NewReader(b), size, func(begin, end int64) ([]byte, error) { return b[begin:end:end], nil })
		if err != nil {
			_ = unmap(b) // the file's own error says more
			return nil, err
		}
		f.mapped = b
		return f, nil
	})
}

// Mapped reports whether the tensors lie in a mapped file.
func (f *File) Mapped() bool { return f.mapped != nil }

// Close returns back what Map mapped; f's tensors must not be touched any more.
// It may be called twice, and does nothing to a file that was not mapped.
func (f *File) Close() error {
	b := f.mapped
	if b == nil {
		return nil
	}
	f.mapped, f.Tensors = nil, nil
	return unmap(b)
}
