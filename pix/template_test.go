package pix

import (
	"math"
	"testing"
)

// placed moves, turns and scales the template's places.
func placed(x, y, scale, turn float64) Marks {
	var m Marks
	sin, cos := math.Sincos(turn)
	for i, p := range arcFace {
		u, v := (p[0]-55.5)*scale, (p[1]-55.5)*scale
		m[i] = [2]float64{x + u*cos - v*sin, y + u*sin + v*cos}
	}
	return m
}

// Marks in the template's places give a picture as it is, others the square that they were moved
// to.
func TestTemplate(t *testing.T) {
	m := New(112, 112)
	for i := range m.Pix {
		m.Pix[i] = byte(i * i / 97)
	}
	p := Prep{W: 112, H: 112, Auto: true, Template: ArcFace}
	got, err := p.ApplyToMarks(m, arcFace)
	if err != nil {
		t.Fatal(err)
	}
	for i, v := range got.Pix {
		if v != m.Pix[i] {
			t.Fatalf("byte %d is %d, want %d", i, v, m.Pix[i])
		}
	}
	f := templateFrame(placed(300, 200, 1.5, 0.3))
	for name, v := range map[string][2]float64{"x": {f.X, 300}, "y": {f.Y, 200}, "side": {f.Side, 168}, "turn": {f.Turn, 0.3}} {
		if math.Abs(v[0]-v[1]) > 1e-9 {
			t.Errorf("%s is %v, want %v", name, v[0], v[1])
		}
	}
	if _, err := p.ApplyToMarks(m, placed(5000, 200, 1, 0)); err == nil {
		t.Error("a face outside of its picture is no error")
	}
}

// Where no marks are known the template lies where it is in the frame of a usual face, and in a
// picture of LFW at the same place.
func TestTemplateWithoutMarks(t *testing.T) {
	// A usual face's marks in a frame of 250 pixels, as package detect has them.
	var usual Marks
	for i, p := range [5][2]float64{{0.4233, 0.4463}, {0.5767, 0.4463}, {0.5, 0.5383}, {0.4373, 0.6289}, {0.5627, 0.6289}} {
		usual[i] = [2]float64{p[0]*250 - 0.5, p[1]*250 - 0.5}
	}
	want, got := templateFrame(usual), LFWFrame(250, 250).template()
	if math.Hypot(want.X-got.X, want.Y-got.Y) > 1 || math.Abs(want.Side-got.Side) > 1 {
		t.Errorf("the template of a usual face is %+v, of a frame %+v", want, got)
	}
	p := Prep{W: 112, H: 112, Auto: true, Template: ArcFace}
	r, err := p.crop(250, 250)
	if err != nil || math.Abs(float64(r.Dx())-got.Side) > 1 || math.Abs(float64(r.Min.Y)+float64(r.Dy())/2-0.5-got.Y) > 1 {
		t.Errorf("the crop of a picture of LFW is %v, want about %+v, %v", r, got, err)
	}
}
