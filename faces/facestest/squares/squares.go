// Package squares is a framer for tests: it finds faces by the shape of a picture, so that a test needs no detector and
// can draw whatever it likes.
package squares

import (
	"bytes"
	"context"

	"likeness/faces"
	"likeness/pix"
)

// Framer finds a face in each of the squares that lie side by side in a picture: one in the largest centred square of a
// portrait or of a landscape, two in a picture twice as wide as high, and so on. Each square is the frame of its face, as
// a picture of LFW is. A picture of one colour shows no face.
type Framer struct{}

// Frames implements [faces.Framer].
func (Framer) Frames(ctx context.Context, m *pix.Image) ([]faces.Found, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if bytes.Equal(m.Pix[3:], m.Pix[:len(m.Pix)-3]) {
		return nil, nil
	}
	if m.W < 2*m.H {
		return []faces.Found{{Frame: pix.LFWFrame(m.W, m.H), Score: 1}}, nil
	}
	var all []faces.Found
	n := m.W / m.H
	for i := range n { // from the right, for nothing may depend on the order
		f := pix.LFWFrame(m.H, m.H)
		f.X += float64((n - 1 - i) * m.H)
		all = append(all, faces.Found{Frame: f, Score: 1 / float64(1+i)})
	}
	return all, nil
}

// Fingerprint implements [faces.Framer].
func (Framer) Fingerprint() string { return "squares" }
