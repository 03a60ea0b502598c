package pix

import (
	"bytes"
	"encoding/binary"
	"testing"
	"time"
)

// FuzzEXIF: whatever the bytes, an orientation that there is, and a date that can be.
func FuzzEXIF(f *testing.F) {
	f.Add([]byte(nil))
	f.Add(tiff(binary.LittleEndian, 6))
	f.Add(dated(binary.BigEndian, "2019:05:17 22:04:59+02:00"))
	f.Add(fields(binary.BigEndian, field{0x0110, 99, 7}, field{tagEXIF, 4, 8})) // a directory that is its own
	f.Add(fields(binary.LittleEndian, sub{field{tagOrientation, 4, 6}, taggedText{tagDigitized, "2019-05-17T22:04"}}))
	f.Fuzz(func(t *testing.T, data []byte) {
		files := map[string][]byte{
			"JPEG": jpegWithEXIF([]byte("\xff\xd8\xff\xd9"), data[:min(len(data), 60_000)]),
			"PNG":  appendChunk([]byte("\x89PNG\r\n\x1a\n"), "eXIf", data),
			"WebP": webpWithEXIF([]byte("RIFF\x00\x00\x00\x00WEBP"), 3, 3, data),
		}
		for name, file := range files {
			checkEXIF(t, findEXIF(name, bytes.NewReader(file)))
			checkEXIF(t, findEXIF(name, bytes.NewReader(data)))
			checkEXIF(t, findEXIF(name, bytes.NewReader(file[:len(file)/2])))
		}
	})
}

func checkEXIF(t *testing.T, e exif) {
	t.Helper()
	if e.orientation < 1 || e.orientation > 8 {
		t.Fatalf("orientation %d", e.orientation)
	}
	if !e.taken.IsZero() && (e.taken.Year() < firstPhotograph || e.taken.After(time.Now().Add(3*24*time.Hour))) {
		t.Fatalf("taken on %v", e.taken)
	}
}

func TestMemory(t *testing.T) {
	for name, c := range map[string]struct {
		data []byte
		want int64
	}{
		"a large PNG": {headerPNG(10_000, 10_000), 14 * 100_000_000},
		"too large":   {headerPNG(30_000, 30_000), 0},
		"no picture":  {[]byte("Dear diary"), 0},
	} {
		if got := Memory(c.data); got != c.want {
			t.Errorf("%s: %d bytes, want %d", name, got, c.want)
		}
	}
}

// TestMemoryOfJPEG: one in several scans takes more, since its coefficients are kept.
func TestMemoryOfJPEG(t *testing.T) {
	const pixels = 37 * 29
	for name, want := range map[string]int64{"2x2.jpg": 9 * pixels, "2x2-progressive.jpg": progressiveMemory * pixels} {
		if got := Memory(withEXIF(t, "testdata/decode/"+name, tiff(binary.BigEndian, 6))); got != want {
			t.Errorf("%s: %d bytes, want %d", name, got, want)
		}
	}
}
