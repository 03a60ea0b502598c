package copies

import (
	"math/rand/v2"
	"slices"
	"testing"

	"likeness/internal/kernel"
)

// A quarter turn is clockwise: what was above comes to lie on the right.
func TestSymmetries(t *testing.T) {
	square := []float32{
		1, 2, 3,
		4, 5, 6,
		7, 8, 9,
	}
	for how, want := range map[string][]float32{
		"":                                   square,
		"turned by 90 degrees":               {7, 4, 1, 8, 5, 2, 9, 6, 3},
		"turned by 180 degrees":              {9, 8, 7, 6, 5, 4, 3, 2, 1},
		"turned by 270 degrees":              {3, 6, 9, 2, 5, 8, 1, 4, 7},
		"mirrored":                           {3, 2, 1, 6, 5, 4, 9, 8, 7},
		"mirrored and turned by 90 degrees":  {9, 6, 3, 8, 5, 2, 7, 4, 1},
		"mirrored and turned by 180 degrees": {7, 8, 9, 4, 5, 6, 1, 2, 3},
		"mirrored and turned by 270 degrees": {1, 4, 7, 2, 5, 8, 3, 6, 9},
	} {
		s := Symmetry(0)
		for s.String() != how && s < Symmetries {
			s++
		}
		got := make([]float32, 9)
		permute(got, square, permutations(3)[s%Symmetries])
		if s == Symmetries || !slices.Equal(got, want) {
			t.Errorf("%q: %v, want %v", how, got, want)
		}
	}
}

// Sorted orbits are the same for all symmetries and never further apart than the pictures, which is what findTwins relies on.
func TestSortOrbits(t *testing.T) {
	const side = blocksSide
	if len(blockOrbits) != 10 {
		t.Errorf("%d orbits of 8x8, want 4 on the diagonals and 6 others", len(blockOrbits))
	}
	rng := rand.New(rand.NewPCG(1, 2))
	a, b, turned := make([]float32, side*side), make([]float32, side*side), make([]float32, side*side)
	sa, sb, other := make([]float32, side*side), make([]float32, side*side), make([]float32, side*side)
	for range 50 {
		for i := range a {
			a[i], b[i] = rng.Float32(), rng.Float32()
		}
		sortOrbits(sa, a, blockOrbits)
		sortOrbits(sb, b, blockOrbits)
		for s := range Symmetries {
			permute(turned, a, blockTurns[s])
			sortOrbits(other, turned, blockOrbits)
			if !slices.Equal(other, sa) {
				t.Fatalf("symmetry %d has other sorted orbits", s)
			}
			if near, far := kernel.SquaredError(sa, sb), kernel.SquaredError(turned, b); near > far {
				t.Errorf("symmetry %d: %g apart sorted, %g as they are", s, near, far)
			}
		}
	}
}
