package gallery

import (
	"cmp"
	"slices"
)

// Arrangement is the members of an index sorted by who they are: by their names where these are known, and the rest by
// likeness.
type Arrangement struct {
	Index  string  `json:"index"`
	People []Group `json:"people"` // named, those with the most pictures first
	// Unnamed are groups of members without a name. Person is who most of the named members of the same cluster are, "" where
	// none has a name: a suggestion.
	Unnamed []Group `json:"unnamed"`
	// Alone are members without a name that are like no other.
	Alone []GroupMember `json:"alone"`
}

// Arrange sorts the members of an index, whose clusters were found before: names may have been given since, so members are
// called as they are now. Members that the index has no longer are left out.
func (g *Gallery) Arrange(c *Clusters) *Arrangement {
	a := &Arrangement{Index: g.path, People: []Group{}, Unnamed: []Group{}, Alone: []GroupMember{}}
	people := map[string]*Group{}
	seen := map[string]bool{}
	// one returns a member as it is now; named ones go to their people.
	one := func(m GroupMember) (GroupMember, bool) {
		now, ok := g.Member(m.ID)
		if !ok || seen[m.ID] {
			return m, false
		}
		seen[m.ID] = true
		m.Person = now.Person
		if m.Person == "" {
			return m, true
		}
		p := people[m.Person]
		if p == nil {
			p = &Group{Person: m.Person}
			people[m.Person] = p
		}
		p.Pictures = append(p.Pictures, m)
		return m, false
	}
	for _, cluster := range c.Groups {
		var rest []GroupMember
		named := map[string]int{}
		for _, m := range cluster.Pictures {
			now, free := one(m)
			if free {
				rest = append(rest, now)
			} else if now.Person != "" {
				named[now.Person]++
			}
		}
		if len(rest) == 0 {
			continue
		}
		suggested := ""
		for name, n := range named {
			if best := named[suggested]; n > best || n == best && name < suggested {
				suggested = name
			}
		}
		if suggested == "" && len(rest) == 1 {
			a.Alone = append(a.Alone, rest[0])
			continue
		}
		a.Unnamed = append(a.Unnamed, Group{Person: suggested, Pictures: rest})
	}
	for _, m := range c.AloneMembers {
		if now, free := one(m); free {
			a.Alone = append(a.Alone, now)
		}
	}
	for _, p := range people {
		a.People = append(a.People, *p)
	}
	slices.SortFunc(a.People, func(x, y Group) int {
		return cmp.Or(cmp.Compare(len(y.Pictures), len(x.Pictures)), cmp.Compare(x.Person, y.Person))
	})
	slices.SortStableFunc(a.Unnamed, func(x, y Group) int { return cmp.Compare(len(y.Pictures), len(x.Pictures)) })
	return a
}
