package gallery_test

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"likeness/dataset"
	"likeness/faces"
	"likeness/gallery"
	"likeness/search"
)

// counts are what a test expects of Changes.
type counts struct{ Unchanged, Added, Changed, Renamed, Removed, Kept, Encoded, Repeated, Entries int }

func countsOf(c *gallery.Changes) counts {
	return counts{c.Unchanged, c.Added, c.Changed, c.Renamed, c.Removed, c.Kept, c.Encoded, c.Repeated, c.Entries}
}

// Each step changes the pictures and updates the index.
func TestUpdate(t *testing.T) {
	dir := t.TempDir()
	in := func(parts ...string) string { return filepath.Join(append([]string{dir}, parts...)...) }
	e := newModel(t, in("m.safetensors"), 1)
	index := in("x.safetensors")
	for _, step := range []struct {
		name    string
		change  func()
		set     string
		opt     gallery.UpdateOptions
		want    counts
		written bool
	}{
		{name: "a new index", set: "set", change: func() {
			paint(t, in("set"), map[string]int{"Ada/a.png": 1, "Ada/b.png": 2, "Bob/c.png": 3, "Bob/d.png": 4})
		}, want: counts{Added: 4, Encoded: 4, Entries: 4}, written: true},
		{name: "nothing new", set: "set", want: counts{Unchanged: 4, Entries: 4}},
		{name: "added", set: "set", change: func() { paint(t, in("set"), map[string]int{"Eve/e.png": 5}) },
			want: counts{Unchanged: 4, Added: 1, Encoded: 1, Entries: 5}, written: true},
		{name: "changed", set: "set", change: func() { paint(t, in("set"), map[string]int{"Ada/b.png": 6}) },
			want: counts{Unchanged: 4, Changed: 1, Encoded: 1, Entries: 5}, written: true},
		{name: "renamed", set: "set", change: func() { rename(t, in("set", "Ada", "a.png"), in("set", "Ada", "z.png")) },
			want: counts{Unchanged: 4, Renamed: 1, Entries: 5}, written: true},
		{name: "removed", set: "set", change: func() { remove(t, in("set", "Bob", "c.png")) },
			want: counts{Unchanged: 4, Removed: 1, Entries: 4}, written: true},
		{name: "repeated", set: "set", change: func() { paint(t, in("set"), map[string]int{"Eve/again.png": 5}) },
			want: counts{Unchanged: 4, Added: 1, Repeated: 1, Entries: 5}, written: true},
		{name: "repeated, and still there", set: "set", want: counts{Unchanged: 5, Repeated: 1, Entries: 5}},
		{name: "all at once", set: "set", change: func() {
			remove(t, in("set", "Eve", "again.png"))
			rename(t, in("set", "Ada", "z.png"), in("set", "Bob", "y.png"))
			paint(t, in("set"), map[string]int{"Ada/b.png": 2, "Fay/f.png": 7})
		}, want: counts{Unchanged: 2, Changed: 1, Renamed: 1, Removed: 1, Added: 1, Encoded: 2, Entries: 5}, written: true},
		{name: "a picture that cannot be read", set: "set", change: func() {
			if err := os.WriteFile(in("set", "Fay", "f.png"), []byte("no picture"), 0o666); err != nil {
				t.Fatal(err)
			}
		}, want: counts{Unchanged: 4, Removed: 1, Entries: 4}, written: true},
		{name: "another folder is added", set: "more", change: func() {
			paint(t, in("more"), map[string]int{"Gus/g.png": 8, "Ada/b.png": 9, "Gus/d.png": 4})
		}, want: counts{Added: 3, Kept: 4, Encoded: 2, Entries: 7}, written: true},
		{name: "kept, a file of its name moved", set: "more", opt: gallery.UpdateOptions{Keep: true}, change: func() {
			rename(t, in("more", "Gus", "g.png"), in("more", "Gus", "h.png"))
		}, want: counts{Unchanged: 2, Added: 1, Kept: 5, Entries: 8}, written: true},
		{name: "not kept", set: "more", want: counts{Unchanged: 3, Removed: 1, Kept: 4, Entries: 7}, written: true},
		{name: "the first folder again", set: "set", want: counts{Unchanged: 4, Kept: 3, Entries: 7}},
		{name: "another space, the same codes", set: "more", opt: gallery.UpdateOptions{Space: "cosine"},
			want: counts{Unchanged: 3, Kept: 4, Entries: 7}, written: true},
		{name: "the space stays", set: "more", want: counts{Unchanged: 3, Kept: 4, Entries: 7}},
		{name: "one folder alone", set: "more", opt: gallery.UpdateOptions{Fresh: true}, want: counts{Added: 3, Encoded: 3, Entries: 3}, written: true},
		{name: "a space that needs other codes", set: "more", opt: gallery.UpdateOptions{Space: "whitened-mirror"},
			want: counts{Unchanged: 3, Encoded: 3, Entries: 3}, written: true},
		{name: "another kind", set: "more", opt: gallery.UpdateOptions{Kind: search.KindHNSW},
			want: counts{Unchanged: 3, Entries: 3}, written: true},
		{name: "the kind stays", set: "more", want: counts{Unchanged: 3, Entries: 3}},
		{name: "begun anew", set: "more", opt: gallery.UpdateOptions{Fresh: true}, want: counts{Added: 3, Encoded: 3, Entries: 3}, written: true},
		{name: "some rows", set: "more", opt: gallery.UpdateOptions{Rows: []int{0, 2}}, want: counts{Unchanged: 2, Removed: 1, Entries: 2}, written: true},
	} {
		if step.change != nil {
			step.change()
		}
		set := load(t, in(step.set), e.Prep())
		got, err := gallery.Update(context.Background(), index, e, set, step.opt)
		if err != nil {
			t.Fatalf("%s: %v", step.name, err)
		}
		if d := cmp.Diff(step.want, countsOf(got)); d != "" || got.Written != step.written || got.Index != index {
			t.Errorf("%s: written %v, expected %v (-want +got):\n%s", step.name, got.Written, step.written, d)
		}
		f, err := search.OpenFile(index)
		if err != nil {
			t.Fatal(err)
		}
		if f.Entries.Len() != got.Entries || f.Space.Name() != got.Space || f.Kind() != got.Kind || f.Entries.Dim != got.Code {
			t.Errorf("%s: the file has %d entries of %d numbers in %s, %s, the result says %+v",
				step.name, f.Entries.Len(), f.Entries.Dim, f.Space.Name(), f.Kind(), got)
		}
		if err := f.Close(); err != nil {
			t.Fatal(err)
		}
	}
}

