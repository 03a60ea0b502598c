package search_test

import (
	"context"
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"likeness/search"
	"likeness/search/searchtest"
)

func build(t testing.TB, e search.Entries) search.Index {
	return exact(t, e)
}

func exact(t testing.TB, e search.Entries) *search.Exact {
	t.Helper()
	ix, err := search.NewExact(context.Background(), nil, e, search.About{Model: "m1"})
	if err != nil {
		t.Fatal(err)
	}
	return ix
}

func wantError(t *testing.T, err error, parts ...string) {
	t.Helper()
	if err == nil {
		t.Fatal("no error")
	}
	for _, p := range parts {
		if !strings.Contains(err.Error(), p) {
			t.Errorf("error %q does not say %q", err, p)
		}
	}
}

func TestExact(t *testing.T) {
	searchtest.Run(t, 1, build)
}

// ids makes n of them.
func ids(n int) []string {
	list := make([]string, n)
	for i := range list {
		list[i] = fmt.Sprint(i)
	}
	return list
}

// Squares that overflow or vanish in float32 still give the true order.
func TestExtremeCodes(t *testing.T) {
	for _, scale := range []float32{1e-40, 1e-30, 1e-20, 1e19, 1e30, 3e37} {
		e := search.Entries{Dim: 2, IDs: ids(4), Codes: []float32{
			8 * scale, 0,
			4 * scale, 3 * scale,
			0, 2 * scale,
			-scale, 0,
		}}
		got, err := exact(t, e).Search(t.Context(), search.Query{Code: []float32{0, 0}, K: 3})
		if err != nil {
			t.Fatal(err)
		}
		for i, want := range []struct {
			id   string
			away float64
		}{{"3", 1}, {"2", 2}, {"1", 5}} {
			away := want.away * float64(scale)
			if got[i].ID != want.id || math.Abs(got[i].Distance-away) > 1e-4*away {
				t.Errorf("scale %g, match %d: %v, expected %v", scale, i, got[i], want)
			}
		}
	}
}

// An entry equal to the query comes first, also when others are as good as
// equal.
func TestMemberAmongVeryNearOnes(t *testing.T) {
	e := search.Entries{Dim: 1, IDs: ids(4), Codes: []float32{3e-25, 1e-25, 0, 2e-25}}
	got, err := exact(t, e).Search(t.Context(), search.Query{Code: []float32{0}, K: 3})
	if err != nil {
		t.Fatal(err)
	}
	if got[0].ID != "2" || got[1].ID != "1" || got[2].ID != "3" {
		t.Errorf("got %v, expected entries 2, 1, 3", got)
	}
}

func TestMatchJSON(t *testing.T) {
	e := search.Entries{Dim: 1, Codes: []float32{2}, IDs: []string{"a_1"}, People: []string{"a"}}
	got, err := exact(t, e).Search(t.Context(), search.Query{Code: []float32{0.5}, K: 1})
	if err != nil {
		t.Fatal(err)
	}
	text, err := json.Marshal(got)
	if want := `[{"rank":1,"id":"a_1","person":"a","distance":1.5}]`; string(text) != want || err != nil {
		t.Errorf("got %s, %v, expected %s", text, err, want)
	}
}

func TestBadEntries(t *testing.T) {
	nan, inf := float32(math.NaN()), float32(math.Inf(-1))
	for _, c := range []struct {
		e    search.Entries
		want string
	}{
		{search.Entries{}, "codes of 0 numbers"},
		{search.Entries{Dim: -1}, "codes of -1 numbers"},
		{search.Entries{Dim: 2, IDs: ids(2), Codes: make([]float32, 3)}, "3 numbers of codes, expected 2 x 2"},
		{search.Entries{Dim: 2, IDs: ids(2), Codes: make([]float32, 6)}, "6 numbers of codes, expected 2 x 2"},
		{search.Entries{Dim: 2, Codes: make([]float32, 2)}, "2 numbers of codes, expected 0 x 2"},
		{search.Entries{Dim: 1, IDs: ids(2), People: ids(1), Codes: make([]float32, 2)}, "1 people for 2 ids"},
		{search.Entries{Dim: 2, IDs: ids(2), Codes: []float32{0, 0, 0, nan}}, `code 1 ("1") has NaN at place 1`},
		{search.Entries{Dim: 2, IDs: ids(2), Codes: []float32{inf, 0, 0, 0}}, `code 0 ("0") has -Inf at place 0`},
	} {
		_, err := search.NewExact(context.Background(), nil, c.e, search.About{})
		wantError(t, err, c.want)
	}
}

func TestCheckModel(t *testing.T) {
	ix := exact(t, search.Entries{Dim: 1})
	if err := ix.CheckModel("m1"); err != nil {
		t.Error(err)
	}
	wantError(t, ix.CheckModel("m2"), "m1", "m2")
}

// mirror is a space that turns its codes about and keeps their first number.
type mirror struct{}

func (mirror) Name() string { return "mirror" }

func (mirror) Points(_ context.Context, codes []float32, dim int) ([]float32, error) {
	var points []float32
	for i := 0; i < len(codes); i += dim {
		points = append(points, -codes[i])
	}
	return points, nil
}

// A space may change the width of codes; queries go through it as entries do.
func TestSpaceOfAnotherWidth(t *testing.T) {
	e := search.Entries{Dim: 3, IDs: ids(3), Codes: []float32{1, 0, 0, 2, 9, 9, 4, 0, 0}}
	ix, err := search.NewExact(context.Background(), mirror{}, e, search.About{})
	if err != nil {
		t.Fatal(err)
	}
	batch, err := ix.SearchBatch(context.Background(), search.Queries([]float32{3.5, 5, 5, 1.75, 1, 1}, 3, 2))
	want := [][]search.Match{
		{{Rank: 1, ID: "2", Distance: 0.5}, {Rank: 2, ID: "1", Distance: 1.5}},
		{{Rank: 1, ID: "1", Distance: 0.25}, {Rank: 2, ID: "0", Distance: 0.75}},
	}
	if d := cmp.Diff(want, batch); d != "" || err != nil {
		t.Error(d, err)
	}
	if ix.Space().Name() != "mirror" || ix.Dim() != 3 {
		t.Errorf("space %s of %d numbers", ix.Space().Name(), ix.Dim())
	}
	// No file is written that could not be opened.
	path := filepath.Join(t.TempDir(), "x")
	wantError(t, ix.Save(path), path, `space "mirror" is not known`)
	if _, err := os.Stat(path); err == nil {
		t.Error("a file was written all the same")
	}
}

func benchmarkIndex(b *testing.B) (*search.Exact, []float32) {
	const n, dim = 13000, 32
	rng := rand.New(rand.NewPCG(1, 2))
	codes := make([]float32, n*dim)
	for i := range codes {
		codes[i] = float32(rng.NormFloat64())
	}
	return exact(b, search.Entries{Dim: dim, IDs: ids(n), Codes: codes}), codes[:256*dim]
}

func BenchmarkSearch13000x32(b *testing.B) {
	ix, queries := benchmarkIndex(b)
	for b.Loop() {
		if _, err := ix.Search(b.Context(), search.Query{Code: queries[:32], K: 5}); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkBatch256Of13000x32(b *testing.B) {
	ix, queries := benchmarkIndex(b)
	for b.Loop() {
		if _, err := ix.SearchBatch(b.Context(), search.Queries(queries, 32, 5)); err != nil {
			b.Fatal(err)
		}
	}
}
