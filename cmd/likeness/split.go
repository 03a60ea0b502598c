package main

import (
	"github.com/spf13/cobra"

	"likeness/cmd/likeness/internal/console"
	"likeness/dataset"
)

// splitFlags are the flags of a split plan.
type splitFlags struct {
	dataset.SplitPlan
	by console.Choice
}

func newSplitFlags() *splitFlags {
	s := &splitFlags{SplitPlan: dataset.DefaultSplit()}
	s.by = console.Choice{Value: s.By, Choices: []string{dataset.ByRandom, dataset.ByPerson}}
	return s
}

func (s *splitFlags) add(cmd *cobra.Command) {
	console.AddChoice(cmd, &s.by, "split", "how test pictures are chosen: at random, or so that no person is in both parts")
	cmd.Flags().Float64Var(&s.TestSize, "test-size", s.TestSize, "share of the pictures that is only tested on")
	cmd.Flags().Uint32Var(&s.Seed, "split-seed", s.Seed, "seed of the split; scikit-learn's random_state")
	cmd.Flags().Float64Var(&s.Validation, "validation", 0, "leave the test pictures alone and measure on this share of the training pictures, which is not learned from: for choosing settings")
}

// plan returns the plan that the flags say.
func (s *splitFlags) plan() dataset.SplitPlan {
	s.By = s.by.Value
	return s.SplitPlan
}

// check reports wrong flags before anything is read.
func (s *splitFlags) check() error {
	if !(s.TestSize > 0 && s.TestSize < 1) {
		return console.Usagef("--test-size %g: expected a share between 0 and 1, such as 0.1", s.TestSize)
	}
	if !(s.Validation >= 0 && s.Validation < 1) {
		return console.Usagef("--validation %g: expected a share between 0 and 1, such as 0.1", s.Validation)
	}
	return nil
}
