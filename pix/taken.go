package pix

import (
	"io"
	"strings"
	"time"

	"github.com/bep/imagemeta"
)

// Taken returns when a photograph was taken, by EXIF's DateTimeOriginal: the time of the
// camera's clock, in UTC, since EXIF has no zones. ok is false where the file has no such
// time, an unreadable one, or is no picture. No pixels are decoded.
func Taken(r io.ReadSeeker) (t time.Time, ok bool) {
	head := make([]byte, 12)
	if _, err := io.ReadFull(r, head); err != nil {
		return t, false
	}
	if _, err := r.Seek(0, io.SeekStart); err != nil {
		return t, false
	}
	var format string
	switch h := string(head); {
	case strings.HasPrefix(h, "\xff\xd8\xff"):
		format = "JPEG"
	case strings.HasPrefix(h, "\x89PNG\r\n\x1a\n"):
		format = "PNG"
	case h[:4] == "RIFF" && h[8:] == "WEBP":
		format = "WebP"
	default:
		return t, false
	}
	_, err := imagemeta.Decode(imagemeta.Options{
		R:           r,
		ImageFormat: exifIn[format].format,
		Sources:     imagemeta.EXIF,
		ShouldHandleTag: func(tag imagemeta.TagInfo) bool {
			return tag.Tag == "DateTimeOriginal"
		},
		HandleTag: func(tag imagemeta.TagInfo) error {
			text, _ := tag.Value.(string)
			var err error
			if t, err = time.Parse("2006:01:02 15:04:05", strings.TrimRight(text, "\x00 ")); err == nil {
				ok = true
			}
			return imagemeta.ErrStopWalking
		},
	})
	return t, ok && err == nil
}
