package main

import (
	"context"
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"likeness/faces"
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

// check finds wrong days before anything is read.
func (f *filters) check() error {
	w := search.Where{To: time.Date(10000, 1, 1, 0, 0, 0, 0, time.UTC)}
	return f.days(&w)
}

// days sets the times between two days, both included.
func (f *filters) days(w *search.Where) (err error) {
	if f.from != "" {
		if w.From, _, err = parseDay(f.from); err != nil {
			return usagef("--from %s: %v", f.from, err)
		}
	}
	if f.to != "" {
		if _, w.To, err = parseDay(f.to); err != nil {
			return usagef("--to %s: %v", f.to, err)
		}
	}
	if f.from != "" && f.to != "" && !w.From.Before(w.To) {
		return usagef("--from %s --to %s: the second is before the first", f.from, f.to)
	}
	return nil
}

// where makes conditions of the flags, and loads what they ask for. A name that is
// nowhere in the index, and a folder, are errors, for they were mistyped.
func (f *filters) where(ctx context.Context, a *app, q *query) (search.Where, error) {
	w := search.Where{People: f.people, Folders: f.folders}
	e := &q.file.Entries
	for _, p := range f.people {
		if !anyOf(e.People, func(s string) bool { return s != "" && search.SameName(s, p) }) {
			return w, fmt.Errorf("--person %s: %s shows nobody of that name", p, q.path)
		}
	}
	for _, folder := range f.folders {
		if !anyOf(e.IDs, func(id string) bool { return search.InFolder(id, folder) }) {
			return w, fmt.Errorf("--folder %s: %s has no picture in it; they are called as %s", folder, q.path, e.IDs[0])
		}
	}
	if f.from+f.to != "" && e.Taken == nil {
		return w, fmt.Errorf("--from and --to: %s does not know when its pictures were taken; pictures in a folder tell when they are indexed, archives do not", q.path)
	}
	if err := f.days(&w); err != nil {
		return w, err
	}
	if len(f.attributes) == 0 {
		return w, nil
	}
	var err error
	if e.Attributes, err = f.load(ctx, a, q); err != nil {
		return w, err
	}
	for _, text := range f.attributes {
		c, err := parseCondition(text)
		if err != nil {
			return w, err
		}
		if e.Attributes.Column(c.Name) < 0 {
			return w, usagef("--attribute %s: there is none called %q, but %s", text, c.Name, strings.Join(e.Attributes.Names, ", "))
		}
		w.Attributes = append(w.Attributes, c)
	}
	return w, nil
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

func anyOf(list []string, is func(string) bool) bool {
	for _, s := range list {
		if is(s) {
			return true
		}
	}
	return false
}

// parseCondition reads one --attribute.
func parseCondition(text string) (search.Condition, error) {
	name, not := strings.CutPrefix(text, "!")
	c := search.Condition{Name: strings.TrimSpace(name), Op: search.Above}
	if not {
		c.Op = search.AtMost
		return c, nil
	}
	i := strings.IndexAny(name, "<>")
	if i <= 0 {
		return c, nil
	}
	op, value := name[i:i+1], name[i+1:]
	if after, ok := strings.CutPrefix(value, "="); ok {
		op, value = op+"=", after
	}
	c.Name, c.Op = strings.TrimSpace(name[:i]), search.Op(op)
	var err error
	if c.Value, err = strconv.ParseFloat(strings.TrimSpace(value), 32); err != nil {
		return c, usagef("--attribute %s: expected a number behind %s", text, op)
	}
	return c, nil
}

// load reads the attributes that the index's pictures were listed with,
// and nothing more of a set than that where it can.
func (f *filters) load(ctx context.Context, a *app, q *query) (*search.Attributes, error) {
	data := q.data
	if data.source == "" {
		named := data.attributes
		if data = parseDataName(q.file.About.Source); named != "" {
			data.attributes = named
		}
	}
	out := &search.Attributes{}
	var values []float32
	at := map[string]int{} // rows of values by id
	if data.attributes == "" {
		if !data.name().IsDrawn() {
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
		out.Names, values = set.Attributes.Names, set.Attributes.Values
		for i, id := range set.IDs {
			at[id] = i
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
		out.Names, values = table.Names, table.Values
		for i, person := range table.People {
			at[faces.PictureID(person, table.Numbers[i])] = i
		}
	}
	for _, id := range q.file.Entries.IDs {
		if i, ok := at[id]; ok {
			out.Values = append(out.Values, values[i*len(out.Names):(i+1)*len(out.Names)]...)
			continue
		}
		for range out.Names {
			out.Values = append(out.Values, float32(math.NaN()))
		}
	}
	return out, nil
}
