package search

import (
	"errors"
	"math"
	"slices"
)

// Odds turns a distance into the odds that two pictures show one person. They
// are fitted to pairs of pictures with known names, as many of one person as of
// two, and so take both for equally likely beforehand: they say how many times
// likelier such a distance is between two pictures of one person than of two people.
// Where few of many pictures show a person, the odds that a picture found does so are
// smaller by that factor.
//
// The logarithm of the odds is linear in the squared distance (logistic regression;
// Platt 1999 for the targets). It is clipped at the number of pairs, which cannot
// support stronger odds.
type Odds struct {
	Intercept float64 `json:"intercept"`
	Slope     float64 `json:"slope"`  // for each 1 of squared distance, below 0
	Pairs     int     `json:"pairs"`  // of one person, and as many of two
	People    int     `json:"people"` // with at least two pictures
	Right     float64 `json:"right"`  // share of the pairs classified correctly at odds of 1
	// Near and Far bound the distances that were seen: all but one in 200 of the pairs of one person were farther apart
	// than Near, and all but one in 200 of two people nearer than Far. Nothing is known of other distances. Both are 0
	// where a file does not say.
	Near float64 `json:"near,omitempty"`
	Far  float64 `json:"far,omitempty"`
}

// Grouping is the distance at which average linkage (see Cluster) is cut so
// that the groups are people, with the precision and recall measured on people whom
// the space was not fitted to.
type Grouping struct {
	Distance  float64 `json:"distance"`
	Precision float64 `json:"precision"` // share of the pairs put together that are of one person
	Recall    float64 `json:"recall"`    // share of the pairs of one person that were put together
	People    int     `json:"people"`    // in each of the collections that were grouped
	Pictures  int     `json:"pictures"`  // in each, about
	Albums    int     `json:"albums"`    // how many there were
}

// Of returns the odds of one person at a distance: 3 means three to one.
func (o *Odds) Of(distance float64) float64 {
	most := math.Log(float64(max(o.Pairs, 1)))
	return math.Exp(max(-most, min(most, o.Intercept+o.Slope*distance*distance)))
}

// Distance returns the largest distance at which the odds are as good as asked,
// 0 where none are and +Inf where all are.
func (o *Odds) Distance(odds float64) float64 {
	if odds <= 1/float64(max(o.Pairs, 1)) {
		return math.Inf(1)
	}
	return math.Sqrt(max(0, (math.Log(odds)-o.Intercept)/o.Slope))
}

// FitOdds fits odds to the squared distances of pairs of one person and of
// pairs of two. It fails where smaller distances do not make one person likelier.
func FitOdds(one, two []float64) (*Odds, error) {
	if len(one) == 0 || len(two) == 0 {
		return nil, errors.New("no pairs to fit odds to")
	}
	scale := 0.0 // the line is fitted over numbers about 1
	for _, list := range [][]float64{one, two} {
		for _, x := range list {
			scale += x / float64(len(list)) / 2
		}
	}
	if !(scale > 0) || math.IsInf(scale, 0) {
		return nil, errors.New("the pairs have no distances to fit odds to")
	}
	n1, n2 := float64(len(one)), float64(len(two))
	targets := [2]float64{(n1 + 1) / (n1 + 2), 1 / (n2 + 2)}
	var a, b float64
	for range 100 {
		var ga, gb, haa, hab, hbb float64
		for kind, list := range [][]float64{one, two} {
			weight := 1 / float64(len(list)) // both kinds count alike
			for _, x := range list {
				x /= scale
				p := 1 / (1 + math.Exp(-(a + b*x)))
				g, h := weight*(p-targets[kind]), weight*max(p*(1-p), 1e-12)
				ga, gb = ga+g, gb+g*x
				haa, hab, hbb = haa+h, hab+h*x, hbb+h*x*x
			}
		}
		hbb += 1e-9 // all distances may be one
		det := haa*hbb - hab*hab
		if !(det > 0) {
			break
		}
		da, db := (hbb*ga-hab*gb)/det, (haa*gb-hab*ga)/det
		step := min(1, 4/max(math.Abs(da), math.Abs(db), 1e-300)) // Newton may overshoot at first
		a, b = a-step*da, b-step*db
		if math.Abs(da)+math.Abs(db) < 1e-10 {
			break
		}
	}
	o := &Odds{Intercept: a, Slope: b / scale, Pairs: min(len(one), len(two))}
	if err := o.check(); err != nil {
		return nil, err
	}
	right := [2]float64{}
	for kind, list := range [][]float64{one, two} {
		for _, x := range list {
			if (o.Intercept+o.Slope*x > 0) == (kind == 0) {
				right[kind] += 1 / float64(len(list))
			}
		}
	}
	o.Right = (right[0] + right[1]) / 2
	o.Near, o.Far = math.Sqrt(quantile(one, 1.0/200)), math.Sqrt(quantile(two, 1-1.0/200))
	if o.Far <= o.Near {
		return nil, errors.New("pairs of two people are nearer than those of one")
	}
	return o, nil
}

