package copies

import (
	"context"
	"errors"
	"math"
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"

	"likeness/faces/facestest"
	"likeness/pix"
)

// each changes every pixel.
func each(m *pix.Image, f func(p []byte)) *pix.Image {
	out := pix.New(m.W, m.H)
	copy(out.Pix, m.Pix)
	for i := 0; i < len(out.Pix); i += 3 {
		f(out.Pix[i : i+3])
	}
	return out
}

// grey is how the thumbnails of a picture are made grey.
func grey(p []byte) {
	v := byte((int(p[0])*77 + int(p[1])*150 + int(p[2])*29) >> 8)
	p[0], p[1], p[2] = v, v, v
}

// brighter adds light and takes contrast away.
func brighter(p []byte) {
	for c, v := range p {
		p[c] = byte(60 + float64(v)*0.6)
	}
}

// The prefilters by blocks lose no copy that comparing all in all symmetries finds.
func TestFindAgainstAllPairs(t *testing.T) {
	rng := rand.New(rand.NewPCG(7, 7))
	var thumbs []*Thumb
	for i := range 150 {
		m := pix.FromImage(facestest.Spots(uint64(i/3), Side))
		for range (i % 3) * rng.IntN(60) { // harm, from none to much
			m.Pix[rng.IntN(len(m.Pix))] ^= byte(rng.IntN(32))
		}
		if i%5 == 0 {
			m = each(m, grey)
		}
		thumbs = append(thumbs, NewThumb(m).Turned(Symmetry(rng.IntN(Symmetries))))
	}
	for _, moved := range []bool{false, true} {
		var want []Pair
		for i := range thumbs {
			for j := i + 1; j < len(thumbs); j++ {
				best := Pair{A: i, B: j, Distance: 2}
				for s := range Symmetry(Symmetries) {
					if d := thumbs[i].Turned(s).Distance(thumbs[j]); d < best.Distance-1e-6 && (moved || s == 0) {
						best.Distance, best.How = d, s
					}
				}
				if best.Distance <= Within {
					want = append(want, best)
				}
			}
		}
		got, err := Find(context.Background(), thumbs, Options{Moved: moved})
		if err != nil {
			t.Fatal(err)
		}
		hows := make(map[Symmetry]int)
		same := func(a, b Pair) bool {
			hows[a.How]++
			return a.A == b.A && a.B == b.B && a.How == b.How && math.Abs(a.Distance-b.Distance) < 1e-5
		}
		least, kinds := 20, Symmetries
		if !moved {
			least, kinds = 3, 1
		}
		if len(want) < least || !slices.EqualFunc(got, want, same) || len(hows) != kinds {
			t.Errorf("moved %v: %d copies, want %d, in %d symmetries", moved, len(got), len(want), len(hows))
		}
		numbers, err := Group(context.Background(), thumbs, Options{Moved: moved})
		if err != nil {
			t.Fatal(err)
		}
		for _, g := range Groups(len(thumbs), got) {
			for _, i := range g {
				if numbers[i] != numbers[g[0]] {
					t.Errorf("moved %v: %d and %d are copies, of groups %d and %d", moved, g[0], i, numbers[g[0]], numbers[i])
				}
			}
		}
	}
}

// What counts as a copy, and what does not.
func TestDistance(t *testing.T) {
	m := pix.FromImage(facestest.Spots(1, 60))
	plain := func(r, g, b byte) *pix.Image {
		return each(pix.New(30, 30), func(p []byte) { p[0], p[1], p[2] = r, g, b })
	}
	swapped := func(p []byte) { p[0], p[2] = p[2], p[0] }
	for _, c := range []struct {
		name   string
		a, b   *pix.Image
		copies bool
	}{
		{"the same", m, m, true},
		{"smaller", m, m.Resize(31, 31), true},
		{"less contrast", m, each(m, brighter), true},
		{"tinted", m, each(m, func(p []byte) { p[0] = byte(min(255, int(p[0])+25)) }), true},
		{"grey", m, each(m, grey), true},
		{"other colours", m, each(m, swapped), false},
		{"other colours, both grey", each(m, grey), each(each(m, grey), swapped), true},
		{"another", m, pix.FromImage(facestest.Spots(2, 60)), false},
		{"mirrored", m, Symmetry(4).Apply(m), false},
		{"flat", plain(200, 100, 50), plain(203, 99, 50), true},
		{"flat, of another colour", plain(200, 100, 50), plain(50, 177, 50), false},
		{"flat and not", plain(128, 128, 128), m, false},
	} {
		a, b := NewThumb(c.a), NewThumb(c.b)
		d := a.Distance(b)
		if (d <= Within) != c.copies || d != b.Distance(a) {
			t.Errorf("%s: distance %v and %v, copies %v", c.name, d, b.Distance(a), c.copies)
		}
		pairs, err := Find(context.Background(), []*Thumb{a, b}, Options{Flat: true})
		if err != nil || (len(pairs) == 1) != c.copies {
			t.Errorf("%s: found %v, %v", c.name, pairs, err)
		}
	}
	if d := NewThumb(m).Distance(NewThumb(m)); d != 0 {
		t.Errorf("a picture is %v from itself", d)
	}
	black := NewThumb(pix.New(9, 9))
	if pairs, err := Find(context.Background(), []*Thumb{black, black}, Options{}); len(pairs) > 0 || err != nil {
		t.Errorf("flat pictures are copies: %v, %v", pairs, err)
	}
	ended, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := Find(ended, []*Thumb{NewThumb(m), NewThumb(m)}, Options{}); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}

func TestGroups(t *testing.T) {
	got := Groups(9, []Pair{{A: 1, B: 7}, {A: 2, B: 3}, {A: 4, B: 7}, {A: 3, B: 8}})
	if want := [][]int{{1, 4, 7}, {2, 3, 8}}; !reflect.DeepEqual(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
}
