package train

import (
	"likeness/baseline"
	"likeness/faces"
	"likeness/pix"
)

// Sample is some of the pictures that a run is measured on, to look at while it learns.
type Sample struct {
	Names []string // ids
	W, H  int
	// Given is what the model is given, Wanted what it should return: N x H x W x 3, the same where nothing is corrupted.
	Given, Wanted []float32
	Corrupted     bool
}

// Measured returns the rows that the run is measured on.
func (r *Run) Measured() []int {
	if len(r.Validation) > 0 {
		return r.Validation
	}
	return r.Split.Test
}

// Sample chooses at most n of the pictures that the run is measured on.
func (r *Run) Sample(n int) *Sample { return NewSample(r.Data, r.Measured(), r.Corruption, r.Seed, n) }

// NewSample chooses at most n of the rows of a set that a run with a seed is measured on, evenly spread. Of a denoiser, which
// has a corruption, they are corrupted just as they are when it is measured.
func NewSample(set *faces.Set, rows []int, c pix.Corruption, seed uint64, n int) *Sample {
	s := &Sample{W: set.W, H: set.H, Corrupted: c != nil}
	n = min(n, len(rows))
	for i := range n {
		place := i * len(rows) / n
		row := rows[place]
		clean := set.AllFloats([]int{row})
		s.Names, s.Wanted = append(s.Names, set.IDs[row]), append(s.Wanted, clean...)
		if c != nil {
			s.Given = append(s.Given, baseline.CorruptedFrom(place, clean, c, set.Prep, seed)...)
		}
	}
	if c == nil {
		s.Given = s.Wanted
	}
	return s
}
