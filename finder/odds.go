package finder

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"

	"likeness/internal/kernel"
	"likeness/progress"
	"likeness/search"
	"likeness/search/quality"
)

// How a space is calibrated. The people with names are dealt into folds; for
// each, a space like it is fitted to all pictures but theirs, and their
// distances are measured there, for pictures that a space was fitted to lie too
// near and too far.
const (
	calibrationFolds = 3
	calibrationSeed  = 1
	mostOfPerson     = 10 // pictures of one person in pairs and albums: a famous face is one face
)

// albumSizes are how many people the collections show in which groups are
// calibrated: the more faces, the nearer the nearest stranger.
var albumSizes = [...]int{20, 80, 320, 1280}

// Calibrate learns what distances in a fitted space mean, the odds of one person and
// where to cut groups, and keeps it in the space's story. people are the names of rows.
// Where fewer than 20 people have two pictures, or the space needs no fitting, it leaves
// the space as it is.
func (c Codes) Calibrate(ctx context.Context, space search.Space, rows []int, people []string, report progress.Func) error {
	story := search.StoryOf(space)
	if story == nil || countNames(people).people < fewestPeople {
		return nil
	}
	var measured calibration
	for fold, held := range dealPeople(people) {
		report.Report("Learning what distances mean", fold, calibrationFolds)
		if err := c.calibrateFold(ctx, &measured, space.Name(), rows, people, held, uint64(fold)); err != nil {
			return fmt.Errorf("learning what distances mean, part %d of %d: %w", fold+1, calibrationFolds, err)
		}
	}
	odds, err := search.FitOdds(measured.one, measured.two)
	if err != nil {
		return nil // the pictures do not bear the names out, so there is nothing to learn
	}
	odds.People = measured.people
	story.Odds, story.Groups, story.Chance = odds, nil, nil
	if chance, err := search.FitChance(measured.answers); err == nil { // else the albums were too small to tell
		chance.Shown, chance.People = float64(measured.shown)/float64(measured.searched), measured.searched
		story.Chance = chance
	}
	for size := range measured.albums {
		if al := &measured.albums[size]; al.count > 0 {
			story.Groups = append(story.Groups, al.grouping(albumSizes[size]))
		}
	}
	return nil
}

// dealPeople deals people with names into folds. The result depends on the names alone.
func dealPeople(people []string) [calibrationFolds]map[string]bool {
	names := slices.Clone(people)
	slices.Sort(names)
	names = slices.Compact(names)
	rng := rand.New(rand.NewPCG(calibrationSeed, 0x0dd5))
	rng.Shuffle(len(names), func(i, j int) { names[i], names[j] = names[j], names[i] })
	var folds [calibrationFolds]map[string]bool
	for f := range folds {
		folds[f] = map[string]bool{}
	}
	for i, p := range names {
		if p != "" {
			folds[i%calibrationFolds][p] = true
		}
	}
	return folds
}

// calibration is what was measured on the folds.
type calibration struct {
	one, two []float64 // squared distances of pairs
	people   int
	answers  []search.Answer // of people who search an album for themselves
	shown    int             // who searched and were in it
	searched int
	albums   [len(albumSizes)]albums
}

// albums are the collections of one size.
type albums struct {
	joins    [calibrationFolds][]quality.Joined // sorted by distance
	pairs    [calibrationFolds]int              // of one person
	count    int
	pictures int // in all of them
}

