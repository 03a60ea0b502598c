package check

import (
	"context"
	"math"
	"slices"

	"likeness/faces/copies"
)

// RotatedPicture is a picture that seems to be rotated, and how: "turned by 90 degrees" (clockwise), by 180 or by 270.
type RotatedPicture struct {
	Name string `json:"name"`
	How  string `json:"how"`
}

// vote looks for rotated pictures, as the crop leaves them, for what surrounds a face has no up and down. The rows passed
// over show more or less of it than the others and would be misjudged.
func (c *checker) vote(ctx context.Context, passedOver []int) error {
	r := c.report
	if len(r.kept) > largestCheck {
		return nil
	}
	views := make([]*copies.Thumb, len(r.kept))
	for i, k := range r.kept {
		views[i] = k.view
	}
	for _, i := range passedOver {
		views[i] = nil
	}
	lying, voted, err := findRotated(ctx, views)
	for _, l := range lying {
		r.Lying = append(r.Lying, RotatedPicture{r.kept[l.Row].name, l.How.String()})
	}
	r.Voted = voted
	return err
}

// odd looks for pictures whose shape, or whose part that the crop keeps, is not that of nearly all others. Portraits and
// landscapes of the same ratio have the same shape. It returns the rows of the latter.
func (c *checker) odd() (otherCrop []int) {
	r := c.report
	prep := c.opt.Prep
	var shapes, crops []float64
	for _, k := range r.kept {
		shapes = append(shapes, float64(max(k.w, k.h))/float64(min(k.w, k.h)))
		crop := math.NaN() // taken as it is
		if k.w != prep.W || k.h != prep.H {
			w, h := prep.Keeps(k.w, k.h)
			crop = float64(min(w, h)) / float64(min(k.w, k.h))
		}
		crops = append(crops, crop)
	}
	for _, i := range unlikeMost(shapes) {
		r.OtherShape = append(r.OtherShape, r.kept[i].name)
	}
	otherCrop = unlikeMost(crops)
	for _, i := range otherCrop {
		r.OtherCrop = append(r.OtherCrop, r.kept[i].name)
	}
	return otherCrop
}

// Nine tenths of at least 20 numbers within a twentieth of each other are the rule; what is a fifth off is not.
const (
	leastOfRule = 20
	ruleShare   = 0.9
	ruleWidth   = 1.05
	ruleBroken  = 1.2
)

// unlikeMost are the rows of positive numbers that are far from nearly all others, none where no number is common to
// nearly all. NaNs are passed over; 0 is far from all.
func unlikeMost(values []float64) []int {
	sorted := slices.DeleteFunc(slices.Clone(values), math.IsNaN)
	if len(sorted) < leastOfRule {
		return nil
	}
	slices.Sort(sorted)
	rule, alike := sorted[len(sorted)/2], 0
	far := func(v, times float64) bool { return v > rule*times || v*times < rule }
	for _, v := range sorted {
		if !far(v, ruleWidth) {
			alike++
		}
	}
	if float64(alike) < ruleShare*float64(len(sorted)) {
		return nil
	}
	var rows []int
	for i, v := range values {
		if far(v, ruleBroken) {
			rows = append(rows, i)
		}
	}
	return rows
}
