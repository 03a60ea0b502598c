package faces

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
)

func digest(rows []int) string {
	var b []byte
	for _, r := range rows {
		b = binary.LittleEndian.AppendUint64(b, uint64(r))
	}
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}

// The reference values were made by testdata/split.py.
func TestRandomSplitEqualsSklearn(t *testing.T) {
	data, err := os.ReadFile("testdata/split.json")
	if err != nil {
		t.Fatal(err)
	}
	var want struct {
		Splits []struct {
			N           int     `json:"n"`
			TestSize    float64 `json:"test_size"`
			Seed        uint32  `json:"seed"`
			NTrain      int     `json:"n_train"`
			NTest       int     `json:"n_test"`
			TestHead    []int   `json:"test_head"`
			TrainHead   []int   `json:"train_head"`
			TestSHA256  string  `json:"test_sha256"`
			TrainSHA256 string  `json:"train_sha256"`
		} `json:"splits"`
		Words map[string][]uint32 `json:"words"`
	}
	if err := json.Unmarshal(data, &want); err != nil {
		t.Fatal(err)
	}
	if len(want.Splits) == 0 || len(want.Words) == 0 {
		t.Fatal("no reference values")
	}
	for _, w := range want.Splits {
		t.Run(fmt.Sprintf("n=%d,size=%g,seed=%d", w.N, w.TestSize, w.Seed), func(t *testing.T) {
			s, err := RandomSplit(w.N, w.TestSize, w.Seed)
			if err != nil {
				t.Fatal(err)
			}
			if len(s.Train) != w.NTrain || len(s.Test) != w.NTest {
				t.Fatalf("%d train and %d test rows, want %d and %d", len(s.Train), len(s.Test), w.NTrain, w.NTest)
			}
			if got := s.Test[:len(w.TestHead)]; !slices.Equal(got, w.TestHead) {
				t.Errorf("test rows begin %v, want %v", got, w.TestHead)
			}
			if got := s.Train[:len(w.TrainHead)]; !slices.Equal(got, w.TrainHead) {
				t.Errorf("train rows begin %v, want %v", got, w.TrainHead)
			}
			if digest(s.Test) != w.TestSHA256 || digest(s.Train) != w.TrainSHA256 {
				t.Error("the rows differ from scikit-learn's")
			}
		})
	}
	for seed, words := range want.Words {
		var s uint32
		fmt.Sscan(seed, &s)
		r := newRandomState(s)
		all := make([]uint32, 1300)
		for i := range all {
			all[i] = r.Uint32()
		}
		got := []uint32{all[0], all[1], all[623], all[624], all[1299]}
		if !slices.Equal(got, words) {
			t.Errorf("seed %s: words %v, want %v", seed, got, words)
		}
	}
}

func TestRandomSplitOfLFW(t *testing.T) {
	s, err := RandomSplit(13143, 0.1, 42)
	if err != nil {
		t.Fatal(err)
	}
	if want := []int{6170, 8108, 2447, 3132, 6778, 4902, 4459, 11572, 3437, 7852}; !slices.Equal(s.Test[:10], want) {
		t.Errorf("test rows begin %v, want %v", s.Test[:10], want)
	}
	if got := digest(s.Test); got != "25fe4f76bc0a2e83f891995685981253430dbd240a3a3eb6ed47a84dc1869658" {
		t.Errorf("the test rows have the hash %s", got)
	}
	// Appending to one part must not write into the other.
	first := s.Train[0]
	_ = append(s.Test, -1)
	if s.Train[0] != first {
		t.Error("the parts share room to grow")
	}
}

func TestSplitErrors(t *testing.T) {
	for _, c := range []struct {
		n    int
		size float64
		want string
	}{
		{0, 0.1, "too few"}, {1, 0.1, "too few"}, {3, 0.9, "too few"}, {-4, 0.1, "cannot divide"},
		{10, 0, "not between"}, {10, 1, "not between"}, {10, -0.5, "not between"}, {10, nan(), "not between"},
	} {
		if _, err := RandomSplit(c.n, c.size, 1); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("RandomSplit(%d, %g): %v, want an error with %q", c.n, c.size, err, c.want)
		}
	}
	if _, err := PersonSplit([]string{"a", "b", "", "c"}, 0.5, 1); err == nil || !strings.Contains(err.Error(), "1 of 4 pictures have no person") {
		t.Errorf("missing names: %v", err)
	}
	if _, err := PersonSplit([]string{"a", "a", "a"}, 0.1, 1); err == nil || !strings.Contains(err.Error(), "1 people are too few") {
		t.Errorf("one person: %v", err)
	}
}

func nan() float64 { var zero float64; return zero / zero }

func TestPersonSplit(t *testing.T) {
	var people []string
	for p := range 100 {
		for range 1 + p%7 {
			people = append(people, fmt.Sprintf("person %d", p))
		}
	}
	distinct := map[string]bool{}
	for seed := range uint32(20) {
		s, err := PersonSplit(people, 0.1, seed)
		if err != nil {
			t.Fatal(err)
		}
		if got := len(s.Test) + len(s.Train); got != len(people) {
			t.Fatalf("%d rows, want %d", got, len(people))
		}
		want := (len(people) + 9) / 10
		if len(s.Test) < want || len(s.Test) > want+6 {
			t.Errorf("%d test rows, want %d and at most one person more", len(s.Test), want)
		}
		if !slices.IsSorted(s.Test) || !slices.IsSorted(s.Train) {
			t.Error("rows are not in rising order")
		}
		in := map[string]bool{}
		for _, i := range s.Test {
			in[people[i]] = true
		}
		for _, i := range s.Train {
			if in[people[i]] {
				t.Fatalf("%s is in both parts", people[i])
			}
		}
		again, _ := PersonSplit(people, 0.1, seed)
		if digest(again.Test) != digest(s.Test) {
			t.Error("the same seed gives another split")
		}
		distinct[digest(s.Test)] = true
	}
	if len(distinct) < 15 {
		t.Errorf("20 seeds give only %d splits", len(distinct))
	}
}

func TestNestedSplit(t *testing.T) {
	outer, err := RandomSplit(50, 0.2, 1)
	if err != nil {
		t.Fatal(err)
	}
	inner, err := RandomSplit(len(outer.Train), 0.25, 2)
	if err != nil {
		t.Fatal(err)
	}
	got := outer.Nested(inner)
	if len(got.Train) != 30 || len(got.Test) != 10 {
		t.Fatalf("%d and %d rows, want 30 and 10", len(got.Train), len(got.Test))
	}
	seen := map[int]bool{}
	for _, row := range outer.Test {
		seen[row] = true
	}
	for _, row := range slices.Concat(got.Train, got.Test) {
		if seen[row] {
			t.Errorf("row %d is a test row or in both parts", row)
		}
		seen[row] = true
	}
	if len(seen) != 50 {
		t.Errorf("%d rows of 50", len(seen))
	}
}
