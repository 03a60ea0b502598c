package search

import (
	"fmt"
	"strings"

	"likeness/safetensors"
)

// Space says how codes are compared: it maps each code to a point, and the
// euclidean distance between points is the distance in the space. (The order
// by cosine, for one, is that of unit vectors.) An index keeps the points of
// its entries, an index file the codes and the space.
type Space interface {
	// Name says which kind of space it is. An index file keeps it.
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

// Cosine compares the directions of codes.
type Cosine struct{}

// Name is "cosine".
func (Cosine) Name() string { return "cosine" }

// Points gives unit vectors, and zero for a code of zeros.
func (Cosine) Points(codes []float32, dim int) []float32 {
	points := append([]float32(nil), codes...)
	for i := 0; i < len(points); i += dim {
		unit(points[i : i+dim])
	}
	return points
}

// The names of the fitted spaces, from the plainest to what is best where
// names are known.
const (
	whitened       = "whitened"
	whitenedMirror = "whitened-mirror"
	within         = "within"
	withinMirror   = "within-mirror"
)

// SpaceNames are the names of all spaces. Euclidean and cosine need no fitting;
// FitSpace fits the others.
func SpaceNames() []string {
	return []string{"euclidean", "cosine", whitened, whitenedMirror, within, withinMirror}
}

// SpaceNamed gives the space of a name that needs no fitting, for index files
// and flags.
func SpaceNamed(name string) (Space, error) {
	for _, s := range []Space{Euclidean{}, Cosine{}} {
		if s.Name() == name {
			return s, nil
		}
	}
	return nil, fmt.Errorf("space %q is not known, expected one of %s", name, strings.Join(SpaceNames(), ", "))
}

// AddSpace puts a space into a file: its name into the metadata entry "space",
// what was fitted into tensors named "space/...". A space of a kind that
// SpaceFrom would not know is an error.
func AddSpace(f *safetensors.File, s Space) error {
	if w, ok := s.(*Whitened); ok {
		f.Metadata["space"] = w.Name()
		return w.addTo(f)
	}
	if _, err := SpaceNamed(s.Name()); err != nil {
		return err
	}
	f.Metadata["space"] = s.Name()
	return nil
}

// SpaceFrom gives the space that AddSpace put into a file, for codes of dim
// numbers.
func SpaceFrom(f *safetensors.File, dim int) (Space, error) {
	name, err := f.Meta("space")
	if err != nil {
		return nil, err
	}
	switch name {
	case whitened, whitenedMirror, within, withinMirror:
		return whitenedFrom(f, name, dim)
	}
	s, err := SpaceNamed(name)
	if err != nil {
		return nil, f.Errorf("%w", err)
	}
	return s, nil
}