// However it came about, a file is the one that a first run makes.
func TestUpdateAsFresh(t *testing.T) {
	dir := t.TempDir()
	e := newModel(t, filepath.Join(dir, "m.safetensors"), 1)
	set := filepath.Join(dir, "set")
	index, fresh := filepath.Join(dir, "x.safetensors"), filepath.Join(dir, "y.safetensors")
	opt := gallery.UpdateOptions{Space: "whitened", ModelFile: filepath.Join(dir, "m.safetensors")}
	for i, seeds := range []map[string]int{{"a.png": 1, "b.png": 2, "c.png": 3}, {"a.png": 4, "d.png": 2}, {"0.png": 9}} {
		paint(t, set, seeds)
		for _, path := range []string{index, fresh} {
			opt.Fresh = path == fresh
			if _, err := gallery.Update(context.Background(), path, e, load(t, set, e.Prep()), opt); err != nil {
				t.Fatal(err)
			}
		}
		if read(t, index) != read(t, fresh) {
			t.Errorf("step %d: the file differs from that of a first run", i)
		}
	}
}

func TestUpdateRefuses(t *testing.T) {
	dir := t.TempDir()
	in := func(name string) string { return filepath.Join(dir, name) }
	e, other := newModel(t, in("m.safetensors"), 1), newModel(t, in("other.safetensors"), 2)
	paint(t, in("set"), map[string]int{"a.png": 1, "b.png": 2})
	paint(t, in("more"), map[string]int{"c.png": 3, "d.png": 4})
	set, more := load(t, in("set"), e.Prep()), load(t, in("more"), e.Prep())
	ctx := context.Background()
	if _, err := gallery.Update(ctx, in("x"), e, set, gallery.UpdateOptions{Space: "whitened-mirror"}); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(in("diary"), []byte("Today I have indexed all my pictures"), 0o666); err != nil {
		t.Fatal(err)
	}
	ended, cancel := context.WithCancel(ctx)
	cancel()
	for _, c := range []struct {
		name   string
		path   string
		e      gallery.Embedder
		opt    gallery.UpdateOptions
		ctx    context.Context
		is     error
		expect string
	}{
		{"another model's", "x", other, gallery.UpdateOptions{}, ctx, gallery.ErrNotUpdatable, "the index was made with model " + e.Fingerprint()},
		{"no index", "diary", e, gallery.UpdateOptions{}, ctx, gallery.ErrNotUpdatable, "diary"},
		{"a model's file", "m.safetensors", e, gallery.UpdateOptions{}, ctx, gallery.ErrNotUpdatable, "m.safetensors"},
		{"codes that cannot be kept", "x", e, gallery.UpdateOptions{Keep: true, Space: "euclidean"}, ctx, gallery.ErrNotUpdatable, "codes of 8 numbers"},
		{"an unknown space", "new", e, gallery.UpdateOptions{Space: "odd"}, ctx, nil, `"odd"`},
		{"an unknown kind", "new", e, gallery.UpdateOptions{Kind: "odd"}, ctx, nil, `"odd"`},
		{"no training picture", "new", e, gallery.UpdateOptions{Space: "whitened", Split: &faces.Split{}}, ctx, nil, "none is indexed"},
		{"cancelled", "new", e, gallery.UpdateOptions{}, ended, context.Canceled, ""},
	} {
		before := ""
		if c.path != "new" {
			before = read(t, in(c.path))
		}
		_, err := gallery.Update(c.ctx, in(c.path), c.e, more, c.opt)
		if err == nil || c.is != nil && !errors.Is(err, c.is) || c.is == nil && errors.Is(err, gallery.ErrNotUpdatable) || !strings.Contains(err.Error(), c.expect) {
			t.Errorf("%s: error %v, expected %v that says %q", c.name, err, c.is, c.expect)
		}
		if c.path != "new" && read(t, in(c.path)) != before {
			t.Errorf("%s: the file has changed", c.name)
		}
	}
	if _, err := os.Stat(in("new")); err == nil {
		t.Error("a file was written")
	}
	if _, err := gallery.Update(ctx, in("x"), other, more, gallery.UpdateOptions{Fresh: true}); err != nil {
		t.Error(err)
	}
}

