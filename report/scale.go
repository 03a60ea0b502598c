package report

import "math"

// scaleMark is the position of a number on the scale of a summary row, from 0 to 100, with
// its kind: "value", "tutorial" or "baseline".
type scaleMark struct {
	At         float64
	Kind, Name string
}

// scale places the numbers of r on one line, by ratio where all are positive
// errors; nil where there is nothing to compare.
func (r Result) scale() []scaleMark {
	if !r.Value.finite() {
		return nil
	}
	type entry struct {
		v          float64
		kind, name string
	}
	var all []entry
	for _, y := range r.Baselines {
		if y.Value.finite() {
			all = append(all, entry{y.Value.value, "baseline", y.Name})
		}
	}
	if r.Tutorial.finite() && r.Incomparable == "" {
		all = append(all, entry{r.Tutorial.value, "tutorial", "the tutorial"})
	}
	if len(all) == 0 {
		return nil
	}
	all = append(all, entry{r.Value.value, "value", "here"})
	positive := r.Form == FormMSE
	for _, e := range all {
		positive = positive && e.v > 0
	}
	low, high := math.Inf(1), math.Inf(-1)
	for i := range all {
		if positive {
			all[i].v = math.Log(all[i].v)
		}
		low, high = min(low, all[i].v), max(high, all[i].v)
	}
	// A range of less than a fifth is drawn as a fifth, so that small differences look
	// small.
	least := 0.2
	if !positive {
		least = 0.2 * max(math.Abs(low), math.Abs(high))
	}
	if span := high - low; span < least {
		mid := (low + high) / 2
		low, high = mid-least/2, mid+least/2
	}
	if high <= low {
		high = low + 1
	}
	marks := make([]scaleMark, len(all))
	for i, e := range all {
		at := 6 + 88*(e.v-low)/(high-low)
		marks[i] = scaleMark{math.Round(at*10) / 10, e.kind, e.name + " " + r.Form.Format(original(e.v, positive))}
	}
	return marks
}

func original(v float64, logged bool) Number {
	if logged {
		v = math.Exp(v)
	}
	return Measured(v)
}
