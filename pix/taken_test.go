package pix

import (
	"bytes"
	"encoding/binary"
	"os"
	"testing"
	"time"
)

// dated is EXIF with a DateTimeOriginal, and a DateTime that counts only where that cannot be
// read.
func dated(order binary.AppendByteOrder, date string) []byte {
	text := append([]byte(date), 0)
	b := []byte("II")
	if order == binary.BigEndian {
		b = []byte("MM")
	}
	b = order.AppendUint16(b, 42)
	b = order.AppendUint32(b, 8)
	entry := func(tag, kind uint16, n, value int) {
		b = order.AppendUint16(b, tag)
		b = order.AppendUint16(b, kind)
		b = order.AppendUint32(b, uint32(n))
		b = order.AppendUint32(b, uint32(value))
	}
	const ifd, sub = 8, 8 + 2 + 2*12 + 4
	const other = sub + 2 + 12 + 4
	b = order.AppendUint16(b, 2)
	entry(0x0132, 2, 20, other) // DateTime
	entry(0x8769, 4, 1, sub)    // the EXIF directory
	b = order.AppendUint32(b, 0)
	b = order.AppendUint16(b, 1)
	entry(0x9003, 2, len(text), other+20)
	b = order.AppendUint32(b, 0)
	b = append(b, "2001:01:01 01:01:01\x00"...)
	return append(b, text...)
}

func TestTaken(t *testing.T) {
	jpegFile, err := os.ReadFile("testdata/decode/2x2.jpg")
	if err != nil {
		t.Fatal(err)
	}
	webpFile, err := os.ReadFile("testdata/decode/lossy-37x29.webp")
	if err != nil {
		t.Fatal(err)
	}
	pngFile := encodePNG(t, New(3, 3).RGBA())
	when := time.Date(2019, 5, 17, 22, 4, 59, 0, time.UTC)
	changed := time.Date(2001, 1, 1, 1, 1, 1, 0, time.UTC)
	none := time.Time{}
	le, be := binary.LittleEndian, binary.BigEndian
	good := dated(be, "2019:05:17 22:04:59")
	for name, c := range map[string]struct {
		data []byte
		want time.Time
	}{
		"jpeg":             {jpegWithEXIF(jpegFile, good), when},
		"little-endian":    {jpegWithEXIF(jpegFile, dated(le, "2019:05:17 22:04:59")), when},
		"png":              {pngWithEXIF(pngFile, good), when},
		"webp":             {webpWithEXIF(webpFile, 37, 29, good), when},
		"no EXIF":          {jpegFile, none},
		"a PNG without":    {pngFile, none},
		"only orientation": {jpegWithEXIF(jpegFile, tiff(le, 3)), none},
		"a clock not set":  {jpegWithEXIF(jpegFile, dated(le, "0000:00:00 00:00:00")), changed},
		"no date":          {jpegWithEXIF(jpegFile, dated(le, "last summer, I think")), changed},
		"cut short":        {jpegWithEXIF(jpegFile, good)[:60], none},
		"a zone":           {jpegWithEXIF(jpegFile, dated(be, "2019:05:17 22:04:59+02:00")), when},
		"parts of seconds": {jpegWithEXIF(jpegFile, dated(be, "2019:05:17 22:04:59.125Z")), when},
		"ISO dashes":       {jpegWithEXIF(jpegFile, dated(be, "2019-05-17T22:04:59")), when},
		"slashes":          {jpegWithEXIF(jpegFile, dated(le, "2019/05/17 22:04:59")), when},
		"a day":            {jpegWithEXIF(jpegFile, dated(le, "2019:05:17")), when.Truncate(24 * time.Hour)},
		"the future":       {jpegWithEXIF(jpegFile, dated(le, "2961:05:17 22:04:59")), changed},
		"before cameras":   {jpegWithEXIF(jpegFile, dated(le, "1761:05:17 22:04:59")), changed},
		"an unknown type":  {jpegWithEXIF(jpegFile, fields(le, field{0x0110, 99, 7}, field{tagOrientation, 3, 1}, taggedText{tagChanged, "2019:05:17 22:04:59"})), when},
		"digitized":        {jpegWithEXIF(jpegFile, fields(be, sub{field{0x9000, 0, 7}, taggedText{tagDigitized, "2019:05:17 22:04:59"}})), when},
		"no picture":       {[]byte("2019:05:17 22:04:59"), none},
		"nothing":          {nil, none},
	} {
		got, ok := Taken(bytes.NewReader(c.data))
		if ok != !c.want.IsZero() || !got.Equal(c.want) {
			t.Errorf("%s: %v, %v", name, got, ok)
		}
	}
}

// field is a field of EXIF with one number; its type may be one that TIFF does not have.
type field struct {
	tag, kind uint16
	value     uint32
}

// taggedText is a field that holds a text.
type taggedText struct {
	tag  uint16
	text string
}

// sub is the EXIF directory.
type sub []any

// fields writes a directory of EXIF in the order of its fields, which need not be that of
// their tags.
func fields(order binary.AppendByteOrder, all ...any) []byte {
	b := []byte("II")
	if order == binary.BigEndian {
		b = []byte("MM")
	}
	b = order.AppendUint16(b, 42)
	b = order.AppendUint32(b, 8)
	return appendDirectory(b, order, all)
}

func appendDirectory(b []byte, order binary.AppendByteOrder, all []any) []byte {
	entry := func(tag, kind uint16, n, value uint32) {
		b = order.AppendUint16(b, tag)
		b = order.AppendUint16(b, kind)
		b = order.AppendUint32(b, n)
		b = order.AppendUint32(b, value)
	}
	at := uint32(len(b) + 2 + 12*len(all) + 4) // of the data behind
	var behind []byte
	var inner sub
	b = order.AppendUint16(b, uint16(len(all)))
	for _, f := range all {
		switch f := f.(type) {
		case field:
			if f.kind == 3 && order == binary.BigEndian {
				f.value <<= 16
			}
			entry(f.tag, f.kind, 1, f.value)
		case taggedText:
			entry(f.tag, 2, uint32(len(f.text)+1), at+uint32(len(behind)))
			behind = append(append(behind, f.text...), 0)
		case sub:
			inner = f
			entry(tagEXIF, 4, 1, at)
		}
	}
	b = append(order.AppendUint32(b, 0), behind...)
	if inner != nil {
		b = appendDirectory(b, order, inner)
	}
	return b
}
