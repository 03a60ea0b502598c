package main

import (
	"fmt"
	"strings"
	"time"

	"likeness/bench/turns"
)

// table is everything that was measured.
type table struct {
	machine string
	date    time.Time
	options options
	results []result
}

func (t *table) markdown() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s; %s. Mixtures of 2,000 gaussians, 5 neighbours, %d queries, one thread; %d pairs of slices of %v; medians, lowest and highest in brackets.\n\n",
		t.machine, t.date.UTC().Format("2006-01-02 15:04 UTC"), queryCount, t.options.rounds, t.options.slice)
	b.WriteString("| codes | beside | queries | its recall | its queries/s | likeness, recall | likeness, queries/s | likeness over it |\n|---|---|---|---|---|---|---|---|\n")
	for _, r := range t.results {
		for _, c := range r.runs {
			fmt.Fprintf(&b, "| %s | %s | %s | %s | %s | %s %s | %s | **%s** |\n", r.at, r.theirs.About, c.what,
				recallOf(c.theirRecall, c.theirsEf), turns.Spread(c.Theirs, "%.0f"), r.peer.ours, recallOf(c.oursRecall, c.oursEf), turns.Spread(c.Ours, "%.0f"), turns.Spread(c.Ratios(), "%.2f"))
		}
	}
	b.WriteString("\n| codes | beside | its build, CPU s | likeness | build, CPU s | over its | bytes a code |\n|---|---|---|---|---|---|---|\n")
	for _, r := range t.results {
		fmt.Fprintf(&b, "| %s | %s | %.2f | %s: %s | %.2f | %.2f | %.0f |\n", r.at, r.theirs.About, r.theirs.Build,
			r.peer.ours, r.ours.About, r.ours.Build, r.ours.Build/r.theirs.Build, r.ours.Memory)
	}
	return b.String()
}

func recallOf(recall float64, ef int) string {
	if ef == 0 {
		return fmt.Sprintf("%.3f", recall)
	}
	return fmt.Sprintf("%.3f (ef %d)", recall, ef)
}
