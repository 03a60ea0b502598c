package main

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"strconv"

	"github.com/spf13/cobra"

	"likeness/cmd/likeness/internal/console"
	"likeness/gallery"
	"likeness/report"
	"likeness/search"
)

// isIndex reports whether an argument names an index file and not pictures.
func isIndex(path string) bool {
	return filepath.Ext(path) == ".safetensors" && !console.IsFolder(path)
}

// groupFlags are what 'dupes' and 'cluster' share.
type groupFlags struct {
	sheets  sheets
	csv     bool
	threads int
}

func (f *groupFlags) add(c *cobra.Command) {
	addSheets(c, &f.sheets, "the groups, one row for each,")
	c.Flags().BoolVar(&f.csv, "csv", false, "print the groups as comma-separated values")
	console.AddThreads(c, &f.threads)
}

// check checks the flags.
func (f *groupFlags) check(a *app, inputs ...string) error {
	if f.csv && a.JSON {
		return console.Usagef("--csv and --json: expected one of them")
	}
	return f.sheets.check(inputs...)
}

// Pages and montages show so much at most.
const (
	mostRows  = 100
	mostInRow = 40
)

// shownGroups returns the groups that a page shows, and the ids of their pictures.
func shownGroups(groups []gallery.Group) (shown []gallery.Group, ids []string) {
	groups = groups[:min(len(groups), mostRows)]
	for _, g := range groups {
		for _, m := range g.Pictures[:min(len(g.Pictures), mostInRow)] {
			ids = append(ids, m.ID)
		}
	}
	return groups, ids
}

// noteShown says that a page does not show all groups.
func (a *app) noteShown(groups int) {
	if groups > mostRows {
		a.Note("The first %d of %s groups are shown", mostRows, report.Count(groups))
	}
}

// groupRows makes rows of groups for an album.
func groupRows(groups []gallery.Group, named string, get pictureOf) []report.AlbumRow {
	var rows []report.AlbumRow
	for i, g := range groups {
		row := report.AlbumRow{Title: fmt.Sprintf("%s %d", named, i+1), Note: count(len(g.Pictures), "picture")}
		if len(g.Pictures) > mostInRow {
			row.Note += fmt.Sprintf(", of which the first %d are shown", mostInRow)
		}
		for j, m := range g.Pictures[:min(len(g.Pictures), mostInRow)] {
			p := albumPicture(get(m.ID), m.Person)
			if m.Equal != nil && j > 0 {
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

// writeGroupsCSV writes groups as comma-separated values, with the facts of their files where these were looked at.
func writeGroupsCSV(out io.Writer, groups []gallery.Group, looked bool) error {
	w := csv.NewWriter(out)
	lines := [][]string{{"group", "person", "distance", "picture"}}
	if looked {
		lines[0] = append(lines[0], "keep", "link", "bytes", "width", "height", "quality", "taken", "path")
	}
	for i, g := range groups {
		for _, m := range g.Pictures {
			lines = append(lines, []string{strconv.Itoa(i + 1), m.Person, strconv.FormatFloat(m.Distance, 'g', 9, 64), m.ID})
			if looked {
				lines[len(lines)-1] = append(lines[len(lines)-1], factCells(m)...)
			}
		}
	}
	return w.WriteAll(console.Cells(lines))
}

// factCells are the cells of a file's facts.
func factCells(m gallery.GroupMember) []string {
	f := m.File
	if f == nil {
		return make([]string, 8)
	}
	keep := ""
	if m.Keep {
		keep = m.Why
	}
	return []string{keep, f.Link, strconv.FormatInt(f.Bytes, 10), strconv.Itoa(f.Width), strconv.Itoa(f.Height), strconv.Itoa(f.Quality), f.Taken, f.Path}
}

// thresholdHint says which threshold may do.
func thresholdHint(err error) string {
	e, ok := errors.AsType[*gallery.NoThresholdError](err)
	switch {
	case !ok:
	case e.Same < e.Others:
		return fmt.Sprintf(", such as %.3g: by the names that are known, two pictures of one person are %.3g apart in the median, those of two people %.3g",
			(e.Same+e.Others)/2, e.Same, e.Others)
	case e.Space == (search.Cosine{}).Name() && e.Others == 0:
		return ", such as 1.1 for an encoder that was trained to tell people apart: two pictures whose codes have a cosine of 0.4"
	}
	return ""
}

// groupError names the flag that helps.
func groupError(err error) error {
	if errors.Is(err, gallery.ErrNoThreshold) {
		return console.Usagef("%v, because the space was fitted without names or needs no fitting: give --threshold%s", err, thresholdHint(err))
	}
	return err
}

// completePicturesOrIndex completes both.
func completePicturesOrIndex(_ *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
	if len(args) > 0 {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	return nil, cobra.ShellCompDirectiveDefault
}
