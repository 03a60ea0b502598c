package finder_test

import (
	"context"
	"errors"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"likeness/align"
	"likeness/describe"
	"likeness/finder"
	"likeness/internal/atomicfile"
	"likeness/pix"
	"likeness/search"

	"io"
)

// writePicture writes one picture of the drawn set and returns its path.
func writePicture(t *testing.T, folder, name string, m *pix.Image) string {
	t.Helper()
	path := filepath.Join(folder, name)
	if err := os.MkdirAll(folder, 0o777); err != nil {
		t.Fatal(err)
	}
	if err := atomicfile.Write(path, func(w io.Writer) error { return m.WritePNG(w) }); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestCompare(t *testing.T) {
	dir := t.TempDir()
	data := drawnSet(t, describe.DefaultPrep())
	f := fit(t, data, rowsOf(data), finder.Options{})
	plain := fit(t, data, rowsOf(data)[:100], finder.Options{Space: "cosine"})
	a, again := writePicture(t, dir, "a.png", data.Image(0)), writePicture(t, dir, "a2.png", data.Image(1))
	b := writePicture(t, dir, "b.png", data.Image(9*5))
	words := filepath.Join(dir, "words.png")
	if err := os.WriteFile(words, []byte("no picture"), 0o666); err != nil {
		t.Fatal(err)
	}
	least, most, wrong := 0.0, 10.0, -1.0
	for _, c := range []struct {
		name string
		f    *finder.Finder
		a, b string
		opt  finder.CompareOptions
		same bool
	}{
		{"a picture and itself", f, a, a, finder.CompareOptions{}, true},
		{"two pictures of one person", f, a, again, finder.CompareOptions{}, true},
		{"two people", f, a, b, finder.CompareOptions{}, false},
		{"at odds that no pair has", f, a, again, finder.CompareOptions{Odds: 1e12}, false},
		{"itself, within 0", f, a, a, finder.CompareOptions{Threshold: &least}, true},
		{"two people, within 10", f, a, b, finder.CompareOptions{Threshold: &most}, true},
		{"without odds, itself", plain, a, a, finder.CompareOptions{Threshold: &least}, true},
		{"without odds, two people", plain, a, b, finder.CompareOptions{Threshold: &least}, false},
	} {
		r, err := c.f.Compare(context.Background(), c.a, c.b, c.opt)
		if err != nil {
			t.Fatalf("%s: %v", c.name, err)
		}
		// A picture and itself are nearer than any pair that odds were learned from.
		itself := c.a == c.b
		if r.Same != c.same || r.A != c.a || r.B != c.b || (r.Distance < 1e-3) != itself || (r.Odds == nil) != (c.f == plain || itself) ||
			(r.Beyond == search.Nearer) != (c.f == f && itself) || math.IsInf(r.Threshold, 0) {
			t.Errorf("%s: %+v", c.name, r)
		}
	}
	for _, c := range []struct {
		name string
		f    *finder.Finder
		b    string
		opt  finder.CompareOptions
		is   error
		want string
	}{
		{"no odds", plain, b, finder.CompareOptions{}, finder.ErrNoOdds, "knows no odds"},
		{"a wrong threshold", f, b, finder.CompareOptions{Threshold: &wrong}, nil, "threshold of -1"},
		{"wrong odds", f, b, finder.CompareOptions{Odds: -2}, nil, "odds of -2"},
		{"no picture", f, words, finder.CompareOptions{}, nil, "words.png"},
		{"no file", f, filepath.Join(dir, "gone.png"), finder.CompareOptions{}, fs.ErrNotExist, "gone.png"},
	} {
		_, err := c.f.Compare(context.Background(), a, c.b, c.opt)
		if err == nil || c.is != nil && !errors.Is(err, c.is) || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: error %v, expected one that says %q", c.name, err, c.want)
		}
	}
}

