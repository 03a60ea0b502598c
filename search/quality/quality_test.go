package quality

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"runtime"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// Worked out by hand.
func TestRetrieve(t *testing.T) {
	gallery := Points{1, []float32{0, 1, 2, 3, 4, 10}, []string{"a", "b", "a", "c", "b", ""}}
	queries := Points{1, []float32{0.1, 0.1, 9, 5, 5}, []string{"a", "b", "c", "nobody", ""}}
	r, err := Retrieve(context.Background(), queries, gallery, false, 1)
	if err != nil {
		t.Fatal(err)
	}
	// a: places 1 and 3, precision (1 + 2/3)/2. b: places 2 and 5, (1/2 + 2/5)/2.
	// c, seen from 9: 10, 4, 3, ... place 3, 1/3.
	if r.Queries != 3 || r.Gallery != 6 {
		t.Errorf("%d queries among %d", r.Queries, r.Gallery)
	}
	near(t, "hit1", r.Hit1.Value, 1./3)
	near(t, "hit5", r.Hit5.Value, 1)
	near(t, "map", r.MAP.Value, ((1+2./3)/2+(1./2+2./5)/2+1./3)/3)
	near(t, "chance", r.Chance, (2./6+2./6+1./6)/3)

	// Among each other: nobody finds himself.
	r, err = Retrieve(context.Background(), gallery, gallery, true, 1)
	if err != nil {
		t.Fatal(err)
	}
	// c is alone. a at 0: 1 2 3 4, place 2; a at 2: 1, 3, 0: place 3.
	// b at 1: 0, 2, 3, 4: place 4; b at 4: 3, 2, 1: place 3.
	if r.Queries != 4 {
		t.Errorf("%d queries", r.Queries)
	}
	near(t, "hit1", r.Hit1.Value, 0)
	near(t, "map", r.MAP.Value, (1./2+1./3+1./4+1./3)/4)
	near(t, "chance", r.Chance, 1./5)

	r, err = Retrieve(context.Background(), Points{Width: 1}, gallery, false, 1)
	if err != nil || r.Queries != 0 || r.Hit1.Value != 0 {
		t.Errorf("no queries: %+v, %v", r, err)
	}
}

func near(t *testing.T, what string, got, want float64) {
	t.Helper()
	if math.Abs(got-want) > 1e-12 {
		t.Errorf("%s: %g, expected %g", what, got, want)
	}
}

// points are those of people whose pictures lie close together.
func points(people, pictures int, spread float64) Points {
	rng := rand.New(rand.NewPCG(5, 6))
	p := Points{Width: 8}
	for i := range people {
		var centre [8]float64
		for j := range centre {
			centre[j] = rng.NormFloat64()
		}
		for range pictures {
			for _, c := range centre {
				p.Values = append(p.Values, float32(c+spread*rng.NormFloat64()))
			}
			p.People = append(p.People, fmt.Sprint("p", i))
		}
	}
	return p
}

