package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"likeness/faces"
)

// splitPlan says how a set is divided into training and test pictures. Its
// text is kept in the model file, and read again from there.
type splitPlan struct {
	by         choiceFlag // "random" or "person"
	testSize   float64
	seed       uint32
	validation float64 // share of the training pictures to test on instead; 0: none
	held       float64 // share of them held back for choosing weights, with the test pictures as they are; 0: none
}

const (
	splitText      = "%s, test_size=%g, random_state=%d"
	validationText = ", validation=%g"
	heldText       = ", held_back=%g"
)

func (s *splitPlan) String() string {
	text := fmt.Sprintf(splitText, s.by.value, s.testSize, s.seed)
	if s.validation > 0 {
		text += fmt.Sprintf(validationText, s.validation)
	}
	if s.held > 0 {
		text += fmt.Sprintf(heldText, s.held)
	}
	return text
}

// parseSplit is the way back from String.
func parseSplit(text string) (*splitPlan, error) {
	s := newSplitPlan()
	var by string
	// %s would take the comma along.
	const scanned = "%6s, test_size=%g, random_state=%d"
	for _, kind := range []struct {
		text   string
		values []any
	}{{scanned + heldText, []any{&s.held}}, {scanned + validationText, []any{&s.validation}}, {scanned, nil}} {
		if _, err := fmt.Sscanf(text, kind.text, append([]any{&by, &s.testSize, &s.seed}, kind.values...)...); err == nil {
			break
		}
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
	cmd.Flags().Float64Var(&s.validation, "validation", 0, "leave the test pictures alone and measure on this share of the training pictures, which is not learned from: for choosing settings")
}

// check finds wrong flags before anything is read.
func (s *splitPlan) check() error {
	if !(s.testSize > 0 && s.testSize < 1) {
		return usagef("--test-size %g: expected a share between 0 and 1, such as 0.1", s.testSize)
	}
	if !(s.validation >= 0 && s.validation < 1) {
		return usagef("--validation %g: expected a share between 0 and 1, such as 0.1", s.validation)
	}
	return nil
}

func (s *splitPlan) split(set *faces.Set) (faces.Split, error) {
	split, _, err := s.parts(set)
	return split, err
}

// parts gives the split, and the rows that are held back of its training part.
func (s *splitPlan) parts(set *faces.Set) (split faces.Split, held []int, err error) {
	split, err = s.divide(set.People, s.testSize)
	if share := max(s.validation, s.held); err == nil && share > 0 {
		var people []string
		for _, row := range split.Train {
			people = append(people, set.People[row])
		}
		var inner faces.Split
		inner, err = s.divide(people, share)
		inner = split.Nested(inner)
		if s.held > 0 {
			split.Train, held = inner.Train, inner.Test
		} else {
			split = inner
		}
	}
	if err != nil {
		return split, nil, fmt.Errorf("%s: %w", set.Source, bare(err))
	}
	return split, held, nil
}

// divide splits rows of pictures of the given people.
func (s *splitPlan) divide(people []string, testSize float64) (faces.Split, error) {
	if s.by.value == "person" {
		return faces.PersonSplit(people, testSize, s.seed)
	}
	return faces.RandomSplit(len(people), testSize, s.seed)
}
