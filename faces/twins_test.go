package faces

import (
	"bytes"
	"context"
	"image"
	"image/color"
	"image/jpeg"
	"math"
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"

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

// The prefilters by blocks lose no twin that comparing all in all symmetries finds.
func TestTwinsAgainstAllPairs(t *testing.T) {
	rng := rand.New(rand.NewPCG(7, 7))
	var thumbs []*thumb
	for i := range 300 {
		th := newThumb(pix.FromImage(spots(uint64(i/3), 40)))
		for range (i % 3) * rng.IntN(40) { // harm, from none to much
			th[rng.IntN(thumbSize)] ^= byte(rng.IntN(32))
		}
		thumbs = append(thumbs, th.turned(Symmetry(rng.IntN(symmetries))))
	}
	var want []Twin
	u, v := make([]float32, thumbSize), make([]float32, thumbSize)
	for i := range thumbs {
		for j := i + 1; j < len(thumbs); j++ {
			best := Twin{A: i, B: j, Distance: 2}
			for s := range Symmetry(symmetries) {
				thumbs[i].turned(s).unit(u)
				thumbs[j].unit(v)
				sum := 0.0
				for k := range u {
					sum += float64(u[k]-v[k]) * float64(u[k]-v[k])
				}
				if d := math.Sqrt(sum / 2); d < best.Distance {
					best.Distance, best.How = d, s
				}
			}
			if best.Distance <= twinsWithin {
				want = append(want, best)
			}
		}
	}
	got, err := findTwins(context.Background(), thumbs)
	if err != nil {
		t.Fatal(err)
	}
	hows := make(map[Symmetry]int)
	same := func(a, b Twin) bool {
		hows[a.How]++
		return a.A == b.A && a.B == b.B && a.How == b.How && math.Abs(a.Distance-b.Distance) < 1e-5
	}
	if len(want) < 40 || !slices.EqualFunc(got, want, same) || len(hows) < symmetries {
		t.Errorf("%d twins, want %d, in %d symmetries", len(got), len(want), len(hows))
	}
}

func TestTwinGroups(t *testing.T) {
	got := twinGroups(9, []Twin{{A: 1, B: 7}, {A: 2, B: 3}, {A: 4, B: 7}, {A: 3, B: 8}})
	if want := [][]int{{1, 4, 7}, {2, 3, 8}}; !reflect.DeepEqual(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
}

// Check names copies that were changed, wrong names, and what is small or long.
func TestCheckTwins(t *testing.T) {
	a := spots(1, 64)
	files := []entry{
		{"x/Ann/Ann_0001.jpg", saved(a, 90)},
		{"x/Ann/Ann_0002.jpg", saved(a, 40)},
		{"x/Ann/Ann_0003.jpg", saved(spots(2, 64), 90)},
		{"x/Bob/Bob_0001.jpg", saved(brighter(a), 90)},
		{"x/Bob/Bob_0002.jpg", saved(spots(3, 20), 90)},
		{"x/Bob/Bob_0003.jpg", saved(spots(4, 64), 90)},
		{"x/Cat/Cat_0001.jpg", saved(spots(4, 64), 90)},
		{"x/Cat/Cat_0002.jpg", saved(spots(3, 48).SubImage(image.Rect(0, 0, 48, 16)), 90)},
	}
	r, err := Check(context.Background(), unpack(t, files), Options{})
	if err != nil {
		t.Fatal(err)
	}
	name := func(i int) string { return files[i].name }
	for what, c := range map[string][2]any{
		"twins":     {r.Twins, [][]string{{name(0), name(1), name(3)}}},
		"copies":    {r.Duplicates, [][]string{{name(5), name(6)}}},
		"two names": {r.TwoNames, [][]string{{name(0), name(1), name(3)}, {name(5), name(6)}}},
		"small":     {r.Small, []string{name(4), name(7)}},
		"long":      {r.Long, []string{name(7)}},
		"leaks":     {r.Leaks(Split{Train: []int{0, 2, 5, 7}, Test: []int{6, 1, 4}}), []Leak{{name(6), name(5), ""}, {name(1), name(0), ""}}},
		"rows":      {r.Rows(), []string{"Ann", "Ann", "Ann", "Bob", "Bob", "Bob", "Cat", "Cat"}},
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
	s := &Set{W: 32, H: 32, Source: "x"}
	for _, seed := range []uint64{1, 2, 3, 1, 4, 2} {
		s.Pix = append(s.Pix, pix.FromImage(spots(seed, 32)).Pix...)
		s.IDs = append(s.IDs, "id")
	}
	s.People = []string{"Ann", "Bob", "Bob", "Ann", "", ""}
	h, err := Examine(ctx, s, Split{Train: []int{0, 1, 4}, Test: []int{5, 2, 3}})
	if err != nil {
		t.Fatal(err)
	}
	want := &Health{Compared: true, Twins: []Twin{{A: 0, B: 3}, {A: 1, B: 5}}, Spare: 2, Leaked: []int{5, 3}, Known: 2}
	if !reflect.DeepEqual(h, want) {
		t.Errorf("%+v, want %+v", h, want)
	}
	// A black picture, and one whose mirror image comes first.
	flat, mirrored := make([]byte, 32*32*3), make([]byte, 32*32*3)
	for p, from := range permutations(32)[4] {
		copy(mirrored[3*p:][:3], s.Pix[2*32*32*3:][3*from:][:3])
	}
	s.Pix = slices.Concat(s.Pix, flat, flat, mirrored)
	s.IDs, s.People = append(s.IDs, "f", "f", "m"), append(s.People, "", "", "")
	if h, err = Examine(ctx, s, Split{Train: []int{2, 6}, Test: []int{7, 8}}); err != nil {
		t.Fatal(err)
	}
	if h.Spare != 3 || h.Moved != 1 || !slices.Equal(h.Flat, []int{6, 7}) || !slices.Equal(h.Leaked, []int{8}) || h.Voted {
		t.Errorf("%+v", h)
	}
	ended, cancel := context.WithCancel(ctx)
	cancel()
	if _, err := Examine(ended, s, Split{}); err != context.Canceled {
		t.Error(err)
	}
}
