package safetensors

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"syscall"

	"likeness/internal/regularfile"
)

// Open reads a whole file. Errors name path.
func Open(path string) (*File, error) {
	return openAt(path, func(file *os.File, size int64) (*File, error) { return Read(file, size) })
}

// openAt opens a regular file and hands it to read.
func openAt(path string, read func(file *os.File, size int64) (*File, error)) (*File, error) {
	f, err := openRegular(path, read)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	f.path = path
	return f, nil
}

func openRegular(path string, read func(file *os.File, size int64) (*File, error)) (*File, error) {
	file, err := regularfile.Open(path)
	if err != nil {
		e, ok := errors.AsType[*fs.PathError](err)
		switch {
		case errors.Is(err, syscall.EISDIR):
			return nil, errors.New("is a folder, expected a safetensors file")
		case ok:
			return nil, e.Err
		}
		return nil, err
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		return nil, err
	}
	return read(file, info.Size())
}

// Read reads a file of size bytes. It takes no more memory for tensors than
// that, and reads nothing into it before the whole header has been found
// right. Each tensor's Data is its own piece of memory.
func Read(r io.ReaderAt, size int64) (*File, error) {
	return readTensors(r, size, func(begin, end int64) ([]byte, error) {
		data := make([]byte, end-begin)
		return data, readFull(r, data, begin)
	})
}

// readTensors is Read, with data giving the bytes from begin to end of the file.
func readTensors(r io.ReaderAt, size int64, data func(begin, end int64) ([]byte, error)) (*File, error) {
	if err := otherKind(r); err != nil {
		return nil, err
	}
	var prefix [8]byte
	if size < int64(len(prefix)) {
		return nil, fmt.Errorf("has %d bytes, too few for a safetensors file", size)
	}
	if err := readFull(r, prefix[:], 0); err != nil {
		return nil, fmt.Errorf("reading the header length: %w", err)
	}
	n := binary.LittleEndian.Uint64(prefix[:])
	rest := size - int64(len(prefix))
	if n > uint64(rest) && n > MaxHeader {
		return nil, errors.New("is not a safetensors file: it does not begin with the length of a header")
	}
	if n > uint64(rest) {
		return nil, fmt.Errorf("announces a header of %d bytes, but only %d follow: cut short, or not a safetensors file", n, rest)
	}
	if n > MaxHeader {
		return nil, fmt.Errorf("announces a header of %d bytes, more than the %d allowed", n, MaxHeader)
	}
	header := make([]byte, n)
	if err := readFull(r, header, int64(len(prefix))); err != nil {
		return nil, fmt.Errorf("reading the header: %w", err)
	}
	start := int64(len(prefix)) + int64(n)
	metadata, entries, err := parseHeader(header, size-start)
	if err != nil {
		return nil, err
	}

	f := &File{Metadata: metadata, Tensors: make([]Tensor, len(entries))}
	for i, e := range entries {
		b, err := data(start+e.begin, start+e.end)
		if err != nil {
			return nil, fmt.Errorf("reading tensor %q: %w", e.name, err)
		}
		f.Tensors[i] = Tensor{Name: e.name, DType: e.dtype, Shape: e.shape, Data: b}
	}
	return f, nil
}

// readFull fills b from offset at. A file that got shorter since its size was
// taken is an error here.
func readFull(r io.ReaderAt, b []byte, at int64) error {
	n, err := r.ReadAt(b, at)
	if n == len(b) {
		return nil
	}
	if err == nil || err == io.EOF {
		return io.ErrUnexpectedEOF
	}
	return err
}
