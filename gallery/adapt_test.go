package gallery_test

import (
	"errors"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"likeness/gallery"
	"likeness/search"
)

// crowded is an index of 60 people with 4 codes each, whose codes vary within a person along one direction that the space,
// fitted to other people, does not know of.
func crowded(t *testing.T) string {
	t.Helper()
	const dim, people, each = 8, 60, 4
	rng := rand.New(rand.NewPCG(1, 2))
	draw := func(noisy int) (e search.Entries) {
		e.Dim = dim
		for p := range people {
			face := make([]float32, dim)
			for i := range face {
				face[i] = float32(rng.NormFloat64())
			}
			for k := range each {
				for i := range face {
					spread := .15
					if i == noisy {
						spread = 1.5
					}
					e.Codes = append(e.Codes, face[i]+float32(spread*rng.NormFloat64()))
				}
				e.IDs = append(e.IDs, "person"+string(rune('A'+p/26))+string(rune('a'+p%26))+"_"+string(rune('1'+k)))
				e.People = append(e.People, "person"+string(rune('A'+p/26))+string(rune('a'+p%26)))
			}
		}
		return e
	}
	base := draw(0)
	space, err := search.FitSpace(t.Context(), "within", base.Codes, dim, search.SpaceOptions{People: base.People})
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "crowd.index.safetensors")
	e := draw(3)
	f := &search.File{Entries: e, Space: space, About: search.About{Model: "0123456789abcdef", Arch: "wide", Prep: `{"w":8,"h":8}`, Source: "drawn"}}
	if err := f.Save(path); err != nil {
		t.Fatal(err)
	}
	return path
}

func openIndex(t *testing.T, path string) *gallery.Gallery {
	t.Helper()
	g, err := gallery.Open(t.Context(), path, gallery.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { g.Close() })
	return g
}

// A space learns from judgements what varies within a person, is measured on others, is taken, and left again.
func TestAdapt(t *testing.T) {
	path := crowded(t)
	g := openIndex(t, path)
	if _, err := g.Adapt(t.Context()); !errors.Is(err, gallery.ErrFewJudged) {
		t.Fatalf("without a judgement: %v, want ErrFewJudged", err)
	}
	f, err := search.OpenFile(path)
	if err != nil {
		t.Fatal(err)
	}
	ids := f.Entries.IDs
	f.Close()
	for p := range 20 { // of 20 people; the other 40 are for measuring
		for _, j := range []gallery.Judgement{{ID: ids[4*p], Other: ids[4*p+1], Same: true}, {ID: ids[4*p+2], Other: ids[4*p+3], Same: true}, {ID: ids[4*p], Other: ids[4*((p+1)%20)+2]}} {
			if _, err := gallery.Judge(t.Context(), path, j, false); err != nil {
				t.Fatal(err)
			}
		}
	}
	a, err := g.Adapt(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if a.Same != 40 || a.Different != 20 || a.People != 20 || a.Queries != 80 {
		t.Errorf("learned from %d and %d pairs, measured on %d pictures of %d people", a.Same, a.Different, a.Queries, a.People)
	}
	if !(a.After > a.Before+.1) {
		t.Errorf("the nearest is right for %.2f, before %.2f: want a gain of more than .1", a.After, a.Before)
	}
	if a.JudgedAfter == nil || *a.JudgedAfter < *a.JudgedBefore {
		t.Errorf("judged pairs: %v to %v", a.JudgedBefore, a.JudgedAfter)
	}
	query := gallery.Query{IDs: ids[100:101], K: 5}
	before, err := g.Search(t.Context(), query)
	if err != nil {
		t.Fatal(err)
	}
	if err := g.Take(a); err != nil {
		t.Fatal(err)
	}
	taken := openIndex(t, path)
	if i := taken.Info(); !i.Adapted || i.Odds {
		t.Errorf("taken: adapted %v, odds %v", i.Adapted, i.Odds)
	}
	after, err := taken.Search(t.Context(), query)
	if err != nil {
		t.Fatal(err)
	}
	if after.Results[0].Distance == before.Results[0].Distance {
		t.Error("the search is as before")
	}
	// Learning again begins where it began before.
	again, err := taken.Adapt(t.Context())
	if err != nil || again.Before != a.Before || again.After != a.After {
		t.Errorf("learned again: %+v, %v, want %+v", again, err, a)
	}
	if err := gallery.LeaveAdapted(path); err != nil {
		t.Fatal(err)
	}
	left, err := openIndex(t, path).Search(t.Context(), query)
	if err != nil || left.Results[0].Distance != before.Results[0].Distance {
		t.Errorf("left: %v, %v", left, err)
	}
}

// Judgements replace each other in either order, and are taken back; files of somebody's own stay.
func TestJudgements(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.index.safetensors")
	judge := func(id, other string, same, forget bool) []gallery.Judgement {
		t.Helper()
		list, err := gallery.Judge(t.Context(), path, gallery.Judgement{ID: id, Other: other, Same: same}, forget)
		if err != nil {
			t.Fatal(err)
		}
		kept, err := gallery.Judgements(path)
		if err != nil || len(kept) != len(list) {
			t.Fatalf("kept %v, %v; returned %v", kept, err, list)
		}
		return kept
	}
	judge("a,1.jpg", `b"2.jpg`, true, false)
	if list := judge(`b"2.jpg`, "a,1.jpg", false, false); len(list) != 1 || list[0].Same {
		t.Errorf("judged anew: %+v", list)
	}
	judge("c", "d", true, false)
	if list := judge("d", "c", true, true); len(list) != 1 {
		t.Errorf("taken back: %+v", list)
	}
	judge("a,1.jpg", `b"2.jpg`, true, true)
	if _, err := os.Stat(gallery.JudgedFile(path)); !os.IsNotExist(err) {
		t.Error("nothing is left, and the file is there")
	}
	if _, err := gallery.Judge(t.Context(), path, gallery.Judgement{ID: "a", Other: "a"}, false); err == nil {
		t.Error("a picture and itself: no error")
	}
	for _, text := range []string{"my,own,list\n", "picture,other,same\na,b,maybe\n", "picture,other,same\na,b\n"} {
		if err := os.WriteFile(gallery.JudgedFile(path), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		if _, err := gallery.Judge(t.Context(), path, gallery.Judgement{ID: "a", Other: "b"}, false); err == nil || !strings.Contains(err.Error(), "a.judged.csv") {
			t.Errorf("%q: %v, want an error that names the file", text, err)
		}
		if b, _ := os.ReadFile(gallery.JudgedFile(path)); string(b) != text {
			t.Errorf("%q is changed to %q", text, b)
		}
	}
}
