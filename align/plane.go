package align

import (
	"math"

	"likeness/pix"
)

// Plane is a square grey picture of Side x Side numbers, row by row.
type Plane struct {
	Side int
	V    []float32
}

// Grey returns the luminance of a square picture, from 0 to 1, with the weights
// of ITU-R BT.601. Another shape is a programming mistake.
func Grey(m *pix.Image) Plane {
	if m.W != m.H {
		panic("align: the picture is not a square")
	}
	p := Plane{m.W, make([]float32, m.W*m.H)}
	for i := range p.V {
		c := m.Pix[3*i : 3*i+3]
		p.V[i] = (0.299*float32(c[0]) + 0.587*float32(c[1]) + 0.114*float32(c[2])) / 255
	}
	return p
}

// Sample writes the size x size numbers of a face's window to dst, interpolated
// linearly between pixels; beyond the edge its pixels repeat. field is the
// window's side for a face of the usual size, in sides of the picture.
func (p Plane) Sample(dst []float32, size int, at Pose, field float64) {
	if len(dst) != size*size {
		panic("align: Sample: dst has another size")
	}
	w := at.window(p.Side, field)
	a, b := w.a/float64(size), w.b/float64(size) // from one number of the window to the next
	for row := range size {
		u, v := 0.5-float64(size)/2, float64(row)+0.5-float64(size)/2
		x0, y0 := w.x0+a*u-b*v, w.y0+b*u+a*v
		line := dst[row*size : (row+1)*size]
		if p.holds(x0, y0) && p.holds(x0+a*float64(size-1), y0+b*float64(size-1)) {
			for col := range line {
				line[col] = p.at(x0+a*float64(col), y0+b*float64(col))
			}
			continue
		}
		last := float64(p.Side - 1)
		for col := range line {
			x, y := x0+a*float64(col), y0+b*float64(col)
			line[col] = p.at(min(max(x, 0), last), min(max(y, 0), last))
		}
	}
}

// holds reports whether a place lies clearly between the middles of the plane's
// outermost pixels.
func (p Plane) holds(x, y float64) bool {
	const edge = 0.001 // more than rounding can move the places between two ends
	last := float64(p.Side-1) - edge
	return x >= edge && y >= edge && x <= last && y <= last
}

// at interpolates at a place of the plane.
func (p Plane) at(x, y float64) float32 {
	ix, iy := int(x), int(y)
	if ix == p.Side-1 {
		ix--
	}
	if iy == p.Side-1 {
		iy--
	}
	fx, fy := float32(x-float64(ix)), float32(y-float64(iy))
	i := iy*p.Side + ix
	above, below := p.V[i:i+2:i+2], p.V[i+p.Side:i+p.Side+2:i+p.Side+2]
	top := above[0] + fx*(above[1]-above[0])
	bottom := below[0] + fx*(below[1]-below[0])
	return top + fy*(bottom-top)
}

// blur returns the plane under a gaussian of the given deviation in pixels; the
// edge repeats beyond itself.
func (p Plane) blur(sigma float64) Plane {
	r := int(math.Ceil(3 * sigma))
	taps := make([]float32, 2*r+1)
	sum := 0.0
	for i := range taps {
		d := float64(i - r)
		v := math.Exp(-d * d / (2 * sigma * sigma))
		taps[i] = float32(v)
		sum += v
	}
	for i := range taps {
		taps[i] /= float32(sum)
	}
	return p.acrossRows(func(dst, src []float32) {
		padded := extend(src, r)
		for i := range dst {
			s := float32(0)
			for j, t := range taps {
				s += t * padded[i+j]
			}
			dst[i] = s
		}
	})
}

// soften is a wide blur at a price that does not grow with its width: three
// means over a run of pixels, which come close to a gaussian.
func (p Plane) soften(sigma float64) Plane {
	r := max(1, int(math.Round((math.Sqrt(4*sigma*sigma+1)-1)/2)))
	return p.acrossRows(func(dst, src []float32) {
		copy(dst, src)
		for range 3 {
			padded := extend(dst, r)
			sum := 0.0 // in float64, for what comes and goes leaves nothing behind there
			for _, v := range padded[:2*r] {
				sum += float64(v)
			}
			for i := range dst {
				sum += float64(padded[i+2*r])
				dst[i] = float32(sum / float64(2*r+1))
				sum -= float64(padded[i])
			}
		}
	})
}

// extend repeats the ends of a row r times.
func extend(row []float32, r int) []float32 {
	out := make([]float32, len(row)+2*r)
	copy(out[r:], row)
	for i := range r {
		out[i], out[r+len(row)+i] = row[0], row[len(row)-1]
	}
	return out
}

// acrossRows lets f make new rows of rows, first of the plane's rows and then
// of the columns.
func (p Plane) acrossRows(f func(dst, src []float32)) Plane {
	half := p.turned(f)
	return half.turned(f)
}

// turned is the plane with f applied to its rows, rows and columns exchanged.
func (p Plane) turned(f func(dst, src []float32)) Plane {
	n := p.Side
	out, row := Plane{n, make([]float32, n*n)}, make([]float32, n)
	for y := range n {
		f(row, p.V[y*n:(y+1)*n])
		for x, v := range row {
			out.V[x*n+y] = v
		}
	}
	return out
}

// Widths of the neighbourhoods whose mean and contrast are taken out of a
// plane, in sides of the picture, and a contrast below which a place is flat.
const (
	meanWidth     = 0.067
	contrastWidth = 0.089
	flat          = 0.03
)

// even takes slow light out of the plane: each place less the mean around it,
// over the contrast around it.
func (p Plane) even() Plane {
	mean := p.soften(meanWidth * float64(p.Side))
	d := Plane{p.Side, make([]float32, len(p.V))}
	square := Plane{p.Side, make([]float32, len(p.V))}
	for i, v := range p.V {
		e := v - mean.V[i]
		d.V[i], square.V[i] = e, e*e
	}
	around := square.soften(contrastWidth * float64(p.Side))
	for i, v := range around.V {
		d.V[i] /= float32(math.Sqrt(max(float64(v), 0))) + flat
	}
	return d
}
