package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"likeness/faces"
)

// splitPlan says how a set is divided into training and test pictures. Its
// text is kept in the model file, and read again from there.
type splitPlan struct {
	by       choiceFlag // "random" or "person"
	testSize float64
	seed     uint32
}

const splitText = "%s, test_size=%g, random_state=%d"

func (s *splitPlan) String() string {
	return fmt.Sprintf(splitText, s.by.value, s.testSize, s.seed)
}

// parseSplit is the way back from String.
func parseSplit(text string) (*splitPlan, error) {
	s := newSplitPlan()
	var by string
	// %s would take the comma along.
	if _, err := fmt.Sscanf(text, "%6s, test_size=%g, random_state=%d", &by, &s.testSize, &s.seed); err != nil {
		return nil, fmt.Errorf("the split %q is not one that this program makes", text)
	}
	if err := s.by.Set(by); err != nil || s.String() != text {
		return nil, fmt.Errorf("the split %q is not one that this program makes", text)
	}
	return s, nil
}

func newSplitPlan() *splitPlan {
	return &splitPlan{by: choiceFlag{"random", []string{"random", "person"}}, testSize: 0.1, seed: 42}
}

func addSplitFlags(cmd *cobra.Command, s *splitPlan) {
	addChoice(cmd, &s.by, "split", "how test pictures are chosen: at random, or so that no person is in both parts")
	cmd.Flags().Float64Var(&s.testSize, "test-size", s.testSize, "share of the pictures that is only tested on")
	cmd.Flags().Uint32Var(&s.seed, "split-seed", s.seed, "seed of the split; scikit-learn's random_state")
}

// check finds wrong flags before anything is read.
func (s *splitPlan) check() error {
	if !(s.testSize > 0 && s.testSize < 1) {
		return usagef("--test-size %g: expected a share between 0 and 1, such as 0.1", s.testSize)
	}
	return nil
}

func (s *splitPlan) split(set *faces.Set) (faces.Split, error) {
	var split faces.Split
	var err error
	if s.by.value == "person" {
		split, err = faces.PersonSplit(set.People, s.testSize, s.seed)
	} else {
		split, err = faces.RandomSplit(set.Len(), s.testSize, s.seed)
	}
	if err != nil {
		return split, fmt.Errorf("%s: %w", set.Source, err)
	}
	return split, nil
}
