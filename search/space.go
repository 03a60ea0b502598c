package search

import "fmt"

// Space says how codes are compared: it maps each code to a point, and the
// euclidean distance between points is the distance in the space. (The order
// by cosine, for one, is that of unit vectors.) An index keeps the points of
// its entries, an index file the codes and the space.
type Space interface {
	// Name is what an index file keeps of the space.
	Name() string
	// Points maps N codes of dim numbers to N points of any one width, which
	// are finite where the codes are. The result may be codes itself.
	Points(codes []float32, dim int) []float32
}

// Euclidean compares codes as they are, the tutorial's way.
type Euclidean struct{}

// Name is "euclidean".
func (Euclidean) Name() string { return "euclidean" }

// Points gives the codes themselves.
func (Euclidean) Points(codes []float32, dim int) []float32 { return codes }

// SpaceNamed gives the space of a name, for index files and flags.
func SpaceNamed(name string) (Space, error) {
	if name == (Euclidean{}).Name() {
		return Euclidean{}, nil
	}
	return nil, fmt.Errorf("space %q is not known, expected %q", name, Euclidean{}.Name())
}
