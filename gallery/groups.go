package gallery

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"likeness/faces"
	"likeness/finder"
	"likeness/progress"
	"likeness/search"
)

// GroupMember is one picture of a group.
type GroupMember struct {
	ID       string  `json:"id"`
	Person   string  `json:"person,omitempty"`
	Distance float64 `json:"distance"` // to the group's first picture
	// Equal reports whether it equals the group's first picture, where that was
	// compared.
	Equal *bool `json:"equal,omitempty"`
	// How says what makes the group's first picture this one: mirrored, turned; "" where nothing was done.
	How string `json:"how,omitempty"`
	// Keep marks the one of the group to keep, and Why says by what; File has the facts. See Duplicates.Judge.
	Keep bool   `json:"keep,omitempty"`
	Why  string `json:"why,omitempty"`
	File *Facts `json:"file,omitempty"`
	// Others marks a picture of several faces that shows one which the picture to keep does not show: it is no spare.
	Others bool `json:"shows_others,omitempty"`

	row int
}

// Group is pictures that belong together.
type Group struct {
	Person   string        `json:"person,omitempty"` // the name that most of them have
	Pictures []GroupMember `json:"pictures"`
}

// collection is pictures whose points can be compared.
type collection struct {
	name        string // for messages
	ids, people []string
	codes       []float32 // n x dim
	dim         int
	space       search.Space

	points []float32 // n x width
	width  int
}

// collection is the pictures of the index. The gallery must stay in use meanwhile.
func (g *Gallery) collection(ctx context.Context) (*collection, error) {
	e := &g.file.Entries
	c := &collection{name: g.path, ids: e.IDs, people: e.People, codes: e.Codes, dim: e.Dim, space: g.file.Space}
	var err error
	if c.points, err = g.file.Points(ctx); err != nil {
		return nil, err
	}
	c.width = len(c.points) / len(c.ids)
	return c, nil
}

// describe is the pictures of a set, which the finder's Describer.Prep has prepared.
func describe(ctx context.Context, f *finder.Finder, set *faces.Set, report progress.Func) (*collection, error) {
	if set.Len() == 0 {
		return nil, fmt.Errorf("%s holds no pictures", set.Source)
	}
	codes, _, err := finder.Encode(ctx, f.Describer, set, set.Rows(), report)
	if err != nil {
		return nil, err
	}
	c := &collection{name: set.Source, ids: set.IDs, people: namesOf(set), codes: codes.Values, dim: codes.Dim, space: f.Space}
	return c, c.place(ctx)
}

// place computes the points.
func (c *collection) place(ctx context.Context) (err error) {
	if c.points, err = c.space.Points(ctx, c.codes, c.dim); err != nil {
		return err
	}
	c.width = len(c.points) / len(c.ids)
	return nil
}

// distance is that of two pictures.
func (c *collection) distance(i, j int) float64 {
	return search.Distance(c.points[i*c.width:(i+1)*c.width], c.points[j*c.width:(j+1)*c.width])
}

// group gathers pictures by the numbers of their groups. It returns the groups of at
// least two, the larger first, and the rows of the pictures that are in none.
func (c *collection) group(number []int, distance func(i, j int) float64) (groups []Group, alone []int) {
	rowsOf := map[int][]int{}
	var order []int
	for i, g := range number {
		if rowsOf[g] == nil {
			order = append(order, g)
		}
		rowsOf[g] = append(rowsOf[g], i)
	}
	groups = []Group{}
	for _, g := range order {
		rows := rowsOf[g]
		if len(rows) == 1 {
			alone = append(alone, rows[0])
			continue
		}
		var group Group
		names := map[string]int{}
		for _, i := range rows {
			group.Pictures = append(group.Pictures, GroupMember{ID: c.ids[i], Person: c.people[i], Distance: distance(rows[0], i), row: i})
			if p := c.people[i]; p != "" {
				if names[p]++; names[p] > names[group.Person] {
					group.Person = p
				}
			}
		}
		groups = append(groups, group)
	}
	slices.SortStableFunc(groups, func(x, y Group) int { return cmp.Compare(len(y.Pictures), len(x.Pictures)) })
	return groups, alone
}

func allRows(n int) []int {
	rows := make([]int, n)
	for i := range rows {
		rows[i] = i
	}
	return rows
}

// namesOf returns the people of a set, "" for each where none are known.
func namesOf(set *faces.Set) []string {
	if set.People == nil {
		return make([]string, set.Len())
	}
	return set.People
}
