package pix

import (
	"io"
	"time"
)

// Taken returns when a photograph was taken, by its EXIF: DateTimeOriginal, else
// DateTimeDigitized, else DateTime, the first that can be read. It is the time of the
// camera's clock, in UTC, since EXIF has no zones there. ok is false where the file has no
// such time, one before photography or in the future, or is no picture. No pixels are
// decoded.
func Taken(r io.ReadSeeker) (t time.Time, ok bool) {
	head := make([]byte, sniffed)
	n, err := io.ReadFull(r, head)
	if err != nil && n == 0 {
		return t, false
	}
	if _, err := r.Seek(0, io.SeekStart); err != nil {
		return t, false
	}
	f := formatOf(head[:n])
	if f == nil {
		return t, false
	}
	t = findEXIF(f.name, r).taken
	return t, !t.IsZero()
}
