package autoencoder

import (
	"context"
	"errors"
	"testing"

	"likeness/faces"
	"likeness/pix"
)

// Within a head the restored pixels are taken, far from it none, and between the two there is no edge.
func TestOnlyFaces(t *testing.T) {
	before, after := pix.New(120, 90), pix.New(120, 90)
	for i := range after.Pix {
		after.Pix[i] = 200
	}
	out := onlyFaces(before, after, []faces.Found{{Frame: pix.Frame{X: 40, Y: 40, Side: 60, Turn: 0.3}}})
	if c := out.RGBAAt(40, 40).R; c != 200 {
		t.Errorf("the middle of the face is %d", c)
	}
	for _, p := range [][2]int{{0, 0}, {119, 89}, {40, 89}, {90, 40}} {
		if c := out.RGBAAt(p[0], p[1]).R; c != 0 {
			t.Errorf("(%d, %d) is %d", p[0], p[1], c)
		}
	}
	for x := range 119 {
		a, b := int(out.RGBAAt(x, 40).R), int(out.RGBAAt(x+1, 40).R)
		if a-b > 60 || b-a > 60 {
			t.Errorf("an edge at %d: %d and %d", x, a, b)
		}
	}
	if before.Pix[0] != 0 || before.RGBAAt(40, 40).R != 0 {
		t.Error("the picture as it was has changed")
	}
}

type nobody struct{}

func (nobody) Frames(context.Context, *pix.Image) ([]faces.Found, error) { return nil, nil }
func (nobody) Fingerprint() string                                       { return "" }

func TestRestoreFacesNeedsFaces(t *testing.T) {
	m, err := New(Residual, pix.Prep{W: 8, H: 8}, 0, 1)
	if err != nil {
		t.Fatal(err)
	}
	d, err := NewDenoiser(m)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := d.framed(t.Context(), pix.New(20, 20), RestoreOptions{Framer: nobody{}}); !errors.Is(err, faces.ErrNoFace) {
		t.Errorf("without a face: %v", err)
	}
	if found, err := d.framed(t.Context(), pix.New(20, 20), RestoreOptions{}); found != nil || err != nil {
		t.Errorf("unasked: %v, %v", found, err)
	}
}
