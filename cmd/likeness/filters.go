package main

import (
	"context"
	"errors"
	"fmt"
	"path"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"likeness/faces"
	"likeness/report"
	"likeness/search"
)

// filters choose among an index's pictures.
type filters struct {
	people     []string
	folders    []string
	attributes []string
	from, to   string // days, or ""
}

// add adds the flags.
func (f *filters) add(c *cobra.Command) {
	c.Flags().StringArrayVar(&f.people, "person", nil, "only pictures of this `name`; of any of several")
	c.Flags().StringArrayVar(&f.folders, "folder", nil, "only pictures in this `folder`, a part of their ids from the beginning, such as 2019 or 2019/summer; in any of several")
	c.Flags().StringVar(&f.from, "from", "", "only pictures taken on this `day` or later, such as 2019-05-17, 2019-05 or 2019")
	c.Flags().StringVar(&f.to, "to", "", "only pictures taken on this `day` or before")
	c.Flags().StringArrayVar(&f.attributes, "attribute", nil, "only pictures with this `attribute`, where the set has attributes: Smiling (above 0), '!Smiling', 'Smiling>1.5', 'Smiling<1.5'; with all of several")
}

func (f *filters) given() bool {
	return len(f.people)+len(f.folders)+len(f.attributes) > 0 || f.from+f.to != ""
}

// filters makes search filters of the flags. A name that is nowhere in the
// index, and a folder, are errors, for they were mistyped.
func (f *filters) filters(ctx context.Context, a *app, q *query) ([]search.Filter, error) {
	var out []search.Filter
	e := q.file.Entries
	if len(f.people) > 0 {
		wanted := map[string]bool{}
		for _, p := range f.people {
			wanted[plainName(p)] = true
		}
		keep := func(_, person string) bool { return person != "" && wanted[plainName(person)] }
		for _, p := range f.people {
			if !anyOf(e.People, func(s string) bool { return s != "" && plainName(s) == plainName(p) }) {
				return nil, fmt.Errorf("--person %s: %s shows nobody of that name", p, q.path)
			}
		}
		out = append(out, keep)
	}
	if len(f.folders) > 0 {
		for _, folder := range f.folders {
			if !anyOf(e.IDs, func(id string) bool { return within(id, folder) }) {
				return nil, fmt.Errorf("--folder %s: %s has no picture in it; they are called as %s", folder, q.path, e.IDs[0])
			}
		}
		out = append(out, func(id, _ string) bool {
			return anyOf(f.folders, func(folder string) bool { return within(id, folder) })
		})
	}
	if f.from+f.to != "" {
		keep, err := f.byTime(q)
		if err != nil {
			return nil, err
		}
		out = append(out, keep)
	}
	if len(f.attributes) > 0 {
		keep, err := f.byAttribute(ctx, a, q)
		if err != nil {
			return nil, err
		}
		out = append(out, keep)
	}
	return out, nil
}

// within tells whether an id lies in a folder, all of whose parts count: 2019/a
// is in 2019, 2019b/a is not.
func within(id, folder string) bool {
	folder = path.Clean(filepath.ToSlash(folder))
	return folder == "." || strings.HasPrefix(id, folder+"/")
}

// byTime keeps what was taken between two days, both included.
func (f *filters) byTime(q *query) (search.Filter, error) {
	if q.file.Taken == nil {
		return nil, fmt.Errorf("--from and --to: %s does not know when its pictures were taken; pictures in a folder tell when they are indexed, archives do not", q.path)
	}
	first, end := time.Time{}, time.Date(10000, 1, 1, 0, 0, 0, 0, time.UTC)
	if f.from != "" {
		var err error
		if first, _, err = parseDay(f.from); err != nil {
			return nil, usagef("--from %s: %v", f.from, err)
		}
	}
	if f.to != "" {
		var err error
		if _, end, err = parseDay(f.to); err != nil {
			return nil, usagef("--to %s: %v", f.to, err)
		}
	}
	if !first.Before(end) {
		return nil, usagef("--from %s --to %s: the second is before the first", f.from, f.to)
	}
	in := map[string]bool{}
	for i, t := range q.file.Taken {
		if !t.IsZero() && !t.Before(first) && t.Before(end) {
			in[q.file.Entries.IDs[i]] = true
		}
	}
	return func(id, _ string) bool { return in[id] }, nil
}

