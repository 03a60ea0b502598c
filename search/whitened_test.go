package search

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"likeness/safetensors"
)

// crowd is codes of people: what tells them apart lies in the first numbers,
// what changes from picture to picture in the next, and louder. Odd and even
// numbers stand for the two halves of a face.
func crowd(people, pictures, dim int) (codes []float32, names []string) {
	rng := rand.New(rand.NewPCG(1, 2))
	for p := range people {
		own := make([]float64, dim)
		for i := range own {
			own[i] = rng.NormFloat64()
		}
		for range pictures {
			for i := range dim {
				loud := 0.3
				if i >= dim/2 {
					loud = 6
				}
				codes = append(codes, float32(3+own[i]+loud*rng.NormFloat64()))
			}
			names = append(names, fmt.Sprint("person ", p))
		}
	}
	return codes, names
}

// pairSwap exchanges neighbours.
func pairSwap(dim int) []int {
	swap := make([]int, dim)
	for i := range swap {
		swap[i] = i ^ 1
	}
	return swap
}

func fitted(t testing.TB, name string, codes []float32, dim int, opt SpaceOptions) *Whitened {
	t.Helper()
	s, err := FitSpace(context.Background(), name, codes, dim, opt)
	if err != nil {
		t.Fatal(err)
	}
	return s.(*Whitened)
}

// Before vectors get unit length, whitened components have equal variance.
func TestWhitening(t *testing.T) {
	const dim = 8
	codes, _ := crowd(200, 5, dim)
	s := fitted(t, "whitened", codes, dim, SpaceOptions{Shrink: 1e-9})
	n := len(codes) / dim
	var moments [dim][dim]float64
	for i := range n {
		var z [dim]float64
		for k := range z {
			for j, c := range codes[i*dim : (i+1)*dim] {
				z[k] += float64(s.Map[k*dim+j]) * (float64(c) - float64(s.Mean[j]))
			}
		}
		for a := range z {
			for b := range z {
				moments[a][b] += z[a] * z[b] / float64(n)
			}
		}
	}
	for a := range dim {
		for b := range dim {
			want := 0.0
			if a == b {
				want = 1
			}
			if math.Abs(moments[a][b]-want) > 1e-3 {
				t.Errorf("moment %d, %d is %g, expected %g", a, b, moments[a][b], want)
			}
		}
	}
	if s.Story.Pictures != n || s.Story.Components != dim || math.Abs(s.Story.Kept-1) > 1e-6 {
		t.Errorf("the story is %+v", s.Story)
	}
}

// firstHits is how often the nearest other code is the same person's.
func firstHits(t *testing.T, s Space, codes []float32, dim int, names []string) float64 {
	t.Helper()
	ids := make([]string, len(names))
	for i := range ids {
		ids[i] = fmt.Sprint(i)
	}
	ix, err := NewExact(context.Background(), s, Entries{Dim: dim, Codes: codes, IDs: ids, People: names}, About{})
	if err != nil {
		t.Fatal(err)
	}
	hits := 0
	for i := range ids {
		found, err := ix.Search(t.Context(), Query{Code: codes[i*dim : (i+1)*dim], K: 1, Where: Where{Not: []string{ids[i]}}})
		if err != nil {
			t.Fatal(err)
		}
		if found[0].Person == names[i] {
			hits++
		}
	}
	return float64(hits) / float64(len(ids))
}

// Each space finds more than the one before, on people it was not fitted to,
// where loud changes hide them.
func TestSpacesFindPeople(t *testing.T) {
	const dim = 24
	codes, names := crowd(120, 5, dim)
	half := len(names) / 2
	fit, ask := codes[:half*dim], codes[half*dim:]
	raw := firstHits(t, Euclidean{}, ask, dim, names[half:])
	white := firstHits(t, fitted(t, "whitened", fit, dim, SpaceOptions{}), ask, dim, names[half:])
	person := firstHits(t, fitted(t, "within", fit, dim, SpaceOptions{People: names[:half]}), ask, dim, names[half:])
	if !(white > raw+0.1 && person > white+0.1) {
		t.Errorf("hits: raw %.3f, whitened %.3f, within %.3f", raw, white, person)
	}
}

