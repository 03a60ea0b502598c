package safetensors

import (
	"bytes"
	"math"
	"strings"
	"testing"
)

func TestHalved(t *testing.T) {
	small := FromFloats("small", []int{2, 2}, []float32{1, -0.333, 65504, 1e-5})
	large := FromFloats("large", []int{3}, []float32{65520, 1, 3e38})
	ints := FromInts("ints", []int{1}, []int64{1 << 40})
	f := &File{Metadata: map[string]string{"format": "test"}, Tensors: []Tensor{small.Halved(), large.Halved(), ints.Halved()}}
	var b bytes.Buffer
	if err := f.Write(&b); err != nil {
		t.Fatal(err)
	}
	read, err := Parse("in memory", b.Bytes())
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]struct {
		kind  DType
		worst float64 // relative
	}{"small": {F16, 1.0 / 2048}, "large": {BF16, 1.0 / 256}} {
		x, err := read.Tensor(name)
		if err != nil || x.DType != want.kind {
			t.Fatalf("%s is %v, %v", name, x.DType, err)
		}
		got, err := read.Floats(name, x.Shape...)
		if err != nil {
			t.Fatal(err)
		}
		before := map[string]*Tensor{"small": &small, "large": &large}[name]
		all, _ := before.Floats()
		for i, v := range all {
			if off := math.Abs(float64(got[i]-v)) / math.Abs(float64(v)); off > want.worst && v != 1e-5 {
				t.Errorf("%s: %g became %g", name, v, got[i])
			}
		}
	}
	if x, _ := read.Tensor("ints"); x.DType != I64 {
		t.Error("whole numbers are halved")
	}
	if _, err := Parse("in memory", b.Bytes()[:30]); err == nil || !strings.HasPrefix(err.Error(), "in memory: ") {
		t.Errorf("cut short: %v", err)
	}
}
