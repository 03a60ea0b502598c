package quality

import (
	"bufio"
	"cmp"
	"errors"
	"fmt"
	"io"
	"math"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"

	"likeness/internal/regularfile"
)

// Pair is two pictures of which it is known whether they show one person.
type Pair struct {
	A, B string // ids, such as "Ada_0001"
	Same bool
	Fold int // from 0
}

// ReadPairs reads a list in the layout of LFW's pairs.txt: a line with the
// number of folds and of pairs of each kind in a fold, then for each fold as
// many lines 'name number number' of one person and as many 'name number name
// number' of two. Errors name the file and the line.
func ReadPairs(path string) ([]Pair, error) {
	f, err := regularfile.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return ParsePairs(f, path)
}

// mostPairs bounds a list.
const mostPairs = 10_000_000

// ParsePairs is ReadPairs for what r holds; errors name path.
func ParsePairs(r io.Reader, path string) ([]Pair, error) {
	lines := bufio.NewScanner(r)
	n := 0
	next := func() ([]string, bool) {
		for lines.Scan() {
			n++
			if f := strings.Fields(lines.Text()); len(f) > 0 {
				return f, true
			}
		}
		return nil, false
	}
	wrong := func(expected string) error {
		if err := lines.Err(); err != nil {
			return fmt.Errorf("%s, line %d: %w", path, n+1, err)
		}
		return fmt.Errorf("%s, line %d: expected %s", path, n, expected)
	}
	head, ok := next()
	if !ok || len(head) < 1 || len(head) > 2 {
		return nil, wrong("the number of folds and the number of pairs in a fold")
	}
	folds, per := 1, 0
	var err error
	if len(head) == 2 {
		folds, err = strconv.Atoi(head[0])
	}
	if err == nil {
		per, err = strconv.Atoi(head[len(head)-1])
	}
	if err != nil || folds < 1 || per < 1 || folds > mostPairs || per > mostPairs/folds {
		return nil, wrong("the number of folds and the number of pairs in a fold")
	}
	var pairs []Pair
	for fold := range folds {
		for i := range 2 * per {
			f, ok := next()
			p := Pair{Same: i < per, Fold: fold}
			expected := "a name and two numbers"
			if p.Same {
				ok = ok && len(f) == 3
			} else {
				expected = "a name and a number, twice"
				ok = ok && len(f) == 4
			}
			if ok {
				p.A, ok = pictureID(f[0], f[1])
			}
			if ok {
				second := f[len(f)-2]
				if p.Same {
					second = f[0]
				}
				p.B, ok = pictureID(second, f[len(f)-1])
			}
			if !ok {
				return nil, wrong(expected)
			}
			pairs = append(pairs, p)
		}
	}
	if _, more := next(); more {
		return nil, wrong(fmt.Sprintf("no more than %d pairs", 2*folds*per))
	}
	return pairs, lines.Err()
}

// pictureID is the id of a numbered picture in LFW's layout.
func pictureID(person, number string) (string, bool) {
	n, err := strconv.Atoi(number)
	return fmt.Sprintf("%s_%04d", person, n), err == nil && n >= 0
}

// MakePairs draws pairs where no list is given: people are dealt to folds, so
// that nobody is in two, and each fold draws up to perFold pairs of one person
// and as many of two. Every fourth person is left out of all folds, for what
// must be fitted to people in none. The list follows from ids, people and seed.
func MakePairs(ids, people []string, folds, perFold int, seed uint64) ([]Pair, error) {
	rows := map[string][]int{}
	var names []string
	for i, p := range people {
		if p == "" {
			continue
		}
		if rows[p] == nil {
			names = append(names, p)
		}
		rows[p] = append(rows[p], i)
	}
	rng := rand.New(rand.NewPCG(seed, 0x9a125))
	rng.Shuffle(len(names), func(i, j int) { names[i], names[j] = names[j], names[i] })
	dealt := make([][]string, folds)
	for i, p := range names {
		if i%4 != 3 {
			f := (i - i/4) % folds
			dealt[f] = append(dealt[f], p)
		}
	}
	var pairs []Pair
	for fold, members := range dealt {
		var same []Pair
		var all []int
		for _, p := range members {
			r := rows[p]
			all = append(all, r...)
			for i := range r {
				for j := range i {
					same = append(same, Pair{ids[r[j]], ids[r[i]], true, fold})
				}
			}
		}
		rng.Shuffle(len(same), func(i, j int) { same[i], same[j] = same[j], same[i] })
		n := min(perFold, len(same))
		if n == 0 || len(members) < 2 {
			return nil, errors.New("too few people with two pictures to make pairs of")
		}
		pairs = append(pairs, same[:n]...)
		seen := map[[2]int]bool{}
		for len(seen) < n {
			a, b := all[rng.IntN(len(all))], all[rng.IntN(len(all))]
			key := [2]int{min(a, b), max(a, b)}
			if people[a] == people[b] || seen[key] {
				if len(seen) == 0 || rng.IntN(1000) > 0 {
					continue
				}
				break // so few people that no other pair is left
			}
			seen[key] = true
			pairs = append(pairs, Pair{ids[a], ids[b], false, fold})
		}
	}
	return pairs, nil
}

