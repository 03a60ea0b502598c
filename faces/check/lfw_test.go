package check

import (
	"context"
	"fmt"
	"testing"

	"likeness/faces"
	"likeness/faces/copies"
	"likeness/faces/facestest"
	"likeness/pix"
)

// What the vote on rotated pictures finds in LFW: of each half, 1 picture in 50 is turned. The margin was chosen on the even
// half; RESULTS.md has the numbers of both.
func TestRotatedInLFW(t *testing.T) {
	if testing.Short() {
		t.Skip("skipped: decodes all of LFW")
	}
	ctx := context.Background()
	s, err := faces.Load(ctx, facestest.LFW(t, "lfw.tgz"), faces.Options{Prep: pix.Prep{W: copies.Side, H: copies.Side, Auto: true}, NoCache: true})
	if err != nil {
		t.Fatal(err)
	}
	for half, what := range []string{"even", "odd"} {
		for _, most := range []int{200, 1000, 3000, s.Len()} {
			var thumbs []*copies.Thumb
			how := map[int]copies.Symmetry{}
			n := (s.Len() - half + 1) / 2
			for i := range min(n, most) { // people's pictures lie side by side, so a part is taken from everywhere
				th := copies.NewThumb(s.Image(2*(i*6563%n) + half))
				if i%50 == 17 {
					how[i] = copies.Symmetry(1 + i/50%3)
					th = th.Turned(how[i])
				}
				thumbs = append(thumbs, th)
			}
			lying, _, err := findRotated(ctx, thumbs)
			if err != nil {
				t.Fatal(err)
			}
			found, wrong := 0, 0
			for _, l := range lying {
				if how[l.Row] == l.How {
					found++
				} else {
					wrong++
				}
			}
			t.Logf("%s half, %d pictures: %d of %d turned ones found, %d wrong", what, len(thumbs), found, len(how), wrong)
			if float64(found) < 0.6*float64(len(how)) || wrong > 1+len(thumbs)/1500 {
				t.Errorf("%s half, %d pictures: %d of %d turned ones found, %d wrong", what, len(thumbs), found, len(how), wrong)
			}
		}
	}
}

// Copies of LFW's first pictures, half the size, in JPEG of quality 60 and in every symmetry, are found and told right.
func TestCopiesInLFW(t *testing.T) {
	if testing.Short() {
		t.Skip("skipped: saves a thousand pictures")
	}
	s, err := faces.Load(context.Background(), facestest.LFW(t, "lfw.tgz"), faces.Options{Prep: pix.Prep{W: 250, H: 250}, NoCache: true, Limit: 1000})
	if err != nil {
		t.Fatal(err)
	}
	var files []facestest.File
	how := map[[2]string]string{}
	for i := range s.Len() {
		m, name := s.Image(i), fmt.Sprintf("a/%04d.jpg", i)
		files = append(files, facestest.File{Name: name, Data: saved(m.RGBA(), 90)})
		if i%12 == 3 {
			by := copies.Symmetry(i / 12 % copies.Symmetries)
			again := fmt.Sprintf("b/%04d.jpg", i)
			files = append(files, facestest.File{Name: again, Data: saved(by.Apply(m).Resize(125, 125).RGBA(), 60)})
			how[[2]string{name, again}] = by.String()
		}
	}
	r, err := Source(context.Background(), facestest.Unpack(t, files), faces.Options{})
	if err != nil {
		t.Fatal(err)
	}
	right, others := 0, 0
	for i, g := range r.Twins {
		if want, ok := how[[2]string{g[0], g[1]}]; ok && want == r.TwinsHow[i][1] && len(g) == 2 {
			right++
		} else {
			others++
		}
	}
	t.Logf("%d of %d copies found and told right, %d other groups", right, len(how), others)
	if right < len(how)*97/100 || others > 2 || len(r.OtherCrop) != len(how) {
		t.Errorf("%d of %d copies found and told right, %d other groups, %d with another crop", right, len(how), others, len(r.OtherCrop))
	}
}
