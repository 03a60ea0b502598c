package gallery_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"likeness/dataset"
	"likeness/gallery"
	"likeness/pix"
	"likeness/search"
)

// album is a folder of pictures with names and dates, and its index.
type album struct {
	dir, index, model string
	e                 gallery.Embedder
}

func (a album) in(parts ...string) string {
	return filepath.Join(append([]string{a.dir}, parts...)...)
}

// newAlbum has ten pictures: 2019/Ada to 2020/Bob; one of them is there twice.
func newAlbum(t *testing.T, opt gallery.UpdateOptions) album {
	t.Helper()
	dir := t.TempDir()
	a := album{dir: dir, index: filepath.Join(dir, "x.safetensors"), model: filepath.Join(dir, "m.safetensors")}
	a.e = newModel(t, a.model, 1)
	paint(t, a.in("set"), map[string]int{
		"2019/Ada_Byron/a.png": 1, "2019/Ada_Byron/b.png": 2, "2019/Bob/c.png": 3, "2019b/Bob/d.png": 4, "2020/Bob/e.png": 5,
		"2020/Eve/f.png": 6, "2020/Eve/g.png": 7, "2020/Eve/h.png": 8, "i.png": 9, "twin.png": 1,
	})
	for i, name := range []string{"2019/Ada_Byron/a.png", "2019/Ada_Byron/b.png", "2019/Bob/c.png", "2019b/Bob/d.png", "2020/Bob/e.png"} {
		day := time.Date(2019, 5, 10+i, 12, 0, 0, 0, time.Local)
		if err := os.Chtimes(a.in("set", name), day, day); err != nil {
			t.Fatal(err)
		}
	}
	opt.ModelFile = a.model
	set := load(t, a.in("set"), a.e.Prep())
	if _, err := gallery.Update(context.Background(), a.index, a.e, set, opt); err != nil {
		t.Fatal(err)
	}
	return a
}

func (a album) open(t *testing.T, opt gallery.Options) *gallery.Gallery {
	t.Helper()
	g, err := gallery.Open(context.Background(), a.index, opt)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := g.Close(); err != nil {
			t.Error(err)
		}
	})
	return g
}

func found(r *gallery.Result) []string {
	var ids []string
	for _, h := range r.Results {
		ids = append(ids, h.ID)
	}
	return ids
}

func TestSearch(t *testing.T) {
	yes, no := true, false
	const ada, twin = "2019/Ada_Byron/a.png", "twin.png"
	for _, kind := range search.KindNames() {
		a := newAlbum(t, gallery.UpdateOptions{Kind: kind})
		g := a.open(t, gallery.Options{Threads: 2})
		image := a.in("set", "2019", "Ada_Byron", "a.png")
		for _, c := range []struct {
			name  string
			q     gallery.Query
			check func(r *gallery.Result, ids []string) bool
		}{
			{"a member, without itself", gallery.Query{IDs: []string{ada}, K: 3}, func(r *gallery.Result, ids []string) bool {
				return r.ID == ada && len(ids) == 3 && ids[0] == twin && r.Results[0].Distance == 0 && r.Results[0].Rank == 1 && r.Person == "Ada Byron"
			}},
			{"a member, with itself", gallery.Query{IDs: []string{ada}, K: 2, ExcludeSelf: &no}, func(_ *gallery.Result, ids []string) bool {
				return slices.Equal(ids, []string{ada, twin})
			}},
			{"a picture", gallery.Query{Images: []string{image}, K: 2}, func(r *gallery.Result, ids []string) bool {
				return r.Image == image && slices.Equal(ids, []string{ada, twin}) && r.Results[0].Distance < 1e-3
			}},
			{"a picture, without its equals", gallery.Query{Images: []string{image}, K: 10, ExcludeSelf: &yes}, func(_ *gallery.Result, ids []string) bool {
				return len(ids) == 8 && !slices.Contains(ids, ada) && !slices.Contains(ids, twin)
			}},
			{"a decoded picture", gallery.Query{Pictures: []*pix.Image{painted(6)}, K: 1}, func(r *gallery.Result, ids []string) bool {
				return ids[0] == "2020/Eve/f.png" && r.Image == "" && r.ID == "" && r.Averaged == 0
			}},
			{"all", gallery.Query{IDs: []string{ada}, K: 1000}, func(_ *gallery.Result, ids []string) bool { return len(ids) == 9 }},
			{"the average of several", gallery.Query{IDs: []string{ada, twin}, Images: []string{image}, K: 1}, func(r *gallery.Result, ids []string) bool {
				// The average of three equal codes, of which two are left out.
				return r.Averaged == 3 && len(r.IDs) == 2 && len(r.Images) == 1 && r.Image == "" && ids[0] != ada && ids[0] != twin
			}},
			{"at distance 0", gallery.Query{IDs: []string{ada}, K: 5, MaxDistance: math.SmallestNonzeroFloat64}, func(_ *gallery.Result, ids []string) bool {
				return slices.Equal(ids, []string{twin})
			}},
			{"nothing so near", gallery.Query{IDs: []string{"i.png"}, K: 5, MaxDistance: 1e-9}, func(r *gallery.Result, ids []string) bool {
				return len(ids) == 0 && r.Results != nil
			}},
			{"a person", gallery.Query{IDs: []string{ada}, K: 9, Where: search.Where{People: []string{"ada_byron", "EVE"}}}, func(_ *gallery.Result, ids []string) bool {
				return len(ids) == 4 && !slices.ContainsFunc(ids, func(id string) bool { return !strings.Contains(id, "Ada") && !strings.Contains(id, "Eve") })
			}},
			{"a folder", gallery.Query{IDs: []string{ada}, K: 9, Where: search.Where{Folders: []string{"2019/"}}}, func(_ *gallery.Result, ids []string) bool {
				return len(ids) == 2
			}},
			{"days", gallery.Query{IDs: []string{ada}, K: 9, Where: search.Where{From: day(11), To: day(13)}}, func(r *gallery.Result, ids []string) bool {
				return slices.Equal(slices.Sorted(slices.Values(ids)), []string{"2019/Ada_Byron/b.png", "2019/Bob/c.png"}) && strings.HasPrefix(r.Results[0].Taken, "2019-05-1")
			}},
			{"nothing left", gallery.Query{IDs: []string{"i.png"}, K: 9, Where: search.Where{People: []string{"Bob"}, Folders: []string{"2019b"}, To: day(11)}}, func(_ *gallery.Result, ids []string) bool {
				return len(ids) == 0
			}},
		} {
			r, err := g.Search(context.Background(), c.q)
			if err != nil {
				t.Errorf("%s, %s: %v", kind, c.name, err)
				continue
			}
			if r.Entries != 10 || r.Kind != kind || r.Space != "euclidean" || r.Index != a.index || !c.check(r, found(r)) {
				t.Errorf("%s, %s: %+v", kind, c.name, r)
			}
		}
	}
}

