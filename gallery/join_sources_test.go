package gallery_test

import (
	"bytes"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"likeness/dataset"
	"likeness/faces"
	"likeness/faces/facestest"
	"likeness/gallery"
	"likeness/models"
	"likeness/npy"
	"likeness/search"
)

// Every source of pictures is divided alike: archives, drawn faces, arrays; and people whom a file names.
func TestMergeOfSources(t *testing.T) {
	t.Setenv("LIKENESS_CACHE", t.TempDir())
	dir := t.TempDir()
	in := func(name string) string { return filepath.Join(dir, name) }
	m := newModel(t, in("m.safetensors"), 1)
	var files []facestest.File
	names := "picture,person\n"
	for i := range 40 {
		name := fmt.Sprintf("all/%02d.png", (i*7)%40)
		files = append(files, facestest.File{Name: name, Data: facestest.PNG(i%30, 40, 40)})
		if i%3 > 0 {
			names += fmt.Sprintf("%s,Person %d\n", name, i%5)
		}
	}
	files = append(files, files[3], facestest.File{Name: "all/notes.txt", Data: []byte("x")}, facestest.File{Name: "all/broken.png", Data: []byte("x")})
	pictures, labels := make([]byte, 24*16*16*3), make([]string, 24)
	for i := range pictures {
		pictures[i] = byte(i * i / 91)
	}
	for i := range labels {
		labels[i] = fmt.Sprint("person ", i%4)
	}
	var arrays bytes.Buffer
	w := npy.NewWriter(&arrays)
	if err := w.Bytes("images", []int{24, 16, 16, 3}, pictures); err != nil {
		t.Fatal(err)
	}
	if err := w.Strings("labels", labels); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	for name, data := range map[string][]byte{"a.tar": facestest.Tar(files), "a.tgz": facestest.Gzip(facestest.Tar(files)), "a.zip": facestest.Zip(files), "names.csv": []byte(names), "x.npz": arrays.Bytes()} {
		if err := os.WriteFile(in(name), data, 0o666); err != nil {
			t.Fatal(err)
		}
	}
	for i, data := range []dataset.Name{
		{Source: in("a.tar")}, {Source: in("a.tgz")}, {Source: in("a.zip")}, {Source: in("a.zip"), Names: in("names.csv")}, {Source: in("x.npz")},
		{Source: "drawn:12x3"},
	} {
		for _, cached := range []bool{true, false} {
			opt := faces.Options{Prep: m.Prep(), NoCache: !cached}
			set, err := dataset.Load(t.Context(), data, faces.Options{Prep: m.Prep(), NoCache: true})
			if err != nil {
				t.Fatal(err)
			}
			one, joined := in(fmt.Sprintf("one%d.safetensors", i)), in(fmt.Sprintf("joined%d.safetensors", i))
			for _, path := range []string{one, joined} {
				_ = os.Remove(path)
			}
			if _, err := gallery.Update(t.Context(), one, m, set, gallery.UpdateOptions{ModelFile: in("m.safetensors")}); err != nil {
				t.Fatal(err)
			}
			parts := shardsOf(t, dir, m, gallery.Reading{Name: data, Options: opt}, 3, gallery.UpdateOptions{ModelFile: in("m.safetensors"), Fresh: true})
			if _, _, err := gallery.Merge(t.Context(), joined, parts, gallery.UpdateOptions{}); err != nil {
				t.Fatal(err)
			}
			if read(t, one) != read(t, joined) {
				t.Errorf("%v: the parts join to another file", data)
			}
			// Read piece by piece, all of it is the same; the second time it comes from the cache.
			for range 2 {
				streamed := in("streamed.safetensors")
				_ = os.Remove(streamed)
				if _, _, err := gallery.UpdateFrom(t.Context(), streamed, m, gallery.Reading{Name: data, Options: opt},
					gallery.UpdateOptions{ModelFile: in("m.safetensors"), Piece: 5}); err != nil {
					t.Fatal(err)
				}
				if read(t, one) != read(t, streamed) {
					t.Errorf("%v: read piece by piece it is another file", data)
				}
			}
		}
	}
}

