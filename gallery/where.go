package gallery

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"

	"likeness/dataset"
	"likeness/faces"
	"likeness/search"
)

// The conditions of a search.Where, as WhereError names them.
const (
	ByPerson    = "person"
	ByFolder    = "folder"
	ByTime      = "time"
	ByAttribute = "attribute"
)

// WhereError is a condition that cannot select anything of an index: most likely it was
// mistyped.
type WhereError struct {
	Field string // ByPerson, ByFolder, ByTime or ByAttribute
	Value string // of the condition, "" for ByTime
	Err   error
}

func (e *WhereError) Error() string {
	if e.Value == "" {
		return fmt.Sprintf("%s: %v", e.Field, e.Err)
	}
	return fmt.Sprintf("%s %s: %v", e.Field, e.Value, e.Err)
}

func (e *WhereError) Unwrap() error { return e.Err }

// ErrNoAttributes means that nothing is known about the attributes of an index's
// pictures. Options.Data can name a file with them.
var ErrNoAttributes = errors.New("indexed without attributes")

// checkWhere checks conditions against the entries, and loads the attributes that they
// compare.
func (g *Gallery) checkWhere(ctx context.Context, w *search.Where) error {
	if g.far != nil {
		return g.far.checkWhere(ctx, g.path, w)
	}
	e := &g.file.Entries
	fail := func(field, value, format string, args ...any) error {
		return &WhereError{field, value, fmt.Errorf(format, args...)}
	}
	w.People = slices.Clone(w.People)
	for i, p := range w.People {
		w.People[i] = faces.PersonName(p) // as the index has it
	}
	for _, p := range w.People {
		if !slices.ContainsFunc(e.People, func(s string) bool { return s != "" && search.SameName(s, p) }) {
			return fail(ByPerson, p, "%s shows nobody of that name", g.path)
		}
	}
	for _, folder := range w.Folders {
		if !slices.ContainsFunc(e.IDs, func(id string) bool { return search.InFolder(id, folder) }) {
			return fail(ByFolder, folder, "%s has no picture in it; they are called as %s", g.path, e.IDs[0])
		}
	}
	if !w.From.IsZero() || !w.To.IsZero() {
		if e.Taken == nil {
			return fail(ByTime, "", "%s does not know when its pictures were taken; pictures in folders say so when they are indexed, those in archives do not", g.path)
		}
		if !w.From.IsZero() && !w.To.IsZero() && !w.From.Before(w.To) {
			return fail(ByTime, "", "from %s to %s: the second is before the first", w.From.Format(timeLayout), w.To.Format(timeLayout))
		}
	}
	if len(w.Attributes) == 0 {
		return nil
	}
	names, err := g.attributeNames(ctx)
	if err != nil {
		return &WhereError{ByAttribute, w.Attributes[0].Name, err}
	}
	for _, c := range w.Attributes {
		if !slices.ContainsFunc(names, func(n string) bool { return search.SameAttribute(n, c.Name) }) {
			return fail(ByAttribute, c.Name, "there is none called %q, but %s", c.Name, strings.Join(names, ", "))
		}
	}
	return nil
}

// Attributes returns the names of the attributes that conditions can compare, and loads
// them. An index of pictures without attributes has none, which is an error.
func (g *Gallery) Attributes(ctx context.Context) ([]string, error) {
	done, err := g.useAny()
	if err != nil {
		return nil, err
	}
	defer done()
	if g.far != nil {
		if names := g.far.collection.Header().Attributes; names != nil {
			return names, nil
		}
		return nil, fmt.Errorf("%s was %w", g.path, ErrNoAttributes)
	}
	return g.attributeNames(ctx)
}

func (g *Gallery) attributeNames(ctx context.Context) ([]string, error) {
	return g.attributes.get(func() ([]string, error) {
		table, prefix, err := g.readAttributes(ctx)
		if err != nil {
			return nil, err
		}
		all := joined(table, prefix, g.file.Entries.IDs)
		return all.Names, g.index.SetAttributes(all)
	})
}

// readAttributes reads the attributes that the pictures of a part were listed with, or those
// that the pictures bring themselves. It reads no picture.
func (g *Gallery) readAttributes(ctx context.Context) (*faces.AttributeTable, string, error) {
	for _, p := range g.pictures.parts {
		if p.name.Attributes != "" {
			path, err := faces.Find(p.name.Attributes)
			if err != nil {
				return nil, "", err
			}
			table, err := faces.ReadAttributes(path)
			return table, p.prefix, err
		}
		if !p.name.IsDrawn() {
			continue
		}
		src, err := dataset.Open(p.name, faces.Options{NoCache: true})
		if err != nil {
			return nil, "", err
		}
		if own, ok := src.(faces.Attributed); ok {
			table, err := own.OwnAttributes(ctx)
			return table, p.prefix, err
		}
	}
	return nil, "", fmt.Errorf("%s was %w", g.path, ErrNoAttributes)
}

// joined returns the attributes of some pictures, with one look-up for each. prefix begins
// the ids of those that the table is about.
func joined(table *faces.AttributeTable, prefix string, ids []string) *search.Attributes {
	n := len(table.Names)
	a := &search.Attributes{Names: table.Names, Values: make([]float32, 0, n*len(ids))}
	for _, id := range ids {
		if row := table.Row(strings.TrimPrefix(id, prefix)); row >= 0 {
			a.Values = append(a.Values, table.Values[row*n:(row+1)*n]...)
			continue
		}
		for range n {
			a.Values = append(a.Values, float32(math.NaN()))
		}
	}
	return a
}
