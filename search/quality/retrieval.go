// Package quality measures search: how often it finds the person, how well
// distance separates pairs of one person from pairs of two, and how far neighbours
// share their attributes.
package quality

import (
	"context"
	"math/rand/v2"
	"slices"

	"likeness/internal/kernel"
	"likeness/parallel"
)

// Estimate is a measured mean and the interval that holds the middle 95 % of
// its bootstrap.
type Estimate struct {
	Value float64 `json:"value"`
	Low   float64 `json:"low"`
	High  float64 `json:"high"`
}

// Points are N points of a space with the names that belong to them.
type Points struct {
	Width  int
	Values []float32 // N x Width
	People []string  // N, "" where no name is known
}

// Len is N.
func (p Points) Len() int { return len(p.People) }

// at is one point.
func (p Points) at(i int) []float32 { return p.Values[i*p.Width : (i+1)*p.Width] }

// Retrieval says how well search finds the person of a query. Each query ranks
// the whole gallery by distance, equally near ones in the gallery's order.
type Retrieval struct {
	Queries int      `json:"n_queries"` // those whose person the gallery shows
	Gallery int      `json:"gallery"`
	Hit1    Estimate `json:"hit1"`   // the nearest shows the person
	Hit5    Estimate `json:"hit5"`   // one of the five nearest does
	MAP     Estimate `json:"map"`    // mean average precision over the whole ranking
	Chance  float64  `json:"chance"` // hit1 of a gallery in random order
}

// Retrieve ranks the gallery for each query. Queries whose person is not known
// or not in the gallery do not count. With self, queries are the gallery itself
// and each is left out of its own ranking. seed is the bootstrap's.
func Retrieve(ctx context.Context, queries, gallery Points, self bool, seed uint64) (Retrieval, error) {
	if queries.Width != gallery.Width || self && queries.Len() != gallery.Len() {
		panic("quality: queries and gallery do not match")
	}
	count := map[string]int{}
	for _, p := range gallery.People {
		count[p]++
	}
	out := make([]answer, queries.Len())
	err := parallel.Each(ctx, queries.Len(), func(i int) {
		person := queries.People[i]
		others := count[person]
		if self {
			others--
		}
		if person == "" || others < 1 {
			return
		}
		leave := -1
		if self {
			leave = i
		}
		out[i] = rank(queries.at(i), person, gallery, leave)
		out[i].chance = float64(others) / float64(max(1, gallery.Len()-btoi(self)))
	})
	if err != nil {
		return Retrieval{}, err
	}
	r := Retrieval{Gallery: gallery.Len()}
	var values [3][]float64
	var people []string
	for i, a := range out {
		if !a.counts {
			continue
		}
		r.Queries++
		r.Chance += a.chance
		people = append(people, queries.People[i])
		values[0] = append(values[0], a.hit1)
		values[1] = append(values[1], a.hit5)
		values[2] = append(values[2], a.precision)
	}
	if r.Queries == 0 {
		return r, nil
	}
	r.Chance /= float64(r.Queries)
	for i, to := range []*Estimate{&r.Hit1, &r.Hit5, &r.MAP} {
		*to = bootstrap(values[i], people, seed)
	}
	return r, nil
}

func btoi(b bool) int {
	if b {
		return 1
	}
	return 0
}

// answer is what one query came to.
type answer struct {
	counts                        bool
	hit1, hit5, precision, chance float64
}

// rank measures one query.
func rank(query []float32, person string, gallery Points, leave int) answer {
	d := make([]float32, gallery.Len())
	kernel.SquaredDistances(d, query, gallery.Values)
	order := make([]int32, 0, len(d))
	for i := range d {
		if i != leave {
			order = append(order, int32(i))
		}
	}
	slices.SortFunc(order, func(a, b int32) int {
		switch {
		case d[a] < d[b]:
			return -1
		case d[a] > d[b]:
			return 1
		}
		return int(a - b)
	})
	a := answer{counts: true}
	found := 0
	for place, i := range order {
		if gallery.People[i] != person {
			continue
		}
		if place == 0 {
			a.hit1 = 1
		}
		if place < 5 {
			a.hit5 = 1
		}
		found++
		a.precision += float64(found) / float64(place+1)
	}
	a.precision /= float64(found)
	return a
}

// resamples is how often a bootstrap draws.
const resamples = 2000

// bootstrap returns the mean of values and its interval. It draws whole people, because
// the pictures of one person are not independent.
func bootstrap(values []float64, people []string, seed uint64) Estimate {
	type group struct{ sum, n float64 }
	at := map[string]int{}
	var groups []group
	total := 0.0
	for i, v := range values {
		total += v
		g, ok := at[people[i]]
		if !ok {
			g = len(groups)
			at[people[i]] = g
			groups = append(groups, group{})
		}
		groups[g].sum += v
		groups[g].n++
	}
	rng := rand.New(rand.NewPCG(seed, 0x5c02e))
	means := make([]float64, resamples)
	for i := range means {
		var all group
		for range groups {
			g := groups[rng.IntN(len(groups))]
			all.sum += g.sum
			all.n += g.n
		}
		means[i] = all.sum / all.n
	}
	slices.Sort(means)
	return Estimate{total / float64(len(values)), means[resamples*25/1000], means[resamples*975/1000-1]}
}
