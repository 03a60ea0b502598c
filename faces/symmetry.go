package faces

import "slices"

// Symmetry is one of the eight ways to lay a square onto itself. Its number modulo 4 counts the quarter turns, clockwise;
// from 4 on the picture is mirrored left to right first.
type Symmetry uint8

// symmetries is how many there are: those of the square, the dihedral group of order 8.
const symmetries = 8

// String says what was done to a picture, "" where nothing was.
func (s Symmetry) String() string {
	return [symmetries]string{
		"", "turned by 90 degrees", "turned by 180 degrees", "turned by 270 degrees",
		"mirrored", "mirrored and turned by 90 degrees", "mirrored and turned by 180 degrees", "mirrored and turned by 270 degrees",
	}[s%symmetries]
}

// source is the pixel of a square of that side from which pixel (x, y) of the turned or mirrored square comes.
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
func permutations(side int) *[symmetries][]int {
	var p [symmetries][]int
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
func orbits(p *[symmetries][]int) [][]int {
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
