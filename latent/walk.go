package latent

import (
	"context"
	"errors"
	"fmt"

	"likeness/autoencoder"
	"likeness/parallel"
	"likeness/pix"
	"likeness/progress"
)

// The paths between two codes.
const (
	PathLine   = "line"   // straight, through the middle, where faces are averages
	PathLikely = "likely" // around the middle, see Whitening.Likely
)

// MorphOptions say how faces are turned into one another.
type MorphOptions struct {
	Steps int    `json:"steps"`          // frames from each face to the next, both included, at least 2
	Path  string `json:"path,omitempty"` // PathLine where it is empty, or PathLikely
	Loop  bool   `json:"loop,omitempty"` // end with the first face again

	Threads  int           `json:"threads,omitempty"` // 0: as ctx says, see package parallel
	Progress progress.Func `json:"-"`
}

// MorphResult describes a walk from face to face.
type MorphResult struct {
	Model    string       `json:"model"` // path of the model; the caller's to set
	From     string       `json:"from"`
	To       string       `json:"to"`
	Pictures []string     `json:"pictures"`
	Path     string       `json:"path"`
	Steps    int          `json:"steps"`
	Near     *float64     `json:"average_within"` // distance within which codes are averages; nil: no atlas
	Far      *float64     `json:"far_from"`       // distance beyond which they are far from the data
	Frames   []MorphFrame `json:"frames"`
	Files    []string     `json:"files"` // the caller's to set
}

// MorphFrame is one frame of a walk.
type MorphFrame struct {
	From     string   `json:"from"`
	To       string   `json:"to"`
	Share    float64  `json:"a"`                  // of To
	Distance *float64 `json:"distance,omitempty"` // from the mean code, in standard deviations; nil: no atlas
	Place    string   `json:"place,omitempty"`    // PlaceFar, PlaceAverage, or like most

	Picture *pix.Image `json:"-"`
}

// The places of a frame that is not like most training faces.
const (
	PlaceFar     = "far"     // from the data: farther from the mean than 99 % of the training codes
	PlaceAverage = "average" // nearer to the mean than 99 % of them
)

// decoder decodes codes, as a model or a gatherer does.
type decoder func(ctx context.Context, codes []float32) ([]float32, error)

// MorphFaces walks from face to face, two at least, and decodes the codes on the way:
// (n-1)*(Steps-1)+1 frames for n faces. The atlas may be nil for a straight path; then
// frames have no distance. Faces must have the size of the model's pictures.
func MorphFaces(ctx context.Context, m *autoencoder.Model, a *Atlas, list []Face, opt MorphOptions) (*MorphResult, error) {
	if opt.Path == "" {
		opt.Path = PathLine
	}
	switch {
	case opt.Path != PathLine && opt.Path != PathLikely:
		return nil, fmt.Errorf("path %q: expected %s or %s", opt.Path, PathLine, PathLikely)
	case opt.Path == PathLikely && a == nil:
		return nil, errors.New("a likely path needs an atlas of the model")
	}
	if err := m.CheckCode(); err != nil {
		return nil, err
	}
	if a != nil {
		if err := a.CheckModel(m.Fingerprint()); err != nil {
			return nil, err
		}
	}
	ctx = parallel.WithThreads(ctx, opt.Threads)
	var names []string
	var ends [][]float32
	for _, f := range list {
		x, err := floats(m, f)
		if err != nil {
			return nil, err
		}
		code, err := m.Encode(ctx, x)
		if err != nil {
			return nil, err
		}
		ends, names = append(ends, code), append(names, f.Name)
	}
	return morphCodes(ctx, m, m.Decode, a, names, ends, opt)
}

// morphCodes walks from code to code and has the codes on the way decoded.
func morphCodes(ctx context.Context, m *autoencoder.Model, decode decoder, a *Atlas, names []string, ends [][]float32, opt MorphOptions) (*MorphResult, error) {
	weights, err := Weights(opt.Steps)
	if err != nil {
		return nil, err
	}
	r := &MorphResult{Path: opt.Path, Steps: opt.Steps, Pictures: names}
	if opt.Loop && len(ends) > 0 {
		ends, names = append(ends, ends[0]), append(names[:len(names):len(names)], names[0])
	}
	codes, err := MorphMany(ends, opt.Steps)
	if err == nil && opt.Path == PathLikely {
		codes, err = a.Whitening.Likely(ends, opt.Steps)
	}
	if err != nil {
		return nil, err
	}
	r.From, r.To = r.Pictures[0], r.Pictures[len(r.Pictures)-1]
	if a != nil {
		r.Near, r.Far = &a.Reach.Near, &a.Reach.Far
	}
	for i, code := range codes {
		leg := min(i/(opt.Steps-1), len(ends)-2)
		f := MorphFrame{From: names[leg], To: names[leg+1], Share: weights[i-leg*(opt.Steps-1)]}
		opt.Progress.Report("Decoding frames", i, len(codes))
		y, err := decode(ctx, code)
		if err != nil {
			return nil, err
		}
		f.Picture = pix.FromFloats(y, m.Prep.W, m.Prep.H)
		if a != nil {
			p := a.Place(code)
			f.Distance, f.Place = &p.Distance, p.Word()
		}
		r.Frames = append(r.Frames, f)
	}
	return r, nil
}
