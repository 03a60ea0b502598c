package latent

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"

	"gonum.org/v1/gonum/mat"
)

// Step is a move in white coordinates: the shortest one that changes the asked scores
// by the asked amounts and leaves the held ones unchanged.
type Step struct {
	White       []float32
	Length      float64      // standard deviations
	SideEffects []SideEffect // side effects on the other scores, the largest first
}

// SideEffect is the change of a score that a step was not meant for.
type SideEffect struct {
	Name string  `json:"name"`
	By   float64 `json:"by"` // standard deviations
}

// longest bounds the length of a step, as a multiple of the asked changes: holding an
// attribute that hardly differs from the changed one would ask for any length.
const longest = 5

// Step returns the step for some changes that leaves the scores along the held
// directions unchanged. All directions must be those of the atlas. It fails when a
// direction comes twice, when a change is not finite, and when the codes do not
// separate the changed attributes from the held ones.
func (a *Atlas) Step(changes []Change, hold []*Direction) (*Step, error) {
	var rows []*Direction
	var by []float64
	asked := 0.0
	for _, c := range changes {
		if c.By-c.By != 0 {
			return nil, fmt.Errorf("%s by %g: not a finite number", c.Direction.Name, c.By)
		}
		rows, by = append(rows, c.Direction), append(by, c.By)
		asked += math.Abs(c.By)
	}
	for _, d := range hold {
		rows, by = append(rows, d), append(by, 0)
	}
	for i, d := range rows {
		if slices.Contains(rows[:i], d) {
			return nil, fmt.Errorf("%s is asked for twice", d.Name)
		}
	}
	s := &Step{White: make([]float32, a.Whitening.Width())}
	if len(rows) == 0 {
		return s, nil
	}
	if len(rows) > a.Whitening.Width() {
		return nil, fmt.Errorf("%d attributes at once, but codes vary along %d axes", len(rows), a.Whitening.Width())
	}
	// The shortest step is a combination of the directions: s = D' (D D')^-1 by.
	gram := mat.NewSymDense(len(rows), nil)
	for i, d := range rows {
		for j := i; j < len(rows); j++ {
			gram.SetSym(i, j, dot(d.White, rows[j].White))
		}
	}
	var c mat.Cholesky
	shares := mat.NewVecDense(len(rows), nil)
	solved := c.Factorize(gram)
	if solved {
		solved = c.SolveVecTo(shares, mat.NewVecDense(len(by), by)) == nil
	}
	if solved {
		for k := range s.White {
			sum := 0.0
			for i, d := range rows {
				sum += shares.AtVec(i) * float64(d.White[k])
			}
			s.White[k] = float32(sum)
		}
		s.Length = length(s.White)
	}
	if !solved || s.Length > longest*asked {
		var names []string
		for _, d := range rows {
			names = append(names, d.Name)
		}
		return nil, fmt.Errorf("the codes do not separate %s: hold fewer of them", strings.Join(names, ", "))
	}
	for i := range a.Directions {
		if d := &a.Directions[i]; !slices.Contains(rows, d) {
			s.SideEffects = append(s.SideEffects, SideEffect{d.Name, dot(d.White, s.White)})
		}
	}
	SortSideEffects(s.SideEffects)
	return s, nil
}

// SortSideEffects sorts side effects by magnitude, the largest first.
func SortSideEffects(list []SideEffect) {
	slices.SortStableFunc(list, func(x, y SideEffect) int { return cmp.Compare(math.Abs(y.By), math.Abs(x.By)) })
}

// Entangled returns the side effects of one standard deviation along a direction on
// the other scores: the cosines between the directions, the largest first.
func (a *Atlas) Entangled(d *Direction) []SideEffect {
	var list []SideEffect
	for i := range a.Directions {
		if other := &a.Directions[i]; other != d {
			list = append(list, SideEffect{other.Name, dot(other.White, d.White)})
		}
	}
	SortSideEffects(list)
	return list
}

// Walk returns the codes at shares of a step from a code.
func (a *Atlas) Walk(code []float32, s *Step, shares []float64) [][]float32 {
	out := make([][]float32, len(shares))
	part := make([]float32, len(s.White))
	for i, share := range shares {
		for k, v := range s.White {
			part[k] = float32(share * float64(v))
		}
		out[i] = a.Whitening.Shift(code, part)
	}
	return out
}
