package gallery

import (
	"cmp"
	"slices"

	"likeness/faces"
)

// picture returns the id of the picture that a member is, or is a face of.
func (d *Duplicates) picture(m *GroupMember) string {
	if d.shows == nil {
		return m.ID
	}
	picture, _ := faces.SplitFaceID(m.ID)
	return picture
}

// onePerPicture leaves one member of each picture in a group, and drops groups whose pictures are all in an earlier one:
// a copy of a photograph of several faces is found by each.
func (d *Duplicates) onePerPicture() {
	if d.shows == nil {
		return
	}
	for i := range d.Groups {
		had := map[string]bool{}
		d.Groups[i].Pictures = slices.DeleteFunc(d.Groups[i].Pictures, func(m GroupMember) bool {
			again := had[d.picture(&m)]
			had[d.picture(&m)] = true
			return again
		})
	}
	slices.SortStableFunc(d.Groups, func(x, y Group) int { return cmp.Compare(len(y.Pictures), len(x.Pictures)) })
	groups, in := []Group{}, map[string][]int{} // the numbers of the groups that each picture is in
	for _, g := range d.Groups {
		earlier := slices.Clone(in[d.picture(&g.Pictures[0])])
		for i := range g.Pictures {
			earlier = slices.DeleteFunc(earlier, func(n int) bool { return !slices.Contains(in[d.picture(&g.Pictures[i])], n) })
		}
		if len(g.Pictures) == 1 || len(earlier) > 0 {
			continue
		}
		for i := range g.Pictures {
			in[d.picture(&g.Pictures[i])] = append(in[d.picture(&g.Pictures[i])], len(groups))
		}
		groups = append(groups, g)
	}
	d.Groups = groups
}

// goes reports whether a member could go where another is kept, and notes it. One that has a face which the other does not
// show, or that was to be kept in another group, stays; one that could go already is not told again.
func (d *Duplicates) goes(kept, m *GroupMember) bool {
	d.fates[d.picture(kept)] = true
	shown := d.shows[d.picture(kept)]
	m.Others = slices.ContainsFunc(d.shows[d.picture(m)], func(n int) bool { return !slices.Contains(shown, n) })
	if _, known := d.fates[d.picture(m)]; known || m.Others {
		return false
	}
	d.fates[d.picture(m)] = false
	return true
}

// count counts the members of a group that could go beside its first.
func (d *Duplicates) count(g *Group) (spare int) {
	for i := range g.Pictures[1:] {
		if d.goes(&g.Pictures[0], &g.Pictures[1+i]) {
			spare++
		}
	}
	return spare
}
