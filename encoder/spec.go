package encoder

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"math"

	"likeness/pix"
)

// The orders of channels and of a picture's numbers.
const (
	RGB  = "rgb"
	BGR  = "bgr"
	NCHW = "nchw"
	NHWC = "nhwc"
)

// The templates: which part of a photograph a face's picture shows.
const (
	ArcFace = pix.ArcFace // the five landmarks where the usual recognisers have them
	Square  = "square"    // the face as models of this program have it
	Head    = "head"      // the head with what is around it, as finders have it
	Whole   = "whole"     // the largest square of the photograph
)

// Templates are all templates.
func Templates() []string { return []string{ArcFace, Square, Head, Whole} }

// Spec says which file an encoder is and how pictures are prepared for it. Its JSON is what an
// index keeps.
type Spec struct {
	File     string     `json:"file"` // the SHA-256
	W        int        `json:"w"`
	H        int        `json:"h"`
	Template string     `json:"template"`
	Mean     [3]float32 `json:"mean"`  // of values from 0 to 255: (value - mean) / scale
	Scale    [3]float32 `json:"scale"` // both in the order red, green, blue
	Channels string     `json:"channels"`
	Layout   string     `json:"layout"`
	Output   string     `json:"output,omitempty"` // "": the first of the graph
	// Crop is the preparation that a file of this program says itself, in place of Template.
	Crop *pix.Prep `json:"crop,omitempty"`
}

// largestSide bounds pictures.
const largestSide = 512

func (s *Spec) check() error {
	if s.W < 1 || s.H < 1 || s.W > largestSide || s.H > largestSide {
		return fmt.Errorf("pictures of %dx%d: both sides must be from 1 to %d", s.W, s.H, largestSide)
	}
	for c := range 3 {
		if m, d := float64(s.Mean[c]), float64(s.Scale[c]); !(math.Abs(m) <= 1e6) || !(math.Abs(d) <= 1e6) || !(math.Abs(d) >= 1e-6) {
			return fmt.Errorf("a mean of %v and a scale of %v", s.Mean, s.Scale)
		}
	}
	switch {
	case s.Channels != RGB && s.Channels != BGR:
		return fmt.Errorf("the channels %q: expected %s or %s", s.Channels, RGB, BGR)
	case s.Layout != NCHW && s.Layout != NHWC:
		return fmt.Errorf("the layout %q: expected %s or %s", s.Layout, NCHW, NHWC)
	case s.Crop != nil && (s.Crop.W != s.W || s.Crop.H != s.H):
		return fmt.Errorf("pictures of %dx%d are cut as %dx%d", s.W, s.H, s.Crop.W, s.Crop.H)
	case s.Crop != nil:
		return nil
	}
	switch s.Template {
	case ArcFace:
		if s.W != s.H {
			return fmt.Errorf("the template %s is for squares, not for %dx%d", ArcFace, s.W, s.H)
		}
	case Square, Head, Whole:
	default:
		return fmt.Errorf("the template %q: expected one of %q", s.Template, Templates())
	}
	return nil
}

// Prep returns how a photograph is cut.
func (s *Spec) Prep() pix.Prep {
	if s.Crop != nil {
		return *s.Crop
	}
	p := pix.Prep{W: s.W, H: s.H, Auto: true}
	switch s.Template {
	case ArcFace:
		p.Template = ArcFace
	case Head:
		p.Wide = true
	case Whole:
		p.Auto, p.Square = false, true
	}
	return p
}

// Text is the spec as an index keeps it.
func (s *Spec) Text() string {
	b, err := json.Marshal(s)
	if err != nil {
		panic("encoder: a spec with numbers that JSON does not have") // check refuses them
	}
	return string(b)
}

// Fingerprint names an encoder by its file and its preparation: codes of two do not compare.
func (s *Spec) Fingerprint() string {
	sum := sha256.Sum256([]byte("likeness encoder\n" + s.Text()))
	return hex.EncodeToString(sum[:8])
}
