package finder

// What it takes before a space is fitted by default.
const (
	fewestPeople  = 20 // people with two pictures or more, for a space that learns from names
	fewestPerCode = 10 // pictures for each number of a model's code; as many with names for one that learns from names
)

// The spaces that were measured best (docs/results/search.md).
const (
	withNames    = "within-mirror"
	withoutNames = "whitened-mirror"
	asTheyAre    = "euclidean"
)

// DefaultSpace returns the name of the space that finds most for pictures of the given
// people, "" where a name is not known. dim is the length of a model's code, 0 for a
// wide one. Where names are known well enough it is one that learns from them; a model's
// codes of few pictures are compared as they are.
func DefaultSpace(people []string, dim int) string {
	n := countNames(people)
	switch {
	case dim == 0 && n.people >= fewestPeople, dim > 0 && n.pictures >= fewestPerCode*dim:
		return withNames
	case dim == 0, len(people) >= fewestPerCode*dim:
		return withoutNames
	}
	return asTheyAre
}

// ForeignSpace returns the name of the space for codes of a model from elsewhere, of the given people. Such codes are made
// to be compared by their angle; where people are known well enough, a space learns from them which directions count. Their
// mirror images have none.
func ForeignSpace(people []string) string {
	if countNames(people).people >= fewestPeople {
		return "within"
	}
	return "cosine"
}

// names counts what is known about people.
type names struct {
	people   int // with two pictures or more
	pictures int // of them
}

func countNames(people []string) names {
	seen := map[string]int{}
	for _, p := range people {
		if p != "" {
			seen[p]++
		}
	}
	var n names
	for _, pictures := range seen {
		if pictures > 1 {
			n.people++
			n.pictures += pictures
		}
	}
	return n
}
