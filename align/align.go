package align

import (
	"math"

	"likeness/internal/kernel"
	"likeness/pix"
)

// Aligner finds the poses of faces. It is fitted once and then only read, by
// any number of goroutines.
type Aligner struct {
	Side   int     // pictures are brought to Side x Side
	Window int     // faces are compared as Window x Window numbers
	Field  float64 // the window's side for a usual face, in sides of the picture
	Pull   float64 // cost of leaving the middle, in units of Unexplained for a distance of one spread
	Stages []Stage // coarse to fine

	// Pictures is how many pictures the subspaces were fitted to.
	Pictures int
}

// Stage is one subspace of faces.
type Stage struct {
	Blur       float64   // deviation in sides of the picture
	Steps      int       // at most so many steps of the search
	Mean       []float32 // Window*Window
	Components []float32 // K x Window*Window, orthonormal rows
}

// values is how many numbers a window has.
func (a *Aligner) values() int { return a.Window * a.Window }

// Found is what a search for a pose came to. Unexplained is the share of the
// window's contrast that the finest subspace leaves over, from 0 to 1.
type Found struct {
	Pose
	Unexplained float64 `json:"unexplained"`
	Before      float64 `json:"before"` // Unexplained of the picture as it lies
}

// Find returns the pose of the face in a square picture. It is the zero pose
// where no other makes the picture more like a face. A picture that is not a
// square is a programming mistake.
func (a *Aligner) Find(m *pix.Image) Found {
	if m.W != a.Side {
		m = m.Resize(a.Side, a.Side*m.H/m.W)
	}
	return a.find(Grey(m).even())
}

// find is Find for a plane without slow light.
func (a *Aligner) find(even Plane) Found {
	s := a.newSearch()
	var at Pose
	for i := range a.Stages {
		s.enter(&a.Stages[i], even)
		at = s.descend(at)
	}
	before, after := s.measure(Pose{}), s.measure(at)
	f := Found{Pose: at, Unexplained: after, Before: before}
	if s.cost(at, after) >= before {
		f.Pose, f.Unexplained = Pose{}, before
	}
	return f
}

// search is the memory of one search.
type search struct {
	a     *Aligner
	stage *Stage
	plane Plane
	rest  []float32             // the window less its projection
	moved [poseParams][]float32 // the same, moved a little along each number
	codes []float32             // of the subspace
}

func (a *Aligner) newSearch() *search {
	s := &search{a: a, rest: make([]float32, a.values())}
	for i := range s.moved {
		s.moved[i] = make([]float32, a.values())
	}
	return s
}

// enter begins a stage.
func (s *search) enter(stage *Stage, even Plane) {
	s.stage, s.plane = stage, even.blur(stage.Blur*float64(even.Side))
	s.codes = make([]float32, len(stage.Components)/s.a.values())
}

// window writes the normalised window of a pose: mean 0, deviation 1.
func (a *Aligner) windowOf(dst []float32, p Plane, at Pose) {
	p.Sample(dst, a.Window, at, a.Field)
	mean := float32(0)
	for _, v := range dst {
		mean += v
	}
	mean /= float32(len(dst))
	for i := range dst {
		dst[i] -= mean
	}
	deviation := math.Sqrt(float64(kernel.Dot(dst, dst)) / float64(len(dst)))
	kernel.Scale(dst, float32(1/(deviation+1e-3)))
}

// residual writes what the subspace leaves over of a pose's window.
func (s *search) residual(dst []float32, at Pose) {
	s.a.windowOf(dst, s.plane, at)
	kernel.Axpy(dst, -1, s.stage.Mean)
	n := len(dst)
	for k := range s.codes {
		s.codes[k] = kernel.Dot(dst, s.stage.Components[k*n:(k+1)*n])
	}
	for k, c := range s.codes {
		kernel.Axpy(dst, -c, s.stage.Components[k*n:(k+1)*n])
	}
}

// measure is the mean square of the residual, which is a share, for a window's
// numbers have mean square 1.
func (s *search) measure(at Pose) float64 {
	s.residual(s.rest, at)
	return float64(kernel.Dot(s.rest, s.rest)) / float64(len(s.rest))
}

// cost is what the search brings down.
func (s *search) cost(at Pose, unexplained float64) float64 {
	return unexplained + s.a.Pull*at.distance()
}

// Lengths in spreads: of the differences that stand for derivatives, of the
// longest step, and of a step not worth another.
const (
	difference = 0.2
	longest    = 0.5
	enough     = 0.01
)

// descend makes Gauss-Newton steps from a pose; none that costs more is taken.
func (s *search) descend(at Pose) Pose {
	cost := s.cost(at, s.measure(at))
	for range s.stage.Steps {
		step, ok := s.step(at)
		if !ok {
			return at
		}
		took := false
		for _, share := range []float64{1, 0.3} {
			v, length := at.numbers(), 0.0
			for i := range v {
				v[i] -= share * step[i] * spread[i]
				length = max(length, share*math.Abs(step[i]))
			}
			next := poseOf(v)
			if c := s.cost(next, s.measure(next)); c < cost {
				at, cost, took = next, c, length > enough
				break
			}
		}
		if !took {
			return at
		}
	}
	return at
}

// step is the Gauss-Newton step from a pose, in spreads.
func (s *search) step(at Pose) (step [poseParams]float64, ok bool) {
	v := at.numbers()
	n := float64(len(s.rest))
	for i := range v {
		ahead, behind := v, v
		ahead[i] += difference * spread[i]
		behind[i] -= difference * spread[i]
		s.residual(s.moved[i], poseOf(ahead))
		s.residual(s.rest, poseOf(behind))
		kernel.Axpy(s.moved[i], -1, s.rest)
		kernel.Scale(s.moved[i], 1/(2*difference))
	}
	s.residual(s.rest, at)
	var h [poseParams][poseParams]float64
	var g [poseParams]float64
	for i := range v {
		for j := range i + 1 {
			h[i][j] = float64(kernel.Dot(s.moved[i], s.moved[j])) / n
			h[j][i] = h[i][j]
		}
		h[i][i] += s.a.Pull
		g[i] = float64(kernel.Dot(s.moved[i], s.rest))/n + s.a.Pull*v[i]/spread[i]
	}
	step, ok = solve(h, g)
	for i := range step {
		step[i] = min(max(step[i], -longest), longest)
	}
	return step, ok
}

// solve returns x with h x = g for a symmetric positive h, by Cholesky's method.
func solve(h [poseParams][poseParams]float64, g [poseParams]float64) (x [poseParams]float64, ok bool) {
	var l [poseParams][poseParams]float64
	for i := range l {
		for j := range i + 1 {
			sum := h[i][j]
			for k := range j {
				sum -= l[i][k] * l[j][k]
			}
			if i != j {
				l[i][j] = sum / l[j][j]
				continue
			}
			if !(sum > 0) {
				return x, false
			}
			l[i][i] = math.Sqrt(sum)
		}
	}
	for i := range x {
		x[i] = g[i]
		for k := range i {
			x[i] -= l[i][k] * x[k]
		}
		x[i] /= l[i][i]
	}
	for i := len(x) - 1; i >= 0; i-- {
		for k := i + 1; k < len(x); k++ {
			x[i] -= l[k][i] * x[k]
		}
		x[i] /= l[i][i]
	}
	return x, true
}
