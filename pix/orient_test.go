package pix

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"image/jpeg"
	"os"
	"slices"
	"testing"
)

// letters makes a picture of flat 16x16 tiles, a gray level for each letter; a
// JPEG keeps those exactly enough to read them back.
func letters(rows ...string) *Image {
	m := New(len(rows[0]), len(rows))
	for y, row := range rows {
		for x := range row {
			v := 20 + 40*(row[x]-'a')
			copy(m.Pix[(y*m.W+x)*3:], []byte{v, v, v})
		}
	}
	return Grid([]*Image{m}, 1, 16, 0)
}

func readLetters(m *Image) (rows []string) {
	for y := 8; y < m.H; y += 16 {
		row := ""
		for x := 8; x < m.W; x += 16 {
			row += string(rune('a' + (int(m.Pix[(y*m.W+x)*3])-20+20)/40))
		}
		rows = append(rows, row)
	}
	return rows
}

// What the file holds is the same each time; what is seen follows the standard:
// the number says which side of the scene row 0 and column 0 of the file are.
var orientations = map[int][]string{
	0: {"abc", "def"},     // not a valid number
	1: {"abc", "def"},     // top, left
	2: {"cba", "fed"},     // top, right
	3: {"fed", "cba"},     // bottom, right
	4: {"def", "abc"},     // bottom, left
	5: {"ad", "be", "cf"}, // left, top
	6: {"da", "eb", "fc"}, // right, top
	7: {"fc", "eb", "da"}, // right, bottom
	8: {"cf", "be", "ad"}, // left, bottom
	9: {"abc", "def"},
}

func TestDecodeOrientation(t *testing.T) {
	src := letters("abc", "def")
	var b bytes.Buffer
	if err := jpeg.Encode(&b, src.RGBA(), &jpeg.Options{Quality: 95}); err != nil {
		t.Fatal(err)
	}
	pngFile := encodePNG(t, src.RGBA())
	for o, want := range orientations {
		for _, order := range []binary.AppendByteOrder{binary.LittleEndian, binary.BigEndian} {
			exif := tiff(order, uint16(o))
			for name, data := range map[string][]byte{"jpeg": jpegWithEXIF(b.Bytes(), exif), "png": pngWithEXIF(pngFile, exif)} {
				m, err := Decode(bytes.NewReader(data))
				if err != nil {
					t.Fatalf("%s, orientation %d, %v: %v", name, o, order, err)
				}
				if got := readLetters(m); fmt.Sprint(got) != fmt.Sprint(want) {
					t.Errorf("%s, orientation %d, %v: got %v, want %v", name, o, order, got, want)
				}
				if Turned(data) != (o > 1 && o < 9) {
					t.Errorf("%s, orientation %d: turned is %v", name, o, Turned(data))
				}
			}
		}
	}
}