// A face and its mirror image are one point, whichever kind of code says so.
func TestMirror(t *testing.T) {
	const dim = 8
	codes, names := crowd(30, 3, dim)
	for _, name := range []string{"whitened-mirror", "within-mirror"} {
		s := fitted(t, name, codes, dim, SpaceOptions{Swap: pairSwap(dim), People: names})
		if s.Name() != name || s.Dim() != dim {
			t.Errorf("%s is called %s, of %d numbers", name, s.Name(), s.Dim())
		}
		turned := make([]float32, dim)
		for i, j := range s.Swap {
			turned[i] = codes[j]
		}
		closeTo(t, points(t, s, codes[:dim], dim), points(t, s, turned, dim))

		// The same with the mirrored code behind the code.
		var both []float32
		for i := 0; i < len(codes); i += dim {
			both = append(both, codes[i:i+dim]...)
			for _, j := range s.Swap {
				both = append(both, codes[i+j])
			}
		}
		behind := make([]int, 2*dim)
		for i := range behind {
			behind[i] = (i + dim) % (2 * dim)
		}
		long := fitted(t, name, both, 2*dim, SpaceOptions{Swap: behind, Own: dim, People: names})
		closeTo(t, points(t, s, codes, dim), points(t, long, both, 2*dim))
	}
}

func closeTo(t *testing.T, want, got []float32) {
	t.Helper()
	if len(want) != len(got) {
		t.Fatalf("%d numbers, expected %d", len(got), len(want))
	}
	for i := range want {
		if math.Abs(float64(want[i]-got[i])) > 1e-5 {
			t.Fatalf("number %d is %g, expected %g", i, got[i], want[i])
		}
	}
}

func TestSpacesInFilesAndThreads(t *testing.T) {
	const dim = 12
	codes, names := crowd(60, 4, dim)
	opt := SpaceOptions{Swap: pairSwap(dim), People: names, Source: "a crowd"}
	ids := make([]string, len(names))
	for i := range ids {
		ids[i] = fmt.Sprint(i)
	}
	for _, name := range SpaceNames() {
		defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
		one, err := FitSpace(context.Background(), name, codes, dim, opt)
		if err != nil {
			t.Fatal(err)
		}
		want := points(t, one, codes, dim)
		runtime.GOMAXPROCS(3)
		three, err := FitSpace(context.Background(), name, codes, dim, opt)
		if err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(want, points(t, three, codes, dim)); d != "" {
			t.Fatalf("%s: the number of threads changes points: %s", name, d)
		}
		ix, err := NewExact(context.Background(), one, Entries{Dim: dim, Codes: codes, IDs: ids, People: names}, About{})
		if err != nil {
			t.Fatal(err)
		}
		path := filepath.Join(t.TempDir(), "x")
		if err := ix.Save(path); err != nil {
			t.Fatal(err)
		}
		got, err := Open(context.Background(), path)
		if err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(one, got.Space()); d != "" || got.Space().Name() != name {
			t.Errorf("%s, opened as %s: %s", name, got.Space().Name(), d)
		}
		if d := cmp.Diff(want, got.points); d != "" {
			t.Errorf("%s: the file changes points: %s", name, d)
		}
		if name != "euclidean" {
			for i := 0; i < len(want); i += dim {
				if n := squares(want[i : i+dim]); math.Abs(n-1) > 1e-5 {
					t.Fatalf("%s: point %d has squared length %g", name, i/dim, n)
				}
			}
		}
	}
}

func squares(v []float32) float64 {
	sum := 0.0
	for _, x := range v {
		sum += float64(x) * float64(x)
	}
	return sum
}

