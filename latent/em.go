package latent

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"

	"gonum.org/v1/gonum/mat"

	"likeness/internal/kernel"
	"likeness/parallel"
	"likeness/progress"
)

// MixtureOptions say how a mixture is fitted.
type MixtureOptions struct {
	// Components is their number; 0 chooses among 1, 2, 4, 8, ... by the likelihood of a
	// held-out fifth of the codes, until more no longer help.
	Components int
	// Floor is added to every variance; 0 takes DefaultFloor. White coordinates
	// have variance 1.
	Floor float64
	Seed  uint64
	// Progress, if set, receives each round of each fit.
	Progress progress.Func
}

// DefaultFloor keeps components from collapsing onto a few codes.
const DefaultFloor = 0.01

const (
	mostComponents = 64
	mostRounds     = 200
	settled        = 1e-3 // EM stops when the mean log-likelihood grows by less, in nats
	heldOut        = 5    // one in so many rows is held out
)

// FitMixture fits a mixture to white coordinates by expectation maximisation (Dempster,
// Laird and Rubin 1977), starting from the means that k-means++ picks. The result
// depends on rows, options and seed only. It fails when there are fewer rows than
// components, when a number is not finite, or when ctx ends.
func FitMixture(ctx context.Context, white []float32, width int, opt MixtureOptions) (*Mixture, error) {
	rows := len(white) / width
	if rows < 2 || rows < opt.Components {
		return nil, fmt.Errorf("%d codes are too few for a mixture of %d", rows, max(opt.Components, 1))
	}
	for i, v := range white {
		if v-v != 0 {
			return nil, fmt.Errorf("code %d is not finite", i/width)
		}
	}
	if opt.Floor == 0 {
		opt.Floor = DefaultFloor
	}
	if opt.Components > 0 {
		return fitMixture(ctx, white, width, opt)
	}
	fit, held := partRows(white, width, opt.Seed)
	var tried []Tried
	best := 1
	for k := 1; k <= mostComponents && (k == 1 || k*4*width <= len(fit)/width); k *= 2 {
		try := opt
		try.Components = k
		m, err := fitMixture(ctx, fit, width, try)
		if err != nil {
			return nil, err
		}
		likelihood, err := m.LogLikelihood(ctx, held)
		if err != nil {
			return nil, err
		}
		tried = append(tried, Tried{k, likelihood})
		if n := len(tried); n > 1 && tried[n-1].HeldOut <= slices.MaxFunc(tried[:n-1], byLikelihood).HeldOut {
			break
		}
		best = k
	}
	opt.Components = best
	m, err := fitMixture(ctx, white, width, opt)
	if err != nil {
		return nil, err
	}
	m.Story.Tried = tried
	return m, nil
}

func byLikelihood(a, b Tried) int {
	switch {
	case a.HeldOut < b.HeldOut:
		return -1
	case a.HeldOut > b.HeldOut:
		return 1
	}
	return 0
}

// partRows divides rows into those to fit to and held-out ones.
func partRows(white []float32, width int, seed uint64) (fit, held []float32) {
	order := rand.New(rand.NewPCG(seed, 1)).Perm(len(white) / width)
	for i, r := range order {
		row := white[r*width : (r+1)*width]
		if i%heldOut == 0 {
			held = append(held, row...)
		} else {
			fit = append(fit, row...)
		}
	}
	return fit, held
}

// fitMixture runs EM with a given number of components.
func fitMixture(ctx context.Context, white []float32, width int, opt MixtureOptions) (*Mixture, error) {
	k, rows := opt.Components, len(white)/width
	m := &Mixture{Width: width, Weights: make([]float64, k), Means: make([]float64, k*width), Roots: make([]float64, k*width*width)}
	e := newExpectation(m, white)
	e.assign(seeds(white, width, k, opt.Seed))
	last := math.Inf(-1)
	m.Story = MixtureStory{Components: k, Rows: rows, Floor: opt.Floor}
	for round := 1; round <= mostRounds; round++ {
		opt.Progress.Report(fmt.Sprintf("Fitting a mixture of %d", k), round, 0)
		if err := e.maximise(ctx, m, white, opt.Floor); err != nil {
			return nil, err
		}
		now, err := e.run(ctx, m, e.shares)
		if err != nil {
			return nil, err
		}
		m.Story.Rounds, m.Story.Likelihood = round, now
		if now-last < settled || k == 1 {
			break
		}
		last = now
	}
	// Rounded as in a file, so that a mixture that was read draws the same codes.
	for _, x := range [][]float64{m.Weights, m.Means, m.Roots} {
		copy(x, widen(narrow(x)))
	}
	return m, nil
}

// seeds picks k rows far from one another by k-means++ (Arthur and Vassilvitskii 2007).
func seeds(white []float32, width, k int, seed uint64) []int {
	rng := rand.New(rand.NewPCG(seed, uint64(k)))
	rows := len(white) / width
	row := func(i int) []float32 { return white[i*width : (i+1)*width] }
	near := make([]float64, rows)
	for i := range near {
		near[i] = math.Inf(1)
	}
	picked := []int{rng.IntN(rows)}
	for len(picked) < k {
		last, total := row(picked[len(picked)-1]), 0.0
		for i := range near {
			near[i] = min(near[i], kernel.SquaredDistance64(row(i), last))
			total += near[i]
		}
		at, u := 0, rng.Float64()*total
		for ; at < rows-1 && u >= near[at]; at++ {
			u -= near[at]
		}
		picked = append(picked, at)
	}
	return picked
}

