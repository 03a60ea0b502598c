package latent

import "math"

// Verdict is what a classifier that sees only pixels says of the edits of one
// attribute (see package judge): test faces without it were given it, and those
// with it had it taken away, each by the gap between those with and without.
type Verdict struct {
	Name string  `json:"name"`
	AUC  float64 `json:"judge_auc"` // of the classifier on test photographs
	// DirectionAUC is that of the direction's scores of the same pictures.
	DirectionAUC float64 `json:"direction_auc"`
	Edits        int     `json:"edits"`
	RightWay     float64 `json:"right_way"` // share of edits that moved the classifier's score the right way
	// Of the edits of faces that the classifier saw on the other side, before the
	// edit, the share that came over.
	Wrong   int     `json:"on_the_other_side"`
	Flipped float64 `json:"flipped"`
	// The same for steps as long in random directions: what no knowledge does.
	RandomWay     float64 `json:"random_right_way"`
	RandomFlipped float64 `json:"random_flipped"`
	// By is how far the score went towards the edit, Drags how far other scores
	// went, in standard deviations of photographs' scores, the ten
	// largest first.
	By    float64 `json:"by"`
	Drags []Drag  `json:"drags"`
}

// HeldUp tells whether the edits went the right way more often than random steps
// did: whether the difference of the two shares is above 0 by more than two
// standard errors, with one edit more of each outcome added to both (Agresti and
// Caffo 2000), lest few edits seem sure.
func (v *Verdict) HeldUp() bool {
	n := float64(v.Edits) + 2
	edits, random := (v.RightWay*float64(v.Edits)+1)/n, (v.RandomWay*float64(v.Edits)+1)/n
	return edits-random > 2*math.Sqrt((edits*(1-edits)+random*(1-random))/n)
}

// Judge keeps verdicts with the directions of the same names.
func (a *Atlas) Judge(verdicts []Verdict) {
	for _, v := range verdicts {
		for i := range a.Directions {
			if d := &a.Directions[i]; d.Name == v.Name {
				d.Judged = &v
			}
		}
	}
}
