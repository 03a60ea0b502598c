package pix

import (
	"encoding/json"
	"strings"
	"testing"
)

func TestPrep(t *testing.T) {
	crop := func(m *Image, dx, dy int) *Image {
		out, err := m.Crop(dx, dy)
		if err != nil {
			t.Fatal(err)
		}
		return out
	}
	lfw := noise(250, 250)
	for _, c := range []struct {
		name string
		prep Prep
		src  *Image
		want *Image
	}{
		{"the tutorial's crop", Prep{W: 32, H: 32, Auto: true}, lfw, crop(lfw, 80, 80).Resize(32, 32)},
		{"Auto ignores DX, DY", Prep{W: 45, H: 45, DX: 3, DY: 4, Auto: true}, lfw, crop(lfw, 80, 80).Resize(45, 45)},
		{"wide", Prep{W: 8, H: 8, Auto: true}, noise(31, 20), noise(31, 20).part(5, 0, 20, 20).Resize(8, 8)},
		{"tall", Prep{W: 8, H: 8, Auto: true}, noise(20, 30), crop(noise(20, 30), 0, 5).Resize(8, 8)},
		{"square", Prep{W: 8, H: 9, Auto: true}, noise(249, 249), noise(249, 249).Resize(8, 9)},
		{"own crop", Prep{W: 8, H: 9, DX: 2, DY: 1}, noise(20, 30), crop(noise(20, 30), 2, 1).Resize(8, 9)},
		{"no crop", Prep{W: 8, H: 9}, lfw, lfw.Resize(8, 9)},
		{"ready already", Prep{W: 20, H: 30, DX: 2, DY: 1}, noise(20, 30), noise(20, 30)},
		{"one pixel", Prep{W: 32, H: 32, Auto: true}, noise(1, 1), noise(1, 1).Resize(32, 32)},
	} {
		got, err := c.prep.Apply(c.src)
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		checkNear(t, got, c.want, 0, 0)
		kept := noise(c.prep.Keeps(c.src.W, c.src.H))
		if kept.W > c.src.W || kept.H > c.src.H || c.prep.Auto && c.src.W == 250 && kept.W != 90 {
			t.Errorf("%s: %dx%d are kept of %dx%d", c.name, kept.W, kept.H, c.src.W, c.src.H)
		}
	}
	for _, c := range []struct {
		prep         Prep
		w, h         int
		keptW, keptH int
	}{
		{Prep{W: 32, H: 32, Auto: true}, 250, 250, 90, 90},
		{Prep{W: 32, H: 32, Auto: true, Wide: true}, 250, 250, 180, 180},
		{Prep{W: 32, H: 32, Auto: true}, 300, 20, 20, 20},
		{Prep{W: 32, H: 32, DX: 5, DY: 2}, 50, 40, 40, 36},
		{Prep{W: 32, H: 32, DX: 25, DY: 2}, 50, 40, 0, 0},
		{Prep{W: 32, H: 32, DX: 5, DY: 2}, 32, 32, 32, 32},
	} {
		if w, h := c.prep.Keeps(c.w, c.h); w != c.keptW || h != c.keptH {
			t.Errorf("%+v keeps %dx%d of %dx%d, want %dx%d", c.prep, w, h, c.w, c.h, c.keptW, c.keptH)
		}
	}
	for _, c := range []struct {
		prep Prep
		want string
	}{
		{Prep{}, "0x0"},
		{Prep{W: 8, H: -8, Auto: true}, "8x-8"},
		{Prep{W: 1 << 40, H: 1 << 40}, "cannot prepare"},
		{Prep{W: 8, H: 8, DX: 10}, "20x30"},
	} {
		if _, err := c.prep.Apply(noise(20, 30)); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%+v: got %v, want it to say %q", c.prep, err, c.want)
		}
	}
}

func TestPrepJSON(t *testing.T) {
	p := Prep{W: 32, H: 33, DX: 1, DY: 2, Auto: true}
	data, err := json.Marshal(p)
	if err != nil {
		t.Fatal(err)
	}
	if want := `{"w":32,"h":33,"dx":1,"dy":2,"auto":true}`; string(data) != want {
		t.Errorf("got %s, want %s", data, want)
	}
	var back Prep
	if err := json.Unmarshal(data, &back); err != nil || back != p {
		t.Errorf("got %+v, %v", back, err)
	}
}

// Surroundings are the photograph's own pixels where it has them, and its edge
// repeated where not; the model's picture is in the middle.
func TestSurroundings(t *testing.T) {
	p := Prep{W: 32, H: 32, Auto: true}.Surroundings()
	if p.W != 116 || p.H != 116 {
		t.Fatalf("surroundings of 32x32 are %dx%d", p.W, p.H)
	}
	lfw := noise(250, 250)
	got, err := p.Apply(lfw)
	if err != nil {
		t.Fatal(err)
	}
	checkNear(t, got, lfw.part(67, 67, 116, 116), 0, 0)

	square := noise(90, 90)
	if got, err = p.Apply(square); err != nil {
		t.Fatal(err)
	}
	checkNear(t, got.part(13, 13, 90, 90), square, 0, 0)
	for i := range 116 {
		want := square.Pix[(min(max(i-13, 0), 89)*90+89)*3:][:3]
		if have := got.Pix[(i*116+115)*3:][:3]; string(have) != string(want) {
			t.Fatalf("row %d ends in %v, its edge is %v", i, have, want)
		}
	}

	tall := noise(90, 200) // there is more above and below, but not beside
	if got, err = p.Apply(tall); err != nil {
		t.Fatal(err)
	}
	checkNear(t, got.part(13, 0, 90, 116), tall.part(0, 42, 90, 116), 0, 0)

	same := noise(32, 32) // of the model's size: its middle all the same
	if got, err = p.Apply(same); err != nil {
		t.Fatal(err)
	}
	if got.W != 116 || got.H != 116 {
		t.Errorf("a picture of the model's size became %dx%d", got.W, got.H)
	}
	if big := (Prep{W: 64, H: 48}).Surroundings(); big.W != 128+2*18 || big.H != 96+2*14 {
		t.Errorf("surroundings of 64x48 are %dx%d", big.W, big.H)
	}
}