// Shuffled names score at chance, right ones far above it.
func TestShuffledNamesScoreAtChance(t *testing.T) {
	p := points(80, 6, 0.3)
	right, err := Retrieve(context.Background(), p, p, true, 1)
	if err != nil {
		t.Fatal(err)
	}
	shuffled := Points{p.Width, p.Values, append([]string(nil), p.People...)}
	rng := rand.New(rand.NewPCG(1, 1))
	rng.Shuffle(len(shuffled.People), func(i, j int) {
		shuffled.People[i], shuffled.People[j] = shuffled.People[j], shuffled.People[i]
	})
	wrong, err := Retrieve(context.Background(), shuffled, shuffled, true, 1)
	if err != nil {
		t.Fatal(err)
	}
	if right.Hit1.Value < 0.9 {
		t.Errorf("right names: hit1 %g", right.Hit1.Value)
	}
	n := float64(wrong.Queries)
	sigma := math.Sqrt(wrong.Chance * (1 - wrong.Chance) / n)
	if math.Abs(wrong.Hit1.Value-wrong.Chance) > 4*sigma {
		t.Errorf("shuffled names: hit1 %g, chance is %g (deviation %g)", wrong.Hit1.Value, wrong.Chance, sigma)
	}
	if !(wrong.Hit1.Low <= wrong.Hit1.Value && wrong.Hit1.Value <= wrong.Hit1.High && wrong.Hit1.High-wrong.Hit1.Low < 8*sigma) {
		t.Errorf("the interval of %g is [%g, %g]", wrong.Hit1.Value, wrong.Hit1.Low, wrong.Hit1.High)
	}

	pairs, err := MakePairs(ids(p.People), p.People, 5, 60, 3)
	if err != nil {
		t.Fatal(err)
	}
	v, err := Verify(pairs, chanceDistances(len(pairs)))
	if err != nil {
		t.Fatal(err)
	}
	if math.Abs(v.Accuracy-0.5) > 0.08 || math.Abs(v.AUC-0.5) > 0.08 {
		t.Errorf("distances by chance: accuracy %g, AUC %g", v.Accuracy, v.AUC)
	}
}

func ids(people []string) []string {
	out := make([]string, len(people))
	for i, p := range people {
		out[i] = fmt.Sprintf("%s_%04d", p, i)
	}
	return out
}

func chanceDistances(n int) []float64 {
	rng := rand.New(rand.NewPCG(9, 9))
	d := make([]float64, n)
	for i := range d {
		d[i] = rng.Float64()
	}
	return d
}

