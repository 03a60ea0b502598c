package pix

import (
	"bytes"
	"errors"
	"image/gif"
	"io"
	"slices"
	"strings"
	"testing"
	"time"
)

func TestWritePNG(t *testing.T) {
	want := noise(13, 7)
	var b bytes.Buffer
	if err := want.WritePNG(&b); err != nil {
		t.Fatal(err)
	}
	if colourType := b.Bytes()[25]; colourType != 2 {
		t.Errorf("colour type %d, want 2 (RGB)", colourType)
	}
	got, err := Decode(&b)
	if err != nil {
		t.Fatal(err)
	}
	checkNear(t, got, want, 0, 0)
}

// gradient has more colours than a palette; step moves it.
func gradient(w, h, step int) *Image {
	m := New(w, h)
	for y := range h {
		for x := range w {
			copy(m.Pix[(y*w+x)*3:], []byte{byte(60 + 150*x/w), byte(40 + 120*y/h), byte(30 + 60*(x+y+step)/(w+h+step))})
		}
	}
	return m
}

func readGIF(t *testing.T, data []byte) (*gif.GIF, []*Image) {
	t.Helper()
	g, err := gif.DecodeAll(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	var frames []*Image
	for _, p := range g.Image {
		frames = append(frames, FromImage(p))
	}
	return g, frames
}

func TestWriteGIF(t *testing.T) {
	frames := []*Image{gradient(64, 48, 0), gradient(64, 48, 20), gradient(64, 48, 40)}
	var b, again bytes.Buffer
	if err := WriteGIF(&b, frames, 125*time.Millisecond); err != nil {
		t.Fatal(err)
	}
	if err := WriteGIF(&again, frames, 125*time.Millisecond); err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(b.Bytes(), again.Bytes()) {
		t.Error("the same frames give different bytes")
	}
	g, got := readGIF(t, b.Bytes())
	if g.LoopCount != 0 {
		t.Errorf("loop count %d, want 0 (for ever)", g.LoopCount)
	}
	if want := []int{13, 13, 13}; !slices.Equal(g.Delay, want) {
		t.Errorf("delays %v, want %v", g.Delay, want)
	}
	if len(got) != 3 {
		t.Fatalf("%d frames", len(got))
	}
	for i := range got {
		checkNear(t, got[i], frames[i], 36, 5)
		// Dithering keeps the mean of each region.
		checkNear(t, got[i].blur(), frames[i].blur(), 8, 1.5)
	}
}

// blur takes means of 8x8.
func (m *Image) blur() *Image {
	for range 3 {
		m = m.Resize(m.W/2, m.H/2)
	}
	return m
}

func TestWriteGIFKeepsFewColoursExactly(t *testing.T) {
	a, b := noise(12, 10), noise(12, 10)
	for i := range b.Pix {
		b.Pix[i] ^= 255
	}
	var buf bytes.Buffer
	if err := WriteGIF(&buf, []*Image{a, b}, 0); err != nil {
		t.Fatal(err)
	}
	g, got := readGIF(t, buf.Bytes())
	checkNear(t, got[0], a, 0, 0)
	checkNear(t, got[1], b, 0, 0)
	if g.Delay[0] != 2 {
		t.Errorf("delay %d, want the least, 2", g.Delay[0])
	}
}

// TestWriteGIFKeepsMarginsFlat: a white margin beside many colours stays white.
func TestWriteGIFKeepsMarginsFlat(t *testing.T) {
	m := Grid([]*Image{gradient(64, 48, 0), noise(64, 48)}, 2, 1, 8)
	var buf bytes.Buffer
	if err := WriteGIF(&buf, []*Image{m}, time.Second); err != nil {
		t.Fatal(err)
	}
	_, got := readGIF(t, buf.Bytes())
	for i, v := range m.Pix {
		x, y := i/3%m.W, i/3/m.W
		inside := y >= 8 && y < 56 && (x >= 8 && x < 72 || x >= 80 && x < 144)
		if !inside && (v != 255 || got[0].Pix[i] != 255) {
			t.Fatalf("margin at %d,%d is %d", x, y, got[0].Pix[i])
		}
	}
}

// TestWriteGIFManyColours: 1.5 million different colours are thinned first.
func TestWriteGIFManyColours(t *testing.T) {
	m := New(1<<10, 3<<9)
	for i := range m.W * m.H {
		c := i * 11
		copy(m.Pix[i*3:], []byte{byte(c >> 16), byte(c >> 8), byte(c)})
	}
	if n := len(histogram([]*Image{m})); n > 1<<20 || n < 1<<12 {
		t.Errorf("%d colours counted", n)
	}
}

func TestWriteGIFErrors(t *testing.T) {
	for _, c := range []struct {
		frames []*Image
		want   string
	}{
		{nil, "no frames"},
		{[]*Image{New(4, 4), New(4, 4), New(4, 5)}, "GIF frame 3 is 4x5, the first is 4x4"},
		{[]*Image{New(70000, 1)}, "70000x1"},
	} {
		if err := WriteGIF(io.Discard, c.frames, time.Second); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("got %v, want it to say %q", err, c.want)
		}
	}
	full := errors.New("disk full")
	if err := WriteGIF(failingWriter{full}, []*Image{New(4, 4)}, 0); !errors.Is(err, full) {
		t.Errorf("WriteGIF: got %v", err)
	}
	if err := New(4, 4).WritePNG(failingWriter{full}); !errors.Is(err, full) {
		t.Errorf("WritePNG: got %v", err)
	}
}

type failingWriter struct{ err error }

func (w failingWriter) Write([]byte) (int, error) { return 0, w.err }
