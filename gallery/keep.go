package gallery

import (
	"fmt"
	"os"
	"path"
	"slices"
	"strings"
)

// judge chooses in one group.
func (d *Duplicates) judge(g *Group) {
	var files []*GroupMember // neither links nor further names of a file
	for i := range g.Pictures {
		m := &g.Pictures[i]
		m.Others = false
		if m.File == nil {
			continue
		}
		if m.File.Link == "" {
			for _, other := range files {
				if os.SameFile(other.File.info, m.File.info) {
					m.File.Link, m.File.LinkOf = HardLink, other.File.Path
					break
				}
			}
		}
		if m.File.Link != "" {
			d.Links++
			continue
		}
		files = append(files, m)
	}
	if len(files) == 0 {
		d.Spare += d.count(g)
		return
	}
	best, why := d.choose(files)
	best.Keep, best.Why = true, why
	for _, m := range files {
		if m != best && d.goes(best, m) {
			d.Spare++
			d.SpareBytes += m.File.Bytes
		}
	}
	d.beside(g, slices.IndexFunc(g.Pictures, func(m GroupMember) bool { return m.Keep }))
	for i := range g.Pictures { // the files tell more than what was compared
		if m := &g.Pictures[i]; m.File != nil {
			equal := m.File.equals(g.Pictures[0].File)
			if m.Equal = &equal; equal {
				m.How = ""
			}
		}
	}
}

// muchBetter is by how much the qualities of JPEGs differ where that says more than a date. A copy that was saved again at
// a quality a little higher is no better.
const muchBetter = 15

// choose returns which of several files to keep, and by what it is better than those that come nearest to it.
func (d *Duplicates) choose(files []*GroupMember) (best *GroupMember, why string) {
	left := slices.DeleteFunc(slices.Clone(files), func(m *GroupMember) bool { // one that could go by another group
		kept, known := d.fates[d.picture(m)]
		return known && !kept
	})
	if len(left) == 0 {
		left = slices.Clone(files)
	}
	among := len(left)
	// most keeps those whose value is at least share of the largest.
	most := func(reason string, share float64, value func(m *GroupMember) float64) {
		top := value(left[0])
		for _, m := range left {
			top = max(top, value(m))
		}
		before := len(left)
		left = slices.DeleteFunc(left, func(m *GroupMember) bool { return value(m) < top*share })
		if len(left) < before {
			among, why = before, reason
		}
	}
	has := func(reason string, is func(m *GroupMember) bool) {
		most(reason, 1, func(m *GroupMember) float64 {
			if is(m) {
				return 1
			}
			return 0
		})
	}
	// first keeps those that come first.
	first := func(reason string, compare func(a, b *GroupMember) int) {
		lead := slices.MinFunc(left, compare)
		has(reason, func(m *GroupMember) bool { return compare(m, lead) == 0 })
	}
	quality := func(m *GroupMember) float64 { return float64(m.File.Quality) }
	most("the most faces", 1, func(m *GroupMember) float64 { return float64(len(d.shows[d.picture(m)])) })
	most("the most pixels", 1/1.02, func(m *GroupMember) float64 { return float64(m.File.Width * m.File.Height) })
	has("in colour", func(m *GroupMember) bool { return !m.File.Grey })
	if known := func(m *GroupMember) bool { return m.File.Quality > 0 }; slices.ContainsFunc(left, known) {
		top := quality(slices.MaxFunc(left, func(a, b *GroupMember) int { return a.File.Quality - b.File.Quality }))
		has("a much better quality", func(m *GroupMember) bool { return !known(m) || quality(m) > top-muchBetter })
	}
	if round := d.wayRound(files); round != nil {
		has("the way round that most are", func(m *GroupMember) bool { return round[m] })
	}
	has("it knows when it was taken", func(m *GroupMember) bool { return m.File.Taken != "" })
	first("taken first", func(a, b *GroupMember) int { return strings.Compare(a.File.Taken, b.File.Taken) })
	first("the oldest file", func(a, b *GroupMember) int { return a.File.info.ModTime().Compare(b.File.info.ModTime()) })
	has("in a folder of its own", func(m *GroupMember) bool { return path.Dir(m.ID) != "." })
	if !slices.ContainsFunc(left, func(m *GroupMember) bool { return m.File.Quality == 0 }) {
		most("the best quality", 1, quality)
	}
	most("the sharpest", 1/1.05, func(m *GroupMember) float64 { return m.File.Sharpness })
	most("the largest file", 1, func(m *GroupMember) float64 { return float64(m.File.Bytes) })
	first("the shortest name", func(a, b *GroupMember) int { return len(a.ID) - len(b.ID) })
	first("the first by name", func(a, b *GroupMember) int { return strings.Compare(a.ID, b.ID) })
	switch {
	case len(files) == 1:
		why = "the only file"
	case why == "": // the others could go by another group
		why = "kept in another group"
	case among < len(files):
		why = fmt.Sprintf("of the best %d, %s", among, why)
	}
	return left[0], why
}

// wayRound returns which of some files are neither mirrored nor turned beside most others, nil where that cannot be told:
// of two that mirror each other, either may be the copy. Equal files count once.
func (d *Duplicates) wayRound(files []*GroupMember) map[*GroupMember]bool {
	ways := map[string][]*GroupMember{}
	votes, all := map[string]int{}, 0
	for i, m := range files {
		_, how, _ := d.compare(files[0].row, m.row)
		ways[how] = append(ways[how], m)
		if !slices.ContainsFunc(files[:i], func(other *GroupMember) bool { return other.File.equals(m.File) }) {
			votes[how]++
			all++
		}
	}
	for how, n := range votes {
		if 2*n <= all {
			continue
		}
		round := map[*GroupMember]bool{}
		for _, m := range ways[how] {
			round[m] = true
		}
		return round
	}
	return nil
}

// equals reports whether two files are equal in their bytes or in their upright pixels.
func (f *Facts) equals(g *Facts) bool {
	return f.bytes == g.bytes || f.pixels == g.pixels && f.Width > 0 && f.Width == g.Width && f.Height == g.Height
}
