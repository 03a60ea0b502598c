package faces_test

import (
	"bytes"
	"context"
	"testing"

	"likeness/faces"
	"likeness/faces/facestest"
	"likeness/pix"
)

// marked finds faces whose landmarks it knows: a large one at the left edge, and one in the middle.
type marked struct{ only bool }

func (f marked) Frames(_ context.Context, m *pix.Image) ([]faces.Found, error) {
	at := func(x, y, side float64) faces.Found {
		found := faces.Found{Frame: pix.Frame{X: x, Y: y, Side: side}, Score: 1}
		// The template's own places, moved and scaled.
		for i, p := range (pix.Marks{{38.2946, 51.6963}, {73.5318, 51.5014}, {56.0252, 71.7366}, {41.5493, 92.3655}, {70.7299, 92.2041}}) {
			found.Marks[i] = [2]float64{x + (p[0]-55.5)*side/250, y + (p[1]-55.5)*side/250}
		}
		return found
	}
	list := []faces.Found{at(20, 20, 300)}
	if !f.only {
		list = append(list, at(float64(m.W)/2+3, float64(m.H)/2-2, 125))
	}
	return list, nil
}

func (f marked) Fingerprint() string { return "marked" }

// A template follows the landmarks: of the face in the middle in pictures of LFW, where that lies
// where LFW has it when none is found there, and of the largest in others.
func TestTemplateFollowsLandmarks(t *testing.T) {
	dir := facestest.Unpack(t, []facestest.File{
		{Name: "Ada_Byron/Ada_Byron_0001.png", Data: facestest.PNG(4, 250, 250)}, // LFW's
		{Name: "mine/a.png", Data: facestest.PNG(1, 300, 260)},
	})
	prep := pix.Prep{W: 56, H: 56, Auto: true, Template: pix.ArcFace}
	load := func(f faces.Framer) *faces.Set {
		t.Helper()
		set, err := faces.Load(t.Context(), dir, faces.Options{Prep: prep, Framer: f, NoCache: true})
		if err != nil || set.Len() != 2 {
			t.Fatalf("%v, %v", set, err)
		}
		return set
	}
	want := func(seed, w, h int, side, x, y float64) []byte {
		t.Helper()
		m, err := pix.Decode(bytes.NewReader(facestest.PNG(seed, w, h)))
		if err != nil {
			t.Fatal(err)
		}
		return m.Cut(pix.Frame{X: x, Y: y, Side: side * 112 / 250}, 56).Pix
	}
	both := load(marked{})
	if !bytes.Equal(both.Image(0).Pix, want(4, 250, 250, 125, 128, 123)) {
		t.Error("a picture of LFW does not show the face in its middle")
	}
	if !bytes.Equal(both.Image(1).Pix, want(1, 300, 260, 300, 20, 20)) {
		t.Error("another picture does not show its largest face")
	}
	if both.Found[0] != (faces.Found{}) || both.Found[1].Marks != (pix.Marks{}) || both.Found[1].Frame.Side != 300 {
		t.Errorf("the set says of its faces %+v", both.Found)
	}
	one, none := load(marked{true}), load(nil)
	if !bytes.Equal(one.Image(0).Pix, none.Image(0).Pix) {
		t.Error("without a face in its middle a picture of LFW is not cut where LFW has its faces")
	}
	// A query is cut as the set's picture is.
	m, err := pix.Decode(bytes.NewReader(facestest.PNG(1, 300, 260)))
	if err != nil {
		t.Fatal(err)
	}
	cuts, err := faces.Cutter{Prep: prep, Framer: marked{}}.Cut(t.Context(), m)
	if err != nil || len(cuts) != 1 || !bytes.Equal(cuts[0].Picture.Pix, both.Image(1).Pix) {
		t.Errorf("a query is cut otherwise: %v", err)
	}
}
