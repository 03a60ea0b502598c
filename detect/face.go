// Package detect finds faces in photographs: where each lies, how sure that is, and where its eyes, nose and mouth are.
package detect

import (
	"math"

	"likeness/pix"
)

// Point is a place in a picture, in pixels; the middle of the upper left pixel is (0, 0).
type Point struct {
	X float64 `json:"x"`
	Y float64 `json:"y"`
}

// The landmarks of a face, in the order of Face.Landmarks. Left and right are those of the picture.
const (
	LeftEye = iota
	RightEye
	Nose
	LeftMouth
	RightMouth
	NumLandmarks
)

// Face is a face that was found.
type Face struct {
	// X, Y, Side are the box, a square, in pixels of the picture: its middle and its side. It reaches from the middle of
	// the forehead to the chin, as the boxes of Viola and Jones's detector do, and may extend beyond the picture.
	X    float64 `json:"x"`
	Y    float64 `json:"y"`
	Side float64 `json:"side"`
	// Score is how sure the detector is, from 0 to 1.
	Score float64 `json:"score"`
	// Landmarks are the middles of the eyes, the tip of the nose and the corners of the mouth.
	Landmarks [NumLandmarks]Point `json:"landmarks"`
}

// FrameSide is the side of a face's frame in sides of its box: Labeled Faces in the Wild cut its pictures so (Huang et al.
// 2007, section 3: the detector's box, each side 2.2 times as long).
const FrameSide = 2.2

// usual is where the landmarks lie in the frame of a face that looks into the camera, in sides of the frame. They are the
// means over Labeled Faces in the Wild.
var usual = [NumLandmarks]Point{{0.4233, 0.4463}, {0.5767, 0.4463}, {0.5, 0.5383}, {0.4373, 0.6289}, {0.5627, 0.6289}}

// Frame returns the square around the face that shows it as Labeled Faces in the Wild shows its faces, upright and in
// their usual size: the similarity transform that brings the landmarks nearest to their usual places (least squares,
// Umeyama 1991).
func (f Face) Frame() pix.Frame {
	var mx, my, ux, uy float64
	for i, p := range f.Landmarks {
		mx, my = mx+p.X/NumLandmarks, my+p.Y/NumLandmarks
		ux, uy = ux+usual[i].X/NumLandmarks, uy+usual[i].Y/NumLandmarks
	}
	var a, b, n float64 // the transform's matrix is (a -b; b a)
	for i, p := range f.Landmarks {
		x, y, u, v := p.X-mx, p.Y-my, usual[i].X-ux, usual[i].Y-uy
		a, b, n = a+x*u+y*v, b+y*u-x*v, n+u*u+v*v
	}
	a, b = a/n, b/n
	u, v := 0.5-ux, 0.5-uy
	return pix.Frame{X: mx + a*u - b*v, Y: my + b*u + a*v, Side: math.Hypot(a, b), Turn: math.Atan2(b, a)}
}

// Box sets the box to the one that the landmarks say: the middle of their frame.
func (f *Face) Box() {
	frame := f.Frame()
	f.X, f.Y, f.Side = frame.X, frame.Y, frame.Side/FrameSide
}

// Overlap returns the area that the boxes of two faces share over the area that they cover together (intersection over
// union).
func (f Face) Overlap(g Face) float64 {
	side := func(a, b float64) float64 {
		return max(0, min(a+f.Side/2, b+g.Side/2)-max(a-f.Side/2, b-g.Side/2))
	}
	shared := side(f.X, g.X) * side(f.Y, g.Y)
	if shared == 0 {
		return 0
	}
	return shared / (f.Side*f.Side + g.Side*g.Side - shared)
}
