package finder

import (
	"context"
	"errors"
	"fmt"
	"math"

	"likeness/faces"
	"likeness/pix"
	"likeness/search"
)

// CompareOptions say when two pictures count as one person's.
type CompareOptions struct {
	// Threshold is the largest distance of two pictures of one person; nil takes the
	// distance at which the odds are as good as Odds.
	Threshold *float64 `json:"threshold,omitempty"`
	// Odds are the least odds of one person, above 0; 0 means 1, even odds.
	Odds float64 `json:"odds,omitempty"`
	// Cutter cuts the face from each picture file, the largest of several; without a Prep as the finder asks for.
	Cutter faces.Cutter `json:"-"`
}

// Comparison is the result of Compare.
type Comparison struct {
	A         string   `json:"a"`
	B         string   `json:"b"`
	Same      bool     `json:"same"`
	Distance  float64  `json:"distance"`
	Threshold float64  `json:"threshold"`
	Odds      *float64 `json:"odds,omitempty"` // nil where the finder was fitted without names
	// Beyond says that the distance is nearer or farther than those that odds were learned from; Odds is nil then.
	Beyond search.Beyond `json:"beyond,omitempty"`
	Finder string        `json:"finder"` // the caller's name for the finder
	Space  string        `json:"space"`
	// FacesA and FacesB are how many faces the pictures show, of which the largest are compared; 0 where nobody looked.
	FacesA int `json:"faces_a,omitempty"`
	FacesB int `json:"faces_b,omitempty"`
}

// ErrNoOdds means that a finder cannot say by itself what distances mean: it was fitted
// without names, or its space needs no fitting. A threshold helps.
var ErrNoOdds = errors.New("it knows no odds, because it was fitted without names or its space is not fitted")

// Compare compares the faces in two picture files.
func (f *Finder) Compare(ctx context.Context, a, b string, opt CompareOptions) (*Comparison, error) {
	if err := opt.check(f); err != nil {
		return nil, err
	}
	var cuts [2]faces.Cut
	cutter := opt.Cutter.For(f.Describer.Prep)
	for i, path := range []string{a, b} {
		var err error
		if cuts[i], err = cutter.OpenOne(ctx, path); err != nil {
			return nil, err
		}
	}
	c, err := f.ComparePictures(ctx, cuts[0].Picture, cuts[1].Picture, opt)
	if c != nil {
		c.A, c.B = a, b
		c.FacesA, c.FacesB = cuts[0].Of, cuts[1].Of
	}
	return c, err
}

// ComparePictures is Compare for pictures that Describer.Prep has prepared. A and B of
// the result are empty.
func (f *Finder) ComparePictures(ctx context.Context, a, b *pix.Image, opt CompareOptions) (*Comparison, error) {
	if err := opt.check(f); err != nil {
		return nil, err
	}
	calibration := search.CalibrationOf(f.Space)
	least := opt.Odds
	if least == 0 {
		least = 1
	}
	threshold, _ := calibration.OddsDistance(least)
	if opt.Threshold != nil {
		threshold = *opt.Threshold
	}
	var codes []float32
	for _, m := range []*pix.Image{a, b} {
		code, _ := f.Describer.Describe(m)
		codes = append(codes, code...)
	}
	points, err := f.Space.Points(ctx, codes, f.Describer.Dim())
	if err != nil {
		return nil, err
	}
	c := &Comparison{
		Space: f.Space.Name(), Threshold: min(threshold, math.MaxFloat64), // JSON has no infinity
		Distance: search.Distance(points[:len(points)/2], points[len(points)/2:]),
	}
	c.Same = c.Distance <= threshold
	if odds, known := calibration.Odds(c.Distance); known {
		if c.Beyond = calibration.Beyond(c.Distance); c.Beyond == search.Within {
			c.Odds = &odds
		}
		if opt.Threshold == nil { // odds are bounded by the number of pairs they were learned from
			c.Same = odds >= least
		}
	}
	return c, nil
}

func (o *CompareOptions) check(f *Finder) error {
	switch {
	case o.Threshold != nil && !(*o.Threshold >= 0 && !math.IsInf(*o.Threshold, 0)):
		return fmt.Errorf("a threshold of %g, expected 0 or more", *o.Threshold)
	case !(o.Odds >= 0 && !math.IsInf(o.Odds, 0)):
		return fmt.Errorf("odds of %g, expected more than 0", o.Odds)
	}
	if _, known := search.CalibrationOf(f.Space).Odds(0); !known && o.Threshold == nil {
		return ErrNoOdds
	}
	return nil
}
