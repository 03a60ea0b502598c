// Package align straightens faces. It learns, from pictures alone, what a
// face in its usual place looks like, and then finds for each picture the
// small shift, turn and size under which the picture looks most like that.
//
// What is most like a face is measured in a subspace of fitted principal
// components (the reconstruction error of a linear autoencoder, so to speak):
// the pose that leaves the least of a picture unexplained is the best. The
// subspaces are fitted to the pictures without alignment, the pictures are moved,
// the subspaces fitted again, coarse to fine. It is the idea of congealing
// (Huang, Jain and Learned-Miller 2007, Unsupervised joint alignment of complex
// images) with the search of active appearance models (Matthews and Baker
// 2004).
package align

import "math"

// Pose is where a face lies in a picture: what brings the window in which a
// face is expected, the middle of the picture, onto the face. The zero Pose is
// the middle itself.
type Pose struct {
	X    float64 `json:"x"`    // shift to the right, in sides of the picture
	Y    float64 `json:"y"`    // shift down, in sides of the picture
	Turn float64 `json:"turn"` // in radians; a positive one is clockwise
	Grow float64 `json:"grow"` // natural logarithm of the face's size over the usual size
}

// poseParams is how many numbers a pose has.
const poseParams = 4

func (p Pose) numbers() [poseParams]float64 { return [poseParams]float64{p.X, p.Y, p.Turn, p.Grow} }

func poseOf(v [poseParams]float64) Pose { return Pose{v[0], v[1], v[2], v[3]} }

// spread is how far poses usually lie from the middle. Steps and the cost of
// leaving the middle are measured in it.
var spread = [poseParams]float64{0.028, 0.028, 0.12, 0.10}

// distance is the squared length of a pose in spreads.
func (p Pose) distance() float64 {
	sum := 0.0
	for i, v := range p.numbers() {
		v /= spread[i]
		sum += v * v
	}
	return sum
}

// window maps the unit square of a face's window, whose middle is 0, to the
// pixels of a picture: pixel = (x0 + a*u - b*v, y0 + b*u + a*v).
type window struct{ x0, y0, a, b float64 }

// window of a face with this pose in a picture of side pixels; field is the
// side of a usual face's window in sides of the picture.
func (p Pose) window(side int, field float64) window {
	s := float64(side)
	size := s * field * math.Exp(p.Grow)
	middle := (s - 1) / 2
	return window{middle + p.X*s, middle + p.Y*s, size * math.Cos(p.Turn), size * math.Sin(p.Turn)}
}