// timeLayout is how a time is told: ISO 8601 without a zone.
const timeLayout = "2006-01-02T15:04:05"

// parseDay reads a day, a month or a year, and gives its beginning and its end.
func parseDay(text string) (first, end time.Time, err error) {
	for _, p := range []struct {
		layout              string
		years, months, days int
	}{{"2006-01-02", 0, 0, 1}, {"2006-01", 0, 1, 0}, {"2006", 1, 0, 0}} {
		if first, err = time.Parse(p.layout, text); err == nil {
			return first, first.AddDate(p.years, p.months, p.days), nil
		}
	}
	return first, end, errors.New("expected a day such as 2019-05-17, a month such as 2019-05, or a year")
}

// plainName is a name without regard to underscores and case.
func plainName(name string) string { return strings.ToLower(report.PersonName(name)) }

func anyOf(list []string, is func(string) bool) bool {
	for _, s := range list {
		if is(s) {
			return true
		}
	}
	return false
}

// condition is one --attribute.
type condition struct {
	column int
	above  bool
	limit  float32
}

// parseCondition reads one with the attributes' names.
func parseCondition(text string, names []string) (condition, error) {
	c := condition{above: true}
	name, not := strings.CutPrefix(text, "!")
	if i := strings.IndexAny(name, "<>"); i > 0 && !not {
		limit, err := strconv.ParseFloat(strings.TrimSpace(name[i+1:]), 32)
		if err != nil {
			return c, usagef("--attribute %s: expected a number behind %c", text, name[i])
		}
		c.above, c.limit, name = name[i] == '>', float32(limit), name[:i]
	}
	c.column = -1
	for i, n := range names {
		if plainName(n) == plainName(name) {
			c.column = i
		}
	}
	if c.column < 0 {
		return c, usagef("--attribute %s: there is none called %q, but %s", text, strings.TrimSpace(name), strings.Join(names, ", "))
	}
	if not {
		c.above = false
	}
	return c, nil
}

// keeps tells whether a picture's attributes meet the condition.
func (c condition) keeps(row []float32) bool {
	if c.above {
		return row[c.column] > c.limit
	}
	return row[c.column] <= c.limit
}

// byAttribute reads the attributes that the index's pictures were listed with,
// and nothing more of a set than that where it can.
func (f *filters) byAttribute(ctx context.Context, a *app, q *query) (search.Filter, error) {
	data := q.data
	if data.source == "" {
		named := data.attributes
		if data = parseDataName(q.file.About.Source); named != "" {
			data.attributes = named
		}
	}
	var names []string
	var row func(id string) []float32
	if data.attributes == "" {
		if _, _, drawn, err := data.drawn(); err != nil || !drawn {
			return nil, fmt.Errorf("--attribute: %s was indexed without attributes: name their file with --attributes", q.path)
		}
		prep, err := parsePrep(q.file.About.Prep)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", q.path, err)
		}
		set, err := a.load(ctx, data, prep, 0)
		if err != nil {
			return nil, err
		}
		names = set.Attributes.Names
		row = func(id string) []float32 {
			if i := set.Index(id); i >= 0 {
				return set.Attributes.Row(i)
			}
			return nil
		}
	} else {
		file, err := faces.Find(data.attributes)
		if err != nil {
			return nil, bare(err)
		}
		table, err := faces.ReadAttributes(file)
		if err != nil {
			return nil, bare(err)
		}
		names = table.Names
		row = func(id string) []float32 {
			if i := table.Row(id); i >= 0 {
				return table.Values[i*len(names) : (i+1)*len(names)]
			}
			return nil
		}
	}
	var all []condition
	for _, text := range f.attributes {
		c, err := parseCondition(text, names)
		if err != nil {
			return nil, err
		}
		all = append(all, c)
	}
	return func(id, _ string) bool {
		values := row(id)
		if values == nil {
			return false
		}
		for _, c := range all {
			if !c.keeps(values) {
				return false
			}
		}
		return true
	}, nil
}
