package faces

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"likeness/faces/facestest"
)

func TestList(t *testing.T) {
	dir := facestest.Unpack(t, []facestest.File{
		{Name: "a/1.jpg", Data: facestest.Picture(1, 8)}, {Name: "a/sub/2.png", Data: facestest.PNG(2, 8, 8)}, {Name: "a/notes.txt", Data: []byte("x")},
		{Name: "a/out/made.jpg", Data: facestest.Picture(3, 8)}, {Name: "a/out/made.txt", Data: []byte("x")}, {Name: "b/3.jpg", Data: facestest.Picture(4, 8)},
		{Name: "empty/notes.txt", Data: []byte("x")}, {Name: "single.jpg", Data: facestest.Picture(5, 8)},
	})
	in := func(names ...string) []string {
		var paths []string
		for _, n := range names {
			paths = append(paths, filepath.Join(dir, filepath.FromSlash(n)))
		}
		return paths
	}
	out := func(folder string) string { return filepath.Join(folder, "out") }
	l, err := List(t.Context(), append(in("single.jpg", "a", "b", "a"), in("a")[0]+"/"), out)
	if err != nil {
		t.Fatal(err)
	}
	if want := in("single.jpg", "a/1.jpg", "a/sub/2.png", "b/3.jpg"); !slices.Equal(l.Paths(), want) {
		t.Errorf("paths %q, want %q", l.Paths(), want)
	}
	if !slices.Equal(l.Singles(), in("single.jpg")) || !slices.Equal(l.Folders, in("a", "b")) {
		t.Errorf("singles %q, folders %q", l.Singles(), l.Folders)
	}
	if a := in("a")[0]; l.LeftOut[a] != 1 || len(l.LeftOut) != 1 || len(l.SkipsOf(a)) != 1 {
		t.Errorf("left out %v, skipped %v", l.LeftOut, l.SkipsOf(a))
	}
	if p := l.Pictures[2]; p.ID != "sub/2" || p.Name != "sub/2.png" || p.Folder != in("a")[0] {
		t.Errorf("%+v", p)
	}
	if err := l.Skip(t.Context(), l.Pictures[2], fmt.Errorf("%s: broken", l.Pictures[2].Path)); err != nil {
		t.Error(err)
	}
	if skips := l.Skips(); len(skips) != 2 || skips[1] != (Skip{Name: in("a/sub/2.png")[0], Reason: "broken"}) {
		t.Errorf("skips %v", skips)
	}
	bad := errors.New("bad")
	if err := l.Skip(t.Context(), l.Pictures[0], bad); err != bad {
		t.Errorf("a picture named by itself was skipped: %v", err)
	}
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	if err := l.Skip(ended, l.Pictures[2], bad); err != bad {
		t.Errorf("skipped although the work has ended: %v", err)
	}
	if whole, err := List(t.Context(), in("a"), nil); err != nil || len(whole.Pictures) != 3 || len(whole.LeftOut) != 0 {
		t.Errorf("without a folder of results: %+v, %v", whole, err)
	}
	if _, err := List(t.Context(), in("empty"), nil); err == nil || !strings.Contains(err.Error(), "no usable picture among 1 file; the first is notes.txt") {
		t.Errorf("a folder without pictures: %v", err)
	}
	if _, err := List(t.Context(), []string{"nowhere"}, nil); !errors.Is(err, fs.ErrNotExist) || !strings.Contains(err.Error(), "nowhere") {
		t.Errorf("what is not there: %v", err)
	}
	if l, err := List(t.Context(), []string{"nowhere.jpg"}, nil); err != nil || len(l.Pictures) != 1 || len(l.Skips()) != 0 || l.Skips() == nil {
		t.Errorf("a picture that is not there, whose opening says so: %+v, %v", l, err)
	}
}
