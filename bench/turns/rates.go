package turns

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"time"
)

// Timed repeats do, which does each pieces of work and hears how many were done
// before, until so many seconds are over. It gives the pieces done and the seconds
// they took, or the first error.
func Timed(seconds float64, each int, do func(done int) error) (int, float64, error) {
	start := time.Now()
	for done := 0; ; {
		if err := do(done); err != nil {
			return 0, 0, err
		}
		done += each
		if took := time.Since(start).Seconds(); took >= seconds {
			return done, took, nil
		}
	}
}

// Rater is a reply that reports Timed work.
type Rater interface {
	Rate() float64 // pieces of work per second
}

// Rates are those of likeness and of another program, one each a round.
type Rates struct{ Ours, Theirs []float64 }

// Take lets both workers carry out a command in turns, a slice of time each. The
// first round only warms up and is not among the rates.
func Take[R Rater](ours, theirs *Worker[R], command string, slice time.Duration, rounds int) (Rates, error) {
	var r Rates
	for round := -1; round < rounds; round++ {
		one, err := ours.Ask(command, slice.Seconds())
		if err != nil {
			return r, err
		}
		two, err := theirs.Ask(command, slice.Seconds())
		if err != nil {
			return r, err
		}
		if round >= 0 {
			r.Ours, r.Theirs = append(r.Ours, one.Rate()), append(r.Theirs, two.Rate())
		}
	}
	return r, nil
}

// Ratios are ours over theirs of each round: what drifts from round to round falls
// out.
func (r Rates) Ratios() []float64 {
	ratios := make([]float64, len(r.Ours))
	for i := range ratios {
		ratios[i] = r.Ours[i] / r.Theirs[i]
	}
	return ratios
}

// Spread writes the median of x, and the lowest and highest in brackets.
func Spread(x []float64, format string) string {
	s := slices.Sorted(slices.Values(x))
	median := (s[(len(s)-1)/2] + s[len(s)/2]) / 2
	return fmt.Sprintf(format+" ["+format+", "+format+"]", median, s[0], s[len(s)-1])
}

// Load says how many processes wanted to run in the last minute, as ", load before
// 0.20"; nothing where the system does not report it as Linux does.
func Load() string {
	b, err := os.ReadFile("/proc/loadavg")
	if err != nil {
		return ""
	}
	one, _, _ := strings.Cut(string(b), " ")
	return ", load before " + one
}
