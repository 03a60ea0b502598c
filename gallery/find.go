package gallery

import (
	"slices"
	"strings"
	"time"

	"likeness/search"
)

// Find returns the rows of members in whose person's name or id a text appears, whatever its case, up to most of them, and
// how many there are.
func (g *Gallery) Find(text string, most int) (rows []int, all int) {
	done, err := g.use()
	if err != nil {
		return nil, 0
	}
	defer done()
	text = strings.ToLower(strings.TrimSpace(text))
	underscored := strings.ReplaceAll(text, " ", "_")
	e := &g.file.Entries
	for row, id := range e.IDs {
		if name := strings.ToLower(e.People[row]); !strings.Contains(name, text) && !strings.Contains(name, underscored) {
			if low := strings.ToLower(id); !strings.Contains(low, text) && !strings.Contains(low, underscored) {
				continue
			}
		}
		if all++; len(rows) < most {
			rows = append(rows, row)
		}
	}
	return rows, all
}

// Dated reports whether the index knows of any member when it was taken.
func (g *Gallery) Dated() bool {
	done, err := g.use()
	if err != nil {
		return false
	}
	defer done()
	return slices.ContainsFunc(g.file.Entries.Taken, func(t time.Time) bool { return !t.IsZero() })
}

// Groups reports whether the index's space knows at which distance members are cut into people, as Clusters needs.
func (g *Gallery) Groups() bool {
	done, err := g.use()
	if err != nil {
		return false
	}
	defer done()
	_, known := search.CalibrationOf(g.file.Space).GroupDistance(g.file.Entries.Len())
	return known
}
