package check

import (
	"context"
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"math"
	"slices"
	"testing"

	"likeness/faces"
	"likeness/faces/copies"
	"likeness/faces/facestest"
	"likeness/pix"
)

func TestUnlikeMost(t *testing.T) {
	many := func(n int, v float64, more ...float64) []float64 {
		return append(slices.Repeat([]float64{v}, n), more...)
	}
	for what, c := range map[string]struct {
		values []float64
		want   []int
	}{
		"none":             {nil, nil},
		"all alike":        {many(30, 1), nil},
		"two off":          {many(18, 1, 1.3, 0.7), []int{18, 19}},
		"a little off":     {many(20, 1, 1.19, 0.84), nil},
		"too few":          {many(18, 1, 2), nil},
		"no rule":          {many(17, 1, 2, 2, 2), nil},
		"nothing is left":  {many(20, 0.36, 0), []int{20}},
		"not to be judged": {many(20, 0.36, math.NaN(), 1), []int{21}},
	} {
		if got := unlikeMost(c.values); !slices.Equal(got, c.want) {
			t.Errorf("%s: %v, want %v", what, got, c.want)
		}
	}
}

// Flat, squashed and otherwise cropped pictures are named, and no others; mirrored and turned copies with how they were
// made, also in the two parts of a split.
func TestCheckOdd(t *testing.T) {
	black, grain := image.NewRGBA(image.Rect(0, 0, 250, 250)), image.NewGray(image.Rect(0, 0, 250, 250))
	draw.Draw(black, black.Rect, image.NewUniform(color.Black), image.Point{}, draw.Src)
	for i := range grain.Pix {
		grain.Pix[i] = uint8(199 + i%3)
	}
	var files []facestest.File
	for i := range 60 {
		files = append(files, facestest.File{Name: fmt.Sprintf("x/%02d.jpg", i), Data: saved(spots(uint64(i), 250), 90)})
	}
	turn := func(seed uint64, how copies.Symmetry) image.Image {
		return how.Apply(pix.FromImage(spots(seed, 250))).RGBA()
	}
	files = append(files,
		facestest.File{Name: "y/0-black.jpg", Data: saved(black, 90)},
		facestest.File{Name: "y/1-grain.jpg", Data: saved(grain, 90)},
		facestest.File{Name: "y/2-half.jpg", Data: saved(spots(100, 125), 90)},
		facestest.File{Name: "y/3-squashed.jpg", Data: saved(pix.FromImage(spots(101, 250)).Resize(250, 170).RGBA(), 90)},
		facestest.File{Name: "y/4-ready.png", Data: facestest.PNG(1, 32, 32)}, // the model's size is taken as it is
		facestest.File{Name: "y/5-mirror.jpg", Data: saved(turn(7, 4), 70)},
		facestest.File{Name: "y/6-quarter.jpg", Data: saved(turn(8, 3), 70)},
	)
	r, err := Source(context.Background(), facestest.Unpack(t, files), faces.Options{})
	if err != nil {
		t.Fatal(err)
	}
	for what, c := range map[string][2][]string{
		"flat":  {r.Flat, {"y/0-black.jpg", "y/1-grain.jpg"}},
		"shape": {r.OtherShape, {"y/3-squashed.jpg"}},
		"crop":  {r.OtherCrop, {"y/2-half.jpg", "y/3-squashed.jpg"}},
		"twins": {slices.Concat(r.Twins...), {"x/07.jpg", "y/5-mirror.jpg", "x/08.jpg", "y/6-quarter.jpg"}},
		"how":   {slices.Concat(r.TwinsHow...), {"", "mirrored", "", "turned by 270 degrees"}},
	} {
		if !slices.Equal(c[0], c[1]) {
			t.Errorf("%s: %q, want %q", what, c[0], c[1])
		}
	}
	// What turns the training picture into the test picture: back by 90 degrees.
	leaks := r.Leaks(faces.Split{Train: []int{7, 66}, Test: []int{65, 8, 9}})
	want := []Leak{{"y/5-mirror.jpg", "x/07.jpg", "mirrored"}, {"x/08.jpg", "y/6-quarter.jpg", "turned by 90 degrees"}}
	if !slices.Equal(leaks, want) {
		t.Errorf("leaks %v, want %v", leaks, want)
	}
	if r.Voted {
		t.Error("62 pictures voted on what is upright")
	}
}
