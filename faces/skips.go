package faces

import (
	"slices"
	"strings"

	"likeness/pix"
)

// SkipGroup are skipped files for one reason.
type SkipGroup struct {
	Reason string   `json:"reason"`
	Names  []string `json:"names"`
	// Damaged reports that these are pictures, or are named like some; others lie beside pictures, such as sidecars.
	Damaged bool `json:"damaged"`
}

// Damaged reports whether the file is a picture that cannot be used, or is named like one.
func (s Skip) Damaged() bool {
	return isPicture(s.Name) || !strings.HasPrefix(s.Reason, pix.ErrNoPicture.Error())
}

// skipKey is what the files of a group share.
type skipKey struct {
	reason  string
	damaged bool
}

// GroupSkips groups skipped files by their reasons, in the order of their first ones: damaged pictures,
// then pictures, films and others of kinds that are not read, then the rest.
func GroupSkips(skips []Skip) []SkipGroup {
	var groups []SkipGroup
	at := map[skipKey]int{}
	for _, s := range skips {
		key := skipKey{s.Reason, s.Damaged()}
		i, known := at[key]
		if !known {
			i = len(groups)
			at[key] = i
			groups = append(groups, SkipGroup{Reason: s.Reason, Damaged: key.damaged})
		}
		groups[i].Names = append(groups[i].Names, s.Name)
	}
	rank := func(g SkipGroup) int {
		switch {
		case g.Damaged:
			return 0
		case strings.HasPrefix(g.Reason, pix.ErrNoPicture.Error()+":"): // of no known kind
			return 2
		}
		return 1
	}
	slices.SortStableFunc(groups, func(a, b SkipGroup) int { return rank(a) - rank(b) })
	return groups
}
