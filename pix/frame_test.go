package pix_test

import (
	"math"
	"testing"

	"likeness/pix"
)

// ramp is a picture whose red grows along x and whose green grows along y.
func ramp(w, h int) *pix.Image {
	m := pix.New(w, h)
	for y := range h {
		for x := range w {
			p := m.Pix[(y*w+x)*3:]
			p[0], p[1], p[2] = byte(2*x), byte(2*y), 7
		}
	}
	return m
}

func TestCutIsThePartItself(t *testing.T) {
	m := ramp(100, 80)
	cut := m.Cut(pix.Frame{X: 39.5, Y: 29.5, Side: 20}, 20) // columns 30 to 49, rows 20 to 39
	for y := range 20 {
		for x := range 20 {
			if got, want := cut.RGBAAt(x, y), m.RGBAAt(30+x, 20+y); got != want {
				t.Fatalf("pixel (%d, %d) is %v, expected %v", x, y, got, want)
			}
		}
	}
}

func TestCutFollowsTurnAndSide(t *testing.T) {
	m := ramp(120, 120)
	for _, f := range []pix.Frame{{60, 50, 40, 0.4}, {52.3, 61.7, 33, -0.9}, {60, 60, 55, math.Pi / 2}, {60, 60, 9, 0.1}} {
		const size = 16
		cut := m.Cut(f, size)
		for y := range size {
			for x := range size {
				// A ramp is linear: the mean over a pixel is its value in the pixel's middle.
				px, py := f.At((float64(x)+0.5)/size, (float64(y)+0.5)/size)
				c := cut.RGBAAt(x, y)
				if math.Abs(float64(c.R)-2*px) > 0.51 || math.Abs(float64(c.G)-2*py) > 0.51 {
					t.Fatalf("%+v: pixel (%d, %d) is %v, expected red %.1f and green %.1f", f, x, y, c, 2*px, 2*py)
				}
			}
		}
	}
}

func TestCutRepeatsTheEdge(t *testing.T) {
	m := ramp(10, 10)
	cut := m.Cut(pix.Frame{X: 0, Y: 0, Side: 40}, 40)
	if c := cut.RGBAAt(0, 0); c.R != 0 || c.G != 0 || c.B != 7 {
		t.Errorf("beyond the corner there is %v", c)
	}
	if c := cut.RGBAAt(39, 39); c.R != 18 || c.G != 18 {
		t.Errorf("beyond the far corner there is %v", c)
	}
}
