package gallery

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"path"
	"slices"
	"strconv"

	"likeness/search"
)

// The ways to sort members into categories, besides those of a search.Where: ByPerson,
// ByFolder, ByTime and ByAttribute.
const ByCluster = "cluster"

// Categories sort the members of an index.
type Categories struct {
	By   string `json:"by"`
	Name string `json:"name,omitempty"` // of an attribute
	// Ordered says that the categories come in an order, as years and values do.
	Ordered bool       `json:"ordered"`
	List    []Category `json:"list"` // numbered from 1: the most frequent, or by their order
	// None counts the members of which nothing is known, Others those in categories that are not
	// listed.
	None   int `json:"none"`
	Others int `json:"others"`
	// Of is the category of each member, 0 where nothing is known, OtherCategory for what is
	// not listed.
	Of []byte `json:"-"`
}

// Category is one of them.
type Category struct {
	Name  string `json:"name"`
	Count int    `json:"count"`
}

const (
	// OtherCategory stands for all categories that are not listed.
	OtherCategory = 255
	mostListed    = 254
	attributeBins = 7 // of values that are not yes or no
)

// Categories sorts the members of the index: by person, folder, time or cluster, or by the
// attribute of a name.
func (g *Gallery) Categories(ctx context.Context, by, attribute string) (*Categories, error) {
	done, err := g.use()
	if err != nil {
		return nil, err
	}
	defer done()
	e := &g.file.Entries
	c := &Categories{By: by}
	switch by {
	case ByPerson:
		c.sort(e.People)
	case ByFolder:
		folders := make([]string, e.Len())
		for i, id := range e.IDs {
			if folders[i] = path.Dir(id); folders[i] == "." {
				folders[i] = ""
			}
		}
		c.sort(folders)
	case ByTime:
		c.byTime(e)
	case ByAttribute:
		return c, g.byAttribute(ctx, c, attribute)
	case ByCluster:
		return c, g.byCluster(ctx, c)
	default:
		return nil, fmt.Errorf("categories by %q, known are %s, %s, %s, %s and %s", by, ByPerson, ByFolder, ByTime, ByAttribute, ByCluster)
	}
	return c, nil
}

// sort makes categories of the members' labels, the most frequent first; "" is none.
func (c *Categories) sort(labels []string) {
	counts := map[string]int{}
	for _, l := range labels {
		if l != "" {
			counts[l]++
		}
	}
	for name, n := range counts {
		c.List = append(c.List, Category{name, n})
	}
	slices.SortFunc(c.List, func(a, b Category) int { return cmp.Or(cmp.Compare(b.Count, a.Count), cmp.Compare(a.Name, b.Name)) })
	if len(c.List) > mostListed {
		c.List = c.List[:mostListed]
	}
	c.number(labels)
}

// number fills in Of and the counts of what is not listed.
func (c *Categories) number(labels []string) {
	if c.List == nil {
		c.List = []Category{}
	}
	place := map[string]byte{}
	for i, l := range c.List {
		place[l.Name] = byte(i + 1)
	}
	c.Of = make([]byte, len(labels))
	for i, l := range labels {
		at, listed := place[l]
		switch {
		case l == "":
			c.None++
		case listed:
			c.Of[i] = at
		default:
			c.Of[i] = OtherCategory
			c.Others++
		}
	}
}

// order makes categories of labels in the order of their names.
func (c *Categories) order(labels []string) {
	c.Ordered = true
	c.sort(labels)
	slices.SortFunc(c.List, func(a, b Category) int { return cmp.Compare(a.Name, b.Name) })
	c.None, c.Others = 0, 0
	c.number(labels)
}

// byTime sorts by years, or, where all are of two years or one, by months.
func (c *Categories) byTime(e *search.Entries) {
	labels, years := make([]string, e.Len()), map[int]bool{}
	for _, t := range e.Taken {
		if !t.IsZero() {
			years[t.Year()] = true
		}
	}
	layout := "2006"
	if len(years) <= 2 {
		layout = "2006-01"
	}
	for i, t := range e.Taken {
		if !t.IsZero() {
			labels[i] = t.Format(layout)
		}
	}
	c.order(labels)
}

// byAttribute sorts by an attribute: yes or no, or by the ranges of its values.
func (g *Gallery) byAttribute(ctx context.Context, c *Categories, name string) error {
	names, err := g.attributeNames(ctx)
	if err != nil {
		return &WhereError{ByAttribute, name, err}
	}
	all := g.index.Entries().Attributes
	column := all.Column(name)
	if column < 0 {
		return &WhereError{ByAttribute, name, fmt.Errorf("there is none called %q, but %v", name, names)}
	}
	c.Name, c.Ordered = all.Names[column], true
	n := len(g.file.Entries.IDs)
	values, largest, two := make([]float64, n), 0.0, map[float64]bool{}
	var sizes []float64
	for i := range n {
		values[i] = float64(all.Row(i)[column])
		if v := values[i]; v == v {
			sizes = append(sizes, math.Abs(v))
			if len(two) < 3 {
				two[v] = true
			}
		}
	}
	if len(two) < 3 {
		c.yesOrNo(values)
		return nil
	}
	slices.Sort(sizes)
	largest = sizes[len(sizes)*95/100]
	c.ranges(values, max(largest, 1e-30))
	return nil
}

func (c *Categories) yesOrNo(values []float64) {
	c.List = []Category{{Name: "no"}, {Name: "yes"}}
	c.Of = make([]byte, len(values))
	for i, v := range values {
		switch {
		case v != v:
			c.None++
			continue
		case v > 0:
			c.Of[i] = 2
		default:
			c.Of[i] = 1
		}
		c.List[c.Of[i]-1].Count++
	}
}

// ranges sorts by an odd number of ranges from -largest to largest, of which the middle one holds 0.
func (c *Categories) ranges(values []float64, largest float64) {
	step := 2 * largest / attributeBins
	edge := func(i int) string { return strconv.FormatFloat(-largest+float64(i)*step, 'g', 2, 64) }
	for i := range attributeBins {
		label := edge(i) + " to " + edge(i+1)
		switch i {
		case 0:
			label = "below " + edge(1)
		case attributeBins - 1:
			label = "above " + edge(i)
		}
		c.List = append(c.List, Category{Name: label})
	}
	c.Of = make([]byte, len(values))
	for i, v := range values {
		if v != v {
			c.None++
			continue
		}
		bin := min(max(int(math.Floor((v+largest)/step)), 0), attributeBins-1)
		c.Of[i] = byte(bin + 1)
		c.List[bin].Count++
	}
}

// byCluster sorts by the groups that Clusters finds; pictures in no group are in no category.
func (g *Gallery) byCluster(ctx context.Context, c *Categories) error {
	all, err := g.collection(g.context(ctx))
	if err != nil {
		return err
	}
	found, err := all.cluster(ctx, ClusterOptions{})
	if err != nil {
		return err
	}
	c.Of, c.List = make([]byte, len(all.ids)), []Category{}
	for i, group := range found.Groups {
		number := byte(OtherCategory)
		if i < mostListed {
			number = byte(i + 1)
			name := "group " + strconv.Itoa(i+1)
			if group.Person != "" {
				name += " (" + group.Person + ")"
			}
			c.List = append(c.List, Category{name, len(group.Pictures)})
		} else {
			c.Others += len(group.Pictures)
		}
		for _, m := range group.Pictures {
			c.Of[m.row] = number
		}
	}
	c.None = len(found.Alone)
	return nil
}
