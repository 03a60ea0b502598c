package latent

import (
	"fmt"
	"math"
	"math/rand/v2"
	"sync"
)

// recipes are tried in this order, and the first of equally good ones wins. Strong
// penalties come before weak ones, and each logistic fit starts from the one before.
var recipes = []Recipe{
	{Ridge, 10}, {Ridge, 0.1}, {Ridge, 0.001},
	{Logistic, 0.1}, {Logistic, 0.01}, {Logistic, 0.001}, {Logistic, 0.0001},
}

const (
	mostFolds = 5
	foldSeed  = 1
	// Sets of this size and more are divided into folds once for all attributes, and the
	// shared part of the fits is computed once. Smaller sets are divided for each
	// attribute, so that every fold has its share of pictures with the attribute.
	sharedFolds = 1000
)

// fitter fits one attribute after the other.
type fitter struct {
	white   []float32
	width   int
	tagged  Tagged
	recipes []Recipe
	shared  []part // nil: each attribute has its own
}

// part is one round of cross-validation: the rows to fit to and the rows to measure on.
// The last part of a list fits to all rows and measures none.
type part struct {
	fit, test []int
	z         []float32 // of fit
	gram      *gram
}

func newFitter(white []float32, width int, t Tagged, opt FitOptions) *fitter {
	f := &fitter{white: white, width: width, tagged: t}
	for _, r := range recipes {
		if opt.Method == "" || opt.Method == r.Method {
			f.recipes = append(f.recipes, r)
		}
	}
	complete := true
	for _, v := range t.Values {
		complete = complete && !math.IsNaN(float64(v))
	}
	if complete && t.Len() >= sharedFolds {
		rows := make([]int, t.Len())
		for i := range rows {
			rows[i] = i
		}
		f.shared = f.parts(rows, nil, mostFolds)
	}
	return f
}

// parts divides rows into folds.
func (f *fitter) parts(rows []int, y []float32, folds int) []part {
	fold := f.folds(rows, y, folds)
	all := make([]part, folds+1)
	for k := range all {
		p := &all[k]
		for i, r := range rows {
			if fold[i] == k {
				p.test = append(p.test, i)
				continue
			}
			p.fit = append(p.fit, i)
			p.z = append(p.z, f.white[r*f.width:(r+1)*f.width]...)
		}
		p.gram = (&problem{width: f.width, z: p.z, y: make([]float32, len(p.fit))}).gram()
	}
	return all
}

// folds returns the fold of each row. Groups stay whole and are dealt out in a fixed
// random order; with labels, groups with the attribute come first.
func (f *fitter) folds(rows []int, y []float32, folds int) []int {
	group := make([]string, len(rows))
	names := map[string]bool{}
	for i, r := range rows {
		if f.tagged.Groups != nil {
			group[i] = f.tagged.Groups[r]
		}
		if group[i] == "" {
			group[i] = fmt.Sprintf("\x00%d", i) // by itself
		}
		names[group[i]] = true
	}
	if len(names) < 2*folds { // too few people to keep apart
		for i := range group {
			group[i] = fmt.Sprintf("\x00%d", i)
		}
	}
	order := rand.New(rand.NewPCG(foldSeed, uint64(len(rows)))).Perm(len(rows))
	dealt, next := map[string]int{}, 0
	deal := func(want float32) {
		for _, i := range order {
			if y != nil && y[i] != want {
				continue
			}
			if _, ok := dealt[group[i]]; !ok {
				dealt[group[i]] = next % folds
				next++
			}
		}
	}
	deal(1)
	if y != nil {
		deal(-1)
	}
	out := make([]int, len(rows))
	for i := range rows {
		out[i] = dealt[group[i]]
	}
	return out
}

// fit returns the direction of one attribute, or the reason why there is none.
func (f *fitter) fit(column int) (*Direction, string) {
	rows, y, with := f.tagged.labels(column)
	if least := min(with, len(rows)-with); least < fewest {
		return nil, fmt.Sprintf("%d of %d pictures have it: it takes %d with and %d without", with, len(rows), fewest, fewest)
	}
	parts := f.shared
	if parts == nil {
		parts = f.parts(rows, y, mostFolds)
	}
	best, bestAUC := -1, 0.0
	scores := make([][]float64, len(f.recipes))
	for r := range scores {
		scores[r] = make([]float64, len(rows))
	}
	for _, p := range parts[:len(parts)-1] {
		for r, w := range f.weights(p, y) {
			n := length(w)
			for _, i := range p.test {
				if n > 0 {
					scores[r][i] = dot(w, f.row(rows[i])) / n
				}
			}
		}
	}
	has := make([]bool, len(rows))
	for i, v := range y {
		has[i] = v > 0
	}
	for r := range f.recipes {
		if auc, _ := AUC(scores[r], has); best < 0 || auc > bestAUC {
			best, bestAUC = r, auc
		}
	}
	w := f.weights(parts[len(parts)-1], y)[best]
	n := length(w)
	if !(n > 0) || math.IsInf(n, 0) {
		return nil, "pictures with it and without have the same codes"
	}
	d := &Direction{Name: f.tagged.Names[column], Recipe: f.recipes[best], With: with, Without: len(rows) - with, CrossAUC: bestAUC}
	for _, v := range w {
		d.White = append(d.White, float32(float64(v)/n))
	}
	means := [2]float64{}
	for i, r := range rows {
		if has[i] {
			means[1] += d.Score(f.row(r)) / float64(with)
		} else {
			means[0] += d.Score(f.row(r)) / float64(len(rows)-with)
		}
	}
	d.Gap, d.Middle = means[1]-means[0], (means[1]+means[0])/2
	all := make([]float64, f.tagged.Len())
	for r := range all {
		all[r] = d.Score(f.row(r))
	}
	d.Usual = NewRange(all)
	return d, ""
}

func (f *fitter) row(r int) []float32 { return f.white[r*f.width : (r+1)*f.width] }

// weights returns the weights of all recipes.
func (f *fitter) weights(p part, y []float32) [][]float32 {
	q := &problem{width: f.width, z: p.z, y: make([]float32, len(p.fit))}
	for k, i := range p.fit {
		q.y[k] = y[i]
	}
	out := make([][]float32, len(f.recipes))
	start := make([]float64, f.width+1)
	for r, recipe := range f.recipes {
		if recipe.Method == Ridge {
			out[r] = q.ridge(p.gram, recipe.Penalty)
			continue
		}
		q.logistic(recipe.Penalty, start)
		for _, v := range start[:f.width] {
			out[r] = append(out[r], float32(v))
		}
	}
	return out
}

// counter counts what several goroutines have done.
type counter struct {
	mu sync.Mutex
	n  int
}

// next counts one more and calls report with the count, one goroutine at a time.
func (c *counter) next(report func(n int)) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.n++
	report(c.n)
}
