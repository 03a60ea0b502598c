package copies_test

import (
	"bytes"
	"context"
	"image/jpeg"
	"os"
	"testing"

	"likeness/dataset"
	"likeness/faces"
	"likeness/faces/copies"
	"likeness/pix"
)

// saved is a picture saved as JPEG and read again.
func saved(m *pix.Image, quality int) *pix.Image {
	var b bytes.Buffer
	if err := jpeg.Encode(&b, m.RGBA(), &jpeg.Options{Quality: quality}); err != nil {
		panic(err)
	}
	again, err := jpeg.Decode(&b)
	if err != nil {
		panic(err)
	}
	return pix.FromImage(again)
}

func levels(m *pix.Image, f func(v float64) float64) *pix.Image {
	out := pix.New(m.W, m.H)
	for i, v := range m.Pix {
		out.Pix[i] = byte(min(max(f(float64(v)), 0), 255))
	}
	return out
}

func grey(m *pix.Image) *pix.Image {
	out := pix.New(m.W, m.H)
	for i := 0; i < len(m.Pix); i += 3 {
		v := byte((int(m.Pix[i])*77 + int(m.Pix[i+1])*150 + int(m.Pix[i+2])*29) >> 8)
		out.Pix[i], out.Pix[i+1], out.Pix[i+2] = v, v, v
	}
	return out
}

func cut(m *pix.Image, share float64) *pix.Image {
	n := int(share * float64(m.W))
	out, err := m.Crop(n, n)
	if err != nil {
		panic(err)
	}
	return out
}

// known are the ways in which copies are made, and the share of them that Find has to
// find at its default limit, without and with Options.Moved.
var known = []struct {
	name         string
	make         func(m *pix.Image) *pix.Image
	least, moved float64
}{
	{"JPEG quality 30", func(m *pix.Image) *pix.Image { return saved(m, 30) }, 1, 1},
	{"quality 10", func(m *pix.Image) *pix.Image { return saved(m, 10) }, .9, .9},
	{"half the size", func(m *pix.Image) *pix.Image { return saved(m.Resize(m.W/2, m.H/2), 80) }, 1, 1},
	{"32x32", func(m *pix.Image) *pix.Image { return saved(m.Resize(32, 32), 80) }, .2, .2},
	{"40 brighter", func(m *pix.Image) *pix.Image {
		return saved(levels(m, func(v float64) float64 { return v + 40 }), 80)
	}, 1, 1},
	{"contrast x 1.4", func(m *pix.Image) *pix.Image {
		return saved(levels(m, func(v float64) float64 { return 128 + 1.4*(v-128) }), 80)
	}, .95, .95},
	{"grey", func(m *pix.Image) *pix.Image { return saved(grey(m), 80) }, 1, 1},
	{"2 % cut off each side", func(m *pix.Image) *pix.Image { return saved(cut(m, .02), 80) }, 0, 0},
	{"5 % cut off", func(m *pix.Image) *pix.Image { return saved(cut(m, .05), 80) }, 0, 0},
	{"mirrored", func(m *pix.Image) *pix.Image { return saved(copies.Symmetry(4).Apply(m), 80) }, 0, 1},
	{"rotated", func(m *pix.Image) *pix.Image { return saved(copies.Symmetry(1).Apply(m), 80) }, 0, 1},
}

// One picture of each person, and a copy of each: how many copies are found, and how
// many other pairs. With -v it prints a table.
func TestKnownCopies(t *testing.T) {
	if testing.Short() {
		t.Skip("skipped: saves hundreds of pictures")
	}
	for _, source := range []string{"drawn:242x1", "../../../shared/data/lfw.tgz"} {
		t.Run(source, func(t *testing.T) {
			name := dataset.Name{Source: source}
			if _, err := os.Stat(source); err != nil && !name.IsDrawn() {
				t.Skipf("skipped: %v", err)
			}
			set, err := dataset.Load(context.Background(), name, faces.Options{Prep: pix.Prep{W: 250, H: 250}, NoCache: true, Limit: 1500})
			if err != nil {
				t.Fatal(err)
			}
			var thumbs, again []*copies.Thumb
			seen := map[string]bool{}
			for i, p := range set.People {
				if seen[p] {
					continue
				}
				seen[p] = true
				again = append(again, copies.NewThumb(known[len(thumbs)%len(known)].make(set.Image(i))))
				thumbs = append(thumbs, copies.NewThumb(set.Image(i)))
			}
			n := len(thumbs) / len(known) * len(known)
			thumbs = append(thumbs[:n], again[:n]...)
			t.Logf("%d people, %d copies of each kind", n, n/len(known))
			for _, limit := range []float64{.12, .16, copies.Within, .25, .3} {
				for _, moved := range []bool{false, true} {
					pairs, err := copies.Find(context.Background(), thumbs, copies.Options{Within: limit, Moved: moved})
					if err != nil {
						t.Fatal(err)
					}
					found, wrong := make([]int, len(known)), 0
					for _, p := range pairs {
						if p.B == p.A+n {
							found[p.A%len(known)]++
						} else {
							wrong++
						}
					}
					t.Logf("within %.2f, moved %v: %v found, %d wrong", limit, moved, found, wrong)
					if limit != copies.Within {
						continue
					}
					if wrong > 0 {
						t.Errorf("%d pairs that are no copies", wrong)
					}
					for i, k := range known {
						least := k.least
						if moved {
							least = k.moved
						}
						if float64(found[i]) < least*float64(n/len(known)) {
							t.Errorf("%s, moved %v: %d of %d copies found, expected a share of %v", k.name, moved, found[i], n/len(known), least)
						}
					}
				}
			}
		})
	}
}
