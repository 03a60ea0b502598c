package gallery_test

import (
	"errors"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"likeness/dataset"
	"likeness/embeddings"
	"likeness/gallery"
	"likeness/search"
)

// Codes that were written for other programs make an index that finds what the model's own index finds.
func TestCodesOfOurOwn(t *testing.T) {
	dir := t.TempDir()
	in := func(name string) string { return filepath.Join(dir, name) }
	paint(t, in("set"), map[string]int{"Ada/a.png": 1, "Ada/b.png": 2, "Bob/c.png": 3, "Bob/d.png": 4, "e.png": 5})
	e := newModel(t, in("m.safetensors"), 1)
	set := load(t, in("set"), e.Prep())
	table, err := gallery.Encode(t.Context(), e, set, nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := table.WriteFile(in("codes.npz")); err != nil {
		t.Fatal(err)
	}
	if table, err = embeddings.Read(in("codes.npz"), embeddings.ReadOptions{}); err != nil {
		t.Fatal(err)
	}
	if _, err := gallery.Update(t.Context(), in("own.safetensors"), e, set, gallery.UpdateOptions{Space: "cosine"}); err != nil {
		t.Fatal(err)
	}
	c, err := gallery.UpdateCodes(t.Context(), in("codes.safetensors"), table, in("codes.npz"), gallery.CodesOptions{Data: dataset.Name{Source: in("set")}})
	if err != nil {
		t.Fatal(err)
	}
	if want := (counts{Added: 5, Entries: 5}); countsOf(c) != want || c.Space != "cosine" || c.Kind != search.KindExact || c.Code != table.Dim || c.Dated != 5 {
		t.Errorf("changes %+v", c)
	}
	find := func(index string, q gallery.Query) []string {
		t.Helper()
		g, err := gallery.Open(t.Context(), in(index), gallery.Options{})
		if err != nil {
			t.Fatal(err)
		}
		defer g.Close()
		q.K = 4
		r, err := g.Search(t.Context(), q)
		if err != nil {
			t.Fatal(err)
		}
		var lines []string
		for _, h := range r.Results {
			lines = append(lines, h.ID+" "+h.Person+" "+h.Taken)
		}
		return lines
	}
	own := find("own.safetensors", gallery.Query{IDs: []string{"Ada/a.png"}})
	if got := find("codes.safetensors", gallery.Query{IDs: []string{"Ada/a.png"}}); !slices.Equal(got, own) {
		t.Errorf("codes find %q, the model %q", got, own)
	}
	code := table.Codes[:table.Dim]
	if got := find("codes.safetensors", gallery.Query{Codes: [][]float32{code}}); !strings.HasPrefix(got[0], "Ada/a.png ") || !slices.Equal(got[1:], own[:3]) {
		t.Errorf("a code finds %q, the member %q", got, own)
	}
	without := true
	if got := find("codes.safetensors", gallery.Query{Codes: [][]float32{code}, ExcludeSelf: &without}); !slices.Equal(got, own) {
		t.Errorf("a code without itself finds %q, the member %q", got, own)
	}

	g, err := gallery.Open(t.Context(), in("codes.safetensors"), gallery.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer g.Close()
	if !g.OfCodes() {
		t.Error("the index does not know that it was made of codes")
	}
	if m, err := g.Picture(t.Context(), "Bob/c.png", 0); err != nil || m.W != 112 {
		t.Errorf("a picture: %v", err)
	}
	if _, err := g.Search(t.Context(), gallery.Query{Images: []string{in("set/Ada/a.png")}, K: 1}); !errors.Is(err, gallery.ErrCodesAlone) || !strings.Contains(err.Error(), "codes.safetensors: ") {
		t.Errorf("a picture is searched for: %v", err)
	}
	for want, bad := range map[string][]float32{"has 3 numbers": {1, 2, 3}, "has NaN as number 1": append([]float32{0, float32(math.NaN())}, make([]float32, table.Dim-2)...)} {
		var wrong *gallery.CodeError
		if _, err := g.Search(t.Context(), gallery.Query{Codes: [][]float32{bad}, K: 1}); !errors.As(err, &wrong) || !strings.Contains(err.Error(), want) {
			t.Errorf("want an error that says %q, got %v", want, err)
		}
	}
	// An update that says nothing of pictures leaves them where they are.
	again, err := gallery.UpdateCodes(t.Context(), in("codes.safetensors"), table, in("codes.npz"), gallery.CodesOptions{})
	if err != nil || again.Data != c.Data {
		t.Errorf("the pictures of %q, %v, expected %q", again.Data, err, c.Data)
	}
	g, err = gallery.Open(t.Context(), in("codes.safetensors"), gallery.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer g.Close()
	if _, err := g.Picture(t.Context(), "Bob/c.png", 0); err != nil {
		t.Errorf("a picture after an update: %v", err)
	}
	if _, err := gallery.Update(t.Context(), in("codes.safetensors"), e, set, gallery.UpdateOptions{}); !errors.Is(err, gallery.ErrNotUpdatable) || !strings.Contains(err.Error(), "made of codes") {
		t.Errorf("pictures are added to codes: %v", err)
	}
	if _, err := gallery.UpdateCodes(t.Context(), in("own.safetensors"), table, "x", gallery.CodesOptions{}); !errors.Is(err, gallery.ErrNotUpdatable) {
		t.Errorf("codes are added to a model's: %v", err)
	}
	if err := os.WriteFile(in("mine.txt"), []byte("mine"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := gallery.UpdateCodes(t.Context(), in("mine.txt"), table, "x", gallery.CodesOptions{Fresh: true}); err == nil {
		t.Error("a user's file is replaced")
	}
}

func TestUpdateCodes(t *testing.T) {
	index := filepath.Join(t.TempDir(), "x.safetensors")
	table := func(people bool, ids ...string) *embeddings.Table {
		out := &embeddings.Table{Dim: 2}
		for i, id := range ids {
			id, other, _ := strings.Cut(id, "=")
			out.IDs = append(out.IDs, id)
			out.Codes = append(out.Codes, float32(len(id)+len(other)), float32(id[0]))
			if people {
				out.People = append(out.People, id[:1]+strings.Repeat("x", i/2))
			}
		}
		return out
	}
	for _, step := range []struct {
		name  string
		table *embeddings.Table
		opt   gallery.CodesOptions
		want  counts
	}{
		{"new", table(false, "a", "b", "c"), gallery.CodesOptions{}, counts{Added: 3, Entries: 3}},
		{"the same", table(false, "a", "b", "c"), gallery.CodesOptions{}, counts{Unchanged: 3, Entries: 3}},
		{"added, changed, removed", table(false, "a", "b=other", "d"), gallery.CodesOptions{}, counts{Unchanged: 1, Changed: 1, Added: 1, Removed: 1, Entries: 3}},
		{"kept", table(true, "e"), gallery.CodesOptions{Keep: true}, counts{Added: 1, Kept: 3, Entries: 4}},
		{"a graph", table(true, "a", "b", "c", "d", "e"), gallery.CodesOptions{Kind: search.KindHNSW, Space: "euclidean"}, counts{Unchanged: 3, Changed: 1, Added: 1, Entries: 5}},
		{"anew", table(true, "f"), gallery.CodesOptions{Fresh: true}, counts{Added: 1, Entries: 1}},
	} {
		c, err := gallery.UpdateCodes(t.Context(), index, step.table, "codes.csv", step.opt)
		if err != nil {
			t.Fatalf("%s: %v", step.name, err)
		}
		if d := cmp.Diff(step.want, countsOf(c)); d != "" {
			t.Errorf("%s (-want +got):\n%s", step.name, d)
		}
		g, err := gallery.Open(t.Context(), index, gallery.Options{})
		if err != nil {
			t.Fatalf("%s: %v", step.name, err)
		}
		if i := g.Info(); i.Entries != c.Entries || i.Space != c.Space || i.Kind != c.Kind || step.opt.Kind != "" && i.Kind != step.opt.Kind {
			t.Errorf("%s: %+v", step.name, i)
		}
		if _, err := g.Picture(t.Context(), step.table.IDs[0], 0); !errors.Is(err, dataset.ErrGone) {
			t.Errorf("%s: a picture of codes alone: %v", step.name, err)
		}
		g.Close()
	}
	if _, err := gallery.UpdateCodes(t.Context(), index, &embeddings.Table{IDs: []string{"a"}, Dim: 1, Codes: []float32{1}}, "x", gallery.CodesOptions{}); !errors.Is(err, gallery.ErrNotUpdatable) {
		t.Errorf("codes of another length: %v", err)
	}
	if _, err := gallery.UpdateCodes(t.Context(), index, table(true, "f", "g"), "x", gallery.CodesOptions{Space: "within-mirror"}); err == nil || !strings.Contains(err.Error(), "mirror images") {
		t.Errorf("a space of mirror images: %v", err)
	}
}

// A table that a program made is checked as one that was read.
func TestUpdateCodesChecks(t *testing.T) {
	for want, table := range map[string]*embeddings.Table{
		"theirs: 2 ids, and 3 numbers for codes of 3":  {IDs: []string{"a", "b"}, Dim: 3, Codes: []float32{1, 2, 3}},
		`theirs: entries 0 and 1 have the same id "a"`: {IDs: []string{"a", "a"}, Dim: 1, Codes: []float32{1, 2}},
	} {
		if _, err := gallery.UpdateCodes(t.Context(), filepath.Join(t.TempDir(), "i.safetensors"), table, "theirs", gallery.CodesOptions{}); err == nil || err.Error() != want {
			t.Errorf("%v, expected %s", err, want)
		}
	}
}

// What ids are pictures is known by what reads them, also of drawn faces, whose ids have no folder.
func TestCodesOfPicturesThatAreThere(t *testing.T) {
	table := &embeddings.Table{IDs: []string{"Abasi_Abanare_0001", "nobody"}, Dim: 1, Codes: []float32{1, 2}}
	c, err := gallery.UpdateCodes(t.Context(), filepath.Join(t.TempDir(), "i.safetensors"), table, "x", gallery.CodesOptions{Data: dataset.Drawn(60, 4)})
	if err != nil || c.Pictureless != 1 {
		t.Errorf("%+v, %v: expected one id that is no picture", c, err)
	}
}
