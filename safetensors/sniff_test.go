package safetensors_test

import (
	"bytes"
	"encoding/binary"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"likeness/safetensors"
)

// A file given by mistake is called what it is.
func TestOtherFiles(t *testing.T) {
	for begin, want := range map[string]string{
		"\xff\xd8\xff\xe0 and so on":        "is a JPEG picture, not a safetensors file",
		"\x89PNG\r\n\x1a\n and so on":       "is a PNG picture, not a safetensors file",
		"GIF89a and so on":                  "is a GIF picture, not a safetensors file",
		"RIFF\x00\x00\x00\x00WEBPVP8 ":      "is a WebP picture, not a safetensors file",
		"PK\x03\x04":                        "is a zip archive, not a safetensors file",
		"\x1f\x8b\x08\x00 and so on":        "is a gzip archive, not a safetensors file",
		"A text that is long enough for it": "not a safetensors file",
	} {
		path := filepath.Join(t.TempDir(), "x")
		if err := os.WriteFile(path, []byte(begin), 0o666); err != nil {
			t.Fatal(err)
		}
		_, err := safetensors.Open(path)
		if err == nil || !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), path) {
			t.Errorf("%q: %v, want %q", begin, err, want)
		}
	}
}

// A header may be just so long that its length reads like another file's
// beginning.
func TestHeaderLengthLikeGzip(t *testing.T) {
	const length = 0x8b1f
	b := binary.LittleEndian.AppendUint64(nil, length)
	b = append(b, "{}"...)
	b = append(b, bytes.Repeat([]byte(" "), length-2)...)
	if _, err := safetensors.Read(bytes.NewReader(b), int64(len(b))); err != nil {
		t.Error(err)
	}
}
