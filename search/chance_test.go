package search

import (
	"math"
	"math/rand/v2"
	"testing"
)

// Collections of strangers at random squared distances, in some of which the person is: the fitted probabilities are the
// shares that are right, also in a collection of a size between those that were learned from.
func TestChanceIsCalibrated(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	nearest := func(n int) Answer {
		best := Answer{Squared: math.Inf(1), Pictures: n, Weight: 1}
		for i := range n {
			d := 4 + rng.NormFloat64()
			if own := i == 0; own {
				d = 2 + rng.NormFloat64()
			}
			if d = max(d, 0.01); d < best.Squared {
				best.Squared, best.Right = d, i == 0
			}
		}
		return best
	}
	var answers []Answer
	for _, n := range []int{20, 100, 500} {
		for range 1500 {
			answers = append(answers, nearest(n))
		}
	}
	c, err := FitChance(answers)
	if err != nil {
		t.Fatal(err)
	}
	if c.Fewest != 20 || c.Most != 500 || c.Found != 4500 || c.Slope >= 0 || c.Crowd >= 0 {
		t.Errorf("%+v", c)
	}
	for _, n := range []int{20, 200, 500} {
		told, right, count := 0.0, 0.0, 2000.0
		for range int(count) {
			a := nearest(n)
			p, ok := c.Of(math.Sqrt(a.Squared), n)
			if !ok {
				t.Fatal("no probability")
			}
			told += p / count
			if a.Right {
				right += 1 / count
			}
		}
		if math.Abs(told-right) > 0.05 {
			t.Errorf("of %d pictures: told %.3f, right %.3f", n, told, right)
		}
	}
	near, _ := c.Of(0.5, 20)
	crowd, _ := c.Of(0.5, 500)
	far, _ := c.Of(2, 20)
	if !(near > crowd && near > far) {
		t.Errorf("probabilities %g near, %g in a crowd, %g far", near, crowd, far)
	}
	if _, ok := c.Of(1, 5001); ok {
		t.Error("a probability for an index far larger than any that was learned from")
	}
	if p, _ := c.Of(0, 1); p >= 1 {
		t.Error("certainty")
	}
}

func TestChanceRefuses(t *testing.T) {
	if _, err := FitChance(nil); err == nil {
		t.Error("fitted to nothing")
	}
	var backwards []Answer
	for i := range 100 {
		backwards = append(backwards, Answer{Squared: float64(i + 1), Pictures: 10 + i%2, Right: i > 50, Weight: 1})
	}
	if c, err := FitChance(backwards); err == nil {
		t.Errorf("farther is likelier: %+v", c)
	}
	same := []Answer{{Squared: 1, Pictures: 5, Right: true, Weight: 1}, {Squared: 2, Pictures: 5, Weight: 1}, {Squared: 1.5, Pictures: 5, Right: true, Weight: 1}}
	if c, err := FitChance(same); err != nil || c.Crowd != 0 {
		t.Errorf("one size: %+v, %v", c, err)
	}
}

// Odds are told of distances that were seen, and of no others.
func TestBeyond(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 6))
	var one, two []float64
	for range 1000 {
		one, two = append(one, 1+rng.Float64()), append(two, 1.8+2*rng.Float64())
	}
	o, err := FitOdds(one, two)
	if err != nil {
		t.Fatal(err)
	}
	s := &Whitened{Story: Story{Odds: o}}
	for distance, want := range map[float64]Beyond{0: Nearer, 0.9: Nearer, 1.01: Within, 1.4: Within, 1.94: Within, 2.1: Farther, math.Inf(1): Farther} {
		if got := s.Beyond(distance); got != want {
			t.Errorf("%g is %q, want %q (from %g to %g)", distance, got, want, o.Near, o.Far)
		}
	}
	o.Near, o.Far = 0, 0
	if s.Beyond(0) != Within {
		t.Error("a file that does not say")
	}
}
