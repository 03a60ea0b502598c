package check

import (
	"context"
	"fmt"
	"reflect"
	"slices"
	"testing"

	"likeness/faces"
	"likeness/faces/copies"
	"likeness/faces/facestest"
	"likeness/pix"
)

// drawnThumbs are drawn faces as LFW's crop leaves them.
func drawnThumbs(t *testing.T, people, each int) []*copies.Thumb {
	t.Helper()
	s := drawnSet(t, people, each, pix.Prep{})
	var thumbs []*copies.Thumb
	for i := range s.Len() {
		thumbs = append(thumbs, copies.NewThumb(s.Image(i)))
	}
	return thumbs
}

// Of drawn faces, 1 in 40 is turned; at least 5 of these 6 are to be found, with their turn, and no other. Where every other
// picture is upside down nobody knows which half is upright.
func TestFindRotated(t *testing.T) {
	ctx := context.Background()
	upright := drawnThumbs(t, 120, 2)
	thumbs := slices.Clone(upright)
	want := map[int]copies.Symmetry{}
	for i := 7; i < len(thumbs); i += 40 {
		want[i] = copies.Symmetry(1 + i/40%3)
		thumbs[i] = thumbs[i].Turned(want[i])
	}
	thumbs[3], thumbs[5] = nil, copies.NewThumb(pix.New(copies.Side, copies.Side)) // nothing left by the crop, and black
	lying, voted, err := findRotated(ctx, thumbs)
	if err != nil || !voted {
		t.Fatal(voted, err)
	}
	got, last := map[int]copies.Symmetry{}, -1
	for _, l := range lying {
		got[l.Row] = l.How
		if l.Row <= last || l.Margin < rotatedMargin {
			t.Errorf("%+v after row %d", l, last)
		}
		last = l.Row
	}
	for row, how := range got {
		if want[row] != how {
			t.Errorf("picture %d is %v, not %v", row, want[row], how)
		}
	}
	if len(want) != 6 || len(got) < 5 {
		t.Errorf("%v, want %v", got, want)
	}
	mixed := slices.Clone(upright)
	for i := 0; i < len(mixed); i += 2 {
		mixed[i] = mixed[i].Turned(2)
	}
	lying, voted, err = findRotated(ctx, mixed)
	if !voted || err != nil || slices.ContainsFunc(lying, func(l Rotated) bool { return l.How == 2 }) {
		t.Errorf("half of them upside down: %v %v %v", lying, voted, err)
	}
	if lying, voted, err := findRotated(ctx, thumbs[:leastVoters]); lying != nil || voted || err != nil {
		t.Errorf("198 pictures: %v %v %v", lying, voted, err)
	}
	ended, cancel := context.WithCancel(ctx)
	cancel()
	if _, _, err := findRotated(ended, thumbs); err != context.Canceled {
		t.Error(err)
	}
}

// Check names rotated pictures, but none of which the crop keeps another part than of the rest.
func TestSourceNamesRotated(t *testing.T) {
	s := drawnSet(t, 110, 2, pix.Prep{W: 48, H: 48, Auto: true})
	upsideDown := func(m *pix.Image) *pix.Image { return copies.Symmetry(2).Apply(m) }
	var files []facestest.File
	want := map[string]string{}
	for i := range s.Len() {
		name, m := fmt.Sprintf("%03d.jpg", i), s.Image(i)
		switch i {
		case 20, 81, 142:
			m = upsideDown(m)
			want[name] = "turned by 180 degrees"
		case 203: // of LFW's size, from which the crop would be taken
			m = upsideDown(m).Resize(90, 90)
			around := pix.New(250, 250)
			for y := range 90 {
				copy(around.Pix[((80+y)*250+80)*3:][:90*3], m.Pix[y*90*3:])
			}
			m = around
		}
		files = append(files, facestest.File{Name: name, Data: saved(m.RGBA(), 90)})
	}
	r, err := Source(context.Background(), facestest.Unpack(t, files), faces.Options{})
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]string{}
	for _, l := range r.Lying {
		got[l.Name] = l.How
	}
	if !r.Voted || !reflect.DeepEqual(got, want) || !slices.Equal(r.OtherCrop, []string{"203.jpg"}) {
		t.Errorf("voted %v: %v, want %v; another crop: %v", r.Voted, got, want, r.OtherCrop)
	}
}

// Many pictures of only a few kinds have fewer components than are asked for, which is no error.
func TestFindRotatedAmongCopies(t *testing.T) {
	var thumbs []*copies.Thumb
	for i := range 1000 {
		thumbs = append(thumbs, copies.NewThumb(pix.FromImage(spots(uint64(i%3), 40))))
	}
	if lying, voted, err := findRotated(context.Background(), thumbs); len(lying) > 0 || !voted || err != nil {
		t.Errorf("%v %v %v", lying, voted, err)
	}
}
