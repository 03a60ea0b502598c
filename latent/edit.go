package latent

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"gonum.org/v1/gonum/mat"
)

// Change asks that an attribute's score rise by so many standard deviations, or
// fall where By is negative.
type Change struct {
	Name string  `json:"name"`
	By   float64 `json:"by"`
}

// Step is a move in white coordinates: the shortest that changes the asked
// scores by as much as was asked and leaves the held ones where they are.
type Step struct {
	White  []float32
	Length float64 // standard deviations
	Drags  []Drag  // what it does to the other scores, the largest first
}

// Drag is how far a score goes along with a step that was not meant for it.
type Drag struct {
	Name string  `json:"name"`
	By   float64 `json:"by"` // standard deviations
}

// longest bounds how far a step may go for what it was asked: holding an
// attribute that hardly differs from the one to change would ask for any length.
const longest = 5

// Step finds the step for some changes. Unknown names are errors that name
// those nearest, and so is a change that cannot be told from what is held.
func (a *Atlas) Step(changes []Change, hold []string) (*Step, error) {
	var rows []*Direction
	var by []float64
	add := func(name string, amount float64) error {
		d, err := a.Direction(name)
		if err != nil {
			return err
		}
		if slices.Contains(rows, d) {
			return fmt.Errorf("%s is asked for twice", d.Name)
		}
		rows, by = append(rows, d), append(by, amount)
		return nil
	}
	asked := 0.0
	for _, c := range changes {
		if err := add(c.Name, c.By); err != nil {
			return nil, err
		}
		if c.By-c.By != 0 {
			return nil, fmt.Errorf("%s by %g: not a finite number", c.Name, c.By)
		}
		asked += math.Abs(c.By)
	}
	for _, name := range hold {
		if err := add(name, 0); err != nil {
			return nil, err
		}
	}
	s := &Step{White: make([]float32, a.Whitening.Width())}
	if len(rows) == 0 {
		return s, nil
	}
	if len(rows) > a.Whitening.Width() {
		return nil, fmt.Errorf("%d attributes at once, but codes vary along %d axes", len(rows), a.Whitening.Width())
	}
	// The shortest step is a mixture of the directions: s = D' (D D')^-1 by.
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
		return nil, fmt.Errorf("the codes hardly tell %s apart: hold fewer of them", strings.Join(names, ", "))
	}
	for i := range a.Directions {
		if d := &a.Directions[i]; !slices.Contains(rows, d) {
			s.Drags = append(s.Drags, Drag{d.Name, dot(d.White, s.White)})
		}
	}
	sortDrags(s.Drags)
	return s, nil
}

func sortDrags(list []Drag) {
	slices.SortStableFunc(list, func(x, y Drag) int {
		switch a, b := math.Abs(x.By), math.Abs(y.By); {
		case a > b:
			return -1
		case a < b:
			return 1
		}
		return 0
	})
}

// Entangled is what one standard deviation along a direction does to the other
// scores: the cosines between the directions, the largest first.
func (a *Atlas) Entangled(name string) ([]Drag, error) {
	s, err := a.Step([]Change{{name, 1}}, nil)
	if err != nil {
		return nil, err
	}
	return s.Drags, nil
}

// Walk gives the codes at shares of a step from a code.
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

// Direction finds a direction by its attribute's name, without regard to case,
// spaces and underscores. The error names those that are most like it.
func (a *Atlas) Direction(name string) (*Direction, error) {
	var names []string
	for i := range a.Directions {
		d := &a.Directions[i]
		if SameName(d.Name, name) {
			return d, nil
		}
		names = append(names, d.Name)
	}
	for _, l := range a.Story.Left {
		if SameName(l.Name, name) {
			return nil, fmt.Errorf("there is no direction for %s: %s", l.Name, l.Reason)
		}
	}
	if a.Story.Known != nil {
		names = a.Story.Known
	}
	if len(names) == 0 {
		return nil, fmt.Errorf("no attribute is known, %q neither: say with --attributes, --tags or --with and --without where they are", name)
	}
	if close := Closest(name, names); len(close) > 0 {
		return nil, fmt.Errorf("no attribute is called %q: did you mean %s?", name, strings.Join(close, " or "))
	}
	return nil, fmt.Errorf("no attribute is called %q, known are %s", name, strings.Join(names, ", "))
}
