package copies

import (
	"slices"

	"likeness/pix"
)

// Symmetry is one of the eight ways to lay a square onto itself. Its number modulo 4 counts the quarter turns, clockwise;
// from 4 on the picture is mirrored left to right first.
type Symmetry uint8

// Symmetries is how many there are: those of the square, the dihedral group of order 8.
const Symmetries = 8

// String says what was done to a picture, "" where nothing was.
func (s Symmetry) String() string {
	return [Symmetries]string{
		"", "turned by 90 degrees", "turned by 180 degrees", "turned by 270 degrees",
		"mirrored", "mirrored and turned by 90 degrees", "mirrored and turned by 180 degrees", "mirrored and turned by 270 degrees",
	}[s%Symmetries]
}

// Apply returns a square picture mirrored or rotated.
func (s Symmetry) Apply(m *pix.Image) *pix.Image {
	if m.W != m.H {
		panic("copies: the picture is not a square")
	}
	out := pix.New(m.W, m.H)
	for y := range m.H {
		for x := range m.W {
			fx, fy := s.source(x, y, m.W)
			copy(out.Pix[3*(y*m.W+x):][:3], m.Pix[3*(fy*m.W+fx):][:3])
		}
	}
	return out
}

// source returns the pixel of a square of that side from which pixel (x, y) of the turned or mirrored square comes.
func (s Symmetry) source(x, y, side int) (int, int) {
	for range s % 4 {
		x, y = y, side-1-x
	}
	if s >= 4 {
		x = side - 1 - x
	}
	return x, y
}

// permutations lists, for every symmetry, which pixel of a square each pixel is taken from.
func permutations(side int) *[Symmetries][]int {
	var p [Symmetries][]int
	for s := range p {
		p[s] = make([]int, side*side)
		for i := range p[s] {
			x, y := Symmetry(s).source(i%side, i/side, side)
			p[s][i] = y*side + x
		}
	}
	return &p
}

// permute writes src, a square, turned or mirrored by one of the permutations.
func permute(dst, src []float32, from []int) {
	for i, f := range from {
		dst[i] = src[f]
	}
}

// orbits are the sets of pixels of a square that its symmetries mix: four pixels on the diagonals, else eight.
func orbits(p *[Symmetries][]int) [][]int {
	var all [][]int
	for i := range p[0] {
		var orbit []int
		for s := range p {
			orbit = append(orbit, p[s][i])
		}
		slices.Sort(orbit)
		if orbit = slices.Compact(orbit); orbit[0] == i {
			all = append(all, orbit)
		}
	}
	return all
}

// sortOrbits writes src with the values within each orbit sorted: the same numbers for all eight symmetries of a picture.
// Two pictures are never further apart by these than by src, for no pairing of two lists of numbers has a smaller sum of
// squared differences than that of both sorted (the rearrangement inequality).
func sortOrbits(dst, src []float32, orbits [][]int) {
	at := 0
	for _, orbit := range orbits {
		values := dst[at : at+len(orbit)]
		for i, p := range orbit {
			values[i] = src[p]
		}
		slices.Sort(values)
		at += len(orbit)
	}
}

// Turn writes src, the Size numbers of a thumbnail, mirrored or rotated.
func Turn(dst, src []float32, s Symmetry) { permute(dst, src, thumbTurns[s]) }

var (
	thumbTurns  = permutations(Side)
	blockTurns  = permutations(blocksSide)
	blockOrbits = orbits(blockTurns)
)
