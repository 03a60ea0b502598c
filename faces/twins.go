package faces

import (
	"context"
	"math"
	"slices"

	"likeness/internal/kernel"
	"likeness/internal/parallel"
	"likeness/pix"
)

// Twin is a pair of pictures that show nearly the same: copies, or the same photograph saved again, made smaller or
// brighter. Crops, turns and mirror images are not found.
type Twin struct {
	A, B int // rows, A before B
	// Distance is 0 for equal pictures and 1 for unrelated ones.
	Distance float64
}

// twinsWithin is the distance up to which pictures are twins; RESULTS.md says what it finds among LFW's.
const twinsWithin = 0.12

// Thumbs are grey pictures of 24x24, squeezed to that size, and their means in 8x8 blocks of 3x3.
const (
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

// unit writes the thumb as a vector of mean 0 and length 1. One without any contrast is all 0.
func (t *thumb) unit(dst []float32) {
	sum, squares := 0, 0
	for _, v := range t {
		sum += int(v)
		squares += int(v) * int(v)
	}
	mean := float64(sum) / thumbSize
	scale := 0.0
	if length := math.Sqrt(float64(squares) - float64(sum)*mean); length > 1 {
		scale = 1 / length
	}
	for i, v := range t {
		dst[i] = float32((float64(v) - mean) * scale)
	}
}

// findTwins compares all pictures with each other, in rising order of A and B. First their blocks: the sums of blocks,
// divided by the root of their size, are a projection, so two pictures are never nearer than those.
func findTwins(ctx context.Context, thumbs []*thumb) ([]Twin, error) {
	n := len(thumbs)
	units, coarse := make([]float32, n*thumbSize), make([]float32, n*blocks)
	if err := parallel.Each(ctx, n, func(i int) {
		u, c := units[i*thumbSize:(i+1)*thumbSize], coarse[i*blocks:(i+1)*blocks]
		thumbs[i].unit(u)
		for p, v := range u {
			c[p/thumbSide/blockSide*blocksSide+p%thumbSide/blockSide] += v / blockSide
		}
	}); err != nil {
		return nil, err
	}
	const limit = 2 * twinsWithin * twinsWithin // two unrelated unit vectors are the root of 2 apart
	found := make([][]Twin, n)
	if err := parallel.Each(ctx, n, func(i int) {
		near := make([]float32, n-i-1)
		if len(near) == 0 {
			return
		}
		kernel.SquaredDistances(near, coarse[i*blocks:(i+1)*blocks], coarse[(i+1)*blocks:])
		for k, d := range near {
			if d > limit*1.0001 { // for rounding
				continue
			}
			j := i + 1 + k
			d := kernel.SquaredError(units[i*thumbSize:(i+1)*thumbSize], units[j*thumbSize:(j+1)*thumbSize])
			if d <= limit {
				found[i] = append(found[i], Twin{A: i, B: j, Distance: math.Sqrt(d / 2)})
			}
		}
	}); err != nil {
		return nil, err
	}
	return slices.Concat(found...), nil
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
