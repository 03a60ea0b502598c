package pytorch

import (
	"cmp"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"likeness/safetensors"
)

// The order of layers follows from their names, in whatever order the file has them.
func TestOrderOfNames(t *testing.T) {
	want := []string{"encoder.01", "encoder.1", "encoder.9", "encoder.10", "encoder.1a", "encoder.a", "last", "decoder.0"}
	for range 50 {
		f := &safetensors.File{}
		for _, i := range rand.Perm(len(want)) {
			f.Tensors = append(f.Tensors, safetensors.FromFloats(want[i]+".weight", []int{1, 1}, []float32{1}))
		}
		list, err := modulesIn(f)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, m := range list {
			got = append(got, m.path)
		}
		if !slices.Equal(got, want) {
			t.Fatalf("%q, expected %q", got, want)
		}
	}
	for i, a := range want {
		for k, b := range want {
			if got := cmp.Or(cmp.Compare(half(a), half(b)), compareNames(a, b), strings.Compare(a, b)); got != cmp.Compare(i, k) {
				t.Errorf("%s and %s: %d", a, b, got)
			}
		}
	}
}