// Every point is finite where the code is, however far out it lies.
func TestFarCodes(t *testing.T) {
	const dim = 8
	codes, names := crowd(30, 3, dim)
	for _, name := range SpaceNames() {
		s, err := FitSpace(context.Background(), name, codes, dim, SpaceOptions{Swap: pairSwap(dim), People: names})
		if err != nil {
			t.Fatal(err)
		}
		for _, x := range []float32{0, 1e-45, 1e-30, 1e18, 3e38, -3e38} {
			far := []float32{x, -x, 0, x, x, 0, -x, x / 3}
			if i := notFinite(points(t, s, far, dim)); i >= 0 {
				t.Errorf("%s: the point of codes of %g is not finite", name, x)
			}
		}
	}
}

func TestFitSpaceErrors(t *testing.T) {
	const dim = 4
	codes, names := crowd(10, 2, dim)
	nan := append([]float32(nil), codes...)
	nan[9] = float32(math.NaN())
	alone := make([]string, len(names))
	for i := range alone {
		alone[i] = fmt.Sprint(i)
	}
	for _, c := range []struct {
		name, want string
		codes      []float32
		opt        SpaceOptions
	}{
		{"hyperbolic", `space "hyperbolic" is not known`, codes, SpaceOptions{}},
		{"whitened", "code 2 has NaN at place 1", nan, SpaceOptions{}},
		{"whitened", "at least 2 codes, there are 1", codes[:dim], SpaceOptions{}},
		{"whitened", "no codes of 4", codes[:5], SpaceOptions{}},
		{"whitened", "do not differ", make([]float32, 40), SpaceOptions{}},
		{"whitened", "only a space with a mirror", codes, SpaceOptions{Own: 2}},
		{"whitened-mirror", "a mirror of 0 numbers for codes of 4", codes, SpaceOptions{}},
		{"whitened-mirror", "does not reorder", codes, SpaceOptions{Swap: []int{0, 1, 1, 2}}},
		{"within", "0 names for 20 codes", codes, SpaceOptions{}},
		{"within", "no person has two pictures", codes, SpaceOptions{People: make([]string, 20)}},
		{"within", "no person has two pictures", codes, SpaceOptions{People: alone}},
	} {
		_, err := FitSpace(context.Background(), c.name, c.codes, dim, c.opt)
		wantError(t, err, c.want)
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := FitSpace(ctx, "whitened", codes, dim, SpaceOptions{}); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
}

// A space that is wrong in a file is found.
func TestWrongSpacesInFiles(t *testing.T) {
	const dim = 4
	codes, names := crowd(10, 2, dim)
	s := fitted(t, "within-mirror", codes, dim, SpaceOptions{Swap: pairSwap(dim), People: names})
	for _, c := range []struct{ name, want string }{
		{"space/mean", `no tensor "space/mean"`},
		{"space/map", `no tensor "space/map"`},
		{"space/within", `no tensor "space/within"`},
		{"space/swap", `no tensor "space/swap"`},
	} {
		f := &safetensors.File{Metadata: map[string]string{}}
		if err := AddSpace(f, s); err != nil {
			t.Fatal(err)
		}
		for i := range f.Tensors {
			if f.Tensors[i].Name == c.name {
				f.Tensors[i].Name = "gone"
			}
		}
		_, err := SpaceFrom(f, dim)
		wantError(t, err, c.want)
	}
	f := &safetensors.File{Metadata: map[string]string{}}
	if err := AddSpace(f, s); err != nil {
		t.Fatal(err)
	}
	_, err := SpaceFrom(f, dim-1)
	wantError(t, err, "for codes of 3")
	f.Metadata["space_story"] = "["
	_, err = SpaceFrom(f, dim)
	wantError(t, err, "space_story")
	f.Metadata["space_story"] = "{}"
	f.Tensors[0].Data[3] = 0x7f
	f.Tensors[0].Data[2] = 0xc0
	_, err = SpaceFrom(f, dim)
	if err == nil || !strings.Contains(err.Error(), "finite") {
		t.Errorf("NaN: %v", err)
	}
}

// points maps codes into a space.
func points(t *testing.T, s Space, codes []float32, dim int) []float32 {
	t.Helper()
	p, err := s.Points(t.Context(), codes, dim)
	if err != nil {
		t.Fatal(err)
	}
	return p
}
