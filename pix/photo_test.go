package pix

import (
	"math"
	"testing"
)

// A frame that is a picture of LFW gives what Apply gives, to the byte.
func TestApplyToIsLFWsCrop(t *testing.T) {
	m := noise(250, 250)
	for _, p := range []Prep{
		{W: 32, H: 32, Auto: true}, {W: 45, H: 30, Auto: true}, {W: 90, H: 90, Auto: true}, {W: 128, H: 128, Auto: true, Wide: true},
		Prep{W: 32, H: 32, Auto: true}.Surroundings(), {W: 32, H: 32, Auto: true, Whole: true},
	} {
		want, err := p.Apply(m)
		if err != nil {
			t.Fatal(err)
		}
		got, err := p.ApplyTo(m, LFWFrame(250, 250))
		if err != nil {
			t.Fatal(err)
		}
		checkNear(t, got, want, 0, 0)
	}
}

// The same face in a picture of another size is the same input, but for rounding.
func TestApplyToFollowsTheFace(t *testing.T) {
	small := noise(50, 50).Resize(250, 250)
	large := New(900, 700)
	for y := range 500 {
		for x := range 500 {
			copy(large.Pix[((y+120)*900+x+333)*3:][:3], small.Pix[(y/2*250+x/2)*3:][:3])
		}
	}
	p := Prep{W: 32, H: 32, Auto: true, Wide: true}
	want, err := p.ApplyTo(small, LFWFrame(250, 250))
	if err != nil {
		t.Fatal(err)
	}
	got, err := p.ApplyTo(large, Frame{X: 333 + 249.5, Y: 120 + 249.5, Side: 500})
	if err != nil {
		t.Fatal(err)
	}
	checkNear(t, got, want, 1, 1)
}

func TestApplyToErrors(t *testing.T) {
	m, good := noise(40, 30), Frame{X: 20, Y: 15, Side: 20}
	p := Prep{W: 8, H: 8, Auto: true}
	if _, err := p.ApplyTo(m, good); err != nil {
		t.Fatal(err)
	}
	for _, f := range []Frame{
		{}, {X: 20, Y: 15}, {X: 20, Y: 15, Side: 1e9}, {X: 41, Y: 15, Side: 9}, {X: math.NaN(), Y: 1, Side: 9}, {X: 20, Y: 15, Side: 9, Turn: math.Inf(1)},
	} {
		if _, err := p.ApplyTo(m, f); err == nil {
			t.Errorf("the frame %+v is taken", f)
		}
	}
	for _, p := range []Prep{{W: 8, H: 8}, {W: 8, H: 8, Auto: true, Square: true}, {W: 8, H: 8, Auto: true, Rect: Rect{1, 1, 2, 2}}, {W: 0, H: 8, Auto: true}} {
		if _, err := p.ApplyTo(m, good); err == nil {
			t.Errorf("%+v cuts a frame", p)
		}
	}
}

// Crops that do not follow the face.
func TestFixedCrops(t *testing.T) {
	lfw := noise(250, 250)
	for _, c := range []struct {
		name string
		prep Prep
		src  *Image
		want *Image
	}{
		{"the square of LFW's size", Prep{W: 32, H: 32, Square: true}, lfw, lfw.Resize(32, 32)},
		{"the square in place of the face", Prep{W: 32, H: 32, Auto: true, Wide: true}.Squared(), noise(31, 20), noise(31, 20).part(5, 0, 20, 20).Resize(32, 32)},
		{"a rectangle", Prep{W: 8, H: 8, Auto: true, Rect: Rect{3, 4, 10, 11}}, noise(20, 30), noise(20, 30).part(3, 4, 10, 11).Resize(8, 8)},
		{"a rectangle of a ready picture", Prep{W: 20, H: 30, Rect: Rect{3, 4, 10, 11}}, noise(20, 30), noise(20, 30).part(3, 4, 10, 11).Resize(20, 30)},
		{"framed as LFW, twice the size", Prep{W: 32, H: 32, Auto: true, Whole: true}, noise(500, 500), noise(500, 500).part(160, 160, 180, 180).Resize(32, 32)},
	} {
		got, err := c.prep.Apply(c.src)
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		checkNear(t, got, c.want, 0, 0)
		if c.prep.FollowsFace() {
			t.Errorf("%s: follows the face", c.name)
		}
	}
	for _, r := range []Rect{{-1, 0, 4, 4}, {0, 0, 0, 4}, {17, 0, 4, 4}, {0, 0, 1 << 62, 1 << 62}, {1 << 62, 0, 4, 4}} {
		if _, err := (Prep{W: 8, H: 8, Rect: r}).Apply(noise(20, 30)); err == nil {
			t.Errorf("%+v is cut", r)
		}
	}
}
