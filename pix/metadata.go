package pix

import (
	"bytes"
	"encoding/binary"
	"io"

	"likeness/internal/heif"
)

// mostEXIF bounds the EXIF that is read of a file; that of cameras has some ten KiB.
const mostEXIF = 1 << 20

// findEXIF returns what the EXIF of a file says. It reads the parts of the file that lead
// there and passes over pixels. Without EXIF, or where it cannot be found, the picture is
// upright and has no date.
func findEXIF(format string, r io.ReadSeeker) exif {
	if format == "HEIF" { // which is turned when it is decoded, by what its boxes say
		e := parseEXIF(heif.Read(r, true).EXIF)
		e.orientation = 1
		return e
	}
	c := &cursor{r: r}
	var data []byte
	switch format {
	case "JPEG":
		data = c.jpegEXIF()
	case "PNG":
		data = c.pngEXIF()
	case "WebP":
		data = c.webpEXIF()
	}
	return parseEXIF(data)
}

// cursor reads a file piece by piece. After an error it reads zeros.
type cursor struct {
	r   io.ReadSeeker
	at  int64
	err error
}

// next reads n bytes; nil where they are not there.
func (c *cursor) next(n int64) []byte {
	if c.err != nil || n < 0 || n > mostEXIF {
		c.fail(io.ErrUnexpectedEOF)
		return nil
	}
	b := make([]byte, n)
	if _, err := io.ReadFull(c.r, b); err != nil {
		c.fail(err)
		return nil
	}
	c.at += n
	return b
}

// seek goes to a place further on.
func (c *cursor) seek(to int64) {
	if c.err != nil || to < c.at {
		c.fail(io.ErrUnexpectedEOF)
		return
	}
	if _, err := c.r.Seek(to, io.SeekStart); err != nil {
		c.fail(err)
		return
	}
	c.at = to
}

func (c *cursor) fail(err error) {
	if c.err == nil {
		c.err = err
	}
}

// segments calls visit for each segment before the pixels of a JPEG, with the bytes that it
// holds, until visit returns false.
func (c *cursor) segments(visit func(kind byte, size int64) bool) {
	const soi, sos, eoi, rst0, tem = 0xd8, 0xda, 0xd9, 0xd0, 0x01
	c.next(2)
	for c.err == nil {
		b := c.next(2)
		if b == nil || b[0] != 0xff {
			return
		}
		kind := b[1]
		for kind == 0xff { // bytes that fill up
			more := c.next(1)
			if more == nil {
				return
			}
			kind = more[0]
		}
		switch {
		case kind == sos || kind == eoi:
			return
		case kind == tem || rst0 <= kind && kind <= soi: // without a length
			continue
		}
		length := c.next(2)
		if length == nil {
			return
		}
		size := int64(binary.BigEndian.Uint16(length)) - 2
		end := c.at + size
		if !visit(kind, size) {
			return
		}
		c.seek(end)
	}
}

// jpegEXIF returns the EXIF of the first segment that holds any.
func (c *cursor) jpegEXIF() (data []byte) {
	const app1 = 0xe1
	c.segments(func(kind byte, size int64) bool {
		mark := int64(len(exifMark))
		if kind == app1 && size > mark {
			if head := c.next(mark); head != nil && bytes.HasPrefix(head, exifMark[:5]) {
				data = c.next(size - mark)
			}
		}
		return data == nil
	})
	return data
}

// jpegFrame returns the marker of a JPEG's frame, which says how it is compressed; 0 where
// there is none.
func jpegFrame(data []byte) (frame byte) {
	const first, last, huffmanTables, extension, arithmeticTables = 0xc0, 0xcf, 0xc4, 0xc8, 0xcc
	c := &cursor{r: bytes.NewReader(data)}
	c.segments(func(kind byte, _ int64) bool {
		if first <= kind && kind <= last && kind != huffmanTables && kind != extension && kind != arithmeticTables {
			frame = kind
		}
		return frame == 0
	})
	return frame
}

// progressive reports whether a JPEG is stored in several scans.
func progressive(data []byte) bool { return jpegFrame(data) == 0xc2 }

// unusualJPEG says how a JPEG is compressed that image/jpeg does not read, "" for others.
func unusualJPEG(data []byte) string {
	switch frame := jpegFrame(data); {
	case frame >= 0xc9:
		return "compressed by arithmetic coding, which is not read"
	case frame == 0xc3:
		return "compressed without loss, which is not read"
	case frame >= 0xc5:
		return "a hierarchical JPEG, which is not read"
	}
	return ""
}

// pngEXIF looks through the chunks. EXIF may also stand behind the pixels.
func (c *cursor) pngEXIF() []byte {
	c.next(8) // the signature
	for c.err == nil {
		head := c.next(8)
		if head == nil {
			return nil
		}
		size := int64(binary.BigEndian.Uint32(head))
		switch string(head[4:]) {
		case "eXIf":
			return c.next(size)
		case "IEND":
			return nil
		}
		c.seek(c.at + size + 4) // with its checksum
	}
	return nil
}

// webpEXIF looks through the chunks. One of odd length is followed by a byte that does not
// count.
func (c *cursor) webpEXIF() []byte {
	c.next(12)
	for c.err == nil {
		head := c.next(8)
		if head == nil {
			return nil
		}
		size := int64(binary.LittleEndian.Uint32(head[4:]))
		if string(head[:4]) == "EXIF" {
			return c.next(size)
		}
		c.seek(c.at + size + size%2)
	}
	return nil
}
