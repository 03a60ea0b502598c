package quality

import "math"

// Reliability says whether probabilities are what they claim: of the answers that are told to be right with 70 %, are 70 %
// right?
type Reliability struct {
	Bins []ReliabilityBin `json:"bins"` // those with answers, the least likely first
	// Error is the mean difference between what was told and what was right in a bin, weighted by its answers (expected
	// calibration error).
	Error   float64 `json:"error"`
	Answers int     `json:"answers"`
	Told    float64 `json:"told"`  // the mean probability
	Right   float64 `json:"right"` // the share of answers that are right
}

// ReliabilityBin is the answers whose probability lies in a range.
type ReliabilityBin struct {
	From    float64 `json:"from"`
	To      float64 `json:"to"`
	Answers int     `json:"answers"`
	Told    float64 `json:"told"`  // the mean probability
	Right   float64 `json:"right"` // the share that is right
	// Spread is the standard error of Right.
	Spread float64 `json:"spread"`
}

// reliabilityEdges bound the bins.
var reliabilityEdges = [...]float64{0, 0.05, 0.2, 0.4, 0.6, 0.8, 0.95, 1}

// Reliable compares probabilities with what was right.
func Reliable(told []float64, right []bool) Reliability {
	if len(told) != len(right) {
		panic("quality: as many probabilities as answers are expected")
	}
	r := Reliability{Answers: len(told), Bins: []ReliabilityBin{}}
	for i := range len(reliabilityEdges) - 1 {
		b := ReliabilityBin{From: reliabilityEdges[i], To: reliabilityEdges[i+1]}
		for k, p := range told {
			if p < b.From || p >= b.To && !(b.To == 1 && p == 1) {
				continue
			}
			b.Answers++
			b.Told += p
			if right[k] {
				b.Right++
			}
		}
		if b.Answers == 0 {
			continue
		}
		n := float64(b.Answers)
		r.Told, r.Right = r.Told+b.Told, r.Right+b.Right
		b.Told, b.Right = b.Told/n, b.Right/n
		b.Spread = math.Sqrt(b.Right * (1 - b.Right) / n)
		r.Error += n * math.Abs(b.Told-b.Right)
		r.Bins = append(r.Bins, b)
	}
	if n := float64(r.Answers); n > 0 {
		r.Error, r.Told, r.Right = r.Error/n, r.Told/n, r.Right/n
	}
	return r
}
