package gallery

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"iter"
	"os"
	"slices"

	"likeness/latent"
	"likeness/safetensors"
	"likeness/search"
)

// SpaceFormat is the metadata entry "format" of a file with an adapted space.
const SpaceFormat = "likeness space 1"

// fewestMeasured is how many people with two pictures it takes to measure an adapted space.
const fewestMeasured = 10

// mostQueries bounds the pictures that an adapted space is chosen by, and those that it is measured on.
const mostQueries = 600

// weights are how much a judgement may count, in pictures that the space was fitted to. What serves half of the named people
// best is measured on the other half.
var weights = []float64{1, 10, 100, 1000}

// SpaceFile returns where the adapted space of an index lies, beside it. Open compares codes in it where it is there.
func SpaceFile(index string) string {
	return beside(index, ".space.safetensors")
}

// Adapted is a space that has learned from judgements, and what that has changed for named members that it has not learned
// from.
type Adapted struct {
	Same      int     `json:"same"`      // judgements that were learned from
	Different int     `json:"different"` // judgements that only say how well it does
	Weight    float64 `json:"weight"`    // of a judgement, in pictures that the space was fitted to
	People    int     `json:"people"`    // named ones that it was measured on
	Queries   int     `json:"queries"`   // of their pictures
	// Before and After are the shares of these whose nearest other picture shows the same person.
	Before float64 `json:"before"`
	After  float64 `json:"after"`
	// JudgedBefore and JudgedAfter are how likely a pair judged same is nearer than one judged different; nil without both.
	// The former pairs were learned from.
	JudgedBefore *float64 `json:"judged_before,omitempty"`
	JudgedAfter  *float64 `json:"judged_after,omitempty"`

	space *search.Whitened
	model string
}

// ErrFewJudged means that too little was said, or too few people are named, to learn from judgements.
var ErrFewJudged = errors.New("too little is known to learn from")

// Adapt learns a space from the judgements on the index and measures it on members that have names and that nothing was said
// of. Nothing changes before Take. It always begins at the space of the index, not at one that was adapted before. Spaces
// that know nothing of people, no judgement of two pictures of one person, and fewer than 10 named people to measure it on,
// are errors.
func (g *Gallery) Adapt(ctx context.Context) (*Adapted, error) {
	done, err := g.use()
	if err != nil {
		return nil, err
	}
	defer done()
	ctx = g.context(ctx)
	base, ok := g.original.(*search.Whitened)
	if !ok || base.Within == nil {
		return nil, fmt.Errorf("%s: its space %s knows nothing of people: %w", g.path, g.original.Name(), ErrFewJudged)
	}
	judged, err := Judgements(g.path)
	if err != nil {
		return nil, err
	}
	a := &Adapted{model: g.file.About.Model}
	e, rows := &g.file.Entries, g.rows()
	var same, different [][2]int
	said := map[int]bool{}
	for _, j := range judged {
		x, there := rows[j.ID]
		y, too := rows[j.Other]
		if !there || !too {
			continue
		}
		said[x], said[y] = true, true
		if j.Same {
			same = append(same, [2]int{x, y})
		} else {
			different = append(different, [2]int{x, y})
		}
	}
	if a.Same, a.Different = len(same), len(different); a.Same == 0 {
		return nil, fmt.Errorf("no two pictures have been said to show the same person: %w", ErrFewJudged)
	}
	// Named people of whom nothing was said, dealt into two halves.
	byPerson, names := map[string][]int{}, []string{}
	for row, name := range e.People {
		if name == "" {
			continue
		}
		if byPerson[name] == nil {
			names = append(names, name)
		}
		byPerson[name] = append(byPerson[name], row)
	}
	names = slices.DeleteFunc(names, func(n string) bool {
		return len(byPerson[n]) < 2 || slices.ContainsFunc(byPerson[n], func(row int) bool { return said[row] })
	})
	if len(names) < 2*fewestMeasured {
		return nil, fmt.Errorf("only %d people with a name have two pictures that nothing was said of, and %d are needed to measure what the judgements change: %w",
			len(names), 2*fewestMeasured, ErrFewJudged)
	}
	slices.Sort(names)
	var choose, measure []int
	for i, n := range names {
		if i%2 == 0 {
			choose = append(choose, byPerson[n]...)
		} else {
			measure = append(measure, byPerson[n]...)
			a.People++
		}
	}
	choose, measure = some(choose, mostQueries), some(measure, mostQueries)
	a.Queries = len(measure)
	points, err := base.Points(ctx, e.Codes, e.Dim)
	if err != nil {
		return nil, err
	}
	best, err := firstRight(ctx, points, e.People, choose)
	if err != nil {
		return nil, err
	}
	for _, w := range weights {
		s, err := base.Adapt(ctx, e.Codes, e.Dim, same, w)
		if err != nil {
			return nil, err
		}
		p, err := s.Points(ctx, e.Codes, e.Dim)
		if err != nil {
			return nil, err
		}
		right, err := firstRight(ctx, p, e.People, choose)
		if err != nil {
			return nil, err
		}
		if a.space == nil || right > best {
			a.space, a.Weight, best = s, w, max(best, right)
		}
	}
	after, err := a.space.Points(ctx, e.Codes, e.Dim)
	if err != nil {
		return nil, err
	}
	if a.Before, err = firstRight(ctx, points, e.People, measure); err != nil {
		return nil, err
	}
	if a.After, err = firstRight(ctx, after, e.People, measure); err != nil {
		return nil, err
	}
	if a.Different > 0 {
		width := len(points) / e.Len()
		before, now := nearer(points, width, same, different), nearer(after, width, same, different)
		a.JudgedBefore, a.JudgedAfter = &before, &now
	}
	a.space.Story.Groups = carryGroups(base.Story.Groups, points, after, e.Len())
	return a, nil
}

