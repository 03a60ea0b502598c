package report

import (
	"testing"

	"likeness/pix"
)

func TestEditStrip(t *testing.T) {
	f := plainFace(32, 32)
	m := EditStrip([]Edit{
		{Name: "Smiling, a good deal more than before", Picture: f, Title: "Ada_Byron_0001", Frames: []*pix.Image{f, f, f}, Captions: []string{"−1.5", "as it is", "+1.5"}},
		{Name: "Male", Picture: f, Frames: []*pix.Image{f}},
	})
	marginIsWhite(t, m)
	// Four pictures in one row, two in the other.
	if got, want := countColour(m, f.Pix[0], f.Pix[1], f.Pix[2]), 6*6*6; got < want {
		t.Errorf("%d pixels of the faces' first colour, want %d at least", got, want)
	}
	alone := EditStrip([]Edit{{Frames: []*pix.Image{f, f}}})
	if want := 2*tileSmall + 12 + 2*margin; alone.W != want {
		t.Errorf("two frames without anything else are %d pixels wide, want %d", alone.W, want)
	}
	marginIsWhite(t, EditStrip(nil))
	defer func() {
		if recover() == nil {
			t.Error("one caption for two frames was taken")
		}
	}()
	EditStrip([]Edit{{Frames: []*pix.Image{f, f}, Captions: []string{"x"}}})
}

// Frames far from the data have a mark, and a caption has as many lines as it says.
func TestEditStripMarksWhatIsFar(t *testing.T) {
	f := plainFace(32, 32)
	draw := func(far bool, caption string) *pix.Image {
		return EditStrip([]Edit{{Frames: []*pix.Image{f, f}, Captions: []string{"x", caption}, Far: []bool{false, far}}})
	}
	m := draw(true, "x")
	marginIsWhite(t, m)
	if n := countColour(m, warning.R, warning.G, warning.B); n < tileSmall*frameWidth {
		t.Errorf("the frame around what is far has %d pixels", n)
	}
	if n := countColour(draw(false, "x"), warning.R, warning.G, warning.B); n != 0 {
		t.Errorf("nothing is far, but %d pixels say so", n)
	}
	if got, want := draw(false, "x\nx").H-draw(false, "x").H, mutedStyle.height(); got != want {
		t.Errorf("a second line takes %d pixels, want %d", got, want)
	}
}

// A strip of many frames goes on below, and none is lost.
func TestLongStripsFold(t *testing.T) {
	f := plainFace(32, 32)
	short, long := make([]*pix.Image, mostInRow), make([]*pix.Image, 2*mostInRow+1)
	for i := range long {
		long[i], short[i%len(short)] = f, f
	}
	faces := func(m *pix.Image) int { return countColour(m, f.Pix[0], f.Pix[1], f.Pix[2]) }
	one := faces(EditStrip([]Edit{{Frames: []*pix.Image{f}}}))
	strips := map[string][2]*pix.Image{
		"edit":          {EditStrip([]Edit{{Frames: short, Picture: f}}), EditStrip([]Edit{{Frames: long, Picture: f}})},
		"morph":         {MorphStrip([]Morph{{Frames: short, A: f, B: f}}), MorphStrip([]Morph{{Frames: long, A: f, B: f}})},
		"morph without": {MorphStrip([]Morph{{Frames: short}}), MorphStrip([]Morph{{Frames: long}})},
	}
	for name, s := range strips {
		marginIsWhite(t, s[1])
		if s[1].W > s[0].W || s[1].H < 2*s[0].H {
			t.Errorf("%s: %d frames are drawn %dx%d, %d are %dx%d", name, len(long), s[1].W, s[1].H, len(short), s[0].W, s[0].H)
		}
		if got, want := faces(s[1])-faces(s[0]), (len(long)-len(short))*one; got != want {
			t.Errorf("%s: %d pixels of frames more, want %d", name, got, want)
		}
	}
}

func TestPathsMarkWhatIsFar(t *testing.T) {
	f := plainFace(32, 32)
	draw := func(far bool) *pix.Image {
		return Paths(f, f, "Ada", "Bob", []Path{
			{Name: "straight", Frames: []*pix.Image{f, f, f}, Distances: []float64{5, 3, 5}, Far: []bool{false, far, false}},
			{Name: "likely", Frames: []*pix.Image{f, f, f}},
		})
	}
	m := draw(true)
	marginIsWhite(t, m)
	if n := countColour(m, warning.R, warning.G, warning.B); n < tileSmall*frameWidth {
		t.Errorf("the frame around what is far has %d pixels", n)
	}
	if n := countColour(draw(false), warning.R, warning.G, warning.B); n != 0 {
		t.Errorf("nothing is far, but %d pixels say so", n)
	}
	marginIsWhite(t, Paths(nil, nil, "", "", []Path{{Name: "x", Frames: []*pix.Image{f}}}))
}

func TestGatherings(t *testing.T) {
	f := plainFace(16, 16)
	list := []*pix.Image{f, f, f, f}
	m := Gatherings([]Gathering{{Name: "Test faces", Pictures: list}, {Name: "New faces", Note: "of nobody", Pictures: list[:3]}}, 2)
	marginIsWhite(t, m)
	if got, want := countColour(m, f.Pix[0], f.Pix[1], f.Pix[2]), 7*6*6; got < want {
		t.Errorf("%d pixels of the faces' first colour, want %d at least", got, want)
	}
}

func TestWalkFrames(t *testing.T) {
	frames := make([]*pix.Image, 5)
	for i := range frames {
		frames[i] = pix.New(32, 32)
		frames[i].Pix[0] = byte(10 + i)
	}
	if n := len(WalkFrames(frames, true)); n != 4 {
		t.Errorf("round and round: %d frames, want 4", n)
	}
	if n := len(WalkFrames(frames, false)); n != 2+3+1+2+3 {
		t.Errorf("there and back: %d frames", n)
	}
}
