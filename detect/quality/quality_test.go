package quality_test

import (
	"image"
	"math"
	"testing"

	"likeness/detect"
	"likeness/detect/quality"
)

func face(x, y, side float64) detect.Face {
	f := detect.Face{X: x, Y: y, Side: side}
	for i := range f.Landmarks {
		f.Landmarks[i] = detect.Point{X: x + 10*float64(i), Y: y}
	}
	return f
}

func TestCounts(t *testing.T) {
	var c quality.Counts
	moved := face(52, 50, 40)
	for i := range moved.Landmarks {
		moved.Landmarks[i].Y++ // 2 to the right, 1 down
	}
	// One face of two is found, one box is false, and one may be a stranger.
	c.Add([]detect.Face{moved, face(300, 300, 30), face(150, 20, 20)}, []detect.Face{face(50, 50, 40), face(200, 200, 40)},
		[]image.Rectangle{image.Rect(100, 0, 200, 100)})
	c.Add(nil, nil, nil)
	c.Add([]detect.Face{face(9, 9, 9)}, nil, nil)
	if c.Photographs != 3 || c.Faces != 2 || c.Found != 1 || c.False != 2 || c.Unknown != 1 || c.Empty != 2 || c.Quiet != 1 {
		t.Errorf("%+v", c)
	}
	if got, want := c.LandmarkError(), math.Sqrt(5)/10; math.Abs(got-want) > 1e-12 {
		t.Errorf("landmarks %g of an eye's distance away, expected %g", got, want)
	}
	if c.Recall() != 0.5 || c.FalsePerPhotograph() != 2.0/3 {
		t.Errorf("recall %g, false %g", c.Recall(), c.FalsePerPhotograph())
	}
}

// Two boxes on one face are one that is found and one that is false.
func TestOneBoxForEachFace(t *testing.T) {
	var c quality.Counts
	c.Add([]detect.Face{face(50, 50, 40), face(51, 50, 40)}, []detect.Face{face(50, 50, 40)}, nil)
	if c.Found != 1 || c.False != 1 {
		t.Errorf("%+v", c)
	}
}
