package main

import (
	"github.com/spf13/cobra"

	"likeness/cmd/likeness/internal/console"
	"likeness/dataset"
	"likeness/faces"
)

// splitPlan says how a set is divided into training and test pictures. Its
// text is kept in the model file, and read again from there.
type splitPlan struct {
	by         console.Choice // "random" or "person"
	testSize   float64
	seed       uint32
	validation float64 // share of the training pictures to test on instead; 0: none
	held       float64 // share of them held back for choosing weights, with the test pictures as they are; 0: none
}

// plan is the same as a value that libraries know.
func (s *splitPlan) plan() dataset.SplitPlan {
	return dataset.SplitPlan{By: s.by.Value, TestSize: s.testSize, Seed: s.seed, Validation: s.validation, HeldOut: s.held}
}

func (s *splitPlan) String() string { return s.plan().String() }

func newSplitPlan() *splitPlan {
	return &splitPlan{by: console.Choice{Value: "random", Choices: []string{"random", "person"}}, testSize: 0.1, seed: 42}
}

func addSplitFlags(cmd *cobra.Command, s *splitPlan) {
	console.AddChoice(cmd, &s.by, "split", "how test pictures are chosen: at random, or so that no person is in both parts")
	cmd.Flags().Float64Var(&s.testSize, "test-size", s.testSize, "share of the pictures that is only tested on")
	cmd.Flags().Uint32Var(&s.seed, "split-seed", s.seed, "seed of the split; scikit-learn's random_state")
	cmd.Flags().Float64Var(&s.validation, "validation", 0, "leave the test pictures alone and measure on this share of the training pictures, which is not learned from: for choosing settings")
}

// check finds wrong flags before anything is read.
func (s *splitPlan) check() error {
	if !(s.testSize > 0 && s.testSize < 1) {
		return console.Usagef("--test-size %g: expected a share between 0 and 1, such as 0.1", s.testSize)
	}
	if !(s.validation >= 0 && s.validation < 1) {
		return console.Usagef("--validation %g: expected a share between 0 and 1, such as 0.1", s.validation)
	}
	return nil
}

// parts gives the split, and the rows that are held back of its training part.
func (s *splitPlan) parts(set *faces.Set) (split faces.Split, held []int, err error) {
	return s.plan().Split(set)
}

func (s *splitPlan) split(set *faces.Set) (faces.Split, error) {
	split, _, err := s.parts(set)
	return split, err
}
