package main

import (
	"math/rand/v2"
	"testing"

	"likeness/latent"
)

// As many codes as the percentiles say are far as they are, and all of them after a
// long way.
func TestMeasure(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	var codes []float32
	tagged := latent.Tagged{Names: []string{"Up"}}
	for range 2000 {
		up := float32(rng.IntN(2))
		codes = append(codes, 2*up+float32(rng.NormFloat64()), float32(3*rng.NormFloat64()))
		tagged.Values = append(tagged.Values, up)
	}
	w, err := latent.Whiten(t.Context(), codes, 2)
	if err != nil {
		t.Fatal(err)
	}
	a := &latent.Atlas{Whitening: w, Reach: latent.NewReach(w, codes)}
	if a.Directions, _, err = latent.FitDirections(t.Context(), w.White(codes), 2, tagged, latent.FitOptions{}); err != nil {
		t.Fatal(err)
	}
	if s := measure(a, &a.Directions[0], codes, 0); s.n != 2000 || s.distance != 20 || s.score != 20 || s.either < 20 || s.either > 40 {
		t.Errorf("as they are: %+v", s)
	}
	if s := measure(a, &a.Directions[0], codes, -9); s.score != 2000 || s.either != 2000 {
		t.Errorf("after a long way: %+v", s)
	}
}
