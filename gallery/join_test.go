package gallery_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"likeness/dataset"
	"likeness/faces"
	"likeness/gallery"
	"likeness/search"
)

// shardsOf makes the parts of an index and returns their paths.
func shardsOf(t *testing.T, dir string, e gallery.Embedder, from gallery.Reading, of int, opt gallery.UpdateOptions) []string {
	t.Helper()
	var parts []string
	for n := 1; n <= of; n++ {
		opt.Shard = faces.Shard{Number: n, Of: of}
		part := filepath.Join(dir, fmt.Sprintf("part-%d-of-%d.safetensors", n, of))
		if _, _, err := gallery.UpdateFrom(t.Context(), part, e, from, opt); err != nil {
			t.Fatal(err)
		}
		f, err := search.OpenFile(part) // it is an index
		if err != nil {
			t.Fatal(err)
		}
		if err := f.Close(); err != nil {
			t.Fatal(err)
		}
		parts = append(parts, part)
	}
	return parts
}

// people paints a folder that has all that depends on several files: people with several pictures, folders called after
// dates, pictures of one id, the same picture twice, files that are none, an empty file, names in two Unicode forms.
func people(t *testing.T, dir string) {
	t.Helper()
	seeds := map[string]int{"2019/03/a.png": 500, "2019/04/b.png": 501, "100CANON/IMG_0001.png": 502, "c.png": 503,
		"Ann_Lee/Ann_Lee_0001.png": 504, "more/Ann_Lee/Ann_Lee_0001.png": 505, "Ann_Lee/Ann_Lee_0002.png": 506,
		"Jos\u00e9_Diaz/Jos\u00e9_Diaz_0001.png": 507, "x/Jose\u0301_Diaz/Jose\u0301_Diaz_0001.png": 508, "again/c.png": 503, "Ann_Lee_0001": 509}
	for p := range 12 {
		for i := range 2 + p%3 {
			seeds[fmt.Sprintf("person %d/%d.png", p, i)] = 10*p + i
		}
	}
	paint(t, dir, seeds)
	for name, text := range map[string]string{"notes.txt": "x", "person 1/empty.png": "", "person 2/broken.png": "no picture"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	for name := range seeds {
		at := time.Date(2020, 1, 2, 3, 4, len(name), 0, time.UTC)
		if err := os.Chtimes(filepath.Join(dir, filepath.FromSlash(name)), at, at); err != nil {
			t.Fatal(err)
		}
	}
}

// Parts that are made of shards join to the file that one machine makes, bit for bit.
func TestMergeIsOneIndex(t *testing.T) {
	t.Setenv("LIKENESS_CACHE", t.TempDir())
	dir := t.TempDir()
	people(t, filepath.Join(dir, "set"))
	m := newModel(t, filepath.Join(dir, "m.safetensors"), 1)
	for _, c := range []struct {
		name  string
		opt   gallery.UpdateOptions
		names string
	}{
		{name: "usual"}, {name: "whitened", opt: gallery.UpdateOptions{Space: "whitened"}},
		{name: "mirror", opt: gallery.UpdateOptions{Space: "within-mirror"}}, {name: "graph", opt: gallery.UpdateOptions{Kind: search.KindHNSW}},
		{name: "folders", names: faces.NamesFolders}, {name: "file", names: faces.NamesFile}, {name: "none", names: faces.NamesNone},
	} {
		data := dataset.Name{Source: filepath.Join(dir, "set"), Names: c.names}
		one, joined := filepath.Join(dir, c.name+"-one.safetensors"), filepath.Join(dir, c.name+"-joined.safetensors")
		opt := c.opt
		opt.ModelFile = filepath.Join(dir, "m.safetensors")
		set, err := dataset.Load(t.Context(), data, faces.Options{Prep: m.Prep(), NoCache: true})
		if err != nil {
			t.Fatal(err)
		}
		want, err := gallery.Update(t.Context(), one, m, set, opt)
		if err != nil {
			t.Fatal(err)
		}
		for _, of := range []int{1, 3, 50} {
			from := gallery.Reading{Name: data, Options: faces.Options{Prep: m.Prep(), NoCache: true}}
			parts := shardsOf(t, dir, m, from, of, gallery.UpdateOptions{ModelFile: opt.ModelFile})
			_ = os.Remove(joined)
			_, got, err := gallery.Merge(t.Context(), joined, parts, c.opt)
			if err != nil {
				t.Fatal(err)
			}
			if got.Entries != want.Entries || got.Repeated != want.Repeated || got.FileDated != want.FileDated {
				t.Errorf("%s: %+v, want %+v", c.name, got, want)
			}
			if read(t, one) != read(t, joined) {
				t.Errorf("%s: %d parts join to another file", c.name, of)
			}
			for _, p := range parts {
				remove(t, p)
			}
		}
	}
}

// A part of another shard is not replaced, unless that is asked for.
func TestPartOfAnotherShard(t *testing.T) {
	dir := t.TempDir()
	in := func(name string) string { return filepath.Join(dir, name) }
	e := newModel(t, in("m.safetensors"), 1)
	paint(t, in("set"), map[string]int{"a.png": 1, "b.png": 2, "c.png": 3, "d.png": 4})
	from := gallery.Reading{Name: dataset.Name{Source: in("set")}, Options: faces.Options{Prep: e.Prep(), NoCache: true}}
	shard := func(number, of int, opt gallery.UpdateOptions) error {
		opt.Shard = faces.Shard{Number: number, Of: of}
		_, _, err := gallery.UpdateFrom(t.Context(), in("part.safetensors"), e, from, opt)
		return err
	}
	if err := shard(2, 3, gallery.UpdateOptions{}); err != nil {
		t.Fatal(err)
	}
	before := read(t, in("part.safetensors"))
	for _, other := range []faces.Shard{{Number: 3, Of: 3}, {Number: 2, Of: 4}} {
		err := shard(other.Number, other.Of, gallery.UpdateOptions{})
		if want := fmt.Sprintf("is shard 2/3, not %s", other); !errors.Is(err, gallery.ErrNotUpdatable) || !strings.Contains(err.Error(), want) {
			t.Errorf("%v: error %v, expected one that says %q", other, err, want)
		}
		if read(t, in("part.safetensors")) != before {
			t.Fatalf("%v: the part was replaced", other)
		}
	}
	if err := shard(3, 3, gallery.UpdateOptions{Fresh: true}); err != nil {
		t.Error(err)
	}
}
