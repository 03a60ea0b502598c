package autoencoder

import (
	"context"
	"errors"
	"math"

	"likeness/faces"
	"likeness/pix"
)

// headShare is the part of a face's frame that is restored: the head, as in pix.Prep.Wide. Its outer feather is mixed with
// the picture as it was, so that no edge shows.
const (
	headShare = 0.72
	feather   = 0.12 // in sides of the head
)

// errFixedSize means that a denoiser takes pictures of one size.
var errFixedSize = errors.New("the model takes pictures of one size, so it cannot restore the faces in a larger one")

// framed returns the frames of the faces in a picture, nil where faces do not matter. A picture without a face is an error
// that wraps faces.ErrNoFace.
func (d *Denoiser) framed(ctx context.Context, m *pix.Image, opt RestoreOptions) ([]faces.Found, error) {
	if opt.Framer == nil {
		return nil, nil
	}
	if !d.AnySize() {
		return nil, errFixedSize
	}
	found, err := opt.Framer.Frames(ctx, m)
	if err == nil && len(found) == 0 {
		err = faces.ErrNoFace
	}
	return found, err
}

// onlyFaces returns before with the heads of after.
func onlyFaces(before, after *pix.Image, found []faces.Found) *pix.Image {
	out := pix.New(before.W, before.H)
	copy(out.Pix, before.Pix)
	weights := make([]float32, before.W*before.H)
	for _, f := range found {
		head := f.Frame.Part(headShare)
		sin, cos := math.Sincos(head.Turn)
		reach := head.Side * math.Sqrt2 / 2
		for y := max(0, int(head.Y-reach)); y <= min(before.H-1, int(head.Y+reach)+1); y++ {
			for x := max(0, int(head.X-reach)); x <= min(before.W-1, int(head.X+reach)+1); x++ {
				dx, dy := float64(x)-head.X, float64(y)-head.Y
				u, v := math.Abs(dx*cos+dy*sin)/head.Side, math.Abs(dy*cos-dx*sin)/head.Side
				inside := min(1, (0.5-max(u, v))/feather) // 1 well inside, 0 at the edge
				if w := float32(inside); w > weights[y*before.W+x] {
					weights[y*before.W+x] = w
				}
			}
		}
	}
	for i, w := range weights {
		if w <= 0 {
			continue
		}
		for c := 3 * i; c < 3*i+3; c++ {
			b, a := float32(before.Pix[c]), float32(after.Pix[c])
			out.Pix[c] = byte(b + w*(a-b) + 0.5)
		}
	}
	return out
}
