package faces

import (
	"context"
	"slices"
)

// compare looks for twins among the usable pictures.
func (c *checker) compare(ctx context.Context) error {
	r := c.report
	if len(r.kept) > largestCheck {
		return nil
	}
	thumbs := make([]*thumb, len(r.kept))
	for i, k := range r.kept {
		thumbs[i] = k.thumb
	}
	var err error
	if r.twins, err = findTwins(ctx, thumbs); err != nil {
		return err
	}
	r.Compared = true
	same := make(map[string]int) // groups of equal bytes
	for g, names := range c.groups {
		for _, name := range names {
			same[name] = g
		}
	}
	for _, rows := range twinGroups(len(r.kept), r.twins) {
		var names, people []string
		copies := true
		for _, row := range rows {
			k := r.kept[row]
			names = append(names, k.name)
			copies = copies && same[k.name] == same[names[0]]
			if k.person != "" && !slices.Contains(people, k.person) {
				people = append(people, k.person)
			}
		}
		if !copies {
			r.Twins = append(r.Twins, names)
		}
		if len(people) > 1 {
			r.TwoNames = append(r.TwoNames, names)
		}
	}
	return nil
}