func day(d int) time.Time { return time.Date(2019, 5, d, 0, 0, 0, 0, time.UTC) }

func TestSearchRefuses(t *testing.T) {
	a := newAlbum(t, gallery.UpdateOptions{})
	g := a.open(t, gallery.Options{})
	if err := os.WriteFile(a.in("words.png"), []byte("no picture"), 0o666); err != nil {
		t.Fatal(err)
	}
	q := func(change func(q *gallery.Query)) gallery.Query {
		q := gallery.Query{IDs: []string{"i.png"}, K: 3}
		change(&q)
		return q
	}
	attribute := []search.Condition{{Name: "Smiling", Op: search.Above}}
	for _, c := range []struct {
		q     gallery.Query
		field string // of a WhereError
		want  string
	}{
		{gallery.Query{K: 1}, "", "nothing to search for"},
		{q(func(q *gallery.Query) { q.IDs = []string{"nobody"} }), "", `x.safetensors has no picture called "nobody"`},
		{q(func(q *gallery.Query) { q.Images = []string{a.in("words.png")} }), "", "words.png"},
		{q(func(q *gallery.Query) { q.Images = []string{a.in("gone.png")} }), "", "gone.png"},
		{q(func(q *gallery.Query) { q.Images = []string{a.in("set")} }), "", "is a folder"},
		{q(func(q *gallery.Query) { q.K = 0 }), "", "k is 0"},
		{q(func(q *gallery.Query) { q.MaxDistance = -1 }), "", "distance of -1"},
		{q(func(q *gallery.Query) { q.MinOdds = math.NaN() }), "", "odds of NaN"},
		{q(func(q *gallery.Query) { q.MinOdds = 2 }), "", "knows no odds"},
		{q(func(q *gallery.Query) { q.Where.People = []string{"Eve", "Mallory"} }), gallery.ByPerson, "person Mallory: "},
		{q(func(q *gallery.Query) { q.Where.Folders = []string{"20"} }), gallery.ByFolder, "folder 20: "},
		{q(func(q *gallery.Query) { q.Where.From, q.Where.To = day(9), day(8) }), gallery.ByTime, "the second is before the first"},
		{q(func(q *gallery.Query) { q.Where.Attributes = attribute }), gallery.ByAttribute, "was indexed without attributes"},
	} {
		_, err := g.Search(context.Background(), c.q)
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("error %v, expected one that says %q", err, c.want)
		}
		var where *gallery.WhereError
		if errors.As(err, &where) != (c.field != "") || where != nil && where.Field != c.field {
			t.Errorf("%v: field %+v, expected %q", err, where, c.field)
		}
	}
	ended, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := g.Search(ended, gallery.Query{IDs: []string{"i.png"}, K: 1}); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v, expected that of the context", err)
	}
	if err := errors.Join(g.Close(), g.Close()); err != nil {
		t.Error(err)
	}
	if _, err := g.Search(context.Background(), gallery.Query{IDs: []string{"i.png"}, K: 1}); !errors.Is(err, gallery.ErrClosed) {
		t.Errorf("error %v of a closed gallery", err)
	}
}

