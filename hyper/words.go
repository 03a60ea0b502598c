package hyper

import (
	"cmp"
	"fmt"
	"strings"

	"likeness/nn"
)

// Setting is one parameter in words. Checkpoints keep settings by name, so names and
// values must stay as they are.
type Setting struct {
	Name, Value string
	// Default is the value of a checkpoint that was written before there was a choice,
	// and does not have the setting; empty: all checkpoints have it.
	Default string
}

// None is the value of a setting that a run does without.
const None = "none"

// Settings returns all parameters in words, in a fixed order.
func (p Parameters) Settings() []Setting {
	return []Setting{
		{Name: "batch size", Value: fmt.Sprint(p.Batch)},
		{Name: "optimizer", Value: string(p.Optimizer), Default: string(Adamax)},
		{Name: "learning rate", Value: fmt.Sprint(p.Rate)},
		{Name: "schedule", Value: string(p.Schedule)},
		{Name: "warm-up", Value: warmupInWords(p.Warmup), Default: None},
		{Name: "mirroring", Value: inWords(p.Mirror, "half of the pictures"), Default: None},
		{Name: "jitter", Value: inWords(p.Jitter > 0, p.Jitter), Default: None},
		{Name: "average of weights", Value: inWords(p.Average > 0, p.Average), Default: None},
		{Name: "weight decay", Value: inWords(p.Decay > 0, p.Decay), Default: None},
		{Name: "weighing by noise", Value: inWords(p.Weigh > 0, p.Weigh), Default: None},
		{Name: "correction of codes", Value: inWords(p.Correct > 0, fmt.Sprintf("in %d steps", p.Correct)), Default: None},
		{Name: "precision", Value: cmp.Or(string(p.Precision), string(nn.Float32))},
		{Name: "seed", Value: fmt.Sprint(p.Seed)},
		{Name: "early stop", Value: inWords(p.EarlyStop > 0, fmt.Sprintf("after %d epochs without a better one", p.EarlyStop)), Default: None},
	}
}

// inWords returns the words for a setting that a run may do without.
func inWords(has bool, value any) string {
	if !has {
		return None
	}
	return fmt.Sprint(value)
}

// Extras returns in words what a run has besides a rate and a schedule, such as
// "mirrored pictures, jitter 1"; empty if it has nothing else.
func (p Parameters) Extras() string {
	var all []string
	add := func(has bool, format string, args ...any) {
		if has {
			all = append(all, fmt.Sprintf(format, args...))
		}
	}
	add(p.Optimizer == Muon, "Muon")
	add(p.Mirror, "mirrored pictures")
	add(p.Jitter > 0, "jitter %g", p.Jitter)
	add(p.Decay > 0, "weight decay %g", p.Decay)
	add(p.Weigh > 0, "pictures weighed by their noise (to the power of %g)", p.Weigh)
	add(p.Average > 0, "averaged weights (%g)", p.Average)
	add(p.Correct > 0, "codes corrected in %s", steps(p.Correct))
	add(p.Warmup >= 1, "a warm-up of %s", steps(int(p.Warmup)))
	add(p.Warmup > 0 && p.Warmup < 1, "a warm-up of %g of the run", p.Warmup)
	return strings.Join(all, ", ")
}

func steps(n int) string {
	if n == 1 {
		return "1 step"
	}
	return fmt.Sprintf("%d steps", n)
}
