package pix

import "math"

// ArcFace is the template of the recognisers that take a face's five landmarks to fixed places in a
// square (Deng et al. 2019).
const ArcFace = "arcface"

// Marks are the middles of the eyes, the tip of the nose and the corners of the mouth of a face, in
// pixels of its picture, from the picture's left to its right: (x, y) each.
type Marks [5][2]float64

// arcFace is where the marks are in pictures of 112x112 pixels.
var arcFace = Marks{{38.2946, 51.6963}, {73.5318, 51.5014}, {56.0252, 71.7366}, {41.5493, 92.3655}, {70.7299, 92.2041}}

const arcFaceSide = 112

// templateOf is the part of a usual face's frame that a template shows: where its middle lies, in
// sides of the frame, and its side. It stands in where a face's marks are not known.
const (
	templateY    = 0.4651
	templateSide = 0.4958
)

// templateFrame returns the square that a template shows of a face: the similarity transform that
// brings the template's places nearest to the marks (least squares, Umeyama 1991).
func templateFrame(m Marks) Frame {
	var mx, my, ux, uy float64
	const n = float64(len(m))
	place := func(i int) (u, v float64) {
		return (arcFace[i][0] + 0.5) / arcFaceSide, (arcFace[i][1] + 0.5) / arcFaceSide
	}
	for i, p := range m {
		u, v := place(i)
		mx, my, ux, uy = mx+p[0]/n, my+p[1]/n, ux+u/n, uy+v/n
	}
	var a, b, norm float64 // the transform's matrix is (a -b; b a)
	for i, p := range m {
		u, v := place(i)
		x, y := p[0]-mx, p[1]-my
		u, v = u-ux, v-uy
		a, b, norm = a+x*u+y*v, b+y*u-x*v, norm+u*u+v*v
	}
	a, b = a/norm, b/norm
	u, v := 0.5-ux, 0.5-uy
	return Frame{X: mx + a*u - b*v, Y: my + b*u + a*v, Side: math.Hypot(a, b), Turn: math.Atan2(b, a)}
}

// template is the part of a frame that stands in for a template.
func (f Frame) template() Frame {
	f.X, f.Y = f.At(0.5, templateY)
	f.Side *= templateSide
	return f
}

// ApplyToMarks is ApplyTo for a face whose marks are known, as a template needs them.
func (p Prep) ApplyToMarks(m *Image, marks Marks) (*Image, error) {
	return p.cutFrame(m, templateFrame(marks))
}
