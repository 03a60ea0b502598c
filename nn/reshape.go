package nn

import "fmt"

// Flatten makes a vector of a picture, row by row, channels last.
type Flatten struct{}

func (Flatten) Kind() string { return "Flatten" }

func (Flatten) Output(in Shape) (Shape, error) { return Shape{in.Size()}, nil }

func (Flatten) params(Shape) []paramSpec { return nil }

func (Flatten) plan(Shape, []*Param, Precision) op { return nil }

// Reshape gives the same values another shape of the same size.
type Reshape struct{ Shape Shape }

func (Reshape) Kind() string { return "Reshape" }

func (r Reshape) Output(in Shape) (Shape, error) {
	for _, d := range r.Shape {
		if d < 1 {
			return nil, fmt.Errorf("Reshape to %v has no size", r.Shape)
		}
	}
	if r.Shape.Size() != in.Size() {
		return nil, fmt.Errorf("Reshape cannot make %v of %v: %d values are not %d", r.Shape, in, r.Shape.Size(), in.Size())
	}
	return r.Shape, nil
}

func (Reshape) params(Shape) []paramSpec { return nil }

// plan returns no op: both layers only look at the same values differently.
func (Reshape) plan(Shape, []*Param, Precision) op { return nil }
