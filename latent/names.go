package latent

import (
	"cmp"
	"slices"
	"strings"
)

// plain is a name without regard to case, spaces, underscores and signs.
func plain(name string) string {
	return strings.Map(func(r rune) rune {
		if strings.ContainsRune(" _-'", r) {
			return -1
		}
		return r
	}, strings.ToLower(name))
}

// SameName tells whether two names mean one attribute: case, spaces, underscores,
// hyphens and apostrophes do not count.
func SameName(a, b string) bool { return plain(a) == plain(b) }

// Closest gives at most three of the names that may have been meant by another:
// those that begin with the same letters, or else those that contain it or differ
// in few.
func Closest(name string, names []string) []string {
	type near struct {
		name  string
		off   float64
		alike bool // in how it begins
	}
	var all []near
	p := plain(name)
	for _, n := range names {
		q := plain(n)
		shared := 0
		for shared < min(len(p), len(q)) && p[shared] == q[shared] {
			shared++
		}
		off := float64(Edits(p, q))
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

// Edits is how many letters must be put in, left out or exchanged to make b of a
// (Levenshtein's distance).
func Edits(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		corner := row[0]
		row[0] = i + 1
		for j := range len(b) {
			d := corner
			if a[i] != b[j] {
				d = 1 + min(corner, row[j], row[j+1])
			}
			corner, row[j+1] = row[j+1], d
		}
	}
	return row[len(b)]
}
