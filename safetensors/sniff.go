package safetensors

import (
	"bytes"
	"errors"
	"io"
)

// knownFiles are the beginnings of files that are easily given by mistake.
var knownFiles = []struct{ begin, name string }{
	{"\xff\xd8\xff", "a JPEG picture"},
	{"\x89PNG", "a PNG picture"},
	{"GIF8", "a GIF picture"},
	{"RIFF", "a WebP picture"},
	{"PK\x03\x04", "a zip archive"},
	{"\x1f\x8b", "a gzip archive"},
}

// otherKind says what a file is by its first bytes, or nothing. Where they are
// a header's length, a {, the beginning of the header, follows them: such a
// file is never taken for another.
func otherKind(r io.ReaderAt) error {
	var b [9]byte
	n, _ := r.ReadAt(b[:], 0) // what cannot be read fails in what reads it next
	if n == len(b) && b[8] == '{' {
		return nil
	}
	for _, k := range knownFiles {
		if bytes.HasPrefix(b[:n], []byte(k.begin)) {
			return errors.New("is " + k.name + ", not a safetensors file")
		}
	}
	return nil
}
