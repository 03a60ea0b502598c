package drawn

import (
	"crypto/sha256"
	"fmt"
	"hash"
	"math"
	"reflect"
	"regexp"
	"testing"
)

// fold writes every field of v to h, floats rounded to six digits: what differs
// less is a compiler's rounding, not another person.
func fold(h hash.Hash, v reflect.Value) {
	switch v.Kind() {
	case reflect.Struct:
		for i := range v.NumField() {
			fold(h, v.Field(i))
		}
	case reflect.Array:
		for i := range v.Len() {
			fold(h, v.Index(i))
		}
	case reflect.Float32, reflect.Float64:
		x := math.Round(v.Float()*1e5) / 1e5
		fmt.Fprintf(h, "%.5f ", x+0) // +0 turns -0 into 0
	default:
		fmt.Fprintf(h, "%v ", v)
	}
}

// The pinned hash changes when other people or other photographs are invented:
// then Version must be raised, for caches hold the old ones.
func TestParametersArePinned(t *testing.T) {
	const want = "fd1018ac6e30ee699b62646fa321e679bee433ffd12f209e4153e68fdebe6283"
	h := sha256.New()
	for _, p := range People(Options{People: 40}) {
		fold(h, reflect.ValueOf(p))
		for n := 1; n <= 4; n++ {
			fold(h, reflect.ValueOf(p.Shot(n)))
		}
	}
	if got := fmt.Sprintf("%x", h.Sum(nil)); got != want {
		t.Errorf("parameters hash to %s, want %s: if that is meant, raise Version", got, want)
	}
}

func TestMorePeopleDoNotChangeTheFirst(t *testing.T) {
	few, many := People(Options{People: 20}), People(Options{People: 300})
	for i := range few {
		if few[i] != many[i] {
			t.Fatalf("person %d is %s among 20 and %s among 300", i, few[i].Name, many[i].Name)
		}
	}
}

func TestNames(t *testing.T) {
	form := regexp.MustCompile(`^[A-Z][a-z]+ [A-Z][a-z]+(-[a-z]+)?$`)
	seen := map[string]bool{}
	for _, p := range People(Options{People: 6000}) {
		if seen[p.Name] {
			t.Fatalf("two people are called %s", p.Name)
		}
		seen[p.Name] = true
		if !form.MatchString(p.Name) {
			t.Errorf("odd name %q", p.Name)
		}
	}
}

func TestPeopleAreVaried(t *testing.T) {
	people := People(Options{})
	var heritage [5]int
	hair := map[HairStyle]int{}
	male, young, old := 0, 0, 0
	for _, p := range people {
		heritage[p.Heritage]++
		hair[p.Hair]++
		if p.Male {
			male++
		}
		if p.Age < 15 {
			young++
		}
		if p.Age > 60 {
			old++
		}
	}
	for h, n := range heritage {
		if n < len(people)/20 {
			t.Errorf("heritage %d: only %d of %d people", h, n, len(people))
		}
	}
	if len(hair) != int(hairStyles) {
		t.Errorf("%d of %d hair styles are worn", len(hair), int(hairStyles))
	}
	if n := len(people); male < n*2/5 || male > n*3/5 || young < n/30 || old < n/10 {
		t.Errorf("of %d: %d male, %d children, %d older than 60", n, male, young, old)
	}
}