// Attributes come from a file or from drawn faces, and are compared for every entry of a
// large index.
func TestAttributes(t *testing.T) {
	dir := t.TempDir()
	const n = 25_000
	e := newModel(t, filepath.Join(dir, "m.safetensors"), 1)
	f := &search.File{Space: search.Euclidean{}, About: search.About{Model: e.Fingerprint(), Prep: `{"w":16,"h":16,"auto":true}`, Source: "nowhere with attributes " + filepath.Join(dir, "attributes.txt")}}
	f.Entries = search.Entries{Dim: 4, Codes: make([]float32, 4*n)}
	var table strings.Builder
	table.WriteString("#\tperson\timagenum\tSmiling\tDark Hair\n")
	want := 0
	for i := range n {
		f.Entries.IDs = append(f.Entries.IDs, fmt.Sprintf("Person_%d_0001", i))
		f.Entries.People = append(f.Entries.People, fmt.Sprintf("Person %d", i))
		f.Entries.Codes[4*i] = float32(i)
		if i%5 == 0 {
			continue // not listed
		}
		fmt.Fprintf(&table, "Person %d\t1\t%d\t%d\n", i, i%7-3, i%3)
		if i%7-3 > 1 && i%3 <= 1 {
			want++
		}
	}
	if err := os.WriteFile(filepath.Join(dir, "attributes.txt"), []byte(table.String()), 0o666); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, "x.safetensors")
	if err := f.Save(path); err != nil {
		t.Fatal(err)
	}
	g, err := gallery.Open(context.Background(), path, gallery.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer g.Close()
	q := gallery.Query{IDs: []string{"Person_0_0001"}, K: n, Where: search.Where{Attributes: []search.Condition{
		{Name: "smiling", Op: search.Above, Value: 1}, {Name: "dark_hair", Op: search.AtMost, Value: 1},
	}}}
	r, err := g.Search(context.Background(), q)
	if err != nil {
		t.Fatal(err)
	}
	if len(r.Results) != want || r.Results[0].ID != "Person_6_0001" {
		t.Errorf("%d pictures found, the first is %+v, expected %d", len(r.Results), r.Results[:1], want)
	}
	q.Where.Attributes[0].Name = "Wings"
	var where *gallery.WhereError
	if _, err := g.Search(context.Background(), q); !errors.As(err, &where) || where.Value != "Wings" || !strings.Contains(err.Error(), "Smiling, Dark Hair") {
		t.Errorf("error %v, expected one that names the attributes", err)
	}
	// Drawn faces bring their own.
	set := load(t, "drawn:6x2", e.Prep())
	if _, err := gallery.Update(context.Background(), path, e, set, gallery.UpdateOptions{Fresh: true}); err != nil {
		t.Fatal(err)
	}
	drawn, err := gallery.Open(context.Background(), path, gallery.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer drawn.Close()
	names, err := drawn.Attributes(context.Background())
	if err != nil || !slices.Equal(names, set.Attributes.Names) {
		t.Errorf("attributes %v, %v, expected %v", names, err, set.Attributes.Names)
	}
	column, above := set.Attributes.Column("Smiling"), 0
	for i := 1; i < set.Len(); i++ {
		if set.Attributes.Row(i)[column] > 0 {
			above++
		}
	}
	r, err = drawn.Search(context.Background(), gallery.Query{IDs: set.IDs[:1], K: 100, Where: search.Where{Attributes: []search.Condition{{Name: "Smiling", Op: search.Above}}}})
	if err != nil || len(r.Results) != above {
		t.Errorf("%v, %v, expected %d pictures", r, err, above)
	}
}

// A model is found where it was, beside the index, in models, or where it is named; and
// only the very one.
func TestEmbedderIsFound(t *testing.T) {
	a := newAlbum(t, gallery.UpdateOptions{})
	newModel(t, a.in("another.safetensors"), 2)
	ask := func(opt gallery.Options) error {
		g, err := gallery.Open(context.Background(), a.index, opt)
		if err != nil {
			t.Fatal(err)
		}
		defer g.Close()
		_, err = g.Search(context.Background(), gallery.Query{Images: []string{a.in("set", "i.png")}, K: 1})
		return err
	}
	if err := ask(gallery.Options{}); err != nil {
		t.Error(err)
	}
	rename(t, a.model, a.in("renamed.safetensors"))
	if err := ask(gallery.Options{}); err != nil {
		t.Errorf("beside the index: %v", err)
	}
	rename(t, a.in("renamed.safetensors"), a.in("models", "m.safetensors"))
	if err := ask(gallery.Options{}); err != nil {
		t.Errorf("in models: %v", err)
	}
	rename(t, a.in("models", "m.safetensors"), a.in("far", "away.safetensors"))
	if err := ask(gallery.Options{}); !errors.Is(err, gallery.ErrNoModel) {
		t.Errorf("error %v, expected %v", err, gallery.ErrNoModel)
	}
	if err := ask(gallery.Options{Model: a.in("far", "away.safetensors")}); err != nil {
		t.Errorf("where it is named: %v", err)
	}
	if err := ask(gallery.Options{Model: a.in("another.safetensors")}); err == nil || !strings.Contains(err.Error(), "the index was made with model") {
		t.Errorf("error %v for another model", err)
	}
}

func TestOpenRefuses(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "x.safetensors")
	for name, c := range map[string]struct {
		file *search.File
		want string
	}{
		"no pictures":    {&search.File{Entries: search.Entries{Dim: 2}, About: search.About{Prep: `{"w":8,"h":8}`}}, "x.safetensors holds no pictures"},
		"no preparation": {&search.File{Entries: search.Entries{Dim: 1, Codes: []float32{1}, IDs: []string{"a"}}}, "x.safetensors: the preparation of its pictures"},
		"a huge picture": {&search.File{Entries: search.Entries{Dim: 1, Codes: []float32{1}, IDs: []string{"a"}}, About: search.About{Prep: `{"w":80000,"h":8}`}}, "80000x8"},
	} {
		if err := c.file.Save(path); err != nil {
			t.Fatal(err)
		}
		if _, err := gallery.Open(context.Background(), path, gallery.Options{}); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: error %v, expected one that says %q", name, err, c.want)
		}
	}
}

