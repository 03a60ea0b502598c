package main

import (
	"fmt"
	"math"
	"strings"
	"time"

	"likeness/bench/turns"
	"likeness/nn"
)

// table is everything that was measured.
type table struct {
	machine  string
	load     string // a note, or empty
	date     time.Time
	options  options
	results  []result
	disagree bool

	worst, worstHalf float64 // largest relative difference among the first losses, in float32 and in bf16
}

// lossTolerance is how far first losses may lie apart, relatively. Rounding
// makes them differ, and once in a while a max pooling of nearly equal inputs;
// another network, initialisation or learning rate is far beyond.
const lossTolerance = 5e-4

// halfTolerance is the same for programs in bf16, whose numbers have 8 bits.
const halfTolerance = 2e-2

// checkLosses compares all first losses with the first ones that likeness, or
// if it ran in bf16 only then the first peer, came to in float32.
func (t *table) checkLosses() {
	want := t.results[0].losses // of half alone, those are all there are
	for _, r := range t.results {
		if r.precision != nn.BF16 {
			want = r.oursLosses
			break
		}
	}
	for _, r := range t.results {
		if r.kind == "half" {
			t.compare(want, r.losses, &t.worstHalf)
		} else {
			t.compare(want, r.losses, &t.worst)
		}
		if r.precision == nn.BF16 {
			t.compare(want, r.oursLosses, &t.worstHalf)
		} else {
			t.compare(want, r.oursLosses, &t.worst)
		}
	}
	t.disagree = t.disagree || !(t.worst <= lossTolerance) || !(t.worstHalf <= halfTolerance)
}

func (t *table) compare(want, losses []float64, worst *float64) {
	if len(losses) == 0 || len(losses) > len(want) { // a peer that cannot train has but one
		t.disagree = true
		return
	}
	for i, l := range losses {
		off := math.Abs(l/want[i] - 1)
		t.disagree = t.disagree || math.IsNaN(off)
		*worst = max(*worst, off)
	}
}

func (t *table) markdown() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s; %s%s. conv autoencoder, code 32, 32x32 pictures, batches of 32, float32 where nothing else is said; %d pairs of slices of %v each; medians, lowest and highest in brackets.\n\n",
		t.machine, t.date.UTC().Format("2006-01-02 15:04 UTC"), t.load, t.options.rounds, t.options.slice)
	for _, part := range []struct {
		title string
		of    func(r result) turns.Rates
	}{
		{"training", func(r result) turns.Rates { return r.train }},
		{"forward", func(r result) turns.Rates { return r.forward }},
	} {
		fmt.Fprintf(&b, "| %s: beside | threads | its images/s | likeness, images/s | likeness over it |\n|---|---|---|---|---|\n", part.title)
		for _, r := range t.results {
			p := part.of(r)
			if len(p.Theirs) == 0 {
				continue
			}
			fmt.Fprintf(&b, "| %s (%s) | %d | %s | %s | **%s** |\n", r.name, r.about, r.threads,
				turns.Spread(p.Theirs, "%.0f"), turns.Spread(p.Ours, "%.0f")+" ("+strings.TrimPrefix(r.oursAbout, "likeness, ")+")", turns.Spread(p.Ratios(), "%.2f"))
		}
		fmt.Fprintln(&b)
	}
	fmt.Fprintf(&b, "The first %d losses of all agree to %.1e, relatively: likeness %s", firstLosses, t.worst, losses(t.results[0].oursLosses))
	for _, r := range t.results {
		fmt.Fprintf(&b, "; %s %s", r.name, losses(r.losses))
		if r.precision == nn.BF16 {
			fmt.Fprintf(&b, ", likeness in bf16 beside it %s (%.1e off)", losses(r.oursLosses), t.worstHalf)
		}
	}
	fmt.Fprintln(&b, ".")
	return b.String()
}

func losses(x []float64) string {
	var s []string
	for _, v := range x {
		s = append(s, fmt.Sprintf("%.6f", v))
	}
	return strings.Join(s, " ")
}