// A space is fitted to the training part alone, and names count where there are many.
func TestUpdateFitsToTraining(t *testing.T) {
	dir := t.TempDir()
	e := newModel(t, filepath.Join(dir, "m.safetensors"), 1)
	seeds := map[string]int{}
	for i := range 60 {
		seeds[string([]byte{'a' + byte(i/3)})+"/"+string([]byte{'x' + byte(i%3)})+".png"] = i
	}
	paint(t, filepath.Join(dir, "set"), seeds)
	set := load(t, filepath.Join(dir, "set"), e.Prep())
	train := faces.Split{}
	for row := range set.Len() {
		if row < 42 {
			train.Train = append(train.Train, row)
		} else {
			train.Test = append(train.Test, row)
		}
	}
	for _, c := range []struct {
		name  string
		split *faces.Split
		rows  []int
		space string
		want  string
		fit   int
	}{
		{"by names", nil, nil, "", "within-mirror", 60},
		{"by the names of the training part", &train, nil, "", "within-mirror", 42},
		{"of too few", nil, []int{0, 1, 2, 3, 4}, "", "euclidean", 0},
		{"asked for", &train, nil, "whitened", "whitened", 42},
	} {
		path := filepath.Join(dir, "x.safetensors")
		got, err := gallery.Update(context.Background(), path, e, set, gallery.UpdateOptions{Fresh: true, Space: c.space, Split: c.split, Rows: c.rows})
		if err != nil {
			t.Fatalf("%s: %v", c.name, err)
		}
		f, err := search.OpenFile(path)
		if err != nil {
			t.Fatal(err)
		}
		pictures := 0
		if s := search.StoryOf(f.Space); s != nil {
			pictures = s.Pictures
		}
		if got.Space != c.want || f.Space.Name() != c.want || pictures != c.fit {
			t.Errorf("%s: space %s fitted to %d pictures, expected %s, %d", c.name, got.Space, pictures, c.want, c.fit)
		}
		if err := f.Close(); err != nil {
			t.Fatal(err)
		}
	}
}

