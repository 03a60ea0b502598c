package tutorial

import (
	"slices"
	"testing"

	"likeness/faces"
	"likeness/recipe"
)

// The training error of the slow models is measured on a sample, but not with Long.
func TestMeasured(t *testing.T) {
	train := make([]int, 1700)
	for i := range train {
		train[i] = 2 * i
	}
	named := func(name string) recipe.Recipe {
		r, ok := recipe.Named(name)
		if !ok {
			t.Fatal(name)
		}
		return r
	}
	b := &book{Run: &Run{}, split: faces.Split{Train: train}}
	for name, want := range map[string]int{"conv": 1700, "denoise": 1700, "residual": 500, "denoiser": 500} {
		rows := b.measured(named(name))
		if len(rows) != want || rows[0] != 0 || !slices.IsSorted(rows) || slices.ContainsFunc(rows, func(r int) bool { return r%2 != 0 }) {
			t.Errorf("%s: %d pictures, want %d", name, len(rows), want)
		}
		if len(rows) == 500 && rows[499] < 3300 {
			t.Errorf("%s: the sample ends at row %d", name, rows[499])
		}
	}
	b.Long = true
	if n := len(b.measured(named("denoiser"))); n != 1700 {
		t.Errorf("with Long: %d pictures", n)
	}
	b.Long, b.split.Train = false, train[:300]
	if n := len(b.measured(named("denoiser"))); n != 300 {
		t.Errorf("of 300: %d pictures", n)
	}
}
