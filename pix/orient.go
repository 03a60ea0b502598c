package pix

import "bytes"

// orientation returns the EXIF orientation of a file, 1 to 8. Without EXIF, or with damaged
// EXIF, it returns 1, upright, since the picture itself is whole.
func orientation(format string, data []byte) int {
	return findEXIF(format, bytes.NewReader(data)).orientation
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

// turned is a picture whose file is to be turned by its EXIF. Only the part that is asked
// for is converted and turned.
type turned struct {
	file        picture
	orientation int
}

func (t turned) size() (w, h int) {
	w, h = t.file.size()
	if sideways(t.orientation) {
		w, h = h, w
	}
	return w, h
}

func (t turned) rgb(x, y, w, h int) *Image {
	if sideways(t.orientation) { // rows and columns of the file
		x, y, w, h = y, x, h, w
	}
	all, high := t.file.size()
	switch t.orientation { // the first column of the upright picture is the file's last
	case 2, 3, 7, 8:
		x = all - x - w
	}
	switch t.orientation {
	case 3, 4, 6, 7:
		y = high - y - h
	}
	return upright(t.file.rgb(x, y, w, h), t.orientation)
}
