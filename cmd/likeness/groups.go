package main

import (
	"cmp"
	"context"
	"encoding/csv"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strconv"

	"likeness/finder"
	"likeness/pix"
	"likeness/report"
	"likeness/search"
)

// collection is pictures whose points can be compared: a folder's, an
// archive's or an index's.
type collection struct {
	name        string
	ids, people []string
	codes       []float32 // n x dim
	dim         int
	space       search.Space
	picture     func(id string) *pix.Image
}

// isIndex tells whether an argument names an index file and not pictures.
func isIndex(path string) bool { return filepath.Ext(path) == ".safetensors" && !isFolder(path) }

// openIndexed makes a collection of an index; its pictures are only read where
// they are to be shown.
func (a *app) openIndexed(ctx context.Context, path string, show bool) (*collection, error) {
	f, err := search.OpenFile(path) // and leave it open, for its codes, until the program ends
	if err != nil {
		return nil, err
	}
	if f.Entries.Len() == 0 {
		return nil, fmt.Errorf("%s holds no pictures", path)
	}
	e := f.Entries
	c := &collection{name: path, ids: e.IDs, people: e.People, codes: e.Codes, dim: e.Dim, space: f.Space}
	if show {
		c.picture, err = a.indexPictures(ctx, path, f.About, dataName{})
	}
	return c, err
}

// openPictures makes a collection of pictures with a finder.
func (a *app) openPictures(ctx context.Context, source, path string, threads int) (*collection, error) {
	f, err := openFinder(path)
	if err != nil {
		return nil, err
	}
	set, err := a.load(ctx, dataName{source: source}, f.Describer.Prep, threads)
	if err != nil {
		return nil, err
	}
	a.tellSet(set)
	p := a.progress()
	defer p.clear()
	codes, _, err := finder.Encode(ctx, f.Describer, set, set.Rows(), p.count)
	if err != nil {
		return nil, err
	}
	return &collection{
		name: source, ids: set.IDs, people: set.People, codes: codes.Values, dim: codes.Dim, space: f.Space, picture: setPictures(set),
	}, nil
}

// member is one picture of a group.
type member struct {
	ID       string  `json:"id"`
	Person   string  `json:"person,omitempty"`
	Distance float64 `json:"distance"` // to the group's first picture
	Equal    *bool   `json:"equal,omitempty"`

	row int
}

// pictureGroup is some pictures that belong together.
type pictureGroup struct {
	Person   string   `json:"person,omitempty"` // what most of them are called
	Pictures []member `json:"pictures"`
}

// grouped gathers pictures by the numbers of their groups. Those of at least
// two come first, the larger first, and alone are how many are in none.
func (c *collection) grouped(number []int, distance func(i, j int) float64) (groups []pictureGroup, alone []int) {
	at := map[int][]int{}
	var order []int
	for i, g := range number {
		if at[g] == nil {
			order = append(order, g)
		}
		at[g] = append(at[g], i)
	}
	for _, g := range order {
		rows := at[g]
		if len(rows) == 1 {
			alone = append(alone, rows[0])
			continue
		}
		var group pictureGroup
		names := map[string]int{}
		for _, i := range rows {
			group.Pictures = append(group.Pictures, member{
				ID: c.ids[i], Person: c.people[i], row: i,
				Distance: distance(rows[0], i),
			})
			if p := c.people[i]; p != "" {
				if names[p]++; names[p] > names[group.Person] {
					group.Person = p
				}
			}
		}
		groups = append(groups, group)
	}
	slices.SortStableFunc(groups, func(x, y pictureGroup) int { return cmp.Compare(len(y.Pictures), len(x.Pictures)) })
	return groups, alone
}

// Pages and montages show so much at most.
const (
	mostRows  = 100
	mostInRow = 40
)

// groupRows makes rows of groups for an album.
func (a *app) groupRows(c *collection, groups []pictureGroup, named string) []report.AlbumRow {
	if len(groups) > mostRows {
		a.note("The first %d of %s groups are shown", mostRows, report.Count(len(groups)))
		groups = groups[:mostRows]
	}
	var rows []report.AlbumRow
	for i, g := range groups {
		row := report.AlbumRow{Title: fmt.Sprintf("%s %d", named, i+1), Note: count(len(g.Pictures), "picture")}
		if n := len(g.Pictures) - mostInRow; n > 0 {
			row.Note += fmt.Sprintf(", of which the first %d are shown", mostInRow)
			g.Pictures = g.Pictures[:mostInRow]
		}
		for _, m := range g.Pictures {
			p := report.AlbumPicture{Picture: c.picture(m.ID), Name: m.Person, Lines: []string{m.ID}}
			if p.Name == "" {
				p.Name, p.Lines = m.ID, nil
			}
			if m.Equal != nil && m.row != g.Pictures[0].row {
				if *m.Equal {
					p.Lines = append(p.Lines, "equal to the first")
				} else {
					p.Lines = append(p.Lines, fmt.Sprintf("distance %.3f", m.Distance))
				}
			}
			row.Pictures = append(row.Pictures, p)
		}
		rows = append(rows, row)
	}
	return rows
}

// writeGroupsCSV writes groups as comma-separated values.
func writeGroupsCSV(out io.Writer, groups []pictureGroup) error {
	w := csv.NewWriter(out)
	lines := [][]string{{"group", "person", "distance", "picture"}}
	for i, g := range groups {
		for _, m := range g.Pictures {
			lines = append(lines, []string{strconv.Itoa(i + 1), m.Person, strconv.FormatFloat(m.Distance, 'g', 9, 64), m.ID})
		}
	}
	return w.WriteAll(lines)
}
