package latent

import (
	"cmp"
	"slices"
	"strings"

	"github.com/agext/levenshtein"

	"likeness/search"
)

// Closest returns at most three of the names that may have been meant by another
// one: those that begin with the same letters, or else those that contain it or
// differ from it in few letters.
func Closest(name string, names []string) []string {
	type near struct {
		name  string
		off   float64
		alike bool // in how it begins
	}
	var all []near
	p := search.PlainAttribute(name)
	for _, n := range names {
		q := search.PlainAttribute(n)
		shared := 0
		for shared < min(len(p), len(q)) && p[shared] == q[shared] {
			shared++
		}
		off := float64(levenshtein.Distance(p, q, nil))
		if len(p) > 2 && (strings.Contains(q, p) || strings.Contains(p, q)) {
			off = min(off, 1)
		}
		alike := shared >= 4 || shared > 2 && shared == min(len(p), len(q))
		if limit := 0.4 * float64(max(len(p), len(q))); off <= limit || alike {
			all = append(all, near{n, off, alike})
		}
	}
	if slices.ContainsFunc(all, func(n near) bool { return n.alike }) {
		all = slices.DeleteFunc(all, func(n near) bool { return !n.alike })
	}
	slices.SortStableFunc(all, func(a, b near) int { return cmp.Compare(a.off, b.off) })
	var out []string
	for _, n := range all[:min(len(all), 3)] {
		out = append(out, n.name)
	}
	return out
}
