package dataset

import (
	"fmt"

	"likeness/faces"
)

// The ways of SplitPlan.By.
const (
	ByRandom = "random" // as scikit-learn's train_test_split does
	ByPerson = "person" // no person is in both parts
)

// SplitPlan says how a set is divided into training and test pictures. Its text is kept in the files of what was
// fitted, and read again from there.
type SplitPlan struct {
	By       string  `json:"by"`        // ByRandom or ByPerson
	TestSize float64 `json:"test_size"` // share of the pictures that is only tested on, between 0 and 1
	Seed     uint32  `json:"seed"`      // of the split; scikit-learn's random_state
	// Validation, where above 0, leaves the test pictures alone: the test part of the result is this share of the
	// training pictures instead.
	Validation float64 `json:"validation,omitempty"`
	// HeldOut, where above 0, is the share of the training pictures that is kept out of training for choosing weights,
	// while the test pictures stay as they are.
	HeldOut float64 `json:"held_out,omitempty"`
}

// DefaultSplit is the tutorial's: a random tenth for testing, seed 42.
func DefaultSplit() SplitPlan { return SplitPlan{By: ByRandom, TestSize: 0.1, Seed: 42} }

// The texts of a plan. They are part of the formats of files.
const (
	splitText      = "%s, test_size=%g, random_state=%d"
	validationText = ", validation=%g"
	heldText       = ", held_back=%g"
)

// String returns the plan as one text; ParseSplit reads it.
func (s SplitPlan) String() string {
	text := fmt.Sprintf(splitText, s.By, s.TestSize, s.Seed)
	if s.Validation > 0 {
		text += fmt.Sprintf(validationText, s.Validation)
	}
	if s.HeldOut > 0 {
		text += fmt.Sprintf(heldText, s.HeldOut)
	}
	return text
}

// ParseSplit reads what String returns. Any other text is an error.
func ParseSplit(text string) (SplitPlan, error) {
	s := DefaultSplit()
	const scanned = "%6s, test_size=%g, random_state=%d" // %s would take the comma along
	for _, kind := range []struct {
		text   string
		values []any
	}{{scanned + heldText, []any{&s.HeldOut}}, {scanned + validationText, []any{&s.Validation}}, {scanned, nil}} {
		if _, err := fmt.Sscanf(text, kind.text, append([]any{&s.By, &s.TestSize, &s.Seed}, kind.values...)...); err == nil {
			break
		}
	}
	if (s.By != ByRandom && s.By != ByPerson) || s.String() != text {
		return SplitPlan{}, fmt.Errorf("the split %q is not one that this program makes", text)
	}
	return s, nil
}

// Check reports what is wrong with the numbers of a plan.
func (s SplitPlan) Check() error {
	switch {
	case s.By != ByRandom && s.By != ByPerson:
		return fmt.Errorf("a split by %q: expected %s or %s", s.By, ByRandom, ByPerson)
	case !(s.TestSize > 0 && s.TestSize < 1):
		return fmt.Errorf("a test size of %g: expected a share between 0 and 1, such as 0.1", s.TestSize)
	case !(s.Validation >= 0 && s.Validation < 1):
		return fmt.Errorf("a validation share of %g: expected a share between 0 and 1, such as 0.1", s.Validation)
	case !(s.HeldOut >= 0 && s.HeldOut < 1):
		return fmt.Errorf("a held-out share of %g: expected a share between 0 and 1, such as 0.1", s.HeldOut)
	}
	return nil
}

// Split divides a set. heldOut are the rows that are kept out of split.Train for choosing weights; they are in neither
// part. Of the set, Source and People count.
func (s SplitPlan) Split(set *faces.Set) (split faces.Split, heldOut []int, err error) {
	split, err = s.divide(set.People, s.TestSize)
	if share := max(s.Validation, s.HeldOut); err == nil && share > 0 {
		var people []string
		for _, row := range split.Train {
			people = append(people, set.People[row])
		}
		var inner faces.Split
		inner, err = s.divide(people, share)
		inner = split.Nested(inner)
		if s.HeldOut > 0 {
			split.Train, heldOut = inner.Train, inner.Test
		} else {
			split = inner
		}
	}
	if err != nil {
		return split, nil, fmt.Errorf("%s: %w", set.Source, err)
	}
	return split, heldOut, nil
}

// divide splits rows of pictures of the given people.
func (s SplitPlan) divide(people []string, testSize float64) (faces.Split, error) {
	if s.By == ByPerson {
		return faces.PersonSplit(people, testSize, s.Seed)
	}
	return faces.RandomSplit(len(people), testSize, s.Seed)
}
