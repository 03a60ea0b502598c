package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"likeness/cmd/likeness/internal/console"
	"likeness/detect"
	"likeness/faces"
	"likeness/models"
	"likeness/pix"
)

// cropFlag is the part of a photograph that is kept: the face, the face of a picture that is framed as LFW's, the largest
// square, a rectangle, or what is left without some pixels at the sides. Its zero value is a model's own crop.
type cropFlag struct {
	text string
	prep pix.Prep // of any size
}

// faceCrop is the crop of a face.
func faceCrop() cropFlag { return cropFlag{"face", pix.Prep{Auto: true}} }

func (c *cropFlag) Type() string { return "face|lfw|square|X,Y,W,H" }

func (c *cropFlag) String() string { return c.text }

func (c *cropFlag) Set(text string) error {
	switch text {
	case "face", "auto": // its name when only LFW's faces were known
		*c = faceCrop()
		return nil
	case "lfw":
		*c = cropFlag{text, pix.Prep{Auto: true, Whole: true}}
		return nil
	case "square":
		*c = cropFlag{text, pix.Prep{Square: true}}
		return nil
	}
	var n []int
	for part := range strings.SplitSeq(text, ",") {
		v, err := strconv.Atoi(part)
		if err != nil || v < 0 {
			n = nil
			break
		}
		n = append(n, v)
	}
	switch {
	case len(n) == 1:
		*c = cropFlag{text, pix.Prep{DX: n[0], DY: n[0]}}
	case len(n) == 2:
		*c = cropFlag{text, pix.Prep{DX: n[0], DY: n[1]}}
	case len(n) == 4 && n[2] > 0 && n[3] > 0:
		*c = cropFlag{text, pix.Prep{Rect: pix.Rect{X: n[0], Y: n[1], W: n[2], H: n[3]}}}
	default:
		return fmt.Errorf("expected face, lfw, square, a rectangle X,Y,W,H such as 40,20,300,300, or pixels to cut off: 80, or 80,60 for the sides and for above and below")
	}
	return nil
}

// of returns a model's preparation with this crop.
func (c *cropFlag) of(p pix.Prep) pix.Prep {
	if c.text == "" || c.prep.FollowsFace() && p.FollowsFace() {
		return p
	}
	q := c.prep
	q.W, q.H, q.Around, q.Wide = p.W, p.H, p.Around, q.Auto && p.Wide
	return q
}

// faceFlags say which part of a picture a verb works on.
type faceFlags struct {
	crop   cropFlag
	wanted console.Choice
}

// add adds --faces, with the default that is given, and --crop. A verb that works on one face of each picture takes no
// all.
func (f *faceFlags) add(c *cobra.Command, byDefault faces.Wanted, choices ...faces.Wanted) {
	f.wanted = console.NewChoice(byDefault, choices)
	console.AddChoice(c, &f.wanted, "faces", "which of the faces in a picture; none looks for no face and takes the largest square")
	c.Flags().Var(&f.crop, "crop", "take this part in place of the face: lfw (pictures framed as LFW's), square, a rectangle, or what is left without N or DX,DY pixels (default face, as the model was trained)")
}

// faces is the flag's value.
func (f *faceFlags) faces() faces.Wanted { return faces.Wanted(f.wanted.Value) }

// framer returns what finds faces: the detector that --detector names, or the one that comes with the program. Where there
// is none, that is an error of the first picture whose face has to be found; LFW's need none.
func (a *app) framer() faces.Framer {
	if a.faces == nil {
		name := cmp.Or(a.detector, models.Detector)
		if d, err := detect.Open(name); err == nil {
			a.faces = d
		} else if errors.Is(err, models.ErrMissing) {
			a.faces = noDetector{errNoDetector}
		} else {
			a.faces = noDetector{err}
		}
	}
	return a.faces
}

// noDetector stands for a detector that is not there.
type noDetector struct{ err error }

var errNoDetector = errors.New("this build holds no detector: 'make models' makes one, --detector names one, and --crop square takes the largest square of each picture")

func (d noDetector) Frames(context.Context, *pix.Image) ([]faces.Found, error) { return nil, d.err }

func (noDetector) Fingerprint() string { return "" }

// cutter returns what cuts faces from single pictures for a model.
func (a *app) cutter(p pix.Prep, f faceFlags) faces.Cutter {
	return faces.Cutter{Prep: f.crop.of(p), Framer: a.framer(), Faces: f.faces()}
}
