package training

import (
	"context"
	"math"

	"likeness/align"
	"likeness/detect"
	"likeness/internal/kernel"
	"likeness/parallel"
	"likeness/pca"
	"likeness/pix"
	"likeness/progress"
)

// Landmarks of photographs that nobody has marked. Package align learns where each face lies, and in the mean of the
// straightened faces eyes, nose and mouth are seen at once: their places there are the only ones that were marked by hand.
// Each landmark is then moved in each picture by itself, so that the small picture around it becomes most like the others,
// as align does with whole faces.

// straightSide is the side of a straightened face, straightField the part that it shows of the middle of the picture.
const (
	straightSide  = 96
	straightField = 0.62
	middle        = 0.72 // the part of an LFW photograph that align looks at, 180 of 250 pixels
)

// part is a landmark in a straightened face: its usual place in sides, the window around it in pixels, and how far it
// usually lies from there, in pixels.
type part struct {
	x, y   float64
	w, h   int
	spread float64
}

// parts are the landmarks' places in the mean face.
var parts = [detect.NumLandmarks]part{
	{0.3226, 0.3774, 28, 18, 3}, {0.6774, 0.3774, 28, 18, 3}, {0.5, 0.5903, 26, 24, 4},
	{0.3548, 0.8, 26, 20, 3.5}, {0.6452, 0.8, 26, 20, 3.5},
}

// rounds is the course of the fitting: components of the subspace, how far a landmark is looked for from where it was, and
// in which steps, in pixels.
var rounds = []struct {
	components   int
	reach, steps float64
}{{2, 3, 1}, {2, 3, 1}, {3, 3, 1}, {4, 3, 1}, {6, 3, 1}, {8, 1.5, 0.5}, {8, 1.5, 0.5}}

// fitted is the number of pictures that the subspaces are fitted to.
const fitted = 1500

// MarkFaces returns the face in the middle of each of n square photographs, framed as LFW frames them, in pixels of the
// photograph, and how much of it the alignment leaves unexplained, from 0 to 1.
func MarkFaces(ctx context.Context, n int, picture func(i int) *pix.Image, report progress.Func) ([]detect.Face, []float64, error) {
	side := picture(0).W
	centre := func(i int) *pix.Image {
		half := float64(side-1) / 2
		return picture(i).Cut(pix.Frame{X: half, Y: half, Side: middle * float64(side)}, straightSide)
	}
	aligner, err := align.Fit(ctx, n, centre, align.Options{Progress: report.Counter("Learning where faces lie")})
	if err != nil {
		return nil, nil, err
	}
	report.Report("Straightening faces", 0, 1)
	found, err := aligner.FindAll(ctx, n, centre)
	if err != nil {
		return nil, nil, err
	}
	planes := make([]align.Plane, n)
	err = parallel.Each(ctx, n, func(i int) {
		planes[i] = align.Grey(align.Straighten(centre(i), found[i].Pose, straightField, straightSide))
	})
	if err != nil {
		return nil, nil, err
	}
	faces, unexplained := make([]detect.Face, n), make([]float64, n)
	for k, p := range parts {
		report.Report("Marking eyes, noses and mouths", k, len(parts))
		moved, err := p.follow(ctx, planes)
		if err != nil {
			return nil, nil, err
		}
		for i := range faces {
			faces[i].Landmarks[k] = p.place(moved[i], found[i].Pose, side)
		}
	}
	for i := range faces {
		faces[i].Box()
		unexplained[i] = found[i].Unexplained
	}
	return faces, unexplained, nil
}

// place returns a landmark's place in a photograph, moved in the straightened face.
func (p part) place(moved [2]float64, at align.Pose, side int) detect.Point {
	s := middle * float64(side)
	size := s * straightField * math.Exp(at.Grow)
	u, v := (p.x+moved[0]/straightSide-0.5)*size, (p.y+moved[1]/straightSide-0.5)*size
	sin, cos := math.Sincos(at.Turn)
	half := float64(side-1) / 2
	return detect.Point{X: half + at.X*s + u*cos - v*sin, Y: half + at.Y*s + u*sin + v*cos}
}

