package faces_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"likeness/faces"
	"likeness/faces/facestest"
	"likeness/faces/facestest/squares"
	"likeness/pix"
)

var face = pix.Prep{W: 16, H: 16, Auto: true}

// photographs are pictures of LFW and of nobody in particular.
func photographs(t *testing.T) string {
	return facestest.Unpack(t, []facestest.File{
		{Name: "Ada_Byron/Ada_Byron_0001.png", Data: facestest.PNG(4, 250, 250)}, // LFW's
		{Name: "Ada_Byron/Ada_Byron_0002.png", Data: facestest.PNG(5, 249, 249)}, // of its layout alone
		{Name: "mine/a.png", Data: facestest.PNG(1, 250, 250)},                   // of its size alone
		{Name: "mine/group.png", Data: facestest.PNG(2, 330, 110)},
		{Name: "mine/lens cap.png", Data: plain(t, 90, 60)},
		{Name: "mine/z.png", Data: facestest.PNG(3, 120, 160)},
	})
}

// plain is a picture of one colour.
func plain(t *testing.T, w, h int) []byte {
	var b bytes.Buffer
	if err := pix.New(w, h).WritePNG(&b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func load(t *testing.T, dir string, opt faces.Options) *faces.Set {
	t.Helper()
	s, err := faces.Load(t.Context(), dir, opt)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// A crop follows the face, never the file's size: LFW's own crop is for LFW's pictures.
func TestSetFollowsFaces(t *testing.T) {
	dir := photographs(t)
	for wanted, ids := range map[faces.Wanted][]string{
		faces.All:     {"Ada_Byron_0001", "Ada_Byron_0002", "mine/a", "mine/group#1", "mine/group#2", "mine/group#3", "mine/z"},
		faces.Largest: {"Ada_Byron_0001", "Ada_Byron_0002", "mine/a", "mine/group", "mine/z"},
		"":            {"Ada_Byron_0001", "Ada_Byron_0002", "mine/a", "mine/group", "mine/z"},
	} {
		opt := faces.Options{Prep: face, Framer: squares.Framer{}, Faces: wanted, CacheDir: t.TempDir()}
		s := load(t, dir, opt)
		if got := plainIDs(s.IDs); !slices.Equal(got, ids) {
			t.Errorf("%s: pictures %q, want %q", wanted, got, ids)
		}
		if got := faces.Faceless(s.Skipped); len(s.Skipped) != 1 || !slices.Equal(got, []string{"mine/lens cap.png"}) || s.Skipped[0].Reason != "no face found" {
			t.Errorf("%s: skipped %v", wanted, s.Skipped)
		}
		if s.Detector != "squares" || len(s.Found) != s.Len() || s.Found[0] != (faces.Found{}) || s.Found[2].Frame != pix.LFWFrame(250, 250) {
			t.Errorf("%s: found %v by %q", wanted, s.Found, s.Detector)
		}
		for i, file := range s.Files { // each row is its face, as a query would cut it
			if s.Found[i] == (faces.Found{}) {
				continue
			}
			m, err := pix.Open(filepath.Join(dir, file))
			if err != nil {
				t.Fatal(err)
			}
			want, err := face.ApplyTo(m, s.Found[i].Frame)
			if err != nil || !bytes.Equal(want.Pix, s.Image(i).Pix) {
				t.Errorf("%s: %s shows something else than its frame, %v", wanted, s.IDs[i], err)
			}
		}
		opt.Threads = 3
		again := load(t, dir, opt) // from the cache
		if !reflect.DeepEqual(again, s) {
			t.Errorf("%s: the cache gives\n%+v, want\n%+v", wanted, again, s)
		}
		opt.NoCache = true
		if again := load(t, dir, opt); !reflect.DeepEqual(again, s) {
			t.Errorf("%s: three threads give\n%+v, want\n%+v", wanted, again, s)
		}
	}
}

// plainIDs are ids without the extension of their files.
func plainIDs(ids []string) []string {
	var all []string
	for _, id := range ids {
		all = append(all, strings.ReplaceAll(id, ".png", ""))
	}
	return all
}

// Without a framer, or where nobody wants faces, a picture that is not LFW's keeps its largest centred square, also one of
// LFW's size; so it does where the preparation says so.
func TestSetOfSquares(t *testing.T) {
	dir := photographs(t)
	want := load(t, dir, faces.Options{Prep: face, NoCache: true})
	m, err := pix.Open(filepath.Join(dir, "mine", "a.png"))
	if err != nil {
		t.Fatal(err)
	}
	if want.Len() != 6 || want.Found != nil || want.Detector != "" || !bytes.Equal(want.Image(2).Pix, m.Resize(16, 16).Pix) {
		t.Errorf("%d pictures, found %v; the square of a picture of LFW's size is another", want.Len(), want.Found)
	}
	if s := load(t, dir, faces.Options{Prep: face, Framer: squares.Framer{}, Faces: faces.None, NoCache: true}); !reflect.DeepEqual(s, want) {
		t.Errorf("with none: %+v, want %+v", s, want)
	}
	if s := load(t, dir, faces.Options{Prep: face.Squared(), Framer: squares.Framer{}, NoCache: true}); s.Len() != 6 || s.Found != nil {
		t.Errorf("squares: %d pictures, found %v", s.Len(), s.Found)
	}
	if _, err := faces.Load(t.Context(), dir, faces.Options{Faces: "some", NoCache: true}); err == nil || !strings.Contains(err.Error(), `"some"`) {
		t.Errorf("other faces: %v", err)
	}
}

// The name of a folder belongs to who stands out, not to everybody in a picture.
func TestNamesOfSeveral(t *testing.T) {
	dir := facestest.Unpack(t, []facestest.File{{Name: "Ada/group.png", Data: facestest.PNG(1, 100, 50)}})
	at := func(sides ...float64) framer {
		return func(*pix.Image) ([]faces.Found, error) {
			var all []faces.Found
			for i, side := range sides {
				all = append(all, faces.Found{Frame: pix.Frame{X: float64(10 * i), Y: 20, Side: side}})
			}
			return all, nil
		}
	}
	for _, c := range []struct {
		framer framer
		want   []string
	}{
		{at(30), []string{"Ada"}},
		{at(30, 31), []string{"", ""}},
		{at(20, 31, 18), []string{"", "Ada", ""}},
	} {
		s := load(t, dir, faces.Options{Prep: face, Framer: c.framer, Faces: faces.All, NoCache: true})
		if !slices.Equal(s.People, c.want) {
			t.Errorf("people %q, want %q", s.People, c.want)
		}
	}
}

// framer is a framer by a function.
type framer func(*pix.Image) ([]faces.Found, error)

func (f framer) Frames(_ context.Context, m *pix.Image) ([]faces.Found, error) { return f(m) }
func (f framer) Fingerprint() string                                           { return "by a function" }

// One decoding and one search for faces serve all preparations, and LFW's pictures need none.
func TestFramesOnce(t *testing.T) {
	dir, looks := photographs(t), 0
	once := framer(func(m *pix.Image) ([]faces.Found, error) {
		looks++
		return squares.Framer{}.Frames(t.Context(), m)
	})
	src, err := faces.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	opt := faces.Options{Framer: once, NoCache: true, Threads: 1}
	wide := pix.Prep{W: 24, H: 24, Auto: true, Wide: true}
	sets, err := faces.LoadAll(t.Context(), src, opt, face, face.Surroundings(), wide, wide.Squared())
	if err != nil || looks != 5 {
		t.Fatalf("%d searches for faces, want 5; %v", looks, err)
	}
	for i, p := range []pix.Prep{face, face.Surroundings(), wide, wide.Squared()} {
		opt.Prep = p
		if alone := load(t, dir, opt); !reflect.DeepEqual(alone, sets[i]) {
			t.Errorf("%+v: another set than alone", p)
		}
	}
}

// What is wrong with a framer ends the reading; it is not the picture's fault.
func TestFramerFails(t *testing.T) {
	broken := errors.New("this build holds no detector")
	opt := faces.Options{Prep: face, NoCache: true, Framer: framer(func(*pix.Image) ([]faces.Found, error) { return nil, broken })}
	dir := photographs(t)
	if _, err := faces.Load(t.Context(), dir, opt); !errors.Is(err, broken) || !strings.Contains(err.Error(), "Ada_Byron_0002.png") {
		t.Errorf("loading: %v", err)
	}
	lfw := facestest.Unpack(t, []facestest.File{{Name: "Ada_Byron/Ada_Byron_0001.png", Data: facestest.PNG(4, 250, 250)}})
	if s := load(t, lfw, opt); s.Len() != 1 {
		t.Error("LFW's pictures need a framer")
	}
}

func TestCutter(t *testing.T) {
	dir := photographs(t)
	path := func(name string) string { return filepath.Join(dir, "mine", name+".png") }
	c := faces.Cutter{Prep: face, Framer: squares.Framer{}, Faces: faces.All}
	cuts, err := c.Open(t.Context(), path("group"))
	if err != nil || len(cuts) != 3 || cuts[0].Of != 3 || cuts[0].Frame.X >= cuts[1].Frame.X || cuts[2].Score != 1 {
		t.Errorf("%+v, %v", cuts, err)
	}
	one, err := c.OpenOne(t.Context(), path("group"))
	if err != nil || one.Of != 3 || one.Frame.Side != 110 {
		t.Errorf("%+v, %v", one, err)
	}
	var none *faces.NoFaceError
	if _, err := c.OpenOne(t.Context(), path("lens cap")); !errors.Is(err, faces.ErrNoFace) || !errors.As(err, &none) || none.Name != path("lens cap") || err.Error() != path("lens cap")+": no face found" {
		t.Errorf("without a face: %v", err)
	}
	c.Faces = faces.None
	if cuts, err := c.Open(t.Context(), path("lens cap")); err != nil || len(cuts) != 1 || cuts[0].Of != 0 || cuts[0].Picture.W != 16 {
		t.Errorf("taken whole: %+v, %v", cuts, err)
	}
	if _, err := c.OpenOne(t.Context(), dir); err == nil || !strings.Contains(err.Error(), "is a folder") {
		t.Errorf("a folder: %v", err)
	}
}

func TestFaceID(t *testing.T) {
	for id, want := range map[string]string{
		"a/b.jpg#2": "a/b.jpg 2", "a": "a 0", "a#0": "a#0 0", "a#02": "a#02 0", "a#x": "a#x 0", "a#1#12": "a#1 12", "a#": "a# 0", "a#-1": "a#-1 0",
	} {
		picture, n := faces.SplitFaceID(id)
		if got := fmt.Sprint(picture, " ", n); got != want {
			t.Errorf("%s: %s, want %s", id, got, want)
		}
	}
}
