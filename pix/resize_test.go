package pix

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"os"
	"testing"
)

// noise is picture() of testdata/reference.py.
func noise(w, h int) *Image {
	m := New(w, h)
	for y := range h {
		for x := range w {
			for c := range 3 {
				v := uint32(x)*73856093 ^ uint32(y)*19349663 ^ uint32(c+1)*83492791
				v = (v ^ v>>15) * 2654435761
				m.Pix[(y*w+x)*3+c] = byte(v >> 24)
			}
		}
	}
	return m
}

func TestResizeEqualsOpenCV(t *testing.T) {
	data, err := os.ReadFile("testdata/resize.json")
	if err != nil {
		t.Fatal(err)
	}
	var cases []struct {
		From, To [2]int
		SHA256   string
		Pix      []int
	}
	if err := json.Unmarshal(data, &cases); err != nil {
		t.Fatal(err)
	}
	if len(cases) < 200 {
		t.Fatalf("only %d cases", len(cases))
	}
	full := 0
	for _, c := range cases {
		src := noise(c.From[0], c.From[1])
		got := src.Resize(c.To[0], c.To[1])
		if got.W != c.To[0] || got.H != c.To[1] {
			t.Fatalf("%v to %v: got %dx%d", c.From, c.To, got.W, got.H)
		}
		if c.Pix != nil {
			full++
			for i, want := range c.Pix {
				if int(got.Pix[i]) != want {
					t.Errorf("%v to %v: byte %d is %d, want %d", c.From, c.To, i, got.Pix[i], want)
					break
				}
			}
		}
		if sum := sha256.Sum256(got.Pix); hex.EncodeToString(sum[:]) != c.SHA256 {
			t.Errorf("%v to %v: bytes differ from cv2.resize", c.From, c.To)
		}
	}
	if full < 10 {
		t.Errorf("only %d cases with all bytes", full)
	}
}

func TestResizeLeavesSourceAlone(t *testing.T) {
	src := noise(9, 7)
	same := src.Resize(9, 7)
	same.Pix[0]++
	if src.Pix[0] == same.Pix[0] {
		t.Error("a resize to the same size shares the source's pixels")
	}
}

func BenchmarkResize(b *testing.B) {
	for _, side := range []int{32, 45, 64} {
		b.Run(fmt.Sprintf("90to%d", side), func(b *testing.B) {
			m := noise(90, 90)
			for b.Loop() {
				m.Resize(side, side)
			}
		})
	}
}

func TestHalfDropsWhatIsOdd(t *testing.T) {
	m := New(5, 3)
	for i := range m.Pix {
		m.Pix[i] = byte(i * 7)
	}
	got := m.Half()
	if got.W != 2 || got.H != 1 {
		t.Fatalf("half of 5x3 is %dx%d", got.W, got.H)
	}
	for x := range 2 {
		for c := range 3 {
			at := func(x, y int) int { return int(m.Pix[(y*5+x)*3+c]) }
			if want := byte((at(2*x, 0) + at(2*x+1, 0) + at(2*x, 1) + at(2*x+1, 1) + 2) / 4); got.Pix[x*3+c] != want {
				t.Errorf("pixel %d, colour %d: %d, expected %d", x, c, got.Pix[x*3+c], want)
			}
		}
	}
}