// Verification says how well distance separates pairs of one person from pairs of two
// people.
type Verification struct {
	Pairs    int     `json:"n_pairs"`
	Folds    int     `json:"folds"`
	Accuracy float64 `json:"accuracy"` // mean over folds, by the threshold best on the other folds
	Error    float64 `json:"standard_error"`
	AUC      float64 `json:"auc"` // the chance that a pair of one person lies nearer than one of two
	// Threshold is the distance at which most of all pairs are classified correctly.
	Threshold float64    `json:"threshold"`
	ROC       []ROCPoint `json:"roc"`
}

// ROCPoint is what a threshold lets through.
type ROCPoint struct {
	FalsePositive float64 `json:"fpr"` // share of the pairs of two people
	TruePositive  float64 `json:"tpr"` // share of the pairs of one person
}

// rocPoints is about how many points a curve has.
const rocPoints = 100

// Verify measures distances of pairs. There must be one for each pair, and
// pairs of both kinds in two folds or more.
func Verify(pairs []Pair, distances []float64) (Verification, error) {
	if len(pairs) != len(distances) {
		panic("quality: pairs and distances are not equally many")
	}
	v := Verification{Pairs: len(pairs)}
	positives := 0
	for i, p := range pairs {
		v.Folds = max(v.Folds, p.Fold+1)
		positives += btoi(p.Same)
		if math.IsNaN(distances[i]) {
			return v, fmt.Errorf("the distance of %s and %s is not a number", p.A, p.B)
		}
	}
	if v.Folds < 2 || positives == 0 || positives == len(pairs) {
		return v, errors.New("pairs of one and of two people in at least two folds are needed")
	}
	order := make([]int, len(pairs))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(distances[a], distances[b]) })
	right, squares, counted := 0.0, 0.0, 0
	for fold := range v.Folds {
		at := threshold(pairs, distances, order, fold)
		good, n := 0, 0
		for i, p := range pairs {
			if p.Fold == fold {
				n++
				good += btoi((distances[i] <= at) == p.Same)
			}
		}
		if n == 0 {
			continue
		}
		counted++
		share := float64(good) / float64(n)
		right += share
		squares += share * share
	}
	n := float64(counted)
	v.Accuracy = right / n
	v.Error = math.Sqrt(max(0, squares/n-v.Accuracy*v.Accuracy) / max(1, n-1))
	v.Threshold = threshold(pairs, distances, order, -1)
	v.curve(pairs, distances, order, positives)
	return v, nil
}

// threshold returns the distance at which most pairs are classified correctly, without
// those of one fold: halfway between two distances where the best one is between them.
func threshold(pairs []Pair, distances []float64, order []int, without int) float64 {
	var kept []int
	for _, i := range order {
		if pairs[i].Fold != without {
			kept = append(kept, i)
		}
	}
	if len(kept) == 0 {
		return 0
	}
	score, best, at := 0, 0, distances[kept[0]]-1
	for j, i := range kept {
		if pairs[i].Same {
			score++
		} else {
			score--
		}
		last := j == len(kept)-1
		if !last && distances[kept[j+1]] == distances[i] {
			continue
		}
		if score > best {
			best, at = score, distances[i]
			if !last {
				at += (distances[kept[j+1]] - at) / 2
			}
		}
	}
	return at
}

// curve fills in the ROC and the area under it.
func (v *Verification) curve(pairs []Pair, distances []float64, order []int, positives int) {
	negatives := len(pairs) - positives
	var tp, fp, lastT, lastF int
	v.ROC = []ROCPoint{{0, 0}}
	points := 0
	for j, i := range order {
		if pairs[i].Same {
			tp++
		} else {
			fp++
		}
		if j+1 < len(order) && distances[order[j+1]] == distances[i] {
			continue
		}
		v.AUC += float64(fp-lastF) * float64(tp+lastT) / 2
		lastT, lastF = tp, fp
		if j+1 == len(order) || (j+1)*rocPoints/len(order) > points {
			points = (j + 1) * rocPoints / len(order)
			v.ROC = append(v.ROC, ROCPoint{float64(fp) / float64(negatives), float64(tp) / float64(positives)})
		}
	}
	v.AUC /= float64(positives) * float64(negatives)
}