// calibrateFold measures the held-out people in a space fitted to all others.
func (c Codes) calibrateFold(ctx context.Context, to *calibration, name string, rows []int, people []string, held map[string]bool, fold uint64) error {
	var fit []int
	var fitPeople []string
	at := map[string][]int{} // the held pictures of a person
	var names []string
	for i, p := range people {
		if !held[p] {
			fit, fitPeople = append(fit, rows[i]), append(fitPeople, p)
			continue
		}
		if at[p] == nil {
			names = append(names, p)
		}
		at[p] = append(at[p], rows[i])
	}
	s, err := c.FitSpace(ctx, name, fit, fitPeople)
	if err != nil {
		return err
	}
	rng := rand.New(rand.NewPCG(calibrationSeed, fold))
	slices.Sort(names)
	rng.Shuffle(len(names), func(i, j int) { names[i], names[j] = names[j], names[i] })
	var all []int
	place := map[string][]int{} // in all
	for _, p := range names {
		r := slices.Clone(at[p])
		rng.Shuffle(len(r), func(i, j int) { r[i], r[j] = r[j], r[i] })
		for _, row := range r[:min(len(r), mostOfPerson)] {
			place[p] = append(place[p], len(all))
			all = append(all, row)
		}
	}
	points, err := s.Points(ctx, c.pick(all), c.Dim)
	if err != nil {
		return err
	}
	w := len(points) / max(1, len(all))
	apart := func(i, j int) float64 {
		return kernel.SquaredDistance64(points[i*w:(i+1)*w], points[j*w:(j+1)*w])
	}
	for _, p := range names {
		own := place[p]
		if len(own) > 1 {
			to.people++
		}
		for i := 1; i < len(own); i++ { // each with the one before: as many as pictures
			to.one = append(to.one, apart(own[i-1], own[i]))
			for {
				a, b := names[rng.IntN(len(names))], names[rng.IntN(len(names))]
				if a != b || len(names) == 1 {
					to.two = append(to.two, apart(place[a][rng.IntN(len(place[a]))], place[b][rng.IntN(len(place[b]))]))
					break
				}
			}
		}
	}
	for size, people := range albumSizes {
		if people > len(names) && size > 0 {
			break
		}
		al := &to.albums[size]
		for first := 0; first < len(names); first += people {
			shown := names[first:min(first+people, len(names))]
			if len(shown) < people && first > 0 {
				break // a smaller one is of another size
			}
			var who []string
			for _, p := range shown {
				n := len(place[p])
				al.pairs[fold] += n * (n - 1) / 2
				for range n {
					who = append(who, p)
				}
			}
			from := place[shown[0]][0]
			to.search(points[from*w:(from+len(who))*w], w, who)
			merges, err := search.Cluster(ctx, points[from*w:(from+len(who))*w], w, math.Inf(1))
			if err != nil {
				return err
			}
			al.joins[fold] = append(al.joins[fold], quality.Joins(merges, who)...)
			al.count++
			al.pictures += len(who)
		}
		slices.SortStableFunc(al.joins[fold], func(a, b quality.Joined) int { return cmp.Compare(a.Distance, b.Distance) })
	}
	return nil
}

// answersKept is how many of the nearest pictures count: as many as a search shows.
const answersKept = 5

// mostSearching bounds who searches a large album.
const mostSearching = 400

// search lets pictures of an album search among its others. Albums of each size count alike.
func (m *calibration) search(points []float32, w int, who []string) {
	count := map[string]int{}
	for _, p := range who {
		count[p]++
	}
	n := len(who)
	step := max(1, n/mostSearching)
	asking := (n + step - 1) / step
	for i := 0; i < n; i += step {
		m.searched++
		if count[who[i]] > 1 {
			m.shown++
		}
		nearest := nearestAnswers(points, w, who, i)
		for k := range nearest {
			nearest[k].Weight = 1 / float64(asking)
		}
		m.answers = append(m.answers, nearest...)
	}
}

// nearestAnswers returns what picture i of an album finds among its others.
func nearestAnswers(points []float32, w int, who []string, i int) []search.Answer {
	var nearest []search.Answer
	for j := range who {
		if j == i {
			continue
		}
		d := kernel.SquaredDistance64(points[i*w:(i+1)*w], points[j*w:(j+1)*w])
		if len(nearest) == answersKept && d >= nearest[answersKept-1].Squared {
			continue
		}
		a := search.Answer{Squared: d, Pictures: len(who) - 1, Right: who[i] == who[j], Weight: 1}
		at, _ := slices.BinarySearchFunc(nearest, a, func(x, y search.Answer) int { return cmp.Compare(x.Squared, y.Squared) })
		nearest = slices.Insert(nearest, at, a)
		nearest = nearest[:min(len(nearest), answersKept)]
	}
	return nearest
}

// grouping chooses the distance with the best harmonic mean of precision and
// recall. Its precision and recall were measured on each fold at the distance chosen on
// the others.
func (m *albums) grouping(people int) search.Grouping {
	var measured quality.Grouped
	for fold := range m.joins {
		measured = measured.Plus(m.at(fold, m.best(fold)))
	}
	return search.Grouping{
		Distance: m.best(-1), Precision: measured.Precision(), Recall: measured.Recall(),
		People: people, Pictures: m.pictures / m.count, Albums: m.count,
	}
}

// at counts a fold's pairs at a distance.
func (m *albums) at(fold int, distance float64) quality.Grouped {
	g := quality.Grouped{Pairs: m.pairs[fold]}
	for _, j := range m.joins[fold] {
		if j.Distance <= distance {
			g.Together += j.Together
			g.Right += j.Right
		}
	}
	return g
}

// best is the distance best for all folds but one.
func (m *albums) best(without int) float64 {
	var joins []quality.Joined
	var g quality.Grouped
	for fold := range m.joins {
		if fold != without {
			joins = append(joins, m.joins[fold]...)
			g.Pairs += m.pairs[fold]
		}
	}
	slices.SortStableFunc(joins, func(a, b quality.Joined) int { return cmp.Compare(a.Distance, b.Distance) })
	best, at := 0.0, 0.0
	for i, j := range joins {
		g.Together += j.Together
		g.Right += j.Right
		last := i+1 == len(joins)
		if !last && joins[i+1].Distance == j.Distance {
			continue
		}
		if f := g.F(); f > best {
			best, at = f, j.Distance
			if !last {
				at += (joins[i+1].Distance - at) / 2
			}
		}
	}
	return at
}