// Two updates at once lose nothing.
func TestUpdatesAtOnce(t *testing.T) {
	dir := t.TempDir()
	e := newModel(t, filepath.Join(dir, "m.safetensors"), 1)
	index := filepath.Join(dir, "x.safetensors")
	var sets []*faces.Set
	for i, name := range []string{"one", "two", "three"} {
		folder := filepath.Join(dir, name)
		paint(t, folder, map[string]int{name + "/a.png": 2 * i, name + "/b.png": 2*i + 1})
		sets = append(sets, load(t, folder, e.Prep()))
	}
	failed := make(chan error, len(sets))
	for _, set := range sets {
		go func() {
			_, err := gallery.Update(context.Background(), index, e, set, gallery.UpdateOptions{Keep: true})
			failed <- err
		}()
	}
	for range sets {
		if err := <-failed; err != nil {
			t.Error(err)
		}
	}
	f, err := search.OpenFile(index)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var ids []string
	for _, id := range f.Entries.IDs {
		_, own, second := strings.Cut(id, "//") // all but the first are called after their folders
		if !second {
			own = id
		}
		ids = append(ids, own)
	}
	slices.Sort(ids)
	want := []string{"one/a.png", "one/b.png", "three/a.png", "three/b.png", "two/a.png", "two/b.png"}
	if d := cmp.Diff(want, ids, cmpopts.EquateEmpty()); d != "" {
		t.Error(d)
	}
}

// Pictures of one name in two folders are two pictures, and each is shown. A folder that is not there loses nothing unless
// that is asked for, neither a part of a set nor all of it.
func TestSeveralFolders(t *testing.T) {
	dir := t.TempDir()
	in := func(parts ...string) string { return filepath.Join(append([]string{dir}, parts...)...) }
	e := newModel(t, in("m.safetensors"), 1)
	index := in("x.safetensors")
	paint(t, in("one", "photos"), map[string]int{"IMG_1226.png": 1, "2019/a.png": 2, "2019/b.png": 3})
	paint(t, in("two", "photos"), map[string]int{"IMG_1226.png": 4})
	update := func(folder string, opt gallery.UpdateOptions) counts {
		t.Helper()
		c, err := gallery.Update(t.Context(), index, e, load(t, folder, e.Prep()), opt)
		if err != nil {
			t.Fatal(err)
		}
		return countsOf(c)
	}
	update(in("one", "photos"), gallery.UpdateOptions{})
	if c := update(in("two", "photos"), gallery.UpdateOptions{}); c.Added != 1 || c.Kept != 3 || c.Entries != 4 {
		t.Errorf("a second folder of the name: %+v", c)
	}
	g, err := gallery.Open(t.Context(), index, gallery.Options{})
	if err != nil {
		t.Fatal(err)
	}
	for id, seed := range map[string]int{"IMG_1226.png": 1, "2019/b.png": 3, "photos//IMG_1226.png": 4} {
		m, err := g.Picture(t.Context(), id, 40)
		if err != nil || !bytes.Equal(m.Pix, painted(seed).Pix) {
			t.Errorf("%s is not shown: %v", id, err)
		}
		if got := g.Path(id); got == "" {
			t.Errorf("%s has no path", id)
		} else if _, err := os.Stat(got); err != nil {
			t.Error(err)
		}
	}
	if err := g.Close(); err != nil {
		t.Fatal(err)
	}
	rename(t, in("one", "photos", "2019"), in("2019"))
	if c := update(in("one", "photos"), gallery.UpdateOptions{}); c.Entries != 4 || c.Removed != 0 {
		t.Errorf("a folder that is gone: %+v", c)
	}
	if c := update(in("one", "photos"), gallery.UpdateOptions{Prune: true}); c.Entries != 2 || c.Removed != 2 {
		t.Errorf("pruned: %+v", c)
	}
	rename(t, in("2019"), in("one", "photos", "2020"))
	if c := update(in("one", "photos"), gallery.UpdateOptions{}); c.Entries != 4 || c.Added != 2 {
		t.Errorf("back: %+v", c)
	}
}

