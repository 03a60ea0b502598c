package faces

import (
	"errors"
	"fmt"
	"math"
)

// Split holds the rows for training and those for testing. No row is in both.
type Split struct {
	Train []int `json:"train"`
	Test  []int `json:"test"`
}

// RandomSplit divides n rows at random. The rows, and their order, are exactly those of scikit-learn's
// train_test_split(rows, test_size=testSize, random_state=seed): ceil(testSize*n) rows for testing are the head of
// RandomState(seed).permutation(n), the rest is for training.
func RandomSplit(n int, testSize float64, seed uint32) (Split, error) {
	test, err := testCount(n, testSize)
	if err != nil {
		return Split{}, err
	}
	p := newRandomState(seed).permutation(n)
	return Split{Train: p[test:], Test: p[:test:test]}, nil
}

// PersonSplit divides rows so that no person is in both parts: people in a random order that seed decides go to the
// test part, with all their pictures, until it holds at least the share testSize of the rows. people[i] is the person
// of row i; a row without a name is an error, for it could be anybody. Rows are in rising order in each part.
func PersonSplit(people []string, testSize float64, seed uint32) (Split, error) {
	want, err := testCount(len(people), testSize)
	if err != nil {
		return Split{}, err
	}
	number := make(map[string]int)
	var counts []int
	nameless := 0
	for _, p := range people {
		if p == "" {
			nameless++
			continue
		}
		k, known := number[p]
		if !known {
			k = len(counts)
			number[p] = k
			counts = append(counts, 0)
		}
		counts[k]++
	}
	if nameless > 0 {
		return Split{}, fmt.Errorf("%d of %d pictures have no person's name to split by", nameless, len(people))
	}
	inTest := make([]bool, len(counts))
	taken, chosen := 0, 0
	for _, k := range newRandomState(seed).permutation(len(counts)) {
		if taken >= want {
			break
		}
		inTest[k] = true
		taken += counts[k]
		chosen++
	}
	if chosen == len(counts) {
		return Split{}, fmt.Errorf("%d people are too few to set %g of %d pictures aside: nobody would be left to train on",
			len(counts), testSize, len(people))
	}
	var s Split
	for i, p := range people {
		if inTest[number[p]] {
			s.Test = append(s.Test, i)
		} else {
			s.Train = append(s.Train, i)
		}
	}
	return s, nil
}

// testCount returns how many of n rows go to the test part, at least one and not all.
func testCount(n int, testSize float64) (int, error) {
	if !(testSize > 0 && testSize < 1) {
		return 0, fmt.Errorf("test size %g is not between 0 and 1", testSize)
	}
	if n < 0 || int64(n) > math.MaxUint32 {
		return 0, fmt.Errorf("cannot divide %d pictures", n)
	}
	test := int(math.Ceil(testSize * float64(n)))
	if n == 1 {
		return 0, errors.New("1 picture is too few to set some aside for testing")
	}
	if n < 2 || test >= n {
		return 0, fmt.Errorf("%d pictures are too few to set %g of them aside for testing", n, testSize)
	}
	return test, nil
}

// Nested splits the training rows of s once more, as inner splits their places, for choosing settings without a look
// at the test rows: those are in neither part of the result.
func (s Split) Nested(inner Split) Split {
	rows := func(places []int) []int {
		out := make([]int, len(places))
		for i, p := range places {
			out[i] = s.Train[p]
		}
		return out
	}
	return Split{Train: rows(inner.Train), Test: rows(inner.Test)}
}