// quantile returns the number below which a share of a list lies.
func quantile(list []float64, share float64) float64 {
	sorted := slices.Sorted(slices.Values(list))
	return sorted[min(int(share*float64(len(sorted))), len(sorted)-1)]
}

// check returns an error that says what is wrong with odds; nil is valid.
func (o *Odds) check() error {
	if o != nil && (!(o.Slope < 0) || math.IsInf(o.Slope, 0) || math.IsNaN(o.Intercept) || math.IsInf(o.Intercept, 0) || o.Pairs < 1 || !(o.Near >= 0 && o.Far >= o.Near) || math.IsInf(o.Far, 0)) {
		return errors.New("the odds do not fall with the distance")
	}
	return nil
}

// Calibration says what distances in a space mean. What was not learned is not known:
// ok is then false.
type Calibration interface {
	// Odds returns how many times likelier a distance is between two pictures of
	// one person than of two people.
	Odds(distance float64) (odds float64, ok bool)
	// OddsDistance returns the largest distance at which the odds are as good as
	// asked, 0 where none are and +Inf where all are.
	OddsDistance(odds float64) (distance float64, ok bool)
	// GroupDistance returns the distance at which a collection of so many
	// pictures is cut into people.
	GroupDistance(pictures int) (distance float64, ok bool)
	// Beyond says whether a distance is one of those that were calibrated. Of others there
	// are no odds to be told.
	Beyond(distance float64) Beyond
	// Probability returns how likely a picture at a distance shows the person searched for,
	// where the nearest among so many pictures were searched.
	Probability(distance float64, pictures int) (p float64, ok bool)
}

// CalibrationOf returns what is known of the distances in a space: the space itself
// where it is a Calibration, else one that knows nothing.
func CalibrationOf(s Space) Calibration {
	if c, ok := s.(Calibration); ok {
		return c
	}
	return uncalibrated{}
}

type uncalibrated struct{}

func (uncalibrated) Odds(float64) (float64, bool)         { return 0, false }
func (uncalibrated) OddsDistance(float64) (float64, bool) { return 0, false }
func (uncalibrated) GroupDistance(int) (float64, bool)    { return 0, false }
func (uncalibrated) Beyond(float64) Beyond                { return Within }

func (uncalibrated) Probability(float64, int) (float64, bool) { return 0, false }

// Odds implements Calibration.
func (s *Whitened) Odds(distance float64) (float64, bool) {
	if s.Story.Odds == nil {
		return 0, false
	}
	return s.Story.Odds.Of(distance), true
}

// OddsDistance implements Calibration.
func (s *Whitened) OddsDistance(odds float64) (float64, bool) {
	if s.Story.Odds == nil {
		return 0, false
	}
	return s.Story.Odds.Distance(odds), true
}

// GroupDistance implements Calibration: between the calibrated sizes it interpolates
// over the logarithm of the number of pictures.
func (s *Whitened) GroupDistance(pictures int) (distance float64, ok bool) {
	groups := s.Story.Groups
	if len(groups) == 0 {
		return 0, false
	}
	for i, g := range groups {
		if pictures > g.Pictures {
			continue
		}
		if i == 0 {
			return g.Distance, true
		}
		b := groups[i-1]
		t := math.Log(float64(pictures)/float64(b.Pictures)) / math.Log(float64(g.Pictures)/float64(b.Pictures))
		return b.Distance + t*(g.Distance-b.Distance), true
	}
	return groups[len(groups)-1].Distance, true
}

// StoryOf returns how a space was fitted, nil for one that needs no fitting.
func StoryOf(s Space) *Story {
	if w, ok := s.(*Whitened); ok {
		return &w.Story
	}
	return nil
}

// checkGroups returns an error that says what is wrong with a calibration for groups.
func checkGroups(groups []Grouping) error {
	for i, g := range groups {
		if !(g.Distance >= 0) || math.IsInf(g.Distance, 0) || g.Pictures < 1 || i > 0 && g.Pictures <= groups[i-1].Pictures {
			return errors.New("the distances for groups make no sense")
		}
	}
	return nil
}
