package main

import (
	"fmt"
	"strings"
	"time"
)

// table is what is written.
type table struct {
	lines   []string
	clients []int
	codes   int
	results []result
}

func (t *table) markdown() string {
	var b strings.Builder
	for _, l := range t.lines {
		fmt.Fprintf(&b, "%s\n", l)
	}
	b.WriteString("\n| | written/s | ms a code | index | bytes a code | recall@5 |")
	under := "|---|--:|--:|--:|--:|--:|"
	for _, n := range t.clients {
		fmt.Fprintf(&b, " queries/s, %d client%s | ms a query |", n, map[bool]string{true: "s"}[n > 1])
		under += "--:|--:|"
	}
	fmt.Fprintf(&b, " 1 in 100: recall | short | ms a query |\n%s--:|--:|--:|\n", under)
	for _, r := range t.results {
		written, each := "-", "-"
		if r.write.n > 0 {
			written, each = fmt.Sprintf("%.0f", r.write.perSecond()), fmt.Sprintf("%.2f", r.write.milliseconds())
		}
		bytes := "-"
		if r.bytes > 0 {
			bytes = fmt.Sprint(r.bytes / int64(t.codes))
		}
		fmt.Fprintf(&b, "| %s | %s | %s | %.1f s | %s | %.3f |", r.name, written, each, r.build.busy().Seconds(), bytes, r.recall)
		for _, s := range r.searches {
			fmt.Fprintf(&b, " %.0f | %.3f |", s.perSecond(), s.milliseconds())
		}
		fmt.Fprintf(&b, " %.3f | %d | %.3f |\n", r.fewFound, r.short, r.few.milliseconds())
	}
	b.WriteString("\nMilliseconds, and the seconds for the index, are of processors: this program's and the servers' together. " +
		"'Short' counts answers with fewer pictures than there are. Bytes are in memory for likeness, on disks for an engine.\n")
	return b.String()
}

func (r rate) perSecond() float64 { return float64(r.n) / max(r.wall.Seconds(), 1e-9) }

// busy is the processor time.
func (r rate) busy() time.Duration { return r.own + r.server }

func (r rate) milliseconds() float64 {
	return r.busy().Seconds() * 1000 / float64(max(1, r.n))
}
