package check

import (
	"context"

	"likeness/faces"
	"likeness/faces/copies"
	"likeness/parallel"
)

// Health is what may be wrong with pictures that are about to be learned from, although all of them can be read.
type Health struct {
	// Compared reports that twins were looked for; LargestHealth pictures are too many for that.
	Compared bool
	Twins    []copies.Pair // pairs of rows
	Spare    int           // pictures beyond the first of each group of twins
	Moved    int           // of these, the ones that only a mirror or a rotation makes an earlier picture's twin
	// Leaked are the rows of the test part that have a twin in the training part: they are no test of what was learned.
	Leaked []int
	// Known counts the rows of the test part whose person is in the training part as well.
	Known int
	// Flat are the rows of pictures of one colour, or nearly; Rotated those that seem to be rotated by 90, 180 or 270
	// degrees. Voted reports that there were enough pictures to decide, at least 200, and not too many.
	Flat    []int
	Rotated []Rotated
	Voted   bool
}

// LargestHealth is the number of pictures up to which Set looks at them: finding twins takes time with its square.
const LargestHealth = 30_000

// Set looks for twins among the pictures of a set, as the set has them, for flat and rotated ones, and for people in both
// parts of its split. Rows in neither part count for the pictures, not for the split.
func Set(ctx context.Context, s *faces.Set, split faces.Split) (*Health, error) {
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
	thumbs := make([]*copies.Thumb, s.Len())
	if err := parallel.Each(ctx, s.Len(), func(i int) { thumbs[i] = copies.NewThumb(s.Image(i)) }); err != nil {
		return nil, err
	}
	var err error
	if h.Twins, err = copies.Find(ctx, thumbs, copies.Options{Moved: true}); err != nil {
		return nil, err
	}
	h.Compared = true
	h.Moved = moved(h.Twins)
	for i, t := range thumbs {
		if t.Flat() {
			h.Flat = append(h.Flat, i)
		}
	}
	if h.Rotated, h.Voted, err = findRotated(ctx, thumbs); err != nil {
		return nil, err
	}
	for _, g := range copies.Groups(s.Len(), h.Twins) {
		h.Spare += len(g) - 1
	}
	h.Leaked = leaked(s.Len(), h.Twins, split)
	return h, nil
}

// moved counts the later pictures of pairs that are nobody's twins as they are.
func moved(twins []copies.Pair) int {
	as := make(map[int]bool) // as they are
	for _, t := range twins {
		as[t.B] = as[t.B] || t.How == 0
	}
	n := 0
	for _, same := range as {
		if !same {
			n++
		}
	}
	return n
}

// leaked are the test rows with a twin among the training rows, in the order of the test part.
func leaked(n int, twins []copies.Pair, split faces.Split) []int {
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
