package pix

import (
	"bytes"
	"fmt"
)

// otherKinds are the kinds of files that people name in place of pictures, by bytes near
// their beginning.
var otherKinds = []struct {
	at    int
	magic string
	is    string
}{
	{0, "\x1f\x8b", "an archive (gzip)"},
	{0, "PK\x03\x04", "an archive (zip)"},
	{0, "BZh", "an archive (bzip2)"},
	{0, "\xfd7zXZ\x00", "an archive (xz)"},
	{0, "7z\xbc\xaf\x27\x1c", "an archive (7z)"},
	{257, "ustar", "an archive (tar)"},
	{0, "%PDF", "a PDF document"},
	{0, "II*\x00", "a TIFF picture"},
	{0, "MM\x00*", "a TIFF picture"},
	{0, "BM", "a BMP picture"},
	{4, "ftypheic", "a HEIC picture"},
	{4, "ftypheix", "a HEIC picture"},
	{4, "ftypmif1", "a HEIF picture"},
	{4, "ftypavif", "an AVIF picture"},
	{4, "ftyp", "a film (MP4)"},
}

// errKind is the error of a file that is something else than a supported picture.
func errKind(data []byte) error {
	const want = "JPEG, PNG, WebP or GIF"
	for _, k := range otherKinds {
		if len(data) > k.at && bytes.HasPrefix(data[k.at:], []byte(k.magic)) {
			return fmt.Errorf("not a picture that can be read but %s: want %s", k.is, want)
		}
	}
	return fmt.Errorf("not a picture: want %s", want)
}