// some returns at most so many of some rows, evenly.
func some(rows []int, most int) []int {
	if len(rows) <= most {
		return rows
	}
	out := make([]int, most)
	for i := range out {
		out[i] = rows[i*len(rows)/most]
	}
	return out
}

// firstRight returns the share of some members whose nearest other member shows the same person. Members without a name are
// no wrong answers: they are not looked at.
func firstRight(ctx context.Context, points []float32, people []string, rows []int) (float64, error) {
	width := len(points) / len(people)
	var named []float32
	var names []string
	place := make([]int, len(people)) // among the named
	for row, name := range people {
		if name != "" {
			place[row] = len(names)
			names, named = append(names, name), append(named, points[row*width:(row+1)*width]...)
		}
	}
	asked := make([]int, len(rows))
	for i, row := range rows {
		asked[i] = place[row]
	}
	near, err := search.NearestOthers(ctx, named, width, asked, 1, nil)
	if err != nil {
		return 0, err
	}
	right := 0
	for i, row := range rows {
		if names[near.Rows[i]] == people[row] {
			right++
		}
	}
	return float64(right) / float64(len(rows)), nil
}

// nearer returns how likely a pair judged same is nearer than one judged different.
func nearer(points []float32, width int, same, different [][2]int) float64 {
	var scores []float64
	var has []bool
	for i, list := range [][][2]int{same, different} {
		for _, p := range list {
			scores = append(scores, -search.Distance(points[p[0]*width:(p[0]+1)*width], points[p[1]*width:(p[1]+1)*width]))
			has = append(has, i == 0)
		}
	}
	auc, _ := latent.AUC(scores, has)
	return auc
}

// carryGroups returns where groups are cut in another space: at the distance that as large a share of all pairs has as before.
// Precision and recall were measured in the old space and are carried along as the best that is known.
func carryGroups(groups []search.Grouping, before, after []float32, n int) []search.Grouping {
	const most = 200_000 // pairs that are looked at
	var old, now []float64
	width := len(before) / n
	step := max(1, n*(n-1)/2/most)
	for i, j := range someOfPairs(n, step) {
		old = append(old, search.Distance(before[i*width:(i+1)*width], before[j*width:(j+1)*width]))
		now = append(now, search.Distance(after[i*width:(i+1)*width], after[j*width:(j+1)*width]))
	}
	slices.Sort(old)
	slices.Sort(now)
	out := slices.Clone(groups)
	for i := range out {
		place, _ := slices.BinarySearch(old, out[i].Distance)
		if place < len(now) {
			out[i].Distance = now[place]
		}
	}
	return out
}

// someOfPairs are every so-many-th of the pairs of n things, without a look at the others: of a million things there are 5e11.
func someOfPairs(n, step int) iter.Seq2[int, int] {
	return func(yield func(int, int) bool) {
		left := step - 1 // pairs before the next
		for i := range n {
			for ; left < n-1-i; left += step {
				if !yield(i, i+1+left) {
					return
				}
			}
			left -= n - 1 - i
		}
	}
}

// Take keeps an adapted space beside the index: whoever opens the index from now on compares codes in it. Probabilities and
// odds, which were learned in the old space, are not told then. Leave takes it back.
func (g *Gallery) Take(a *Adapted) error {
	path := SpaceFile(g.path)
	if err := safetensors.CheckReplace(path, SpaceFormat); err != nil {
		return err
	}
	f := &safetensors.File{Metadata: map[string]string{"format": SpaceFormat, "model": a.model}}
	if err := search.AddSpace(f, a.space); err != nil {
		return err
	}
	return f.Save(path)
}

// LeaveAdapted removes the adapted space of an index, which is then searched in its own again. Without one it does nothing.
func LeaveAdapted(index string) error {
	path := SpaceFile(index)
	if err := safetensors.CheckReplace(path, SpaceFormat); err != nil {
		return err
	}
	if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}

// takeAdapted puts the adapted space beside an index, if there is one, in place of its own.
func (g *Gallery) takeAdapted() (err error) {
	g.original = g.file.Space
	if g.original == nil {
		g.original = search.Euclidean{}
	}
	path := SpaceFile(g.path)
	f, err := safetensors.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	} else if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	if err := f.Expect("space", SpaceFormat); err != nil {
		return err
	}
	if f.Metadata["model"] != g.file.About.Model {
		return nil // learned for another model's codes, before the index was made anew
	}
	s, err := search.SpaceFrom(f, g.file.Entries.Dim)
	if err != nil {
		return err
	}
	// What was built of the entries was built in the index's own space.
	g.file.Space, g.file.Built, g.kind, g.adapted = s, nil, search.KindExact, true
	return nil
}