func TestThreadsAndCancel(t *testing.T) {
	p := points(30, 4, 0.8)
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	one, err := Retrieve(context.Background(), p, p, true, 1)
	if err != nil {
		t.Fatal(err)
	}
	runtime.GOMAXPROCS(3)
	three, err := Retrieve(context.Background(), p, p, true, 1)
	if d := cmp.Diff(one, three); d != "" || err != nil {
		t.Error(d, err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := Retrieve(ctx, p, p, true, 1); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
}

// The folds share nobody, and every pair is what it says.
func TestMakePairs(t *testing.T) {
	p := points(40, 3, 1)
	names := ids(p.People)
	pairs, err := MakePairs(names, p.People, 10, 5, 1)
	if err != nil {
		t.Fatal(err)
	}
	again, err := MakePairs(names, p.People, 10, 5, 1)
	if d := cmp.Diff(pairs, again); d != "" || err != nil {
		t.Error("the same seed makes other pairs", d, err)
	}
	who := map[string]string{}
	for i, id := range names {
		who[id] = p.People[i]
	}
	fold := map[string]int{}
	kinds := map[[2]int]int{}
	for _, x := range pairs {
		if x.A == x.B || (who[x.A] == who[x.B]) != x.Same {
			t.Errorf("%+v is no such pair", x)
		}
		for _, id := range []string{x.A, x.B} {
			if f, seen := fold[who[id]]; seen && f != x.Fold {
				t.Errorf("%s is in folds %d and %d", who[id], f, x.Fold)
			}
			fold[who[id]] = x.Fold
		}
		kinds[[2]int{x.Fold, btoi(x.Same)}]++
	}
	for f := range 10 {
		if kinds[[2]int{f, 0}] != 5 || kinds[[2]int{f, 1}] != 5 {
			t.Errorf("fold %d has %d and %d pairs", f, kinds[[2]int{f, 0}], kinds[[2]int{f, 1}])
		}
	}
	if len(fold) == 40 {
		t.Error("nobody is left out of all folds")
	}
	if _, err := MakePairs([]string{"a", "b"}, []string{"a", "b"}, 2, 5, 1); err == nil {
		t.Error("pairs of two people with one picture each")
	}
}

// Accuracy takes its threshold from the other folds; the area is that of all
// comparisons.
func TestVerify(t *testing.T) {
	pairs := []Pair{
		{Same: true, Fold: 0}, {Same: false, Fold: 0},
		{Same: true, Fold: 1}, {Same: false, Fold: 1},
	}
	// Fold 1 says 0.5 divides, which tells fold 0's pairs rightly but for one;
	// fold 0 says 2.5 divides, which takes both of fold 1 for one person's.
	v, err := Verify(pairs, []float64{2, 3, 0, 1})
	if err != nil {
		t.Fatal(err)
	}
	near(t, "accuracy", v.Accuracy, 0.5)
	near(t, "area", v.AUC, 3./4)
	v, err = Verify(pairs, []float64{1, 1, 1, 1})
	if err != nil {
		t.Fatal(err)
	}
	near(t, "area of equal distances", v.AUC, 0.5)
	if d := cmp.Diff([]ROCPoint{{0, 0}, {1, 1}}, v.ROC); d != "" {
		t.Error(d)
	}
	for _, c := range [][]Pair{nil, pairs[:1], {{Same: true}, {Same: true, Fold: 1}}, {{Same: true}, {Same: false}}} {
		if _, err := Verify(c, make([]float64, len(c))); err == nil {
			t.Errorf("%v: no error", c)
		}
	}
	if _, err := Verify(pairs, []float64{0, math.NaN(), 0, 0}); err == nil {
		t.Error("NaN: no error")
	}
}

func TestAgree(t *testing.T) {
	p := Points{1, []float32{0, 1, 5, 6}, make([]string, 4)}
	known := [][]float32{{1, 1}, {1, 0}, {0, -1}, {0, 0}}
	a, err := Agree(context.Background(), p, p, known, known, true, 1)
	if err != nil {
		t.Fatal(err)
	}
	// 0 and 1 share one of two, 5 and 6 both.
	near(t, "nearest", a.Nearest, 0.75)
	// 11: 10 shares 1, the others 0; 10: 1, 1, 1; 00: 0, 1, 2, twice; of 3 x 2.
	near(t, "chance", a.Chance, (1./6+3./6+3./6+3./6)/4)
	if a.K != 1 || a.Attributes != 2 {
		t.Errorf("%+v", a)
	}
}

const list = "2\t1\nAda_Byron\t1\t4\nAda_Byron\t2\tEve\t11\nBob\t3\t5\nBob\t3\tEve\t1\n"

func TestParsePairs(t *testing.T) {
	got, err := ParsePairs(strings.NewReader(list), "pairs.txt")
	if err != nil {
		t.Fatal(err)
	}
	want := []Pair{
		{"Ada_Byron_0001", "Ada_Byron_0004", true, 0}, {"Ada_Byron_0002", "Eve_0011", false, 0},
		{"Bob_0003", "Bob_0005", true, 1}, {"Bob_0003", "Eve_0001", false, 1},
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
	for _, c := range []struct{ text, want string }{
		{"", "p, line 0: expected the number of folds"},
		{"x 3", "p, line 1: expected the number of folds"},
		{"2 0", "line 1"},
		{"99999999999 99999999999", "line 1"},
		{"4000000 4000000", "line 1"},
		{strings.Replace(list, "\t4", "\tfour", 1), "p, line 2: expected a name and two numbers"},
		{strings.Replace(list, "\tEve\t11", "\tEve", 1), "p, line 3: expected a name and a number, twice"},
		{list[:40], "p, line 4"},
		{list + "more 1 2\n", "p, line 6: expected no more than 4 pairs"},
	} {
		_, err := ParsePairs(strings.NewReader(c.text), "p")
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%q: %v, expected %q", c.text, err, c.want)
		}
	}
	if _, err := ReadPairs("no such file"); err == nil {
		t.Error("a file that is not there")
	}
}

func FuzzParsePairs(f *testing.F) {
	f.Add(list)
	f.Add("1\nA 1 2\nA 1 B 1")
	f.Fuzz(func(t *testing.T, text string) {
		pairs, err := ParsePairs(strings.NewReader(text), "p")
		if err == nil && len(pairs) == 0 {
			t.Error("no pairs and no error")
		}
	})
}
