package pix

import (
	"bytes"
	"image/jpeg"
	"image/png"
	"testing"
)

func TestJPEGQuality(t *testing.T) {
	m := New(40, 30)
	for i := range m.Pix {
		m.Pix[i] = byte(i * i / 301)
	}
	for _, want := range []int{25, 35, 50, 75, 85, 90, 95, 100} {
		var b bytes.Buffer
		if err := jpeg.Encode(&b, m.RGBA(), &jpeg.Options{Quality: want}); err != nil {
			t.Fatal(err)
		}
		if got, ok := JPEGQuality(b.Bytes()); !ok || got < want-1 || got > want+1 {
			t.Errorf("quality %d is taken for %d, %v", want, got, ok)
		}
		for n := range min(b.Len(), 300) { // cut short, it is read no further
			JPEGQuality(b.Bytes()[:n])
		}
	}
	var b bytes.Buffer
	if err := png.Encode(&b, m.RGBA()); err != nil {
		t.Fatal(err)
	}
	if q, ok := JPEGQuality(b.Bytes()); ok {
		t.Errorf("a PNG has quality %d", q)
	}
}

func TestSharpnessAndColour(t *testing.T) {
	m := New(64, 64)
	for i := range m.Pix {
		m.Pix[i] = byte(128 + 100*((i/3/8+i/3/64/8)%2))
	}
	blurred := m.Resize(16, 16).Resize(64, 64)
	if a, b := m.Sharpness(), blurred.Sharpness(); !(a > 1.2*b) {
		t.Errorf("sharpness %v, blurred %v", a, b)
	}
	if New(10, 10).Sharpness() != 0 || New(1, 1).Sharpness() != 0 {
		t.Error("one colour is sharp")
	}
	if m.Coloured() {
		t.Error("grey has colour")
	}
	for i := 0; i < len(m.Pix); i += 3 {
		m.Pix[i] = 0
	}
	if !m.Coloured() {
		t.Error("no colour")
	}
}
