package search

import (
	"context"
	"math"

	"likeness/internal/kernel"
	"likeness/parallel"
)

// Whitened is a fitted space: codes are centred, projected to their leading
// principal components, divided by the deviation of each component, and compared by
// direction. What varies most among all faces, such as light, therefore counts no more
// than anything else. Two steps are optional:
//
// Within rotates and scales the directions so that the pictures of one person vary
// equally in all of them (within-class covariance normalisation, Hatch, Kajarekar and
// Stolcke 2006): what changes between pictures of one person counts less than what
// separates people.
//
// Swap averages a face with its mirror image.
type Whitened struct {
	Mean   []float32 // W
	Map    []float32 // K x W
	Within []float32 // K x K, or nil
	// Swap says how the code of the mirrored face follows from a code: its
	// number i is number Swap[i]. Where codes are longer than W, only their
	// first W numbers are the face's own. Nil: no mirror.
	Swap  []int
	Story Story
}

// Story says how a space was fitted.
type Story struct {
	Pictures   int     `json:"pictures"`
	People     int     `json:"people"` // with at least two pictures, where names were used
	Components int     `json:"components"`
	Kept       float64 `json:"kept"`   // share of the variance in the components
	Shrink     float64 `json:"shrink"` // see SpaceOptions
	Blend      float64 `json:"blend"`  // see SpaceOptions
	Source     string  `json:"source,omitempty"`
	// What distances mean, where names could tell; nil elsewhere.
	Odds   *Odds      `json:"odds,omitempty"`
	Chance *Chance    `json:"chance,omitempty"`
	Groups []Grouping `json:"groups,omitempty"` // the smaller collections first
}

// Name is "whitened" or "within", with "-mirror" where faces are averaged with
// their mirror images.
func (s *Whitened) Name() string {
	name := whitened
	if s.Within != nil {
		name = within
	}
	if s.Swap != nil {
		name += "-mirror"
	}
	return name
}

// Dim returns the length that codes must have.
func (s *Whitened) Dim() int {
	if s.Swap != nil {
		return len(s.Swap)
	}
	return len(s.Mean)
}

// width is how many numbers a point has.
func (s *Whitened) width() int { return len(s.Map) / len(s.Mean) }

// Points returns unit vectors. A code of another length than Dim is a programming
// mistake.
func (s *Whitened) Points(ctx context.Context, codes []float32, dim int) ([]float32, error) {
	if dim != s.Dim() || len(codes)%dim != 0 {
		panic("search: the space was fitted to codes of another length")
	}
	n, k := len(codes)/dim, s.width()
	points := make([]float32, n*k)
	const grain = 64 // codes that another thread is worth
	err := parallel.Workers(ctx, n, grain, func(next func() (int, bool)) {
		m := s.newMapper()
		for i, ok := next(); ok; i, ok = next() {
			m.point(points[i*k:(i+1)*k], codes[i*dim:(i+1)*dim])
		}
	})
	return points, err
}

// mapper is the memory for mapping one code after another.
type mapper struct {
	s        *Whitened
	view     []float32 // W
	white, z []float32 // K
}

func (s *Whitened) newMapper() *mapper {
	k := s.width()
	return &mapper{s, make([]float32, len(s.Mean)), make([]float32, k), make([]float32, k)}
}

// point writes the point of a code.
func (m *mapper) point(dst, code []float32) {
	copy(m.view, code)
	m.one(dst)
	if m.s.Swap == nil {
		return
	}
	for i := range m.view {
		m.view[i] = code[m.s.Swap[i]]
	}
	m.one(m.z)
	kernel.Add(dst, m.z)
	unit(dst)
}

// one maps the code in view, which it overwrites, without regard to mirrors. dst
// may be z.
func (m *mapper) one(dst []float32) {
	w := len(m.view)
	scale := float32(1)
	if most := largest(m.view); most > huge {
		scale = 1 / most // only the direction counts, and products stay finite
		kernel.Scale(m.view, scale)
	}
	kernel.Axpy(m.view, -scale, m.s.Mean)
	for i := range m.white {
		m.white[i] = kernel.Dot(m.s.Map[i*w:(i+1)*w], m.view)
	}
	unit(m.white)
	if m.s.Within == nil {
		copy(dst, m.white)
		return
	}
	k := len(m.white)
	for i := range dst {
		dst[i] = kernel.Dot(m.s.Within[i*k:(i+1)*k], m.white)
	}
	unit(dst)
}

// unit makes the length of v 1, unless all of it is zero.
func unit(v []float32) {
	most := largest(v)
	if most == 0 {
		return
	}
	if most < 1/huge || most > huge { // the factor might leave float32's range
		for i := range v {
			v[i] /= most
		}
	}
	sum := 0.0
	for _, x := range v {
		sum += float64(x) * float64(x)
	}
	kernel.Scale(v, float32(1/math.Sqrt(sum)))
}

// huge is a number whose square is still a float32.
const huge = 1e15

// largest is the greatest absolute value in v.
func largest(v []float32) float32 {
	most := float32(0)
	for _, x := range v {
		most = max(most, x, -x)
	}
	return most
}
