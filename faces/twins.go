package faces

import (
	"context"
	"math"
	"slices"

	"likeness/internal/kernel"
	"likeness/parallel"
	"likeness/pix"
)

// Twin is a pair of pictures that show nearly the same: copies, or the same photograph saved again, made smaller or
// brighter, mirrored or turned by quarters. Crops and other turns are not found.
type Twin struct {
	A, B int // rows, A before B
	// Distance is 0 for equal pictures and 1 for unrelated ones.
	Distance float64
	How      Symmetry // what makes A's picture B's
}

// twinsWithin is the distance up to which pictures are twins; RESULTS.md says what it finds among LFW's.
const twinsWithin = 0.12

// Thumbs are grey pictures of 24x24, squeezed to that size, and their means in 8x8 blocks of 3x3.
// A picture is flat when its thumb's standard deviation is less than flatBelow levels.
const (
	flatBelow  = 2
	thumbSide  = 24
	thumbSize  = thumbSide * thumbSide
	blockSide  = 3
	blocksSide = thumbSide / blockSide
	blocks     = blocksSide * blocksSide
)

type thumb [thumbSize]byte

func newThumb(m *pix.Image) *thumb {
	if m.W != thumbSide || m.H != thumbSide {
		m = m.Resize(thumbSide, thumbSide)
	}
	t := new(thumb)
	for i := range t {
		p := m.Pix[3*i:]
		t[i] = byte((int(p[0])*77 + int(p[1])*150 + int(p[2])*29) >> 8)
	}
	return t
}

// contrast is the standard deviation of the thumb, in levels of 0 to 255, and its mean.
func (t *thumb) contrast() (deviation, mean float64) {
	sum, squares := 0, 0
	for _, v := range t {
		sum += int(v)
		squares += int(v) * int(v)
	}
	mean = float64(sum) / thumbSize
	return math.Sqrt(max(float64(squares)/thumbSize-mean*mean, 0)), mean
}

// flat tells a picture of one grey, or nearly.
func (t *thumb) flat() bool {
	deviation, _ := t.contrast()
	return deviation < flatBelow
}

// unit writes the thumb as a vector of mean 0 and length 1. One without any contrast is all 0.
func (t *thumb) unit(dst []float32) {
	deviation, mean := t.contrast()
	scale := 0.0
	if deviation > 1.0/thumbSide {
		scale = 1 / (deviation * thumbSide)
	}
	for i, v := range t {
		dst[i] = float32((float64(v) - mean) * scale)
	}
}

var (
	thumbTurns  = permutations(thumbSide)
	blockTurns  = permutations(blocksSide)
	blockOrbits = orbits(blockTurns)
)

// twinLimit is the squared distance of twins as unit vectors; two unrelated ones are the root of 2 apart.
const twinLimit = 2 * twinsWithin * twinsWithin

// findTwins compares all pictures but flat ones with each other, as they are, mirrored and turned, in rising order of A
// and B. First their blocks: the sums of blocks, divided by the root of their size, are a projection, so two pictures
// are never nearer than those; nor are their blocks, whichever way they are turned, nearer than with orbits sorted.
func findTwins(ctx context.Context, thumbs []*thumb) ([]Twin, error) {
	var rows []int
	for i, t := range thumbs {
		if !t.flat() {
			rows = append(rows, i)
		}
	}
	n := len(rows)
	units, coarse, sorted := make([]float32, n*thumbSize), make([]float32, n*blocks), make([]float32, n*blocks)
	if err := parallel.Each(ctx, n, func(i int) {
		u, c := units[i*thumbSize:(i+1)*thumbSize], coarse[i*blocks:(i+1)*blocks]
		thumbs[rows[i]].unit(u)
		for p, v := range u {
			c[p/thumbSide/blockSide*blocksSide+p%thumbSide/blockSide] += v / blockSide
		}
		sortOrbits(sorted[i*blocks:], c, blockOrbits)
	}); err != nil {
		return nil, err
	}
	found := make([][]Twin, n)
	if err := parallel.Each(ctx, n, func(i int) {
		near := make([]float32, n-i-1)
		if len(near) == 0 {
			return
		}
		kernel.SquaredDistances(near, sorted[i*blocks:(i+1)*blocks], sorted[(i+1)*blocks:])
		var turned [symmetries][blocks]float32
		for k, d := range near {
			if d > roundedLimit {
				continue
			}
			if turned[0] == [blocks]float32{} {
				for s := range turned {
					permute(turned[s][:], coarse[i*blocks:(i+1)*blocks], blockTurns[s])
				}
			}
			j := i + 1 + k
			how, d := nearest(units[i*thumbSize:(i+1)*thumbSize], units[j*thumbSize:(j+1)*thumbSize], func(s Symmetry) bool {
				return kernel.SquaredError(turned[s][:], coarse[j*blocks:(j+1)*blocks]) <= roundedLimit
			})
			if d <= twinLimit {
				found[i] = append(found[i], Twin{A: rows[i], B: rows[j], Distance: math.Sqrt(d / 2), How: how})
			}
		}
	}); err != nil {
		return nil, err
	}
	return slices.Concat(found...), nil
}

// roundedLimit is twinLimit with some room for rounding, for what only rules pairs out.
const roundedLimit = twinLimit * 1.0001

// nearest is the symmetry, among those worth a try, that brings a closest to b, and their squared distance then; +Inf if
// none is. A picture that is its own mirror image is called mirrored only when that is nearer by more than rounding.
func nearest(a, b []float32, try func(Symmetry) bool) (how Symmetry, d float64) {
	d = math.Inf(1)
	turned := make([]float32, len(a))
	for s := range Symmetry(symmetries) {
		if !try(s) {
			continue
		}
		permute(turned, a, thumbTurns[s])
		if e := kernel.SquaredError(turned, b); e < d-1e-6 {
			how, d = s, e
		}
	}
	return how, d
}

// between is what makes picture a as near to b as it gets.
func between(a, b *thumb) Symmetry {
	u, v := make([]float32, thumbSize), make([]float32, thumbSize)
	a.unit(u)
	b.unit(v)
	how, _ := nearest(u, v, func(Symmetry) bool { return true })
	return how
}

// twinGroups joins twins of twins: groups of rows, each in rising order, by their first row.
func twinGroups(n int, twins []Twin) [][]int {
	first := make([]int, n) // of the group, on the way
	for i := range first {
		first[i] = i
	}
	root := func(i int) int {
		for first[i] != i {
			first[i] = first[first[i]]
			i = first[i]
		}
		return i
	}
	for _, t := range twins {
		a, b := root(t.A), root(t.B)
		first[max(a, b)] = min(a, b)
	}
	members := make(map[int][]int)
	var order []int
	for i := range n {
		r := root(i)
		if members[r] == nil {
			order = append(order, r)
		}
		members[r] = append(members[r], i)
	}
	var groups [][]int
	for _, r := range order {
		if len(members[r]) > 1 {
			groups = append(groups, members[r])
		}
	}
	return groups
}
