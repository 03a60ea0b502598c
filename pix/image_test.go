package pix

import (
	"bytes"
	"image"
	"image/color"
	"image/draw"
	"image/png"
	"math"
	"strings"
	"testing"
)

func TestCrop(t *testing.T) {
	m := noise(10, 8)
	got, err := m.Crop(3, 2)
	if err != nil {
		t.Fatal(err)
	}
	if got.W != 4 || got.H != 4 {
		t.Fatalf("got %dx%d, want 4x4", got.W, got.H)
	}
	for y := range got.H {
		for x := range got.W {
			if g, w := got.Pix[(y*4+x)*3:][:3], m.Pix[((y+2)*10+x+3)*3:][:3]; !bytes.Equal(g, w) {
				t.Fatalf("pixel %d,%d is %v, want %v", x, y, g, w)
			}
		}
	}
	got.Pix[0]++
	if m.Pix[(2*10+3)*3] == got.Pix[0] {
		t.Error("a crop shares its source's pixels")
	}
	if got, err := noise(5, 3).Crop(2, 1); err != nil || got.W != 1 || got.H != 1 {
		t.Errorf("crop to one pixel: %v, %v", got, err)
	}
	for _, off := range [][2]int{{5, 0}, {0, 4}, {-1, 0}, {0, -1}, {math.MaxInt, 0}, {0, math.MaxInt/2 + 1}} {
		if _, err := m.Crop(off[0], off[1]); err == nil {
			t.Errorf("crop of %v: no error", off)
		} else if off[0] >= 0 && off[1] >= 0 && !strings.Contains(err.Error(), "10x8") {
			t.Errorf("crop of %v: %q does not say the size", off, err)
		}
	}
}

func TestFloatsAndBack(t *testing.T) {
	m := New(16, 16)
	for i := range m.Pix {
		m.Pix[i] = byte(i)
	}
	x := make([]float32, len(m.Pix))
	m.Floats(x)
	for i, v := range x {
		if want := float32(m.Pix[i])/255 - 0.5; v != want {
			t.Fatalf("byte %d: %v, want %v", m.Pix[i], v, want)
		}
	}
	if back := FromFloats(x, 16, 16); !bytes.Equal(back.Pix, m.Pix) {
		t.Error("bytes changed on the way to floats and back")
	}
	nan, inf := float32(math.NaN()), float32(math.Inf(1))
	odd := FromFloats([]float32{-0.6, 0.6, nan, inf, -inf, 1.49/255 - 0.5, 1.51/255 - 0.5, 254.51/255 - 0.5, 0}, 3, 1)
	if want := []byte{0, 255, 0, 255, 0, 1, 2, 255, 128}; !bytes.Equal(odd.Pix, want) {
		t.Errorf("got %v, want %v", odd.Pix, want)
	}
}

func TestWrongShapesPanic(t *testing.T) {
	m := New(2, 2)
	for name, f := range map[string]func(){
		"New":        func() { New(0, 1) },
		"Resize":     func() { m.Resize(1, 0) },
		"Floats":     func() { m.Floats(make([]float32, 11)) },
		"FromFloats": func() { FromFloats(make([]float32, 11), 2, 2) },
		"Gaussian":   func() { Gaussian{}.Corrupt(make([]float32, 11), 2, 2, nil) },
		"Occlusion":  func() { Occlusion{}.Corrupt(make([]float32, 11), 2, 2, nil) },
	} {
		func() {
			defer func() {
				if s, ok := recover().(string); !ok || !strings.HasPrefix(s, "pix: ") {
					t.Errorf("%s: panicked with %v", name, s)
				}
			}()
			f()
		}()
	}
}

// TestFromImageKinds: every kind of picture gives the same pixels, also when it
// is a part of a larger one.
func TestFromImageKinds(t *testing.T) {
	want := noise(6, 5)
	whole := image.Rect(-2, -3, 20, 20)
	at := image.Rect(1, 2, 7, 7)
	fill := func(dst interface{ Set(int, int, color.Color) }) {
		src := want.RGBA()
		for y := range want.H {
			for x := range want.W {
				dst.Set(at.Min.X+x, at.Min.Y+y, src.At(x, y))
			}
		}
	}
	rgba, nrgba := image.NewRGBA(whole), image.NewNRGBA(whole)
	rgba64, nrgba64 := image.NewRGBA64(whole), image.NewNRGBA64(whole)
	var pal color.Palette
	for i := 0; i < len(want.Pix); i += 3 {
		pal = append(pal, color.RGBA{want.Pix[i], want.Pix[i+1], want.Pix[i+2], 255})
	}
	paletted := image.NewPaletted(whole, pal)
	for name, m := range map[string]interface {
		Set(int, int, color.Color)
		SubImage(image.Rectangle) image.Image
	}{"RGBA": rgba, "NRGBA": nrgba, "RGBA64": rgba64, "NRGBA64": nrgba64, "Paletted": paletted} {
		fill(m)
		got := FromImage(m.SubImage(at))
		if got.W != 6 || got.H != 5 || !bytes.Equal(got.Pix, want.Pix) {
			t.Errorf("%s: pixels differ", name)
		}
	}
	gray := image.NewGray(whole)
	fill(gray)
	got := FromImage(gray.SubImage(at))
	for i, v := range got.Pix {
		if y := gray.GrayAt(at.Min.X+i/3%6, at.Min.Y+i/18).Y; v != y {
			t.Fatalf("Gray: byte %d is %d, want %d", i, v, y)
		}
	}
}

// TestPaletteIndexOutOfRange: a damaged GIF can name colours it does not have.
func TestPaletteIndexOutOfRange(t *testing.T) {
	src := image.NewPaletted(image.Rect(0, 0, 1, 1), color.Palette{color.Black})
	src.Pix[0] = 9
	if got := FromImage(src); !bytes.Equal(got.Pix, []byte{255, 255, 255}) {
		t.Errorf("got %v, want white", got.Pix)
	}
}

// A picture is an image.Image: encoders and image/draw see the same pixels as in
// its copy.
func TestIsAnImage(t *testing.T) {
	m := noise(5, 3)
	var _ image.RGBA64Image = m
	want := m.RGBA()
	if m.Bounds() != want.Bounds() {
		t.Errorf("bounds %v, want %v", m.Bounds(), want.Bounds())
	}
	for y := -1; y <= m.H; y++ {
		for x := -1; x <= m.W; x++ {
			if got, want := m.ColorModel().Convert(m.At(x, y)), want.At(x, y); got != want {
				t.Errorf("(%d,%d): %v, want %v", x, y, got, want)
			}
			if got, want := m.RGBA64At(x, y), want.RGBA64At(x, y); got != want {
				t.Errorf("(%d,%d): %v, want %v in 16 bits", x, y, got, want)
			}
		}
	}
	drawn := image.NewRGBA(m.Bounds())
	draw.Draw(drawn, drawn.Rect, m, image.Point{}, draw.Src)
	if !bytes.Equal(drawn.Pix, want.Pix) {
		t.Error("image/draw draws other pixels")
	}
	var a, b bytes.Buffer
	if err := png.Encode(&a, m); err != nil {
		t.Fatal(err)
	}
	if err := m.WritePNG(&b); err != nil {
		t.Fatal(err)
	}
	got, err := Decode(&a)
	if err != nil {
		t.Fatal(err)
	}
	checkNear(t, got, m, 0, 0)
	again := FromImage(m)
	checkNear(t, again, m, 0, 0)
	if again.Pix[0]++; again.Pix[0] == m.Pix[0] {
		t.Error("FromImage shares pixels with its argument")
	}
}