// Joined parts bring an index up to date as one machine does: what was there of other sets stays, what is gone goes.
func TestMergeUpdates(t *testing.T) {
	t.Setenv("LIKENESS_CACHE", t.TempDir())
	dir := t.TempDir()
	in := func(name string) string { return filepath.Join(dir, name) }
	m := newModel(t, in("m.safetensors"), 1)
	paint(t, in("more"), map[string]int{"Gus/g.png": 8, "Ada/b.png": 9})
	people(t, in("set"))
	opt := gallery.UpdateOptions{ModelFile: in("m.safetensors"), Space: "whitened"}
	for _, path := range []string{in("one.safetensors"), in("joined.safetensors")} {
		if _, err := gallery.Update(t.Context(), path, m, load(t, in("more"), m.Prep()), opt); err != nil {
			t.Fatal(err)
		}
	}
	for step, change := range []func(){
		func() {},
		func() { paint(t, in("set"), map[string]int{"new/1.png": 900, "person 1/1.png": 901}) },
		func() { remove(t, in("set/person 2/1.png")); rename(t, in("set/c.png"), in("set/d.png")) },
	} {
		change()
		want, err := gallery.Update(t.Context(), in("one.safetensors"), m, load(t, in("set"), m.Prep()), gallery.UpdateOptions{ModelFile: in("m.safetensors")})
		if err != nil {
			t.Fatal(err)
		}
		from := gallery.Reading{Name: dataset.Name{Source: in("set")}, Options: faces.Options{Prep: m.Prep(), NoCache: true}}
		parts := shardsOf(t, dir, m, from, 2, gallery.UpdateOptions{ModelFile: in("m.safetensors")})
		before := []string{read(t, parts[0]), read(t, parts[1])}
		_, got, err := gallery.Merge(t.Context(), in("joined.safetensors"), parts, gallery.UpdateOptions{})
		if err != nil {
			t.Fatal(err)
		}
		if read(t, parts[0]) != before[0] || read(t, parts[1]) != before[1] {
			t.Error("joining has changed a part")
		}
		if a, b := countsOf(got), countsOf(want); a.Unchanged != b.Unchanged || a.Added != b.Added || a.Changed != b.Changed || a.Renamed != b.Renamed || a.Removed != b.Removed || a.Kept != b.Kept {
			t.Errorf("step %d: %+v, want %+v", step, a, b)
		}
		if read(t, in("one.safetensors")) != read(t, in("joined.safetensors")) {
			t.Errorf("step %d: another file", step)
		}
	}
}

// A part knows what its files hold, and reads only those that have changed.
func TestPartIsBroughtUpToDate(t *testing.T) {
	t.Setenv("LIKENESS_CACHE", t.TempDir())
	dir := t.TempDir()
	m := newModel(t, filepath.Join(dir, "m.safetensors"), 1)
	set := filepath.Join(dir, "set")
	people(t, set)
	from := gallery.Reading{Name: dataset.Name{Source: set}, Options: faces.Options{Prep: m.Prep(), NoCache: true}}
	part := filepath.Join(dir, "part.safetensors")
	opt := gallery.UpdateOptions{Shard: faces.Shard{Number: 1, Of: 1}}
	_, first, err := gallery.UpdateFrom(t.Context(), part, m, from, opt)
	if err != nil || first.Shard.Known != 0 || first.Encoded == 0 {
		t.Fatalf("%+v, %v", first, err)
	}
	before := read(t, part)
	paint(t, set, map[string]int{"new.png": 700})
	_, second, err := gallery.UpdateFrom(t.Context(), part, m, from, opt)
	if err != nil || second.Encoded != 1 || second.Added != 1 || second.Unchanged != first.Entries || second.Shard.Known < first.Entries {
		t.Fatalf("%+v %+v, %v", second, second.Shard, err)
	}
	remove(t, filepath.Join(set, "new.png"))
	if _, _, err := gallery.UpdateFrom(t.Context(), part, m, from, opt); err != nil || read(t, part) != before {
		t.Errorf("the part is another than the first: %v", err)
	}
	// A folder without a file is most likely another one: the part stays.
	rename(t, set, set+"-away")
	if err := os.Mkdir(set, 0o777); err != nil {
		t.Fatal(err)
	}
	if _, _, err := gallery.UpdateFrom(t.Context(), part, m, from, opt); err == nil || !strings.Contains(err.Error(), "no file in it") || read(t, part) != before {
		t.Errorf("an empty folder: error %v, expected one, and the same part", err)
	}
}

// Of two files of one name in an archive the first counts, whatever the other is, also where what they hold is known.
func TestPartOfFilesOfOneName(t *testing.T) {
	dir := t.TempDir()
	in := func(name string) string { return filepath.Join(dir, name) }
	m := newModel(t, in("m.safetensors"), 1)
	files := []facestest.File{{Name: "a/1.png", Data: facestest.PNG(1, 40, 40)}, {Name: "a/2.png", Data: facestest.PNG(2, 40, 40)}, {Name: "a/1.png", Data: []byte("x")}}
	for name, data := range map[string][]byte{"a.tar": facestest.Tar(files), "a.zip": facestest.Zip(files)} {
		if err := os.WriteFile(in(name), data, 0o666); err != nil {
			t.Fatal(err)
		}
		from := gallery.Reading{Name: dataset.Name{Source: in(name)}, Options: faces.Options{Prep: m.Prep(), NoCache: true}}
		for again := range 2 {
			_, c, err := gallery.UpdateFrom(t.Context(), in(name+".safetensors"), m, from, gallery.UpdateOptions{Shard: faces.Shard{Number: 1, Of: 1}})
			if err != nil || c.Entries != 2 || again == 1 && c.Unchanged != 2 {
				t.Errorf("%s, run %d: %+v, %v", name, again+1, c, err)
			}
		}
	}
}

