package pix

import (
	"bytes"

	"github.com/bep/imagemeta"
)

// The place of EXIF in each format, and the bytes before it there. A file without those
// bytes has no EXIF, as most files.
var exifIn = map[string]struct {
	format imagemeta.ImageFormat
	mark   string
}{
	"JPEG": {imagemeta.JPEG, "Exif\x00\x00"},
	"PNG":  {imagemeta.PNG, "eXIf"},
	"WebP": {imagemeta.WebP, "EXIF"},
}

// orientation returns the EXIF orientation, 1 to 8. Without EXIF, or with damaged EXIF, it
// returns 1, upright, since the picture itself is whole.
func orientation(format string, data []byte) int {
	in, ok := exifIn[format]
	if !ok || !bytes.Contains(data, []byte(in.mark)) {
		return 1
	}
	found := 1
	_, err := imagemeta.Decode(imagemeta.Options{
		R:           bytes.NewReader(data),
		ImageFormat: in.format,
		Sources:     imagemeta.EXIF,
		ShouldHandleTag: func(tag imagemeta.TagInfo) bool {
			// The thumbnail has its own orientation, in IFD1.
			return tag.Namespace == "IFD0" && tag.Tag == "Orientation"
		},
		HandleTag: func(tag imagemeta.TagInfo) error {
			if v, ok := tag.Value.(uint16); ok && 1 <= v && v <= 8 {
				found = int(v)
			}
			return imagemeta.ErrStopWalking
		},
	})
	if err != nil {
		return 1
	}
	return found
}

// sideways reports whether an orientation exchanges width and height.
func sideways(orientation int) bool { return orientation >= 5 }

// upright undoes an EXIF orientation: 2 is mirrored left to right, 3 rotated by 180
// degrees, 4 mirrored top to bottom; in 5 to 8 rows and columns are exchanged: 5
// transposed, 6 to be rotated right, 7 transposed along the other diagonal, 8 to be
// rotated left.
func upright(m *Image, orientation int) *Image {
	if orientation < 2 || orientation > 8 {
		return m
	}
	w, h := m.W, m.H
	if sideways(orientation) {
		w, h = h, w
	}
	// at is where the picture's first pixel comes from; right and down are the
	// steps in the file that one step right and one step down in dst take.
	row := m.W * 3
	lastX, lastY := row-3, (m.H-1)*row
	var at, right, down int
	switch orientation {
	case 2:
		at, right, down = lastX, -3, row
	case 3:
		at, right, down = lastX+lastY, -3, -row
	case 4:
		at, right, down = lastY, 3, -row
	case 5:
		at, right, down = 0, row, 3
	case 6:
		at, right, down = lastY, -row, 3
	case 7:
		at, right, down = lastX+lastY, -row, -3
	case 8:
		at, right, down = lastX, row, -3
	}
	dst := New(w, h)
	i := 0
	for y := range h {
		for s, x := at+y*down, 0; x < w; s, x, i = s+right, x+1, i+3 {
			*(*[3]byte)(dst.Pix[i:]) = [3]byte(m.Pix[s:])
		}
	}
	return dst
}
