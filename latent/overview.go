package latent

import (
	"cmp"
	"slices"
)

// DirectionsResult lists the directions of an atlas.
type DirectionsResult struct {
	Model       string            `json:"model"` // path of the model; the caller's to set
	Atlas       string            `json:"atlas"` // path of the atlas; the caller's to set
	Fingerprint string            `json:"fingerprint"`
	Data        string            `json:"data"`
	NTrain      int               `json:"n_train"`
	NTest       int               `json:"n_test"`
	Reach       Reach             `json:"distances"`
	Directions  []ListedDirection `json:"directions"` // the best first
	LeftOut     []LeftOut         `json:"left_out"`
	Detailed    []Entanglement    `json:"entangled,omitempty"`
	Judged      []Verdict         `json:"judged,omitempty"` // verdicts on edits along the directions

	Mixture *Mixture `json:"-"`
}

// ListedDirection is a direction with its largest side effects.
type ListedDirection struct {
	*Direction
	SideEffects []SideEffect `json:"takes_along"`
}

// Entanglement is all side effects of one standard deviation along a direction.
type Entanglement struct {
	Name        string       `json:"name"`
	SideEffects []SideEffect `json:"takes_along"`
}

// mostListed is how many side effects a list has for each direction.
const mostListed = 5

// Overview lists the directions of the atlas, those with the highest AUC first, and
// for the named ones all their side effects.
func (a *Atlas) Overview(detailed []string) (*DirectionsResult, error) {
	r := &DirectionsResult{
		Fingerprint: a.Model, Reach: a.Reach, Data: a.Story.Data, NTrain: a.Story.NTrain, NTest: a.Story.NTest,
		LeftOut: a.Story.LeftOut, Mixture: a.Mixture,
	}
	named, err := a.Find(detailed)
	if err != nil {
		return nil, err
	}
	for _, d := range named {
		r.Detailed = append(r.Detailed, Entanglement{d.Name, a.Entangled(d)})
	}
	for i := range a.Directions {
		d := &a.Directions[i]
		effects := a.Entangled(d)
		r.Directions = append(r.Directions, ListedDirection{d, effects[:min(len(effects), mostListed)]})
		if d.Judged != nil {
			r.Judged = append(r.Judged, *d.Judged)
		}
	}
	slices.SortStableFunc(r.Directions, func(x, y ListedDirection) int { return cmp.Compare(y.BestAUC(), x.BestAUC()) })
	return r, nil
}

// BestAUC returns the AUC on held-out pictures, or the cross-validated one where there
// are none.
func (d *Direction) BestAUC() float64 {
	if d.HeldOut != nil {
		return d.HeldOut.AUC
	}
	return d.CrossAUC
}

// NoBetter counts the directions whose edits were judged no better than random steps.
func (r *DirectionsResult) NoBetter() int {
	n := 0
	for i := range r.Judged {
		if !r.Judged[i].HeldUp() {
			n++
		}
	}
	return n
}
