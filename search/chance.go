package search

import (
	"errors"
	"math"

	"gonum.org/v1/gonum/mat"
)

// Chance turns the distance of a picture that was found into the probability that it shows the person searched for, given
// how many pictures the index holds: the more strangers there are, the nearer comes the nearest of them. It was fitted to
// the nearest pictures that people found whom the space was not fitted to, in collections of several sizes, whether or not
// these showed the person.
//
// The logarithm of p/(1-p) is Intercept + Slope d^2 + Crowd log n (logistic regression): Bayes' rule for a likelihood ratio
// whose logarithm is linear in the squared distance d^2, as in Odds, and a prior that falls with the number n of pictures.
type Chance struct {
	Intercept float64 `json:"intercept"`
	Slope     float64 `json:"slope"`  // for each 1 of squared distance, below 0
	Crowd     float64 `json:"crowd"`  // for each 1 of the logarithm of the number of pictures, 0 or below
	Found     int     `json:"found"`  // pictures that it was fitted to
	Fewest    int     `json:"fewest"` // pictures in the smallest collection
	Most      int     `json:"most"`   // and in the largest
	Shown     float64 `json:"shown"`  // share of those who searched whom the collection showed
	People    int     `json:"people"` // who searched
}

// beyondMost is how many times larger than the largest collection an index may be for the formula to be believed.
const beyondMost = 10

// Of returns the probability; ok is false where the index is far larger than any that it was learned from.
func (c *Chance) Of(distance float64, pictures int) (p float64, ok bool) {
	if pictures > beyondMost*c.Most {
		return 0, false
	}
	n := math.Log(float64(max(pictures, c.Fewest, 1)))
	p = 1 / (1 + math.Exp(-(c.Intercept + c.Slope*distance*distance + c.Crowd*n)))
	least := 1 / float64(c.Found+2) // as many as were seen cannot support more
	return max(least, min(1-least, p)), true
}

// check returns an error that says what is wrong with a chance; nil is valid.
func (c *Chance) check() error {
	if c == nil {
		return nil
	}
	for _, v := range []float64{c.Intercept, c.Slope, c.Crowd} {
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return errors.New("the probabilities make no sense")
		}
	}
	if !(c.Slope < 0) || c.Crowd > 0 || c.Found < 1 || c.Fewest < 1 || c.Most < c.Fewest {
		return errors.New("the probabilities do not fall with the distance")
	}
	return nil
}

// Answer is one picture that somebody found in a collection.
type Answer struct {
	Squared  float64 // its distance, squared
	Pictures int     // in the collection
	Right    bool    // it shows the person
	Weight   float64 // how much it counts
}

// FitChance fits a chance to answers. It fails where they do not make nearer pictures likelier.
func FitChance(answers []Answer) (*Chance, error) {
	c := &Chance{Found: len(answers)}
	scale, middle, total := 0.0, 0.0, 0.0
	for _, a := range answers {
		scale, middle, total = scale+a.Weight*a.Squared, middle+a.Weight*math.Log(float64(a.Pictures)), total+a.Weight
		if c.Fewest == 0 || a.Pictures < c.Fewest {
			c.Fewest = a.Pictures
		}
		c.Most = max(c.Most, a.Pictures)
	}
	if scale /= total; !(scale > 0) || math.IsInf(scale, 0) {
		return nil, errors.New("no distances to fit probabilities to")
	}
	middle /= total
	crowds := 3 // parameters; where all collections are of one size there is nothing to learn about sizes
	if c.Most == c.Fewest {
		crowds = 2
	}
	// Newton's steps, with a ridge that only matters where the answers could be separated.
	theta := make([]float64, 3)
	for range 100 {
		g, h := mat.NewVecDense(crowds, nil), mat.NewSymDense(crowds, nil)
		for _, a := range answers {
			x := []float64{1, a.Squared / scale, math.Log(float64(a.Pictures)) - middle}[:crowds]
			z := 0.0
			for i, v := range x {
				z += theta[i] * v
			}
			p, y := 1/(1+math.Exp(-z)), 0.0
			if a.Right {
				y = 1
			}
			w := a.Weight / total
			for i := range crowds {
				g.SetVec(i, g.AtVec(i)+w*(p-y)*x[i])
				for j := i; j < crowds; j++ {
					h.SetSym(i, j, h.At(i, j)+w*max(p*(1-p), 1e-9)*x[i]*x[j])
				}
			}
		}
		const ridge = 1e-6
		for i := range crowds {
			g.SetVec(i, g.AtVec(i)+ridge*theta[i])
			h.SetSym(i, i, h.At(i, i)+ridge)
		}
		var factor mat.Cholesky
		if !factor.Factorize(h) {
			return nil, errors.New("the answers do not tell probabilities")
		}
		var step mat.VecDense
		if err := factor.SolveVecTo(&step, g); err != nil {
			return nil, err
		}
		size := mat.Norm(&step, math.Inf(1))
		by := min(1, 4/max(size, 1e-300)) // Newton may overshoot at first
		for i := range crowds {
			theta[i] -= by * step.AtVec(i)
		}
		if size < 1e-10 {
			break
		}
	}
	c.Slope, c.Crowd = theta[1]/scale, theta[2]
	if c.Crowd > 0 { // larger collections are no reason to be surer: chance
		c.Crowd = 0
	}
	c.Intercept = theta[0] - c.Crowd*middle
	return c, c.check()
}

// Probability implements Calibration.
func (s *Whitened) Probability(distance float64, pictures int) (float64, bool) {
	if s.Story.Chance == nil || s.beyond(distance) != Within {
		return 0, false
	}
	return s.Story.Chance.Of(distance, pictures)
}

// Beyond says on which side of what was calibrated a distance lies.
type Beyond string

const (
	Within  Beyond = ""        // it was calibrated
	Nearer  Beyond = "nearer"  // than nearly any two pictures of one person were: perhaps one picture twice
	Farther Beyond = "farther" // than nearly any two pictures of two people were: perhaps no face
)

// Beyond implements Calibration.
func (s *Whitened) Beyond(distance float64) Beyond { return s.beyond(distance) }

func (s *Whitened) beyond(distance float64) Beyond {
	o := s.Story.Odds
	switch {
	case o == nil || o.Far == 0: // of a file that does not say
		return Within
	case distance < o.Near:
		return Nearer
	case distance > o.Far:
		return Farther
	}
	return Within
}
