// Package safetensors reads and writes the safetensors format of Hugging Face,
// the one file format of likeness: models, checkpoints, caches and indexes are
// such files, and other programs open them.
//
// A file is eight bytes of header length (little-endian), a JSON header and
// the tensors' bytes, one after another without gaps:
//
//	{"__metadata__": {"key": "text"}, "name": {"dtype": "F32", "shape": [2, 3], "data_offsets": [0, 24]}}
//
// The format is that of https://github.com/huggingface/safetensors. Reading is
// strict and bounded: every length is compared with the size of the file before
// memory is taken for it.
package safetensors

import (
	"fmt"
	"slices"
)

// MaxHeader is the longest header in bytes, that of the reference
// implementation.
const MaxHeader = 100_000_000

// metadataKey is the one name of the header that is not a tensor's.
const metadataKey = "__metadata__"

// File is what a safetensors file holds.
type File struct {
	// Metadata is free text by key; nil when the file has none.
	Metadata map[string]string
	// Tensors have different names. A file just read has them in the order of
	// their bytes; they are written in an order of their own (see Write).
	Tensors []Tensor

	path   string // where it was opened, for errors; empty when it was not
	mapped []byte // what Map mapped, or nil
}

// Tensor returns the tensor of that name, which shares memory with f. The error
// names the file and the tensor.
func (f *File) Tensor(name string) (*Tensor, error) {
	for i := range f.Tensors {
		if f.Tensors[i].Name == name {
			return &f.Tensors[i], nil
		}
	}
	return nil, f.Errorf("has no tensor %q", name)
}

// Floats returns the numbers of a tensor as Tensor.Floats does, and holds its
// shape against the given one. A dimension of -1 may have any size; no shape
// at all takes any. The error names the file, the tensor and both shapes.
func (f *File) Floats(name string, shape ...int) ([]float32, error) {
	t, err := f.shaped(name, shape)
	if err != nil {
		return nil, err
	}
	x, err := t.Floats()
	if err != nil {
		return nil, f.Errorf("%w", err)
	}
	return x, nil
}

// Bytes is Floats for U8 tensors.
func (f *File) Bytes(name string, shape ...int) ([]byte, error) {
	t, err := f.shaped(name, shape)
	if err != nil {
		return nil, err
	}
	x, err := t.Bytes()
	if err != nil {
		return nil, f.Errorf("%w", err)
	}
	return x, nil
}

// Ints is Floats for I64 tensors.
func (f *File) Ints(name string, shape ...int) ([]int64, error) {
	t, err := f.shaped(name, shape)
	if err != nil {
		return nil, err
	}
	x, err := t.Ints()
	if err != nil {
		return nil, f.Errorf("%w", err)
	}
	return x, nil
}

// Meta returns the metadata text of a key. The error names the file and the key.
func (f *File) Meta(key string) (string, error) {
	s, ok := f.Metadata[key]
	if !ok {
		return "", f.Errorf("has no metadata %q", key)
	}
	return s, nil
}

// shaped returns the named tensor when its shape is the wanted one.
func (f *File) shaped(name string, want []int) (*Tensor, error) {
	t, err := f.Tensor(name)
	if err != nil || want == nil {
		return t, err
	}
	same := slices.EqualFunc(t.Shape, want, func(have, want int) bool { return want == -1 || have == want })
	if !same {
		return nil, f.Errorf("tensor %q has shape %v, expected %v", name, t.Shape, want)
	}
	return t, nil
}

// Errorf makes an error that begins with the file's path, when it has one.
func (f *File) Errorf(format string, args ...any) error {
	err := fmt.Errorf(format, args...)
	if f.path != "" {
		return fmt.Errorf("%s: %w", f.path, err)
	}
	return err
}
