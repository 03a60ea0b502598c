package gallery_test

import (
	"context"
	"errors"
	"io"
	"math"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"likeness/faces"
	"likeness/faces/check"
	"likeness/faces/copies"
	"likeness/gallery"
	"likeness/internal/atomicfile"
	"likeness/pix"
)

// ids returns those of groups.
func ids(groups []gallery.Group) [][]string {
	var all [][]string
	for _, g := range groups {
		var one []string
		for _, m := range g.Pictures {
			one = append(one, m.ID)
		}
		all = append(all, one)
	}
	return all
}

func TestDuplicatesOfAnIndex(t *testing.T) {
	a := newAlbum(t, gallery.UpdateOptions{})
	g := a.open(t, gallery.Options{})
	nothing, most := 0.0, 0.99
	for _, c := range []struct {
		within *float64
		want   func(d *gallery.Duplicates) bool
	}{
		{&nothing, func(d *gallery.Duplicates) bool {
			return len(d.Groups) == 1 && slices.Equal(ids(d.Groups)[0], []string{"2019/Ada_Byron/a.png", "twin.png"}) && d.Spare == 1 &&
				*d.Groups[0].Pictures[1].Equal && d.Groups[0].Pictures[1].Distance == 0 && d.Groups[0].Person == "Ada Byron"
		}},
		{nil, func(d *gallery.Duplicates) bool { return d.Within == 0.35 && d.Spare >= 1 }},
		{&most, func(d *gallery.Duplicates) bool { return d.Spare > 3 }},
	} {
		d, err := g.Duplicates(context.Background(), gallery.DuplicateOptions{Within: c.within})
		if err != nil || d.By != "euclidean" || d.Pictures != 10 || d.Data != a.index || !c.want(d) {
			t.Errorf("%+v, %v", d, err)
		}
	}
	for _, within := range []float64{-0.1, 1, math.NaN()} {
		if _, err := g.Duplicates(context.Background(), gallery.DuplicateOptions{Within: &within}); err == nil || !strings.HasPrefix(err.Error(), "within ") {
			t.Errorf("within %v: error %v", within, err)
		}
	}
}

// Pictures that are twice in a folder: equal, changed, flat; and a pair that two earlier
// engines disagreed about, whose distance lay between their limits.
func TestFindDuplicates(t *testing.T) {
	dir := t.TempDir()
	write := func(name string, m *pix.Image) {
		if err := atomicfile.Write(filepath.Join(dir, name), func(w io.Writer) error { return m.WritePNG(w) }); err != nil {
			t.Fatal(err)
		}
	}
	change := func(m *pix.Image, f func(i int, v byte) byte) *pix.Image {
		out := pix.New(m.W, m.H)
		for i, v := range m.Pix {
			out.Pix[i] = f(i, v)
		}
		return out
	}
	disputed := change(painted(2), func(i int, v byte) byte {
		if x := i / 3 % 40; x < 9 { // a stripe on the left is darker
			return byte(float64(v) * 0.9)
		}
		return v
	})
	if d := copies.NewThumb(painted(2)).Distance(copies.NewThumb(disputed)); d < 0.13 || d > 0.19 {
		t.Fatalf("the disputed pair is at %v", d)
	}
	write("a.png", painted(1))
	write("a-again.png", painted(1))
	write("a-small.png", painted(1).Resize(30, 30))
	write("a-mirrored.png", copies.Symmetry(4).Apply(painted(1)))
	write("b.png", painted(2))
	write("b-disputed.png", disputed)
	write("c.png", painted(3))
	write("c-bright.png", change(painted(3), func(_ int, v byte) byte { return byte(60 + 0.7*float64(v)) }))
	write("d.png", painted(4))
	write("white.png", change(pix.New(40, 40), func(int, byte) byte { return 255 }))
	write("white-too.png", change(pix.New(30, 30), func(int, byte) byte { return 255 }))
	set := load(t, dir, gallery.DuplicatesPrep())
	d, err := gallery.FindDuplicates(context.Background(), set, gallery.DuplicateOptions{})
	if err != nil {
		t.Fatal(err)
	}
	want := [][]string{{"a-again.png", "a-mirrored.png", "a-small.png", "a.png"}, {"b-disputed.png", "b.png"}, {"c-bright.png", "c.png"}, {"white-too.png", "white.png"}}
	if got := ids(d.Groups); !slices.EqualFunc(got, want, slices.Equal) || d.Spare != 6 || d.By != "pixels" || d.Within != copies.Within || d.Pictures != 11 {
		t.Errorf("%v, %+v, expected %v", got, d, want)
	}
	for _, m := range d.Groups[0].Pictures {
		if equal := m.ID != "a-small.png" && m.ID != "a-mirrored.png"; *m.Equal != equal {
			t.Errorf("%+v, expected equal %v", m, equal)
		}
		if mirrored := m.ID == "a-mirrored.png"; (m.How == "mirrored") != mirrored || m.Distance > 0.1 {
			t.Errorf("%+v, expected mirrored %v", m, mirrored)
		}
	}
	// The doctor names the same groups, and the mirrored copy.
	r, err := check.Source(context.Background(), dir, faces.Options{})
	if err != nil {
		t.Fatal(err)
	}
	named := map[string]bool{}
	for _, g := range r.Twins {
		named[strings.Join(g, " ")] = true
	}
	for _, g := range []string{"a-again.png a-mirrored.png a-small.png a.png", "b-disputed.png b.png", "c-bright.png c.png"} {
		if !named[g] {
			t.Errorf("the check names %v, expected %s", r.Twins, g)
		}
	}
	// Nothing but equal thumbnails.
	nothing := 0.0
	if d, err = gallery.FindDuplicates(context.Background(), set, gallery.DuplicateOptions{Within: &nothing}); err != nil || len(d.Groups) != 2 || d.Spare != 3 {
		t.Errorf("within 0: %+v, %v", d, err)
	}
}

func TestClusters(t *testing.T) {
	a := newAlbum(t, gallery.UpdateOptions{})
	g := a.open(t, gallery.Options{})
	if _, err := g.Clusters(context.Background(), gallery.ClusterOptions{}); !errors.Is(err, gallery.ErrNoThreshold) {
		t.Errorf("error %v, expected %v", err, gallery.ErrNoThreshold)
	}
	nothing, all, wrong := 0.0, 1e9, -1.0
	c, err := g.Clusters(context.Background(), gallery.ClusterOptions{Threshold: &nothing})
	if err != nil || len(c.Groups) != 1 || len(c.Groups[0].Pictures) != 2 || len(c.Alone) != 8 || c.Precision == nil || *c.Recall != 0 {
		t.Errorf("%+v, %v", c, err)
	}
	c, err = g.Clusters(context.Background(), gallery.ClusterOptions{Threshold: &all, Threads: 1})
	if err != nil || len(c.Groups) != 1 || len(c.Groups[0].Pictures) != 10 || len(c.Alone) != 0 || c.Alone == nil || *c.Recall != 1 || c.Groups[0].Person != "Bob" {
		t.Errorf("%+v, %v", c, err)
	}
	if _, err := g.Clusters(context.Background(), gallery.ClusterOptions{Threshold: &wrong}); err == nil {
		t.Error("a threshold of -1 was taken")
	}
}
