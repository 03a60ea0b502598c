package tutorial

import (
	"strings"
	"testing"

	"likeness/baseline"
	"likeness/faces"
)

// What the text says of a denoiser follows from its numbers.
func TestOfDenoisers(t *testing.T) {
	level := func(sigma, noisy, wiener, model float64) baseline.LevelScore {
		return baseline.LevelScore{Sigma: sigma, Noisy: baseline.Quality{MSE: noisy}, Wiener: &baseline.Quality{MSE: wiener}, Model: baseline.Quality{MSE: model}}
	}
	good, bad := level(0.1, 0.01, 0.002, 0.001), level(0.2, 0.04, 0.003, 0.004)
	for want, levels := range map[string][]baseline.LevelScore{
		"At every level the denoiser has less error.":                    {good, good},
		"The denoiser has less error at sigma 0.1, but not at 0.2, 0.2.": {bad, good, bad},
		"at none of these levels: so far its training was not worth it":  {bad},
	} {
		if got := ofLevels(levels); !strings.Contains(got, want) {
			t.Errorf("got %q, want one that says %q", got, want)
		}
	}
	for want, mse := range map[string]float64{"nearly leaves alone (error 0.000001,": 1e-6, "changes by more than one of 256 steps (error 0.000020)": 2e-5} {
		if got := ofClean(mse); !strings.Contains(got, want) {
			t.Errorf("got %q, want one that says %q", got, want)
		}
	}
}

func TestExamples(t *testing.T) {
	for n, want := range map[int]int{1: 1, 2: 2, 3: 3, 247: 3, 248: 3} {
		b := &book{split: faces.Split{Test: make([]int, n)}}
		got := b.examples()
		if len(got) != want || (got[0] == 247) != (n > 247) {
			t.Errorf("%d test pictures: examples %v", n, got)
		}
	}
}
