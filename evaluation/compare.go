package evaluation

import "math"

// Comparison is the outcome of comparing one number with another.
type Comparison string

const (
	Better   Comparison = "better"
	Equal    Comparison = "equal"
	Worse    Comparison = "worse"
	Unknown  Comparison = "unknown" // one of them is not finite
	equality            = 0.0005    // relative difference up to which numbers are equal
)

// Compare compares an error with another one: lower is better. Two errors are equal when
// they differ by no more than 0.05 % of the other one, or print alike with six decimals:
// no training is worth it for so little, and nobody could see the difference. It is the
// only rule by which errors are compared in verdicts.
func Compare(mse, other float64) Comparison { return compare(other-mse, mse, other, 1e6) }

// CompareShares compares two shares between 0 and 1, such as hit rates: higher is better.
// They are equal when they differ by no more than 0.05 % of the other one, or print alike
// as percentages with one decimal.
func CompareShares(share, other float64) Comparison { return compare(share-other, share, other, 1e3) }

// compare compares two numbers by their difference, above 0 for better ones. Numbers that
// are equal when multiplied by scale and rounded print alike.
func compare(ahead, a, b, scale float64) Comparison {
	switch {
	case math.IsNaN(ahead) || math.IsInf(a, 0) || math.IsInf(b, 0):
		return Unknown
	case math.Abs(ahead) <= equality*math.Abs(b), math.Round(a*scale) == math.Round(b*scale):
		return Equal
	case ahead > 0:
		return Better
	}
	return Worse
}