// follow returns how far the landmark lies from its usual place in each straightened face, in pixels.
func (p part) follow(ctx context.Context, planes []align.Plane) ([][2]float64, error) {
	some := make([]align.Plane, 0, fitted)
	for i := range min(fitted, len(planes)) {
		some = append(some, planes[i*len(planes)/min(fitted, len(planes))])
	}
	moved := make([][2]float64, len(some))
	var s *patches
	var err error
	for _, r := range rounds {
		if s, err = p.fit(ctx, some, moved, r.components); err != nil {
			return nil, err
		}
		if err := s.search(ctx, some, moved, r.reach, r.steps); err != nil {
			return nil, err
		}
		centre(moved)
	}
	all := make([][2]float64, len(planes))
	for _, r := range [][2]float64{{8, 2}, {2, 1}, {1, 0.5}, {0.5, 0.25}} {
		if err := s.search(ctx, planes, all, r[0], r[1]); err != nil {
			return nil, err
		}
	}
	centre(all)
	return all, nil
}

// centre takes the mean off all moves, so that the usual place stays the one that was marked.
func centre(moved [][2]float64) {
	var x, y float64
	for _, m := range moved {
		x, y = x+m[0]/float64(len(moved)), y+m[1]/float64(len(moved))
	}
	for i := range moved {
		moved[i][0] -= x
		moved[i][1] -= y
	}
}

// patches is a subspace of the small pictures around a landmark.
type patches struct {
	part
	*pca.PCA
}

// fit fits a subspace to the pictures around the landmark where it has been found.
func (p part) fit(ctx context.Context, planes []align.Plane, moved [][2]float64, components int) (*patches, error) {
	n := p.w * p.h
	windows := make([]float32, len(planes)*n)
	if err := parallel.Each(ctx, len(planes), func(i int) { p.cut(windows[i*n:][:n], planes[i], moved[i]) }); err != nil {
		return nil, err
	}
	m, err := pca.Measure(ctx, windows, n)
	if err != nil {
		return nil, err
	}
	model, err := m.PCA(ctx, components)
	return &patches{p, model}, err
}

// pull is the cost of leaving the usual place by one spread, in shares of the window's contrast.
const pull = 0.02

// search moves the landmark in each picture to where its surroundings are explained best.
func (s *patches) search(ctx context.Context, planes []align.Plane, moved [][2]float64, reach, step float64) error {
	return parallel.Each(ctx, len(planes), func(i int) {
		window := make([]float32, s.w*s.h)
		best, from := math.Inf(1), moved[i]
		for dy := -reach; dy <= reach; dy += step {
			for dx := -reach; dx <= reach; dx += step {
				to := [2]float64{from[0] + dx, from[1] + dy}
				s.cut(window, planes[i], to)
				cost := s.unexplained(window) + pull*(to[0]*to[0]+to[1]*to[1])/(s.spread*s.spread)
				if cost < best {
					best, moved[i] = cost, to
				}
			}
		}
	})
}

// unexplained returns the mean square that the subspace leaves over of a window, which it changes.
func (s *patches) unexplained(window []float32) float64 {
	n := len(window)
	for i := range window {
		window[i] -= s.Mean[i]
	}
	sum := kernel.Dot(window, window)
	for k := 0; k < len(s.Components); k += n {
		c := kernel.Dot(s.Components[k:k+n], window)
		sum -= c * c
	}
	return float64(sum) / float64(n)
}

// cut writes the window around the moved landmark to dst, with mean 0 and deviation 1.
func (p part) cut(dst []float32, plane align.Plane, moved [2]float64) {
	side := float64(plane.Side)
	x0, y0 := p.x*side+moved[0]-float64(p.w)/2, p.y*side+moved[1]-float64(p.h)/2
	last := side - 1.01
	sum := float32(0)
	for r := range p.h {
		y := min(max(y0+float64(r), 0), last)
		iy := int(y)
		fy := float32(y - float64(iy))
		for c := range p.w {
			x := min(max(x0+float64(c), 0), last)
			ix := int(x)
			fx := float32(x - float64(ix))
			above, below := plane.V[iy*plane.Side+ix:][:2], plane.V[(iy+1)*plane.Side+ix:][:2]
			top := above[0] + fx*(above[1]-above[0])
			v := top + fy*(below[0]+fx*(below[1]-below[0])-top)
			dst[r*p.w+c] = v
			sum += v
		}
	}
	mean := sum / float32(len(dst))
	for i := range dst {
		dst[i] -= mean
	}
	scale := 1 / (float32(math.Sqrt(float64(kernel.Dot(dst, dst)/float32(len(dst))))) + 0.01)
	for i := range dst {
		dst[i] *= scale
	}
}
