package check

import (
	"bytes"
	"context"
	"image"
	"image/color"
	"image/jpeg"
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"

	"likeness/faces"
	"likeness/faces/copies"
	"likeness/faces/facestest"
	"likeness/pix"
)

// spots paints a picture of its own for each seed: blurred spots of light.
func spots(seed uint64, side int) *image.RGBA {
	rng := rand.New(rand.NewPCG(seed, 0))
	var at [6][3]float64
	for i := range at {
		at[i] = [3]float64{rng.Float64(), rng.Float64(), rng.Float64()}
	}
	m := image.NewRGBA(image.Rect(0, 0, side, side))
	for y := range side {
		for x := range side {
			v := 0.0
			for _, p := range at {
				dx, dy := float64(x)/float64(side)-p[0], float64(y)/float64(side)-p[1]
				v += (p[2] - 0.5) / (1 + 20*(dx*dx+dy*dy))
			}
			b := uint8(min(max(128+160*v, 0), 255))
			m.Set(x, y, color.RGBA{b, b / 2, 255 - b, 255})
		}
	}
	return m
}

func saved(m image.Image, quality int) []byte {
	var b bytes.Buffer
	if err := jpeg.Encode(&b, m, &jpeg.Options{Quality: quality}); err != nil {
		panic(err)
	}
	return b.Bytes()
}

// brighter is the picture with more light and less contrast.
func brighter(m *image.RGBA) *image.RGBA {
	out := image.NewRGBA(m.Rect)
	for i, v := range m.Pix {
		out.Pix[i] = uint8(40 + float64(v)*0.7)
		if i%4 == 3 {
			out.Pix[i] = 255
		}
	}
	return out
}

// Check names copies that were changed, wrong names, and what is small or long.
func TestCheckTwins(t *testing.T) {
	a := spots(1, 64)
	files := []facestest.File{
		{Name: "x/Ann/Ann_0001.jpg", Data: saved(a, 90)},
		{Name: "x/Ann/Ann_0002.jpg", Data: saved(a, 40)},
		{Name: "x/Ann/Ann_0003.jpg", Data: saved(spots(2, 64), 90)},
		{Name: "x/Bob/Bob_0001.jpg", Data: saved(brighter(a), 90)},
		{Name: "x/Bob/Bob_0002.jpg", Data: saved(spots(3, 20), 90)},
		{Name: "x/Bob/Bob_0003.jpg", Data: saved(spots(4, 64), 90)},
		{Name: "x/Cat/Cat_0001.jpg", Data: saved(spots(4, 64), 90)},
		{Name: "x/Cat/Cat_0002.jpg", Data: saved(spots(3, 48).SubImage(image.Rect(0, 0, 48, 16)), 90)},
	}
	r, err := Source(context.Background(), facestest.Unpack(t, files), faces.Options{})
	if err != nil {
		t.Fatal(err)
	}
	name := func(i int) string { return files[i].Name }
	for what, c := range map[string][2]any{
		"twins":     {r.Twins, [][]string{{name(0), name(1), name(3)}}},
		"copies":    {r.Duplicates, [][]string{{name(5), name(6)}}},
		"two names": {r.TwoNames, [][]string{{name(0), name(1), name(3)}, {name(5), name(6)}}},
		"small":     {r.Small, []string{name(4), name(7)}},
		"long":      {r.Long, []string{name(7)}},
		"leaks":     {r.Leaks(faces.Split{Train: []int{0, 2, 5, 7}, Test: []int{6, 1, 4}}), []Leak{{name(6), name(5), ""}, {name(1), name(0), ""}}},
		"rows":      {r.RowPeople(), []string{"Ann", "Ann", "Ann", "Bob", "Bob", "Bob", "Cat", "Cat"}},
	} {
		if !reflect.DeepEqual(c[0], c[1]) {
			t.Errorf("%s: %v, want %v", what, c[0], c[1])
		}
	}
	if !r.Compared || !r.OK {
		t.Errorf("%+v", r)
	}
}

func TestExamine(t *testing.T) {
	ctx := context.Background()
	s := &faces.Set{W: 32, H: 32, Source: "x"}
	for _, seed := range []uint64{1, 2, 3, 1, 4, 2} {
		s.Pix = append(s.Pix, pix.FromImage(spots(seed, 32)).Pix...)
		s.IDs = append(s.IDs, "id")
	}
	s.People = []string{"Ann", "Bob", "Bob", "Ann", "", ""}
	h, err := Set(ctx, s, faces.Split{Train: []int{0, 1, 4}, Test: []int{5, 2, 3}})
	if err != nil {
		t.Fatal(err)
	}
	want := &Health{Compared: true, Twins: []copies.Pair{{A: 0, B: 3}, {A: 1, B: 5}}, Spare: 2, Leaked: []int{5, 3}, Known: 2}
	if !reflect.DeepEqual(h, want) {
		t.Errorf("%+v, want %+v", h, want)
	}
	// A black picture, and one whose mirror image comes first.
	flat, mirrored := make([]byte, 32*32*3), copies.Symmetry(4).Apply(s.Image(2)).Pix
	s.Pix = slices.Concat(s.Pix, flat, flat, mirrored)
	s.IDs, s.People = append(s.IDs, "f", "f", "m"), append(s.People, "", "", "")
	if h, err = Set(ctx, s, faces.Split{Train: []int{2, 6}, Test: []int{7, 8}}); err != nil {
		t.Fatal(err)
	}
	if h.Spare != 3 || h.Moved != 1 || !slices.Equal(h.Flat, []int{6, 7}) || !slices.Equal(h.Leaked, []int{8}) || h.Voted {
		t.Errorf("%+v", h)
	}
	ended, cancel := context.WithCancel(ctx)
	cancel()
	if _, err := Set(ended, s, faces.Split{}); err != context.Canceled {
		t.Error(err)
	}
}
