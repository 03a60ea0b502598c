package dataset

import (
	"slices"
	"strings"
	"testing"

	"likeness/faces"
)

func TestSplitText(t *testing.T) {
	for _, s := range []SplitPlan{
		DefaultSplit(), {By: ByPerson, TestSize: 0.25, Seed: 7}, {By: ByPerson, TestSize: 0.25, Seed: 7, Validation: 0.2},
		{By: ByRandom, TestSize: 0.1, Seed: 42, HeldOut: 0.1},
	} {
		if got, err := ParseSplit(s.String()); err != nil || got != s {
			t.Errorf("%s: got %v, %v", s, got, err)
		}
	}
	for _, text := range []string{
		"", "random", "random, test_size=0.1, random_state=42, held_back=0.1, validation=0.1",
		"random, test_size=0.1, random_state=42, and more", "poison, test_size=0.1, random_state=42",
	} {
		if _, err := ParseSplit(text); err == nil {
			t.Errorf("%q was taken for a split", text)
		}
	}
}

func TestSplitCheck(t *testing.T) {
	good := DefaultSplit()
	if err := good.Check(); err != nil {
		t.Error(err)
	}
	for word, change := range map[string]func(*SplitPlan){
		"split by":   func(s *SplitPlan) { s.By = "date" },
		"test size":  func(s *SplitPlan) { s.TestSize = 1 },
		"validation": func(s *SplitPlan) { s.Validation = -0.1 },
		"held-out":   func(s *SplitPlan) { s.HeldOut = 1 },
	} {
		bad := good
		change(&bad)
		if err := bad.Check(); err == nil || !strings.Contains(err.Error(), word) {
			t.Errorf("%s: %v", word, err)
		}
	}
}

// Validation pictures come from the training part and take the test part's place; held-out pictures leave it in place.
func TestSplitParts(t *testing.T) {
	set := &faces.Set{Source: "some", People: make([]string, 100), IDs: make([]string, 100)}
	whole, none, err := DefaultSplit().Split(set)
	if err != nil || len(whole.Test) != 10 || len(whole.Train) != 90 || none != nil {
		t.Fatalf("%d and %d rows, held out %v, %v", len(whole.Train), len(whole.Test), none, err)
	}
	plan := DefaultSplit()
	plan.Validation = 0.2
	inner, none, err := plan.Split(set)
	if err != nil || len(inner.Test) != 18 || len(inner.Train) != 72 || none != nil {
		t.Errorf("validation: %d and %d rows, held out %v, %v", len(inner.Train), len(inner.Test), none, err)
	}
	plan.Validation, plan.HeldOut = 0, 0.2
	held, out, err := plan.Split(set)
	if err != nil || !slices.Equal(held.Test, whole.Test) || !slices.Equal(held.Train, inner.Train) || !slices.Equal(out, inner.Test) {
		t.Errorf("held out: %d and %d rows, %d held out, %v", len(held.Train), len(held.Test), len(out), err)
	}
	for _, row := range append(slices.Clone(inner.Train), inner.Test...) {
		if slices.Contains(whole.Test, row) {
			t.Fatalf("row %d of the test part is used for choosing", row)
		}
	}
	plan = SplitPlan{By: ByPerson, TestSize: 0.1, Seed: 42}
	if _, _, err := plan.Split(set); err == nil || !strings.HasPrefix(err.Error(), "some: ") {
		t.Errorf("nameless pictures split by person: %v", err)
	}
}
