package latent

import "math"

// Verdict is the judgement of a classifier that sees only pixels on the edits of one
// attribute (see package judge). Test faces without the attribute were given it, faces
// with it lost it, each by the gap between faces with and without.
type Verdict struct {
	Name string  `json:"name"`
	AUC  float64 `json:"judge_auc"` // of the classifier on test photographs
	// DirectionAUC is that of the direction's scores of the same pictures.
	DirectionAUC float64 `json:"direction_auc"`
	Edits        int     `json:"edits"`
	RightWay     float64 `json:"right_way"` // share of edits that moved the classifier's score the right way
	// Wrong counts the faces that the classifier saw on the other side before the edit,
	// Flipped is the share of them that the edit brought over.
	Wrong   int     `json:"on_the_other_side"`
	Flipped float64 `json:"flipped"`
	// The same for random steps of the same length: the score of chance.
	RandomWay     float64 `json:"random_right_way"`
	RandomFlipped float64 `json:"random_flipped"`
	// By is the mean change of the score in the direction of the edit, SideEffects are those of
	// other scores, in standard deviations of the scores of photographs, the ten largest
	// first.
	By          float64      `json:"by"`
	SideEffects []SideEffect `json:"effects"`
}

// HeldUp reports whether the edits went the right way more often than random steps:
// whether the difference of the two shares exceeds 0 by more than two standard errors,
// with one edit of each outcome added to both (Agresti and Caffo 2000), so that a few
// edits do not seem certain.
func (v *Verdict) HeldUp() bool {
	n := float64(v.Edits) + 2
	edits, random := (v.RightWay*float64(v.Edits)+1)/n, (v.RandomWay*float64(v.Edits)+1)/n
	return edits-random > 2*math.Sqrt((edits*(1-edits)+random*(1-random))/n)
}

// Judge stores verdicts with the directions of the same names.
func (a *Atlas) Judge(verdicts []Verdict) {
	for _, v := range verdicts {
		for i := range a.Directions {
			if d := &a.Directions[i]; d.Name == v.Name {
				d.Judged = &v
			}
		}
	}
}
