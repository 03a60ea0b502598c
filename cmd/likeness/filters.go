package main

import (
	"context"
	"fmt"
	"strconv"
	"strings"

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
}

// add adds the flags.
func (f *filters) add(c *cobra.Command) {
	c.Flags().StringArrayVar(&f.people, "person", nil, "only pictures of this `name`; of any of several")
	c.Flags().StringArrayVar(&f.folders, "folder", nil, "only pictures whose id begins with this `prefix`, such as 2019/; with any of several")
	c.Flags().StringArrayVar(&f.attributes, "attribute", nil, "only pictures with this `attribute`, where the set has attributes: Smiling (above 0), '!Smiling', 'Smiling>1.5', 'Smiling<1.5'; with all of several")
}

func (f *filters) given() bool { return len(f.people)+len(f.folders)+len(f.attributes) > 0 }

// filters makes search filters of the flags. A name that is nowhere in the
// index, and a folder, are errors, for they were mistyped.
func (f *filters) filters(ctx context.Context, a *app, q *query) ([]search.Filter, error) {
	var out []search.Filter
	e := q.index.Entries()
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
		for _, prefix := range f.folders {
			if !anyOf(e.IDs, func(id string) bool { return strings.HasPrefix(id, prefix) }) {
				return nil, fmt.Errorf("--folder %s: %s has no picture whose id begins so; they are called as %s", prefix, q.path, e.IDs[0])
			}
		}
		out = append(out, func(id, _ string) bool {
			return anyOf(f.folders, func(prefix string) bool { return strings.HasPrefix(id, prefix) })
		})
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
		if data = parseDataName(q.index.About().Source); named != "" {
			data.attributes = named
		}
	}
	var names []string
	var row func(id string) []float32
	if data.attributes == "" {
		if _, _, drawn, err := data.drawn(); err != nil || !drawn {
			return nil, fmt.Errorf("--attribute: %s was indexed without attributes: name their file with --attributes", q.path)
		}
		prep, err := parsePrep(q.index.About().Prep)
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
		path, err := faces.Find(data.attributes)
		if err != nil {
			return nil, bare(err)
		}
		table, err := faces.ReadAttributes(path)
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
