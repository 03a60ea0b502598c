package gallery

import (
	"cmp"
	"context"
	"path"
	"slices"

	"likeness/search"
)

// Tally is how many members of an index something has.
type Tally struct {
	Name    string `json:"name"`
	Members int    `json:"members"`
}

// People returns the names of the people in the index, the ones with the most members first.
func (g *Gallery) People(ctx context.Context) ([]Tally, error) {
	done, err := g.useAny()
	if err != nil {
		return nil, err
	}
	defer done()
	if g.far != nil {
		return g.far.people(ctx)
	}
	people := g.file.Entries.People
	return g.tally(func(row int) string {
		if people == nil {
			return ""
		}
		return people[row]
	}), nil
}

// Folders returns the folders that the ids begin with, the ones with the most members first; none of an engine's.
func (g *Gallery) Folders() []Tally {
	done, err := g.use()
	if err != nil {
		return []Tally{}
	}
	defer done()
	return g.tally(func(row int) string {
		if dir := path.Dir(g.file.Entries.IDs[row]); dir != "." {
			return dir
		}
		return ""
	})
}

// tally counts members by what name returns; "" counts for nothing. The gallery is in use.
func (g *Gallery) tally(name func(row int) string) []Tally {
	list := []Tally{}
	counts := map[string]int{}
	for row := range g.file.Entries.Len() {
		counts[name(row)]++
	}
	for n, c := range counts {
		if n != "" {
			list = append(list, Tally{n, c})
		}
	}
	slices.SortFunc(list, func(a, b Tally) int {
		return cmp.Or(cmp.Compare(b.Members, a.Members), cmp.Compare(a.Name, b.Name))
	})
	return list
}

// Members returns some of the members that a person or a folder has, of all where both are "": those from first on, count
// at most, in the order of the index, and how many there are. stride, where it is above 1, takes every stride-th, for a look
// across a collection that is in the order of names; an engine's has no such order, and takes every one.
func (g *Gallery) Members(ctx context.Context, person, folder string, first, count, stride int) (members []Member, total int, err error) {
	done, err := g.useAny()
	if err != nil {
		return nil, 0, err
	}
	defer done()
	if g.far != nil {
		return g.far.list(ctx, person, folder, first, count)
	}
	members = []Member{}
	e := g.file.Entries
	for row := range e.Len() {
		if person != "" && (e.People == nil || e.People[row] != person) {
			continue
		}
		if folder != "" && !search.InFolder(e.IDs[row], folder) {
			continue
		}
		if total%max(1, stride) == 0 && total/max(1, stride) >= first && len(members) < count {
			members = append(members, g.member(row))
		}
		total++
	}
	return members, total, nil
}
