package faces

import (
	"context"

	"likeness/internal/parallel"
)

// Health is what may be wrong with pictures that are about to be learned from, although all of them can be read.
type Health struct {
	// Compared tells that twins were looked for; LargestHealth pictures are too many for that.
	Compared bool
	Twins    []Twin // pairs of rows
	Spare    int    // pictures beyond the first of each group of twins
	// Leaked are the rows of the test part that have a twin in the training part: they are no test of what was learned.
	Leaked []int
	// Known counts the rows of the test part whose person is in the training part as well.
	Known int
}

// LargestHealth is the number of pictures up to which Examine looks for twins, which takes time with its square.
const LargestHealth = 30_000

// Examine looks for twins among the pictures of a set, as the set has them, and for what is in both parts of its split.
// Rows that are in neither part count for Twins and Spare alone.
func Examine(ctx context.Context, s *Set, split Split) (*Health, error) {
	h := &Health{}
	people := make(map[string]bool)
	for _, row := range split.Train {
		people[s.People[row]] = true
	}
	for _, row := range split.Test {
		if p := s.People[row]; p != "" && people[p] {
			h.Known++
		}
	}
	if s.Len() > LargestHealth {
		return h, nil
	}
	thumbs := make([]*thumb, s.Len())
	if err := parallel.Each(ctx, s.Len(), func(i int) { thumbs[i] = newThumb(s.Image(i)) }); err != nil {
		return nil, err
	}
	var err error
	if h.Twins, err = findTwins(ctx, thumbs); err != nil {
		return nil, err
	}
	h.Compared = true
	for _, g := range twinGroups(s.Len(), h.Twins) {
		h.Spare += len(g) - 1
	}
	h.Leaked = leaked(s.Len(), h.Twins, split)
	return h, nil
}

// leaked are the test rows with a twin among the training rows, in the order of the test part.
func leaked(n int, twins []Twin, split Split) []int {
	training, seen := make([]bool, n), make([]bool, n)
	for _, row := range split.Train {
		training[row] = true
	}
	for _, t := range twins {
		seen[t.A] = seen[t.A] || training[t.B]
		seen[t.B] = seen[t.B] || training[t.A]
	}
	var rows []int
	for _, row := range split.Test {
		if seen[row] {
			rows = append(rows, row)
		}
	}
	return rows
}