// An index of an earlier version, whose ids have no extensions, is brought up to date without a loss.
func TestUpdateOfShortIDs(t *testing.T) {
	dir := t.TempDir()
	folder := filepath.Join(dir, "set")
	e := newModel(t, filepath.Join(dir, "m.safetensors"), 1)
	index := filepath.Join(dir, "x.safetensors")
	paint(t, folder, map[string]int{"Ada/a.png": 1, "Ada/b.png": 2, "c.png": 3})
	set := load(t, folder, e.Prep())
	old := *set
	old.IDs = faces.ShortNames(set.IDs)
	if _, err := gallery.Update(t.Context(), index, e, &old, gallery.UpdateOptions{}); err != nil {
		t.Fatal(err)
	}
	paint(t, folder, map[string]int{"c.png": 4})
	c, err := gallery.Update(t.Context(), index, e, load(t, folder, e.Prep()), gallery.UpdateOptions{Keep: true})
	if err != nil {
		t.Fatal(err)
	}
	if want := (counts{Unchanged: 2, Changed: 1, Encoded: 1, Entries: 3}); countsOf(c) != want {
		t.Errorf("%+v, want %+v", countsOf(c), want)
	}
	f, err := search.OpenFile(index)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if want := []string{"Ada/a.png", "Ada/b.png", "c.png"}; !slices.Equal(f.Entries.IDs, want) {
		t.Errorf("ids %q, want %q", f.Entries.IDs, want)
	}
}

