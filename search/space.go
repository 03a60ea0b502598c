package search

import (
	"context"
	"fmt"
	"math"
	"strings"

	"likeness/internal/kernel"
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
	// are finite where the codes are, on parallel.Threads(ctx) threads. The
	// result may be codes itself. The only error is that of a context that ends.
	Points(ctx context.Context, codes []float32, dim int) ([]float32, error)
}

// Distance returns the distance of two points, summed in float64.
func Distance(a, b []float32) float64 { return math.Sqrt(kernel.SquaredDistance64(a, b)) }

// Euclidean compares codes as they are, the tutorial's way.
type Euclidean struct{}

// Name is "euclidean".
func (Euclidean) Name() string { return "euclidean" }

// Points returns the codes themselves.
func (Euclidean) Points(_ context.Context, codes []float32, _ int) ([]float32, error) {
	return codes, nil
}

// Cosine compares the directions of codes.
type Cosine struct{}

// Name is "cosine".
func (Cosine) Name() string { return "cosine" }

// Points returns unit vectors, and zeros for a code of zeros.
func (Cosine) Points(ctx context.Context, codes []float32, dim int) ([]float32, error) {
	points := append([]float32(nil), codes...)
	for i := 0; i < len(points); i += dim {
		unit(points[i : i+dim])
	}
	return points, ctx.Err()
}

// The names of the fitted spaces, from the plainest to the one that finds most where
// names are known.
const (
	whitened       = "whitened"
	whitenedMirror = "whitened-mirror"
	within         = "within"
	withinMirror   = "within-mirror"
)

// SpaceNames returns the names of all spaces. Euclidean and cosine need no fitting;
// FitSpace fits the others.
func SpaceNames() []string {
	return []string{"euclidean", "cosine", whitened, whitenedMirror, within, withinMirror}
}

// Mirrored reports whether the space of a name averages faces with their mirror
// images. It is the one place that decides so: codes for such a space that do not
// themselves say how the mirrored face's code follows hold two halves, the code of the
// picture and that of its mirror image.
func Mirrored(name string) bool { return name == whitenedMirror || name == withinMirror }

// namesMatter reports whether the space of a name is fitted with the names of people.
func namesMatter(name string) bool { return name == within || name == withinMirror }

// SpaceNamed returns the space of a name that needs no fitting.
func SpaceNamed(name string) (Space, error) {
	for _, s := range []Space{Euclidean{}, Cosine{}} {
		if s.Name() == name {
			return s, nil
		}
	}
	return nil, fmt.Errorf("space %q is not known, expected one of %s", name, strings.Join(SpaceNames(), ", "))
}

// AddSpace adds a space to a file: its name as the metadata entry "space", what was
// fitted as tensors named "space/...". A space of a kind that SpaceFrom would not know
// is an error.
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

// SpaceFrom returns the space that AddSpace added to a file, for codes of dim
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
