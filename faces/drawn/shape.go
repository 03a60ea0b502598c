package drawn

import "math"

// pt is a point of the picture (pixels, y downwards) or of the face (units, see head).
type pt struct{ x, y float64 }

func (a pt) to(b pt, t float64) pt { return pt{lerp(a.x, b.x, t), lerp(a.y, b.y, t)} }

// contour is a polygon fine enough to pass for a curve.
type contour []pt

// closed is the Catmull-Rom curve around the points.
func closed(ps ...pt) contour {
	n := len(ps)
	out := make(contour, 0, n*6)
	for i := range n {
		out = span(out, ps[(i+n-1)%n], ps[i], ps[(i+1)%n], ps[(i+2)%n])
	}
	return out
}

// open is the Catmull-Rom curve from the first point to the last.
func open(ps ...pt) contour {
	n := len(ps)
	out := make(contour, 0, n*6)
	for i := range n - 1 {
		out = span(out, ps[max(i-1, 0)], ps[i], ps[i+1], ps[min(i+2, n-1)])
	}
	return append(out, ps[n-1])
}

func span(out contour, a, b, c, d pt) contour {
	const pieces = 6
	for k := range pieces {
		t := float64(k) / pieces
		t2 := t * t
		t3 := t2 * t
		wa, wb := -0.5*t3+t2-0.5*t, 1.5*t3-2.5*t2+1
		wc, wd := -1.5*t3+2*t2+0.5*t, 0.5*t3-0.5*t2
		out = append(out, pt{a.x*wa + b.x*wb + c.x*wc + d.x*wd, a.y*wa + b.y*wb + c.y*wc + d.y*wd})
	}
	return out
}

// ribbon is the outline of a stroke along line. Its full width at the part t of
// the way, 0 to 1, is width(t) pixels.
func ribbon(line contour, width func(t float64) float64) contour {
	n := len(line)
	out := make(contour, 2*n)
	for i, p := range line {
		a, b := line[max(i-1, 0)], line[min(i+1, n-1)]
		dx, dy := b.x-a.x, b.y-a.y
		l := math.Sqrt(dx*dx + dy*dy)
		if l < 1e-9 {
			dx, l = 1, 1
		}
		w := width(float64(i)/float64(n-1)) / 2 / l
		out[i] = pt{p.x - dy*w, p.y + dx*w}
		out[2*n-1-i] = pt{p.x + dy*w, p.y - dx*w}
	}
	return out
}

// even is a stroke of one width; tapered ends in points on both sides; brush
// starts full and ends in a point.
func even(w float64) func(float64) float64 { return func(float64) float64 { return w } }
func tapered(w float64) func(float64) float64 {
	return func(t float64) float64 { return w * 4 * t * (1 - t) }
}
func brush(w float64) func(float64) float64 {
	return func(t float64) float64 { return w * (1 - t*t) }
}

// ellipse is an ellipse around c, turned by angle.
func ellipse(c pt, rx, ry, angle float64) contour {
	const n = 28
	sin, cos := math.Sincos(angle)
	out := make(contour, n)
	for i := range out {
		s, t := math.Sincos(2 * math.Pi * float64(i) / n)
		x, y := rx*t, ry*s
		out[i] = pt{c.x + x*cos - y*sin, c.y + x*sin + y*cos}
	}
	return out
}