// An index says which pictures it was made of, as models do.
func TestUpdateKeepsOrigin(t *testing.T) {
	dir := t.TempDir()
	e := newModel(t, filepath.Join(dir, "m.safetensors"), 1)
	pictures := filepath.Join(dir, "set")
	paint(t, pictures, map[string]int{"Ada/a.png": 1, "Ada/b.png": 2, "Bob/c.png": 3})
	set, err := faces.Load(t.Context(), pictures, faces.Options{Prep: e.Prep(), NoCache: true})
	if err != nil {
		t.Fatal(err)
	}
	index := filepath.Join(dir, "x.safetensors")
	if _, err := gallery.Update(t.Context(), index, e, set, gallery.UpdateOptions{Rows: []int{0, 2}}); err != nil {
		t.Fatal(err)
	}
	g, err := gallery.Open(t.Context(), index, gallery.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer g.Close()
	want := dataset.Origin{Data: "set", Near: "./set", DataHash: set.Digest, NTrain: 2}
	if got := g.Info().Origin; got == nil || *got != want {
		t.Errorf("origin %+v, want %+v", got, want)
	}
}

// Fresh replaces indexes, also broken ones, and no other file.
func TestFreshReplacesIndexesAlone(t *testing.T) {
	dir := t.TempDir()
	in := func(name string) string { return filepath.Join(dir, name) }
	e := newModel(t, in("m.safetensors"), 1)
	paint(t, in("set"), map[string]int{"Ada/a.png": 1, "Bob/b.png": 2})
	set := load(t, in("set"), e.Prep())
	index := in("x.safetensors")
	if _, err := gallery.Update(t.Context(), index, e, set, gallery.UpdateOptions{}); err != nil {
		t.Fatal(err)
	}
	whole := read(t, index)
	for name, content := range map[string]string{"text": "my diary", "long text": strings.Repeat("my diary ", 100), "model": read(t, in("m.safetensors"))} {
		path := in(name)
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := gallery.Update(t.Context(), path, e, set, gallery.UpdateOptions{Fresh: true}); err == nil || !strings.Contains(err.Error(), name+" is not an index") {
			t.Errorf("%s: error %v", name, err)
		}
		if read(t, path) != content {
			t.Errorf("%s was replaced", name)
		}
	}
	for name, content := range map[string]string{"nothing": "", "cut": whole[:len(whole)/2], "index": whole} {
		path := in(name)
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := gallery.Update(t.Context(), path, e, set, gallery.UpdateOptions{Fresh: true}); err != nil || read(t, path) != whole {
			t.Errorf("%s was not replaced: %v", name, err)
		}
	}
}

// Pictures in LFW's layout have ids without a folder. Whoever's folder is gone is kept; a file that is gone is removed, of
// a person's folder as of a flat one.
func TestLostFoldersOfLFW(t *testing.T) {
	dir := t.TempDir()
	in := func(parts ...string) string { return filepath.Join(append([]string{dir}, parts...)...) }
	e := newModel(t, in("m.safetensors"), 1)
	paint(t, in("set"), map[string]int{"Ada_Lee/Ada_Lee_0001.png": 1, "Bob/Bob_0001.png": 2, "Bob/Bob_0002.png": 3, "Eve/Eve_0001.png": 4, "c.png": 5})
	update := func(set *faces.Set, opt gallery.UpdateOptions) (removed, lost int) {
		t.Helper()
		c, err := gallery.Update(t.Context(), in(filepath.Base(set.Source)+".safetensors"), e, set, opt)
		if err != nil {
			t.Fatal(err)
		}
		return c.Removed, c.Lost
	}
	update(load(t, in("set"), e.Prep()), gallery.UpdateOptions{})
	rename(t, in("set", "Ada_Lee"), in("away", "Ada_Lee"))
	remove(t, in("set", "Bob", "Bob_0001.png"))
	if removed, lost := update(load(t, in("set"), e.Prep()), gallery.UpdateOptions{}); removed != 1 || lost != 1 {
		t.Errorf("a folder and a file are gone: %d removed, %d lost", removed, lost)
	}
	rename(t, in("set", "Bob"), in("away", "Bob"))
	rename(t, in("set", "Eve"), in("away", "Eve"))
	if removed, lost := update(load(t, in("set"), e.Prep()), gallery.UpdateOptions{}); removed != 0 || lost != 3 {
		t.Errorf("all folders are gone: %d removed, %d lost", removed, lost)
	}
	if removed, lost := update(load(t, in("set"), e.Prep()), gallery.UpdateOptions{Prune: true}); removed != 3 || lost != 0 {
		t.Errorf("pruned: %d removed, %d lost", removed, lost)
	}

	paint(t, in("flat"), map[string]int{"Ada_Lee_0001.png": 1, "Bob_0001.png": 2, "Eve_0001.png": 3})
	flat := func() *faces.Set { // as with a file of attributes
		set := load(t, in("flat"), e.Prep())
		set.IDs = faces.ShortNames(set.IDs)
		return set
	}
	update(flat(), gallery.UpdateOptions{})
	remove(t, in("flat", "Ada_Lee_0001.png"))
	if removed, lost := update(flat(), gallery.UpdateOptions{}); removed != 1 || lost != 0 {
		t.Errorf("a file of a flat folder is gone: %d removed, %d lost", removed, lost)
	}
}
