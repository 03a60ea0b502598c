package report

import (
	"math"
	"strconv"
)

// Tone is the outcome of a comparison and the colour of its verdict; the words say the
// same without colour.
type Tone string

const (
	Better  Tone = "better"
	Worse   Tone = "worse"
	Neutral Tone = "neutral" // equal, or not compared
)

// Verdict is a sentence that compares one number with another.
type Verdict struct {
	Tone   Tone
	Other  string // the number that was compared with, as printed; empty when there is none
	Text   string // "better than the tutorial"
	Amount string // "by 2.1 %"; empty for none
}

// Verdicts compares r with the tutorial's number, or says that there is none, and then
// with each baseline.
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

// lead returns the verdict to print beside a headline: the first that is not neutral, or
// else the first.
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
	if r.Compare == nil || !r.Value.finite() || !other.finite() {
		v.Text = name + ", not comparable"
		return v
	}
	switch v.Tone = r.Compare(r.Value.value, other.value); v.Tone {
	case Better, Worse:
		v.Text, v.Amount = string(v.Tone)+" than "+name, r.amount(other)
	default:
		v.Text = "equal to " + name
	}
	return v
}

// amount says how far apart the numbers are: in points for shares, else as a percentage
// of the other number, or as a factor where they are far apart.
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