func TestStraighten(t *testing.T) {
	dir := t.TempDir()
	data := drawnSet(t, finder.StraightPrep())
	f := fit(t, drawnSet(t, describe.DefaultPrep()), rowsOf(data)[:100], finder.Options{})
	opt := finder.StraightenOptions{Folder: filepath.Join(dir, "out"), Size: 32}
	paths := []string{writePicture(t, dir, "one.png", data.Image(3)), writePicture(t, dir, "two.png", data.Image(4))}
	files, err := f.StraightenFiles(context.Background(), paths, opt)
	if err != nil {
		t.Fatal(err)
	}
	for i, s := range files {
		want, found, err := f.Straighten(data.Image(3+i), 32)
		if err != nil {
			t.Fatal(err)
		}
		got, err := pix.Open(filepath.Join(dir, "out", []string{"one.png", "two.png"}[i]))
		if err != nil {
			t.Fatal(err)
		}
		if s.Image != paths[i] || s.Found != found || !reflect.DeepEqual(got, want) || found.Unexplained > found.Before {
			t.Errorf("%+v, found alone: %+v", s, found)
		}
	}
	// A set, on any number of threads, into folders of the people.
	var all [2][]finder.Straightened
	for i, threads := range []int{1, 3} {
		if all[i], err = f.StraightenSet(context.Background(), data, finder.StraightenOptions{Folder: opt.Folder, Size: 16, Threads: threads}); err != nil {
			t.Fatal(err)
		}
	}
	if !reflect.DeepEqual(all[0], all[1]) || len(all[0]) != data.Len() {
		t.Error("the number of threads changes the result")
	}
	moved := 0
	for i, s := range all[0] {
		if s.Pose != (align.Pose{}) {
			moved++
		}
		person, _, _ := strings.Cut(data.IDs[i], "_000")
		if want := filepath.Join(opt.Folder, person, data.IDs[i]+".png"); s.Out != want {
			t.Fatalf("%s was written to %s, expected %s", data.IDs[i], s.Out, want)
		}
	}
	if moved < data.Len()/2 {
		t.Errorf("%d of %d faces moved", moved, data.Len())
	}

	before, err := os.ReadFile(paths[0])
	if err != nil {
		t.Fatal(err)
	}
	unaligned := fit(t, drawnSet(t, describe.DefaultPrep()), rowsOf(data)[:100], finder.Options{Unaligned: true})
	ended, cancel := context.WithCancel(context.Background())
	cancel()
	words := filepath.Join(dir, "words.png")
	if err := os.WriteFile(words, []byte("no picture"), 0o666); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name  string
		ctx   context.Context
		f     *finder.Finder
		paths []string
		opt   finder.StraightenOptions
		want  string
	}{
		{"over an input", context.Background(), f, paths[:1], finder.StraightenOptions{Folder: dir, Size: 32}, "would replace the input"},
		{"two of a name", context.Background(), f, []string{paths[0], filepath.Join(dir, "other", "one.jpg")}, opt, "two pictures are called one"},
		{"no picture", context.Background(), f, []string{paths[0], words}, opt, "words.png"},
		{"too small", context.Background(), f, paths, finder.StraightenOptions{Folder: opt.Folder, Size: 7}, "expected 8 to 1024"},
		{"without alignment", context.Background(), unaligned, paths, opt, finder.ErrUnaligned.Error()},
		{"cancelled", ended, f, paths, opt, context.Canceled.Error()},
	} {
		if _, err := c.f.StraightenFiles(c.ctx, c.paths, c.opt); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: error %v, expected one that says %q", c.name, err, c.want)
		}
	}
	if after, err := os.ReadFile(paths[0]); err != nil || string(after) != string(before) {
		t.Errorf("an input has changed, %v", err)
	}
}

func TestDefaultSpace(t *testing.T) {
	people := func(n, each int) []string {
		var list []string
		for i := range n {
			for range each {
				list = append(list, string(rune('a'+i)))
			}
		}
		return list
	}
	for _, c := range []struct {
		people []string
		dim    int
		want   string
	}{
		{people(20, 2), 0, "within-mirror"},
		{people(19, 5), 0, "whitened-mirror"},
		{people(50, 1), 0, "whitened-mirror"},
		{nil, 0, "whitened-mirror"},
		{people(20, 2), 4, "within-mirror"},
		{people(20, 2), 5, "euclidean"},
		{append(people(20, 2), make([]string, 10)...), 5, "whitened-mirror"},
		{people(50, 1), 5, "whitened-mirror"},
		{nil, 4, "euclidean"},
	} {
		if got := finder.DefaultSpace(c.people, c.dim); got != c.want {
			t.Errorf("%d pictures, code %d: %s, expected %s", len(c.people), c.dim, got, c.want)
		}
	}
}
