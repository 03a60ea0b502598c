package half

import (
	"math"
	"testing"
)

// Every binary16 number is rounded to itself, and what lies between two to the nearer one.
func TestToIsNearest(t *testing.T) {
	for h := range 0x7c00 {
		v := From(uint16(h))
		for _, c := range []struct {
			v    float32
			want uint16
		}{{v, uint16(h)}, {-v, uint16(h) | 0x8000}} {
			if got := To(c.v); got != c.want && c.v != 0 {
				t.Fatalf("%g becomes %#x, want %#x", c.v, got, c.want)
			}
		}
		if h == 0x7bff {
			break
		}
		next := From(uint16(h) + 1)
		middle := (v + next) / 2
		even := uint16(h + h&1)
		for _, c := range []struct {
			v    float32
			want uint16
		}{{middle, even}, {math.Nextafter32(middle, 0), uint16(h)}, {math.Nextafter32(middle, next), uint16(h) + 1}} {
			if got := To(c.v); got != c.want {
				t.Fatalf("%g, between %g and %g, becomes %#x, want %#x", c.v, v, next, got, c.want)
			}
		}
	}
	inf := float32(math.Inf(1))
	if To(inf) != 0x7c00 || To(-inf) != 0xfc00 || To(65520) != 0x7c00 || To(65519) != 0x7bff || To(1e-9) != 0 {
		t.Error("infinity or zero is rounded wrongly")
	}
	if v := From(To(float32(math.NaN()))); v == v {
		t.Error("NaN becomes a number")
	}
}

func TestEveryNumber(t *testing.T) {
	// By the definition of binary16: sign, 5 bits of exponent, 10 of fraction.
	for h := range 1 << 16 {
		exp, frac := h>>10&31, float64(h&1023)
		want := math.Ldexp(frac/1024, -14)
		switch {
		case exp == 31 && frac != 0:
			want = math.NaN()
		case exp == 31:
			want = math.Inf(1)
		case exp > 0:
			want = math.Ldexp(1+frac/1024, exp-15)
		}
		if h>>15 == 1 {
			want = -want
		}
		got := float64(From(uint16(h)))
		if got != want && !(math.IsNaN(got) && math.IsNaN(want)) || math.Signbit(got) != (h>>15 == 1) {
			t.Fatalf("%#04x: got %v, want %v", h, got, want)
		}
	}
}

// Every bfloat16 number is rounded to itself, and what lies between two to the nearer one.
func TestBrain(t *testing.T) {
	for b := range 1 << 16 {
		v := FromBrain(uint16(b))
		if v != v {
			if back := FromBrain(ToBrain(v)); back == back {
				t.Fatalf("%#x, no number, becomes %g", b, back)
			}
			continue
		}
		if got := ToBrain(v); got != uint16(b) {
			t.Fatalf("%g becomes %#x, want %#x", v, got, b)
		}
	}
	if ToBrain(1+1.0/256) != 0x3f80 || ToBrain(1+3.0/256) != 0x3f82 || ToBrain(math.MaxFloat32) != 0x7f80 {
		t.Error("a number between two is rounded wrongly")
	}
}