func TestDecodeOrientationWebP(t *testing.T) {
	data, err := os.ReadFile("testdata/decode/lossy-37x29.webp")
	if err != nil {
		t.Fatal(err)
	}
	plain, err := Decode(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	m, err := Decode(bytes.NewReader(webpWithEXIF(data, 37, 29, tiff(binary.LittleEndian, 8))))
	if err != nil {
		t.Fatal(err)
	}
	if m.W != 29 || m.H != 37 {
		t.Fatalf("got %dx%d, want 29x37", m.W, m.H)
	}
	// Turned left: the upper right corner comes to the upper left.
	if got, want := m.Pix[:3], plain.Pix[36*3:37*3]; !bytes.Equal(got, want) {
		t.Errorf("corner is %v, want %v", got, want)
	}
}

// TestOrientationBehindOddFields: what is odd in EXIF does not hide the orientation, and it
// may be a number of any size.
func TestOrientationBehindOddFields(t *testing.T) {
	for _, order := range []binary.AppendByteOrder{binary.LittleEndian, binary.BigEndian} {
		short := field{tagOrientation, 3, 6}
		for name, exif := range map[string][]byte{
			"plain":             fields(order, short),
			"LONG":              fields(order, field{tagOrientation, 4, 6}),
			"an unknown type":   fields(order, field{0x0110, 99, 7}, short),
			"type 0":            fields(order, field{0x0110, 0, 7}, short),
			"a value too far":   fields(order, field{0x0110, 5, 1 << 30}, short),
			"tags out of order": fields(order, field{0x9003, 3, 1}, short),
			"marked again":      append([]byte("Exif\x00\x00"), fields(order, short)...),
		} {
			m, err := Decode(bytes.NewReader(withEXIF(t, "testdata/decode/2x2.jpg", exif)))
			if err != nil {
				t.Fatal(name, err)
			}
			if m.W != 29 || m.H != 37 {
				t.Errorf("%s, %v: not turned, %dx%d", name, order, m.W, m.H)
			}
		}
	}
}

// TestWebPOrientation: as other programs read it, with JPEG's mark before the EXIF or without,
// and behind chunks of odd length, which a byte fills up.
func TestWebPOrientation(t *testing.T) {
	data, err := os.ReadFile("testdata/decode/lossy-37x29.webp")
	if err != nil {
		t.Fatal(err)
	}
	for _, mark := range []string{"", "Exif\x00\x00"} {
		for odd := range 2 {
			exif := append([]byte(mark), tiff(binary.BigEndian, 6)...)
			file := webpWithEXIF(data, 37, 29, exif)
			const first = 12 + 8 + 10 // behind VP8X
			icc := binary.LittleEndian.AppendUint32([]byte("JUNK"), uint32(4+odd))
			icc = append(icc, make([]byte, 4+2*odd)...)
			file = slices.Insert(file, first, icc...)
			binary.LittleEndian.PutUint32(file[4:], uint32(len(file)-8))
			if !Turned(file) {
				t.Errorf("mark %q, a chunk of %d bytes before: not turned", mark, 4+odd)
			}
		}
	}
}

// TestTurnedPart: a part of a turned picture is that part of the whole one.
func TestTurnedPart(t *testing.T) {
	src := noise(23, 17)
	for o := 2; o <= 8; o++ {
		p := turned{src, o}
		want := upright(src, o)
		if got := whole(p); !bytes.Equal(got.Pix, want.Pix) || got.W != want.W {
			t.Errorf("orientation %d: the whole differs", o)
		}
		if got, want := p.rgb(3, 5, 9, 7), want.part(3, 5, 9, 7); !bytes.Equal(got.Pix, want.Pix) || got.W != 9 {
			t.Errorf("orientation %d: a part differs", o)
		}
	}
}

// TestDecodeDamagedEXIF: the picture is whole, so it is read, upright.
func TestDecodeDamagedEXIF(t *testing.T) {
	whole := tiff(binary.BigEndian, 3)
	for _, exif := range [][]byte{nil, []byte("MM"), []byte("junk and no more"), whole[:len(whole)-9], bytes.Repeat([]byte{0xff}, 64)} {
		m, err := Decode(bytes.NewReader(withEXIF(t, "testdata/decode/2x2.jpg", exif)))
		if err != nil {
			t.Errorf("EXIF %q: %v", exif, err)
			continue
		}
		plain, err := Open("testdata/decode/2x2.jpg")
		if err != nil {
			t.Fatal(err)
		}
		checkNear(t, m, plain, 0, 0)
	}
}

// TestThumbnailOrientation: IFD1 describes the thumbnail, not the picture.
func TestThumbnailOrientation(t *testing.T) {
	o := binary.BigEndian
	exif := append([]byte("MM"), 0, 42, 0, 0, 0, 8)
	exif = o.AppendUint16(exif, 0)  // no entries in IFD0
	exif = o.AppendUint32(exif, 14) // IFD1
	exif = appendOrientation(exif, o, 6)
	m, err := Decode(bytes.NewReader(withEXIF(t, "testdata/decode/2x2.jpg", exif)))
	if err != nil {
		t.Fatal(err)
	}
	if m.W != 37 {
		t.Errorf("turned by the thumbnail's orientation: %dx%d", m.W, m.H)
	}
}

// tiff is a TIFF header and one IFD that holds the orientation alone.
func tiff(order binary.AppendByteOrder, orientation uint16) []byte {
	b := []byte("II")
	if order == binary.BigEndian {
		b = []byte("MM")
	}
	b = order.AppendUint16(b, 42)
	b = order.AppendUint32(b, 8)
	return appendOrientation(b, order, orientation)
}

func appendOrientation(b []byte, order binary.AppendByteOrder, orientation uint16) []byte {
	b = order.AppendUint16(b, 1)      // entries
	b = order.AppendUint16(b, 0x0112) // Orientation
	b = order.AppendUint16(b, 3)      // SHORT
	b = order.AppendUint32(b, 1)      // one of them
	b = order.AppendUint16(b, orientation)
	b = order.AppendUint16(b, 0)
	return order.AppendUint32(b, 0) // no further IFD
}

func withEXIF(t testing.TB, name string, exif []byte) []byte {
	t.Helper()
	data, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return jpegWithEXIF(data, exif)
}

func jpegWithEXIF(data, exif []byte) []byte {
	out := append([]byte{}, data[:2]...)
	out = append(out, 0xff, 0xe1)
	out = binary.BigEndian.AppendUint16(out, uint16(2+6+len(exif)))
	out = append(append(out, "Exif\x00\x00"...), exif...)
	return append(out, data[2:]...)
}

func pngWithEXIF(data, exif []byte) []byte {
	const afterIHDR = 8 + 12 + 13
	out := appendChunk(bytes.Clone(data[:afterIHDR]), "eXIf", exif)
	return append(out, data[afterIHDR:]...)
}

func webpWithEXIF(data []byte, w, h int, exif []byte) []byte {
	le := binary.LittleEndian
	body := append([]byte("WEBPVP8X"), 10, 0, 0, 0, 1<<3, 0, 0, 0)
	body = append(body, byte(w-1), byte((w-1)>>8), 0, byte(h-1), byte((h-1)>>8), 0)
	body = append(body, data[12:]...)
	body = le.AppendUint32(append(body, "EXIF"...), uint32(len(exif)))
	body = append(body, exif...)
	if len(exif)%2 == 1 {
		body = append(body, 0)
	}
	return append(le.AppendUint32([]byte("RIFF"), uint32(len(body))), body...)
}
