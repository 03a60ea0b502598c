package pix

import (
	"bytes"
	"fmt"
	"image"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"likeness/internal/heif"
)

// TestDecodeHEIF: pictures of the two kinds, compressed from plain.png by libheif's and libavif's own programs, are near it.
func TestDecodeHEIF(t *testing.T) {
	want, err := Open("testdata/heif/plain.png")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"plain.heic", "ten-bits.avif"} {
		got, err := Open("testdata/heif/" + name)
		if err != nil {
			t.Fatal(err)
		}
		if got.W != want.W || got.H != want.H {
			t.Fatalf("%s: %dx%d, want %dx%d", name, got.W, got.H, want.W, want.H)
		}
		if mean := meanDifference(got, want); mean > 6 {
			t.Errorf("%s: differs by %.2f levels on average", name, mean)
		}
	}
}

func meanDifference(a, b *Image) float64 {
	sum := 0
	for i := range a.Pix {
		d := int(a.Pix[i]) - int(b.Pix[i])
		sum += max(d, -d)
	}
	return float64(sum) / float64(len(a.Pix))
}

func readFile(t testing.TB, name string) []byte {
	t.Helper()
	data, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// rotated puts a rotation against the clock into a file, in place of the box that tells the bits of a channel.
func rotated(t testing.TB, data []byte, quarters byte) []byte {
	t.Helper()
	data = bytes.Clone(data)
	at := bytes.Index(data, []byte("pixi"))
	if at < 0 {
		t.Fatal("no box to replace")
	}
	copy(data[at:], "irot")
	data[at+4] = quarters
	return data
}

// TestHEIFIsTurnedOnce: what the boxes ask for is done, by the decoder of the one kind and here for the other; the
// orientation in EXIF says the same once more and does not count.
func TestHEIFIsTurnedOnce(t *testing.T) {
	for _, name := range []string{"plain.heic", "ten-bits.avif"} {
		data := readFile(t, "testdata/heif/"+name)
		plain, err := Decode(bytes.NewReader(data))
		if err != nil {
			t.Fatal(err)
		}
		for quarters, turn := range map[byte]int{1: 8, 2: 3, 3: 6} {
			got, err := Decode(bytes.NewReader(rotated(t, data, quarters)))
			if err != nil {
				t.Fatal(err)
			}
			want := upright(plain, turn)
			if got.W != want.W || got.H != want.H {
				t.Fatalf("%s, %d quarters: %dx%d, want %dx%d", name, quarters, got.W, got.H, want.W, want.H)
			}
			if mean := meanDifference(got, want); mean > 6 { // chroma is interpolated from other sides
				t.Errorf("%s, %d quarters: differs by %.2f levels on average", name, quarters, mean)
			}
		}
	}
	// A JPEG with orientation 6, as the programs store it: avifenc asks for a turn, heif-enc copies the EXIF alone.
	for name, want := range map[string][]string{"turned.avif": orientations[6], "turned.heic": orientations[1]} {
		data := readFile(t, "testdata/heif/"+name)
		m, err := Decode(bytes.NewReader(data))
		if err != nil {
			t.Fatal(err)
		}
		if got := readLetters(m); !slices.Equal(got, want) {
			t.Errorf("%s: %v, want %v", name, got, want)
		}
		if when, ok := Taken(bytes.NewReader(data)); !ok || !when.Equal(time.Date(2019, 5, 17, 22, 4, 59, 0, time.UTC)) {
			t.Errorf("%s: taken %v, %v", name, when, ok)
		}
	}
}

func TestHEIFErrors(t *testing.T) {
	data := readFile(t, "testdata/heif/plain.heic")
	bomb := bytes.Clone(data)
	size := bytes.LastIndex(bomb, []byte("ispe"))
	copy(bomb[size+8:], "\x00\x00\xff\xff\x00\x00\xff\xff")
	for name, c := range map[string]struct {
		data []byte
		want string
	}{
		"half":               {data[:len(data)/2], "HEIF: "},
		"65535x65535":        {bomb, "65535x65535: more than 250 megapixels"},
		"a sequence":         {[]byte("\x00\x00\x00\x18ftyphevc\x00\x00\x00\x00hevcmsf1"), "a HEIC sequence without a picture that can be read"},
		"another main brand": {[]byte("\x00\x00\x00\x18ftypmif1\x00\x00\x00\x00mif1avif"), "an AVIF picture without a picture that can be read"},
	} {
		if m, err := Decode(bytes.NewReader(c.data)); err == nil || m != nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %q", name, err, c.want)
		}
	}
	// By another main brand the same file is the same picture.
	other := bytes.Clone(data)
	copy(other[8:], "mif1")
	if _, err := Decode(bytes.NewReader(other)); err != nil && bytes.Contains(other[:40], []byte("heic")) {
		t.Error(err)
	}
}

// TestFromColour: levels of video become levels of pictures, by the matrix that the file says.
func TestFromColour(t *testing.T) {
	one := func(y, cb, cr byte) *image.YCbCr {
		return &image.YCbCr{Y: []byte{y}, Cb: []byte{cb}, Cr: []byte{cr}, YStride: 1, CStride: 1, SubsampleRatio: image.YCbCrSubsampleRatio444, Rect: image.Rect(0, 0, 1, 1)}
	}
	for _, c := range []struct {
		y, cb, cr byte
		colour    heif.Colour
		want      [3]byte
	}{
		{16, 128, 128, heif.Colour{Matrix: 1}, [3]byte{0, 0, 0}},
		{235, 128, 128, heif.Colour{Matrix: 6}, [3]byte{255, 255, 255}},
		{63, 102, 240, heif.Colour{Matrix: 1}, [3]byte{255, 1, 0}}, // BT.709's red
		{81, 90, 240, heif.Colour{Matrix: 6}, [3]byte{254, 0, 0}},  // BT.601's red
		{54, 99, 255, heif.Colour{Matrix: 1, Full: true}, [3]byte{254, 0, 0}},
	} {
		got := [3]byte(fromColour(one(c.y, c.cb, c.cr), c.colour).Pix)
		for i := range got {
			if d := int(got[i]) - int(c.want[i]); d < -2 || d > 2 {
				t.Errorf("%+v: %v", c, fmt.Sprint(got))
				break
			}
		}
	}
}
