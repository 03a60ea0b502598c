package quality

import (
	"math"
	"math/rand/v2"
	"testing"
)

func TestReliable(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	var told []float64
	var right []bool
	for range 20000 {
		p := rng.Float64()
		told, right = append(told, p), append(right, rng.Float64() < p)
	}
	r := Reliable(told, right)
	if r.Answers != 20000 || len(r.Bins) != 7 || r.Error > 0.01 || math.Abs(r.Told-0.5) > 0.01 || math.Abs(r.Right-0.5) > 0.01 {
		t.Errorf("honest: %+v", r)
	}
	for i, p := range told {
		told[i] = math.Sqrt(p)
	}
	if r := Reliable(told, right); r.Error < 0.1 || r.Told < r.Right+0.1 {
		t.Errorf("too sure: %+v", r)
	}
	if r := Reliable([]float64{1, 0}, []bool{true, false}); len(r.Bins) != 2 || r.Error != 0 || r.Bins[1].Right != 1 || r.Bins[1].Spread != 0 {
		t.Errorf("certain: %+v", r)
	}
	if r := Reliable(nil, nil); r.Answers != 0 || r.Error != 0 {
		t.Errorf("nothing: %+v", r)
	}
}
