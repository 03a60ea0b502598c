// Package scene composes photographs of which it is known where every face lies: portraits pasted, scaled, turned, cut and
// lit on backgrounds of many kinds, alone and in groups, then blurred and compressed as cameras and mails do. A face
// detector learns from them and is measured on them.
package scene

import (
	"image"
	"math"

	"likeness/detect"
	"likeness/pix"
)

// Portrait is a picture of one known face.
type Portrait struct {
	Image *pix.Image
	Face  detect.Face // in pixels of Image
	// Alone says that nobody else is in the picture. Photographs of Labeled Faces in the Wild may have more people in the
	// background, whose places are not known.
	Alone bool

	mips []*pix.Image // Image, a half, a quarter, ...
}

// NewPortrait prepares a picture of a face.
func NewPortrait(m *pix.Image, face detect.Face, alone bool) *Portrait {
	return &Portrait{Image: m, Face: face, Alone: alone, mips: mipmaps(m)}
}

// smallestMip is the side below which no smaller picture is made.
const smallestMip = 12

// mipmaps returns a picture and its halves.
func mipmaps(m *pix.Image) []*pix.Image {
	list := []*pix.Image{m}
	for min(m.W, m.H) >= 2*smallestMip {
		m = m.Half()
		list = append(list, m)
	}
	return list
}

// transform maps places of a photograph to those of a picture pasted into it: (ax+by+c, dx+ey+f).
type transform struct{ a, b, c, d, e, f float64 }

// placed returns the transform for a picture whose point (px, py) comes to (x, y), enlarged by scale, turned clockwise by
// turn, and mirrored first where mirrored is set.
func placed(px, py, x, y, scale, turn float64, mirrored bool) transform {
	sin, cos := math.Sincos(turn)
	t := transform{a: cos / scale, b: sin / scale, d: -sin / scale, e: cos / scale}
	if mirrored {
		t.a, t.b = -t.a, -t.b
	}
	t.c, t.f = px-t.a*x-t.b*y, py-t.d*x-t.e*y
	return t
}

func (t transform) at(x, y float64) (float64, float64) {
	return t.a*x + t.b*y + t.c, t.d*x + t.e*y + t.f
}

// inverse returns the transform of places of the picture to those of the photograph.
func (t transform) inverse() transform {
	n := t.a*t.e - t.b*t.d
	i := transform{a: t.e / n, b: -t.b / n, d: -t.d / n, e: t.a / n}
	i.c, i.f = -i.a*t.c-i.b*t.f, -i.d*t.c-i.e*t.f
	return i
}

// step is how many pixels of the picture lie side by side in one of the photograph.
func (t transform) step() float64 { return math.Sqrt(math.Abs(t.a*t.e - t.b*t.d)) }

// moved returns the face of a portrait where the inverse of t puts it, and the mirrored one's points under their own names.
func moved(f detect.Face, t transform, mirrored bool) detect.Face {
	i := t.inverse()
	for k, p := range f.Landmarks {
		f.Landmarks[k].X, f.Landmarks[k].Y = i.at(p.X, p.Y)
	}
	if mirrored {
		l := &f.Landmarks
		l[detect.LeftEye], l[detect.RightEye] = l[detect.RightEye], l[detect.LeftEye]
		l[detect.LeftMouth], l[detect.RightMouth] = l[detect.RightMouth], l[detect.LeftMouth]
	}
	f.Box()
	return f
}

// sampler reads a picture at the resolution of a transform.
type sampler struct {
	m       *pix.Image
	t       transform
	reflect bool // beyond the picture it goes on as in a mirror; else its edge is repeated

	lastX, lastY float64 // of its columns and rows
}

// newSampler chooses the halves that lose no detail to aliasing.
func newSampler(mips []*pix.Image, t transform) sampler {
	level := 0
	for step := t.step(); step > 1.5 && level+1 < len(mips); level++ {
		step /= 2
	}
	m := mips[level]
	// Halved pictures have their pixels' middles at other places: (x+0.5)/2^k - 0.5.
	s := 1 / float64(int(1)<<level)
	return sampler{m: m, t: transform{t.a * s, t.b * s, (t.c+0.5)*s - 0.5, t.d * s, t.e * s, (t.f+0.5)*s - 0.5}, lastX: float64(m.W - 1), lastY: float64(m.H - 1)}
}

// colour is the picture at a place of the photograph.
func (s *sampler) colour(x, y float64) (r, g, b float32) {
	px, py := s.t.a*x+s.t.b*y+s.t.c, s.t.d*x+s.t.e*y+s.t.f
	if s.reflect {
		px, py = mirror(px, s.lastX), mirror(py, s.lastY)
	}
	px, py = min(max(px, 0), s.lastX), min(max(py, 0), s.lastY)
	ix, iy := int(px), int(py)
	fx, fy := float32(px-float64(ix)), float32(py-float64(iy))
	right, down := 3, s.m.W*3
	if ix == s.m.W-1 {
		right = 0
	}
	if iy == s.m.H-1 {
		down = 0
	}
	at := (iy*s.m.W + ix) * 3
	p, q := s.m.Pix[at:at+right+3:at+right+3], s.m.Pix[at+down:at+down+right+3:at+down+right+3]
	wa, wb, wc, wd := (1-fx)*(1-fy), fx*(1-fy), (1-fx)*fy, fx*fy
	r = wa*float32(p[0]) + wb*float32(p[right]) + wc*float32(q[0]) + wd*float32(q[right])
	g = wa*float32(p[1]) + wb*float32(p[right+1]) + wc*float32(q[1]) + wd*float32(q[right+1])
	b = wa*float32(p[2]) + wb*float32(p[right+2]) + wc*float32(q[2]) + wd*float32(q[right+2])
	return r, g, b
}

// mirror folds a place beyond 0 or last back into the picture.
func mirror(x, last float64) float64 {
	if x < 0 {
		x = -x
	}
	if x > last {
		x = 2*last - x
	}
	return x
}

// bounds returns the pixels of a w x h photograph that the corners of a part of the picture span.
func (t transform) bounds(x0, y0, x1, y1 float64, w, h int) image.Rectangle {
	i := t.inverse()
	lx, ly, hx, hy := math.Inf(1), math.Inf(1), math.Inf(-1), math.Inf(-1)
	for _, c := range [4][2]float64{{x0, y0}, {x1, y0}, {x0, y1}, {x1, y1}} {
		x, y := i.at(c[0], c[1])
		lx, ly, hx, hy = min(lx, x), min(ly, y), max(hx, x), max(hy, y)
	}
	return image.Rect(int(math.Floor(lx)), int(math.Floor(ly)), int(math.Ceil(hx))+1, int(math.Ceil(hy))+1).Intersect(image.Rect(0, 0, w, h))
}
