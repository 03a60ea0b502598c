package safetensors

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"unicode/utf8"

	"likeness/internal/atomicfile"
)

// Save writes f to path: whole, or not at all, and never over a file of another kind, see CheckReplace. What killed
// programs have left of earlier attempts is removed. Errors name path.
func (f *File) Save(path string) error {
	if err := CheckReplace(path, f.Metadata["format"]); err != nil {
		return err
	}
	atomicfile.RemoveLeftovers(path)
	return atomicfile.Write(path, f.Write)
}

// SavePrivate is Save for a file that only its owner may read.
func (f *File) SavePrivate(path string) error {
	return atomicfile.WritePrivate(path, f.Write)
}

// Write writes f. Equal contents give equal bytes, whatever the order of
// f.Tensors: tensors with larger elements come first, then they go by name, as
// in the reference implementation, and the header is padded with spaces, so
// that every tensor lies at a multiple of its element's size.
//
// A tensor whose shape and data disagree, a name used twice and text that is
// not UTF-8 are errors, found before the first byte is written.
func (f *File) Write(w io.Writer) error {
	order := make([]*Tensor, len(f.Tensors))
	for i := range f.Tensors {
		order[i] = &f.Tensors[i]
	}
	slices.SortStableFunc(order, func(a, b *Tensor) int {
		return cmp.Or(cmp.Compare(b.DType.Size(), a.DType.Size()), cmp.Compare(a.Name, b.Name))
	})
	header, err := formatHeader(f.Metadata, order)
	if err != nil {
		return err
	}
	if _, err := w.Write(header); err != nil {
		return err
	}
	for _, t := range order {
		if _, err := w.Write(t.Data); err != nil {
			return err
		}
	}
	return nil
}

// formatHeader returns the length and the JSON header, for data in that order.
func formatHeader(metadata map[string]string, tensors []*Tensor) ([]byte, error) {
	var b bytes.Buffer
	b.Write(make([]byte, 8)) // the length, once it is known
	b.WriteByte('{')
	if len(metadata) > 0 {
		for k, v := range metadata {
			if !utf8.ValidString(k) || !utf8.ValidString(v) {
				return nil, fmt.Errorf("metadata %q is not UTF-8 text", k)
			}
		}
		writeJSON(&b, metadataKey)
		b.WriteByte(':')
		writeJSON(&b, metadata) // sorted by key
	}
	seen := map[string]bool{metadataKey: true}
	at := int64(0)
	for _, t := range tensors {
		size, err := byteLen(t.DType, t.Shape)
		switch {
		case err != nil:
			return nil, fmt.Errorf("tensor %q: %w", t.Name, err)
		case size != int64(len(t.Data)):
			return nil, fmt.Errorf("tensor %q has %d bytes, expected %d for %s %v", t.Name, len(t.Data), size, t.DType, t.Shape)
		case seen[t.Name]:
			return nil, fmt.Errorf("tensor name %q is used twice or reserved", t.Name)
		case !utf8.ValidString(t.Name):
			return nil, fmt.Errorf("tensor name %q is not UTF-8 text", t.Name)
		}
		seen[t.Name] = true
		if b.Len() > len("12345678{") {
			b.WriteByte(',')
		}
		writeJSON(&b, t.Name)
		b.WriteByte(':')
		shape := t.Shape
		if shape == nil {
			shape = []int{} // null is no shape
		}
		writeJSON(&b, struct {
			DType   DType    `json:"dtype"`
			Shape   []int    `json:"shape"`
			Offsets [2]int64 `json:"data_offsets"`
		}{t.DType, shape, [2]int64{at, at + size}})
		at += size
	}
	b.WriteByte('}')
	for b.Len()%8 != 0 {
		b.WriteByte(' ')
	}
	n := b.Len() - 8
	if n > MaxHeader {
		return nil, fmt.Errorf("the header takes %d bytes, more than the %d allowed", n, MaxHeader)
	}
	binary.LittleEndian.PutUint64(b.Bytes(), uint64(n))
	return b.Bytes(), nil
}

// writeJSON appends v. Nothing that formatHeader hands it can fail to encode.
func writeJSON(b *bytes.Buffer, v any) {
	enc := json.NewEncoder(b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		panic("safetensors: header does not encode")
	}
	b.Truncate(b.Len() - 1) // Encode's newline
}
