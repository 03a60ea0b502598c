// Package readtest takes files apart for fuzzers of what reads them: header and
// data are apart, so that a fuzzer need not find the length that stands before them.
package readtest

import (
	"bytes"
	"encoding/binary"

	"likeness/safetensors"
)

// Split returns the header and the data of a whole, sound file.
func Split(file []byte) (header, data []byte) {
	n := 8 + int(binary.LittleEndian.Uint64(file))
	return file[8:n], file[n:]
}

// Read reads the file that any header and data make together.
func Read(header, data []byte) (*safetensors.File, error) {
	b := binary.LittleEndian.AppendUint64(nil, uint64(len(header)))
	b = append(append(b, header...), data...)
	return safetensors.Read(bytes.NewReader(b), int64(len(b)))
}
