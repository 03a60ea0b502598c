package latent

import (
	"math"
	"slices"
)

// Range is the range of the scores of most codes along a direction: from the 0.5th to the
// 99.5th percentile.
type Range struct {
	Low  float64 `json:"low"`
	High float64 `json:"high"`
}

// beyond is the share of codes on either side of a Range. Together they are as many as
// the codes beyond Reach.Far.
const beyond = 0.005

// NewRange returns the range of some scores, at least one.
func NewRange(scores []float64) Range {
	sorted := slices.Sorted(slices.Values(scores))
	return Range{quantile(sorted, beyond), quantile(sorted, 1-beyond)}
}

// Holds reports whether a score lies within the range.
func (r Range) Holds(score float64) bool { return score >= r.Low && score <= r.High }

// Along returns the range of the scores of codes drawn from the mixture, along a
// direction of length 1 in white coordinates. Along it each component is a gaussian
// in one dimension.
func (m *Mixture) Along(white []float32) Range {
	middle, spread := make([]float64, m.Len()), make([]float64, m.Len())
	least, most := math.Inf(1), math.Inf(-1)
	for c := range m.Len() {
		mean, root := m.mean(c), m.root(c)
		square := 0.0
		for j := range m.Width {
			middle[c] += mean[j] * float64(white[j])
			sum := 0.0
			for i := j; i < m.Width; i++ {
				sum += root[i*m.Width+j] * float64(white[i])
			}
			square += sum * sum
		}
		spread[c] = math.Sqrt(square)
		least, most = min(least, middle[c]-9*spread[c]), max(most, middle[c]+9*spread[c])
	}
	at := func(share float64) float64 {
		low, high := least, most
		for range 60 { // halves the interval each time
			half, below := (low+high)/2, 0.0
			for c, w := range m.Weights {
				below += w * math.Erfc((middle[c]-half)/(spread[c]*math.Sqrt2)) / 2
			}
			if below < share {
				low = half
			} else {
				high = half
			}
		}
		return (low + high) / 2
	}
	return Range{at(beyond), at(1 - beyond)}
}

// usual estimates the range of a direction's scores without the training codes: by
// the mixture, or by one gaussian.
func (a *Atlas) usual(d *Direction) Range {
	if a.Mixture != nil {
		return a.Mixture.Along(d.White)
	}
	return Gaussian(a.Whitening.Width()).Along(d.White)
}

// Along returns the direction of a step, or nil for a step of length 0. Several
// changes at once, or a change with held attributes, can leave the data while every
// single score stays in its range; the score along the step shows it.
func (a *Atlas) Along(s *Step) *Direction {
	if s.Length == 0 {
		return nil
	}
	d := &Direction{White: make([]float32, len(s.White))}
	for i, v := range s.White {
		d.White[i] = float32(float64(v) / s.Length)
	}
	d.Usual = a.usual(d)
	return d
}

// Place is the position of a code among those of the training pictures.
type Place struct {
	Distance float64 // from their mean, in standard deviations
	Average  bool    // nearer to the mean than 99 % of them
	Distant  bool    // farther from it than 99 % of them
	// Beyond are those of the given directions along which the code scores lower or
	// higher than 99 % of them.
	Beyond []*Direction
}

// Far reports whether the code lies far from the data, by its distance or by a
// score. An edit leaves the data along its own direction long before the distance
// from the mean, which weighs all directions equally, shows it.
func (p Place) Far() bool { return p.Distant || len(p.Beyond) > 0 }

// Word returns PlaceFar, PlaceAverage or, for a place like most, nothing.
func (p Place) Word() string {
	switch {
	case p.Far():
		return PlaceFar
	case p.Average:
		return PlaceAverage
	}
	return ""
}

// Place returns the place of a code. Scores are judged along the given directions
// only, those that the code was moved along: with many directions every face is
// beyond the range of one of them.
func (a *Atlas) Place(code []float32, along ...*Direction) Place {
	white := a.Whitening.White(code)
	p := Place{Distance: length(white)}
	p.Average, p.Distant = p.Distance < a.Reach.Near, p.Distance > a.Reach.Far
	for _, d := range along {
		if !d.Usual.Holds(d.Score(white)) {
			p.Beyond = append(p.Beyond, d)
		}
	}
	return p
}