// The result is what a program prints as JSON.
func TestResultAsJSON(t *testing.T) {
	a := newAlbum(t, gallery.UpdateOptions{})
	g := a.open(t, gallery.Options{})
	r, err := g.Search(context.Background(), gallery.Query{IDs: []string{"2019/Ada_Byron/b.png"}, K: 1, Where: search.Where{People: []string{"Ada Byron"}}})
	if err != nil {
		t.Fatal(err)
	}
	r.Index = "x"
	if want := a.in("set", "2019", "Ada_Byron", "a.png"); r.Results[0].Path != want {
		t.Errorf("path %s, want %s", r.Results[0].Path, want)
	}
	r.Results[0].Path = ""
	text, err := json.Marshal(r)
	want := `{"index":"x","id":"2019/Ada_Byron/b.png","space":"euclidean","kind":"exact","entries":10,"results":[{"rank":1,"id":"2019/Ada_Byron/a.png","person":"Ada Byron","distance":`
	if err != nil || !strings.HasPrefix(string(text), want) || !strings.HasSuffix(string(text), `,"taken":"2019-05-10T12:00:00"}]}`) {
		t.Errorf("%s, %v", text, err)
	}
	i := g.Info()
	if i.Entries != 10 || i.Data != (dataset.Name{Source: "set"}) || i.Odds || i.Model != a.e.Fingerprint() {
		t.Errorf("%+v", i)
	}
	if m, ok := g.Member("2019/Ada_Byron/b.png"); !ok || m.Person != "Ada Byron" || m.Taken == "" {
		t.Errorf("%+v, %v", m, ok)
	}
	if m, ok := g.Member("nobody"); ok {
		t.Errorf("%+v", m)
	}
}

// A gallery serves several goroutines at once, and Close waits for them.
func TestGoroutines(t *testing.T) {
	a := newAlbum(t, gallery.UpdateOptions{})
	g, err := gallery.Open(context.Background(), a.index, gallery.Options{})
	if err != nil {
		t.Fatal(err)
	}
	want, err := g.Search(context.Background(), gallery.Query{IDs: []string{"i.png"}, K: 5})
	if err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			for range 20 {
				got, err := g.Search(context.Background(), gallery.Query{Images: []string{a.in("set", "i.png")}, K: 6})
				if errors.Is(err, gallery.ErrClosed) {
					return
				}
				if err != nil || got.Results[0].ID != "i.png" || !slices.Equal(found(got)[1:], found(want)) {
					t.Errorf("%+v, %v", got, err)
				}
				if _, err := g.Picture(context.Background(), "i.png", 20); err != nil && !errors.Is(err, gallery.ErrClosed) {
					t.Error(err)
				}
			}
		})
	}
	time.Sleep(20 * time.Millisecond)
	if err := g.Close(); err != nil {
		t.Error(err)
	}
	wg.Wait()
}
