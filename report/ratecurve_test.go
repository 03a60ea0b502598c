package report

import "testing"

// The curve and its mark are drawn in inks of their own; without a loss that
// can be drawn the figure says so.
func TestRateCurve(t *testing.T) {
	s := Series{Epochs: []float64{1e-5, 1e-3, 0.1}, Values: []float64{0.06, 0.02, 0.07}}
	with := RateCurve("Loss", s, []Mark{{X: 0.001, Name: "suggested"}})
	marginIsWhite(t, with)
	without := RateCurve("Loss", s, nil)
	count := func(i int, marked bool) int {
		r, g, b, _ := seriesInks[i].RGBA()
		m := without
		if marked {
			m = with
		}
		return countColour(m, byte(r>>8), byte(g>>8), byte(b>>8))
	}
	if count(0, true) < 100 || count(1, true) < 100 || count(1, false) != 0 {
		t.Errorf("%d pixels of the curve, %d of the mark, %d without one", count(0, true), count(1, true), count(1, false))
	}
	marginIsWhite(t, RateCurve("Loss", Series{Epochs: []float64{1}, Values: []float64{0}}, nil))
}
