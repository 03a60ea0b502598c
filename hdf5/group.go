package hdf5

import (
	"fmt"
	"io/fs"
	"slices"
	"strings"
)

// Group is a folder of groups and datasets.
type Group struct {
	object
	links []link // by name
}

// link is an entry of a group.
type link struct {
	name string
	addr uint64
	soft bool // it leads to a path, not to an object
}

// Children returns the names of what is in the group, sorted.
func (g *Group) Children() []string {
	names := make([]string, len(g.links))
	for i, l := range g.links {
		names[i] = l.name
	}
	return names
}

// Open opens what a path below the group leads to, such as "dense/kernel:0". Where there
// is nothing the error is fs.ErrNotExist and says what is there.
func (g *Group) Open(path string) (Object, error) {
	var o Object = g
	for name := range strings.SplitSeq(path, "/") {
		if name == "" {
			continue
		}
		in, ok := o.(*Group)
		if !ok {
			return nil, fmt.Errorf("%s: %s: a dataset, expected a group that has %q: %w", g.f.name, o.Path(), name, fs.ErrNotExist)
		}
		i, ok := slices.BinarySearchFunc(in.links, name, func(l link, name string) int { return strings.Compare(l.name, name) })
		if !ok {
			return nil, in.errorf("%w", &missing{name, in.Children()})
		}
		l := in.links[i]
		if l.soft {
			return nil, in.errorf("%q is a link to a path or to another file, which is not followed", name)
		}
		var err error
		if o, err = g.f.open(join(in.path, name), l.addr); err != nil {
			return nil, err
		}
	}
	return o, nil
}

// missing is the error of a name that is not there.
type missing struct {
	name string
	has  []string
}

func (m *missing) Error() string {
	if len(m.has) == 0 {
		return fmt.Sprintf("there is no %q: the group is empty", m.name)
	}
	has := m.has
	more := ""
	if len(has) > 8 {
		has, more = has[:8], fmt.Sprintf(" and %d others", len(m.has)-8)
	}
	return fmt.Sprintf("there is no %q among %q%s", m.name, has, more)
}

func (m *missing) Is(err error) bool { return err == fs.ErrNotExist }

// Group opens the group at a path below this one.
func (g *Group) Group(path string) (*Group, error) {
	o, err := g.Open(path)
	if err != nil {
		return nil, err
	}
	if in, ok := o.(*Group); ok {
		return in, nil
	}
	return nil, fmt.Errorf("%s: %s: a dataset, expected a group", g.f.name, o.Path())
}

// Dataset opens the dataset at a path below the group.
func (g *Group) Dataset(path string) (*Dataset, error) {
	o, err := g.Open(path)
	if err != nil {
		return nil, err
	}
	if d, ok := o.(*Dataset); ok {
		return d, nil
	}
	return nil, fmt.Errorf("%s: %s: a group, expected a dataset", g.f.name, o.Path())
}

// Has reports whether the group has an entry of that name.
func (g *Group) Has(name string) bool {
	_, ok := slices.BinarySearchFunc(g.links, name, func(l link, name string) int { return strings.Compare(l.name, name) })
	return ok
}

// Walk visits the group and all that is below it, each object once however many links
// lead to it, groups before their children. Links to paths and other files are passed over.
// Groups more than a hundred deep are an error.
func (g *Group) Walk(visit func(Object) error) error {
	return g.walk(visit, map[uint64]bool{}, 0)
}

func (g *Group) walk(visit func(Object) error, seen map[uint64]bool, depth int) error {
	if depth > mostNested {
		return g.errorf("groups within groups, expected at most %d", mostNested)
	}
	seen[g.addr] = true
	if err := visit(g); err != nil {
		return err
	}
	for _, l := range g.links {
		if l.soft || seen[l.addr] {
			continue
		}
		seen[l.addr] = true
		o, err := g.f.open(join(g.path, l.name), l.addr)
		if err == nil {
			switch o := o.(type) {
			case *Group:
				err = o.walk(visit, seen, depth+1)
			case *Dataset:
				err = visit(o)
			}
		}
		if err != nil {
			return err
		}
	}
	return nil
}
