package report

import (
	"math"
	"strconv"
)

// Tone is how a verdict is coloured; its words say the same without colour.
type Tone string

const (
	Better  Tone = "better"
	Worse   Tone = "worse"
	Neutral Tone = "neutral"
)

// Verdict is an honest sentence on one number held against another.
type Verdict struct {
	Tone   Tone
	Other  string // the number it was held against, as printed; empty when there is none
	Text   string // "better than the tutorial"
	Amount string // "by 2.1 %"; empty when there is nothing to say
}

// Verdicts holds r against the tutorial's number, or says that there is none,
// and then against each baseline. Numbers that print alike are equal: no
// victory is claimed on digits that are not shown.
func (r Result) Verdicts() []Verdict {
	var out []Verdict
	switch _, ok := r.Tutorial.Value(); {
	case !ok:
		out = append(out, Verdict{Tone: Neutral, Text: "the tutorial gives no number"})
	case r.Incomparable != "":
		out = append(out, Verdict{Tone: Neutral, Other: r.Form.Format(r.Tutorial), Text: "the tutorial’s, but no match: " + r.Incomparable})
	default:
		out = append(out, r.against("the tutorial", r.Tutorial))
	}
	for _, y := range r.Baselines {
		out = append(out, r.against(y.Name, y.Value))
	}
	return out
}

// lead gives the verdict to print beside a headline: the first that decides
// something, else the first.
func (r Result) lead() Verdict {
	all := r.Verdicts()
	for _, v := range all {
		if v.Tone != Neutral {
			return v
		}
	}
	return all[0]
}

func (r Result) against(name string, other Number) Verdict {
	v := Verdict{Tone: Neutral, Other: r.Form.Format(other)}
	switch {
	case !r.Value.finite() || !other.finite():
		v.Text = name + ", not comparable"
	case r.Form.Format(r.Value) == v.Other:
		v.Text = "equal to " + name
	case (r.Value.value < other.value) != r.HigherWins:
		v.Tone, v.Text, v.Amount = Better, "better than "+name, r.amount(other)
	default:
		v.Tone, v.Text, v.Amount = Worse, "worse than "+name, r.amount(other)
	}
	return v
}

// amount says how far apart the numbers are: points between shares, else a
// percentage of the other number, or a factor where that says more.
func (r Result) amount(other Number) string {
	diff := math.Abs(r.Value.value - other.value)
	if r.Form == FormShare {
		return "by " + strconv.FormatFloat(diff*100, 'f', 1, 64) + " points"
	}
	if other.value == 0 {
		return ""
	}
	share := diff / math.Abs(other.value)
	switch {
	case share < 0.001:
		return "by less than 0.1 %"
	case share >= 2 && r.Value.value/other.value > 0:
		return "by a factor of " + strconv.FormatFloat(r.Value.value/other.value, 'f', 1, 64)
	}
	return "by " + strconv.FormatFloat(share*100, 'f', 1, 64) + " %"
}
