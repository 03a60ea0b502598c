package detect

import (
	"math"
	"testing"

	"likeness/pix"
)

func TestFrameOfUsualLandmarks(t *testing.T) {
	want := pix.Frame{X: 301, Y: 122, Side: 88, Turn: -0.3}
	var f Face
	for i, p := range usual {
		f.Landmarks[i].X, f.Landmarks[i].Y = want.At(p.X, p.Y)
	}
	got := f.Frame()
	for _, d := range []float64{got.X - want.X, got.Y - want.Y, got.Side - want.Side, got.Turn - want.Turn} {
		if math.Abs(d) > 1e-9 {
			t.Fatalf("frame %+v, expected %+v", got, want)
		}
	}
}