// The code of a picture has the same bits whatever is encoded together with it.
func TestCodesStandAlone(t *testing.T) {
	dir := t.TempDir()
	made := newModel(t, filepath.Join(dir, "m.safetensors"), 1)
	all := []gallery.Embedder{made}
	for _, name := range []string{models.Finder, models.Conv} {
		if !models.Has(name) {
			continue
		}
		e, err := gallery.OpenEmbedder(name)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, e)
	}
	for _, e := range all {
		set, err := dataset.Load(t.Context(), dataset.Drawn(7, 3), faces.Options{Prep: e.Prep(), NoCache: true})
		if err != nil {
			t.Fatal(err)
		}
		whole, err := e.Codes(t.Context(), set, set.Rows(), "whitened-mirror", nil)
		if err != nil {
			t.Fatal(err)
		}
		for _, size := range []int{1, 2, 5, 8, 9} {
			var pieces []float32
			for rows := range slices.Chunk(set.Rows(), size) {
				c, err := e.Codes(t.Context(), set, rows, "whitened-mirror", nil)
				if err != nil {
					t.Fatal(err)
				}
				pieces = append(pieces, c.Values...)
			}
			if !slices.EqualFunc(pieces, whole.Values, func(a, b float32) bool { return math.Float32bits(a) == math.Float32bits(b) }) {
				t.Errorf("%s: codes of %d pictures at a time differ from those of all", e.Arch(), size)
			}
		}
	}
}

func TestMergeRefuses(t *testing.T) {
	t.Setenv("LIKENESS_CACHE", t.TempDir())
	dir := t.TempDir()
	in := func(name string) string { return filepath.Join(dir, name) }
	m, other := newModel(t, in("m.safetensors"), 1), newModel(t, in("other.safetensors"), 2)
	paint(t, in("set"), map[string]int{"Ada/a.png": 1, "Ada/b.png": 2, "Bob/c.png": 3, "Bob/d.png": 4})
	paint(t, in("more"), map[string]int{"Ada/a.png": 1})
	make := func(e gallery.Embedder, name string, data dataset.Name, shard string, opt gallery.UpdateOptions) string {
		t.Helper()
		var err error
		if opt.Shard, err = faces.ParseShard(shard); err != nil {
			t.Fatal(err)
		}
		if _, _, err := gallery.UpdateFrom(t.Context(), in(name), e, gallery.Reading{Name: data, Options: faces.Options{Prep: e.Prep(), NoCache: true}}, opt); err != nil {
			t.Fatal(err)
		}
		return in(name)
	}
	set := dataset.Name{Source: in("set")}
	one, two := make(m, "1.safetensors", set, "1/2", gallery.UpdateOptions{}), make(m, "2.safetensors", set, "2/2", gallery.UpdateOptions{})
	if _, err := gallery.Update(t.Context(), in("whole.safetensors"), m, load(t, in("set"), m.Prep()), gallery.UpdateOptions{}); err != nil {
		t.Fatal(err)
	}
	short := in("short.safetensors")
	if err := os.WriteFile(short, []byte(read(t, two))[:600], 0o666); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		parts []string
		want  []string
	}{
		{nil, []string{"no parts"}},
		{[]string{one}, []string{"1 of 2 parts are missing: 2/2"}},
		{[]string{one, one}, []string{one, "both part 1/2"}},
		{[]string{one, in("whole.safetensors")}, []string{in("whole.safetensors"), "a whole index"}},
		{[]string{one, short}, []string{short, "cut short"}},
		{[]string{one, in("nothing")}, []string{in("nothing")}},
		{[]string{one, make(other, "o.safetensors", set, "2/2", gallery.UpdateOptions{})}, []string{in("o.safetensors"), one, "the model"}},
		{[]string{one, make(m, "3.safetensors", set, "2/3", gallery.UpdateOptions{})}, []string{in("3.safetensors"), "the number of shards"}},
		{[]string{one, make(m, "f.safetensors", set, "2/2", gallery.UpdateOptions{Faces: faces.All})}, []string{in("f.safetensors"), "the faces"}},
		{[]string{one, make(m, "d.safetensors", dataset.Name{Source: in("more")}, "2/2", gallery.UpdateOptions{})}, []string{in("d.safetensors"), "the pictures"}},
		{[]string{one, make(m, "n.safetensors", dataset.Name{Source: in("set"), Names: "none"}, "2/2", gallery.UpdateOptions{})}, []string{in("n.safetensors"), "set with names none"}},
		{[]string{one, two, in("out.safetensors")}, []string{in("out.safetensors"), "not changed"}},
	} {
		_, _, err := gallery.Merge(t.Context(), in("out.safetensors"), c.parts, gallery.UpdateOptions{})
		if err == nil {
			t.Fatalf("%v are joined", c.parts)
		}
		for _, want := range c.want {
			if !strings.Contains(err.Error(), want) {
				t.Errorf("%v: %v, expected %q", c.parts, err, want)
			}
		}
		if _, err := os.Stat(in("out.safetensors")); err == nil {
			t.Fatal("something was written")
		}
	}
	if f, err := search.OpenFile(one); err != nil || f.Part == nil {
		t.Errorf("%v", err)
	}
}
