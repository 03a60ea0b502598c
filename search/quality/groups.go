package quality

import (
	"likeness/search"
)

// Grouped says how well groups of pictures match people, counted in pairs of
// pictures whose names are known.
type Grouped struct {
	Pairs    int // of one person
	Together int // pairs that were put into one group
	Right    int // of these, pairs of one person
}

// Precision is the share of the pairs put together that are of one person, 1
// where none were.
func (g Grouped) Precision() float64 {
	if g.Together == 0 {
		return 1
	}
	return float64(g.Right) / float64(g.Together)
}

// Recall is the share of the pairs of one person that were put together, 1
// where there are none.
func (g Grouped) Recall() float64 {
	if g.Pairs == 0 {
		return 1
	}
	return float64(g.Right) / float64(g.Pairs)
}

// F is the harmonic mean of precision and recall.
func (g Grouped) F() float64 {
	if g.Together+g.Pairs == 0 {
		return 1
	}
	return 2 * float64(g.Right) / float64(g.Together+g.Pairs)
}

// Plus adds the pairs of another collection.
func (g Grouped) Plus(h Grouped) Grouped {
	return Grouped{g.Pairs + h.Pairs, g.Together + h.Together, g.Right + h.Right}
}

// Groups counts the pairs of a grouping: groups and people belong to the
// pictures, one by one. Pictures without a name do not count.
func Groups(groups []int, people []string) Grouped {
	if len(groups) != len(people) {
		panic("quality: groups and people are not equally many")
	}
	type cell struct {
		group  int
		person string
	}
	inGroup, ofPerson, both := map[int]int{}, map[string]int{}, map[cell]int{}
	for i, p := range people {
		if p != "" {
			inGroup[groups[i]]++
			ofPerson[p]++
			both[cell{groups[i], p}]++
		}
	}
	var g Grouped
	for _, n := range inGroup {
		g.Together += n * (n - 1) / 2
	}
	for _, n := range ofPerson {
		g.Pairs += n * (n - 1) / 2
	}
	for _, n := range both {
		g.Right += n * (n - 1) / 2
	}
	return g
}

// Joined is what one merge adds: the distance at which it comes, and the pairs
// it puts together.
type Joined struct {
	Distance        float64
	Together, Right int
}

// Joins returns what each merge of a clustering adds. All names must be known.
func Joins(merges []search.Merge, people []string) []Joined {
	type group struct {
		size  int
		names map[string]int
	}
	parent := make([]int, len(people))
	groups := make([]group, len(people))
	for i, p := range people {
		parent[i], groups[i] = i, group{1, map[string]int{p: 1}}
	}
	root := func(i int) int {
		for parent[i] != i {
			i = parent[i]
		}
		return i
	}
	out := make([]Joined, len(merges))
	for i, m := range merges {
		a, b := root(m.A), root(m.B)
		out[i] = Joined{Distance: m.Distance, Together: groups[a].size * groups[b].size}
		if len(groups[a].names) < len(groups[b].names) {
			a, b = b, a
		}
		for p, n := range groups[b].names {
			out[i].Right += n * groups[a].names[p]
			groups[a].names[p] += n
		}
		groups[a].size += groups[b].size
		parent[b], groups[b].names = a, nil
	}
	return out
}
