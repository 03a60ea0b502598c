package pix

import (
	"bytes"
	"encoding/binary"
	"os"
	"testing"
	"time"
)

// dated is EXIF with a DateTimeOriginal, and a DateTime that must not be taken
// for it.
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
	le, be := binary.LittleEndian, binary.BigEndian
	good := dated(be, "2019:05:17 22:04:59")
	for name, c := range map[string]struct {
		data []byte
		ok   bool
	}{
		"jpeg":             {jpegWithEXIF(jpegFile, good), true},
		"little-endian":    {jpegWithEXIF(jpegFile, dated(le, "2019:05:17 22:04:59")), true},
		"png":              {pngWithEXIF(pngFile, good), true},
		"webp":             {webpWithEXIF(webpFile, 37, 29, good), true},
		"no EXIF":          {jpegFile, false},
		"a PNG without":    {pngFile, false},
		"only orientation": {jpegWithEXIF(jpegFile, tiff(le, 3)), false},
		"a clock not set":  {jpegWithEXIF(jpegFile, dated(le, "0000:00:00 00:00:00")), false},
		"no date":          {jpegWithEXIF(jpegFile, dated(le, "last summer, I think")), false},
		"cut short":        {jpegWithEXIF(jpegFile, good)[:60], false},
		"no picture":       {[]byte("2019:05:17 22:04:59"), false},
		"nothing":          {nil, false},
	} {
		got, ok := Taken(bytes.NewReader(c.data))
		if ok != c.ok || ok && !got.Equal(when) {
			t.Errorf("%s: %v, %v", name, got, ok)
		}
	}
}
