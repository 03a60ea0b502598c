package latent

import (
	"math"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func bits(x ...uint32) []float32 {
	f := make([]float32, len(x))
	for i, v := range x {
		f[i] = math.Float32frombits(v)
	}
	return f
}

// NumPy 1.24:
//
//	a, b = np.random.RandomState(0).randn(2, 3).astype("f4")
//	[(a * (1 - w) + b * w).view("u4") for w in np.linspace(0, 1, 7)]
func TestMorphIsNumPys(t *testing.T) {
	want := [][]float32{
		bits(0x3fe1cc78, 0x3ecce168, 0x3f7a8e93),
		bits(0x3febf8a8, 0x3f250ca2, 0x3f2719aa),
		bits(0x3ff624d8, 0x3f63a891, 0x3ea74984),
		bits(0x40002884, 0x3f91223f, 0x3a3f6200),
		bits(0x40053e9c, 0x3fb07037, 0xbea68a20),
		bits(0x400a54b3, 0x3fcfbe2c, 0xbf26b9f9),
		bits(0x400f6acb, 0x3fef0c24, 0xbf7a2ee2),
	}
	got, err := Morph(want[0], want[6], 7)
	if d := cmp.Diff(want, got); d != "" || err != nil {
		t.Error(d, err)
	}
	weights, err := Weights(7)
	wantWeights := []float64{0, 0.16666666666666666, 0.3333333333333333, 0.5, 0.6666666666666666, 0.8333333333333333, 1}
	if d := cmp.Diff(wantWeights, weights); d != "" || err != nil {
		t.Error(d, err)
	}
}

func TestWeightsReachOne(t *testing.T) {
	for steps := 2; steps < 200; steps++ {
		w, err := Weights(steps)
		if err != nil || len(w) != steps || w[0] != 0 || w[steps-1] != 1 {
			t.Fatalf("%d steps: %v, %v", steps, w, err)
		}
		for i := 1; i < steps; i++ {
			if w[i] <= w[i-1] {
				t.Fatalf("%d steps: weight %d does not grow", steps, i)
			}
		}
	}
}

func TestMorphMany(t *testing.T) {
	got, err := MorphMany([][]float32{{0, 0}, {2, 4}, {0, 0}}, 3)
	want := [][]float32{{0, 0}, {1, 2}, {2, 4}, {1, 2}, {0, 0}}
	if d := cmp.Diff(want, got); d != "" || err != nil {
		t.Error(d, err)
	}
}

// What comes out is the caller's own.
func TestCodesAreCopied(t *testing.T) {
	a, b := []float32{1}, []float32{2}
	got, err := Morph(a, b, 2)
	if err != nil {
		t.Fatal(err)
	}
	got[0][0], got[1][0] = 9, 9
	if a[0] != 1 || b[0] != 2 {
		t.Error("a code of the caller changed")
	}
}

func TestErrors(t *testing.T) {
	for _, c := range []struct {
		codes [][]float32
		steps int
		want  string
	}{
		{[][]float32{{1}, {2}}, 1, "1 steps"},
		{[][]float32{{1}, {2}}, -3, "-3 steps"},
		{[][]float32{{1}, {2, 3}}, 7, "1 and 2 numbers"},
		{[][]float32{{1}, {2}, {}}, 7, "1 and 0 numbers"},
		{[][]float32{{1}}, 7, "at least 2 codes"},
		{nil, 7, "at least 2 codes"},
	} {
		got, err := MorphMany(c.codes, c.steps)
		if err == nil || got != nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%v, %d steps: got %v, %v, expected an error that says %q", c.codes, c.steps, got, err, c.want)
		}
	}
	if _, err := Weights(0); err == nil {
		t.Error("0 weights were no error")
	}
}