// expectation holds the responsibility of each component for each row.
type expectation struct {
	white  []float32
	rows   int
	shares []float64 // rows x components
}

func newExpectation(m *Mixture, white []float32) *expectation {
	rows := len(white) / m.Width
	return &expectation{white: white, rows: rows, shares: make([]float64, rows*m.Len())}
}

// assign assigns every row to the nearest of some rows.
func (e *expectation) assign(picked []int) {
	k := len(picked)
	width := len(e.white) / e.rows
	row := func(i int) []float32 { return e.white[i*width : (i+1)*width] }
	for i := range e.rows {
		best, least := 0, math.Inf(1)
		for c, p := range picked {
			if d := kernel.SquaredDistance64(row(i), row(p)); d < least {
				best, least = c, d
			}
		}
		e.shares[i*k+best] = 1
	}
}

// blockRows is the number of rows in one piece of parallel work.
const blockRows = 256

// run returns the mean log-likelihood of the rows. It writes the responsibilities of all
// components for all rows to shares, unless that is nil. It fails when ctx ends.
func (e *expectation) run(ctx context.Context, m *Mixture, shares []float64) (float64, error) {
	k, width := m.Len(), m.Width
	inverse := make([][]float32, k) // of the roots, row by row
	constant := make([]float64, k)
	shift := make([][]float32, k) // inverse times mean
	for c := range k {
		inverse[c], constant[c] = m.inverse(c)
		shift[c] = make([]float32, width)
		mean := m.mean(c)
		for i := range width {
			sum := 0.0
			for j := range i + 1 {
				sum += float64(inverse[c][i*width+j]) * mean[j]
			}
			shift[c][i] = float32(sum)
		}
	}
	blocks := (e.rows + blockRows - 1) / blockRows
	sums := make([]float64, blocks)
	err := parallel.Each(ctx, blocks, func(b int) {
		logs := make([]float64, k)
		for i := b * blockRows; i < min((b+1)*blockRows, e.rows); i++ {
			row := e.white[i*width : (i+1)*width]
			top := math.Inf(-1)
			for c := range k {
				square := 0.0
				for j := range width {
					v := float64(kernel.Dot(inverse[c][j*width:j*width+j+1], row[:j+1])) - float64(shift[c][j])
					square += float64(v * v)
				}
				logs[c] = constant[c] - square/2
				top = max(top, logs[c])
			}
			total := 0.0
			for c := range logs {
				logs[c] = math.Exp(logs[c] - top)
				total += logs[c]
			}
			sums[b] += top + math.Log(total)
			if shares != nil {
				for c, v := range logs {
					shares[i*k+c] = v / total
				}
			}
		}
	})
	sum := 0.0
	for _, s := range sums {
		sum += s
	}
	return sum / float64(e.rows), err
}

// inverse returns the inverse of component c's root, and the logarithm of its weight
// times the constant factor of its density.
func (m *Mixture) inverse(c int) ([]float32, float64) {
	n := m.Width
	root := m.root(c)
	t := mat.NewTriDense(n, mat.Lower, append([]float64(nil), root...))
	var inv mat.TriDense
	if err := inv.InverseTri(t); err != nil {
		if _, ok := err.(mat.Condition); !ok {
			panic("latent: a component's root has no inverse")
		}
	}
	out := make([]float32, n*n)
	constant := math.Log(m.Weights[c]) - float64(n)/2*math.Log(2*math.Pi)
	for i := range n {
		constant -= math.Log(root[i*n+i])
		for j := range i + 1 {
			out[i*n+j] = float32(inv.At(i, j))
		}
	}
	return out, constant
}

// maximise sets each component to the moments of the rows, weighted by its
// responsibilities.
func (e *expectation) maximise(ctx context.Context, m *Mixture, white []float32, floor float64) error {
	k, width := m.Len(), m.Width
	failed := make([]error, k)
	err := parallel.Each(ctx, k, func(c int) {
		p := &problem{width: width, z: white, y: make([]float32, e.rows)}
		total := 0.0
		for i := range e.rows {
			total += e.shares[i*k+c]
		}
		mean := p.weighted(func(i int) float64 { return e.shares[i*k+c] })
		for j := range mean {
			mean[j] /= max(total, math.SmallestNonzeroFloat64)
		}
		copy(m.mean(c), mean)
		covariance := mat.NewSymDense(width, nil)
		for i := range width {
			row := p.weighted(func(r int) float64 { return e.shares[r*k+c] * (float64(p.row(r)[i]) - mean[i]) })
			for j := i; j < width; j++ {
				covariance.SetSym(i, j, row[j]/max(total, math.SmallestNonzeroFloat64))
			}
			covariance.SetSym(i, i, covariance.At(i, i)+floor)
		}
		m.Weights[c] = max(total, 1e-12) / float64(e.rows)
		failed[c] = m.setRoot(c, covariance)
	})
	if err != nil {
		return err
	}
	for _, err := range failed {
		if err != nil {
			return err
		}
	}
	return nil
}
