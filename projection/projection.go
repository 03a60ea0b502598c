// Package projection lays points of many dimensions out on a plane, so that they can be
// looked at: by principal components, at once and linear; by UMAP, in seconds; or by t-SNE,
// which takes longest and keeps most of the points' neighbours beside them. Every layout
// says which share of the true neighbours it keeps. The same seed gives the same bits for
// any number of threads.
package projection

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"

	"likeness/pca"
	"likeness/progress"
	"likeness/search"
)

// Method names how points are laid out.
type Method string

// The methods.
const (
	PCA  Method = "pca"
	UMAP Method = "umap"
	TSNE Method = "tsne"
)

// Methods returns all methods, the quickest first.
func Methods() []Method { return []Method{PCA, UMAP, TSNE} }

// mostTSNE bounds the memory of t-SNE, which is some 4 KB a point.
const mostTSNE = 250_000

// Options say how points are laid out. Zero means the default.
type Options struct {
	Method Method `json:"method"` // default PCA
	// Neighbours are those that UMAP looks at, a point itself counted as one of them;
	// default 15.
	Neighbours int `json:"neighbours,omitempty"`
	// Perplexity is how many neighbours count for t-SNE, roughly; default 30, and less
	// where there are few points.
	Perplexity float64 `json:"perplexity,omitempty"`
	// Rounds are the steps of UMAP, by default 500 for up to 10,000 points and 200 for
	// more, or of t-SNE, by default 1000.
	Rounds   int           `json:"rounds,omitempty"`
	Seed     uint64        `json:"seed,omitempty"` // of UMAP; the others draw no numbers
	Progress progress.Func `json:"-"`
	// Show, if not nil, is called now and then with the layout so far, N x 2, which it
	// must not keep.
	Show func(positions []float32) `json:"-"`
}

// Layout is N points on a plane.
type Layout struct {
	Method    Method    `json:"method"`
	Seed      uint64    `json:"seed"`
	Positions []float32 `json:"-"` // N x 2
	Kept      Kept      `json:"kept"`
	// Variance is the share of the points' variance that PCA shows.
	Variance float64 `json:"variance,omitempty"`
	// Divergence is the Kullback-Leibler divergence that t-SNE has reached.
	Divergence float64 `json:"divergence,omitempty"`
	// Axes lead from PCA's plane back to the space of the points; nil for other methods.
	Axes *pca.PCA `json:"-"`
}

// Fit lays out N points of a width. It fails where they are not finite, where Options are
// out of range, and when ctx ends. It works on parallel.Threads(ctx) threads.
func Fit(ctx context.Context, points []float32, width int, opt Options) (*Layout, error) {
	if width < 1 || len(points)%width != 0 {
		panic("projection: the points are not of that width")
	}
	n := len(points) / width
	opt, err := opt.filled(n)
	if err != nil {
		return nil, err
	}
	if slices.ContainsFunc(points, func(v float32) bool { return v-v != 0 }) {
		return nil, errors.New("the points are not all finite")
	}
	l := &Layout{Method: opt.Method, Seed: opt.Seed}
	var near *search.Neighbours // true ones of all points
	if k := opt.lookedAt(); k > 0 {
		if near, err = search.NearestOthers(ctx, points, width, nil, k, opt.Progress); err != nil {
			return nil, err
		}
	}
	if err := l.components(ctx, points, width); err != nil {
		return nil, err
	}
	switch opt.Method {
	case UMAP:
		l.Axes, l.Variance = nil, 0
		err = l.umap(ctx, near, opt)
	case TSNE:
		l.Axes, l.Variance = nil, 0
		err = l.tsne(ctx, near, opt)
	}
	if err != nil {
		return nil, err
	}
	l.Kept, err = measure(ctx, points, width, l.Positions, near, opt.Progress)
	return l, err
}

// filled returns the options with the defaults in place of zeros.
func (o Options) filled(n int) (Options, error) {
	if o.Method == "" {
		o.Method = PCA
	}
	if !slices.Contains(Methods(), o.Method) {
		names := make([]string, len(Methods()))
		for i, m := range Methods() {
			names[i] = string(m)
		}
		return o, fmt.Errorf("unknown layout %q, known are %s", o.Method, strings.Join(names, ", "))
	}
	if o.Neighbours == 0 {
		o.Neighbours = 15
	}
	if o.Perplexity == 0 {
		o.Perplexity = max(1, min(30, float64(n-1)/3))
	}
	if o.Rounds == 0 {
		switch {
		case o.Method == TSNE:
			o.Rounds = 1000
		case n <= 10_000:
			o.Rounds = 500
		default:
			o.Rounds = 200
		}
	}
	switch {
	case n < 1:
		return o, errors.New("there are no points")
	case o.Method == TSNE && n > mostTSNE:
		return o, fmt.Errorf("%d points are too many for t-SNE, which takes up to %d; UMAP takes them", n, mostTSNE)
	case o.Neighbours < 2 || o.Neighbours > 1000:
		return o, fmt.Errorf("%d neighbours, expected 2 to 1000", o.Neighbours)
	case !(o.Perplexity >= 1 && o.Perplexity <= 300):
		return o, fmt.Errorf("a perplexity of %g, expected 1 to 300", o.Perplexity)
	case o.Rounds < 1 || o.Rounds > 100_000:
		return o, fmt.Errorf("%d rounds, expected 1 to 100000", o.Rounds)
	}
	return o, nil
}

// lookedAt returns how many true neighbours of every point the method needs.
func (o Options) lookedAt() int {
	switch o.Method {
	case UMAP:
		return o.Neighbours - 1
	case TSNE:
		return int(3*o.Perplexity) + 1
	}
	return 0
}

// components places the points by their two leading principal components. The largest
// weight of each is positive, so that a layout is never mirrored.
func (l *Layout) components(ctx context.Context, points []float32, width int) error {
	n := len(points) / width
	l.Positions = make([]float32, 2*n)
	if n < 2 {
		return nil
	}
	moments, err := pca.Measure(ctx, points, width)
	if err != nil {
		return err
	}
	total := 0.0
	for i := range width {
		total += moments.Covariance[i*width+i]
	}
	if total == 0 { // all points are one
		return nil
	}
	k := min(2, width)
	axes, err := moments.PCA(ctx, k)
	if err != nil {
		return err
	}
	for a := range k {
		axis, largest := axes.Components[a*width:(a+1)*width], float32(0)
		for _, v := range axis {
			if math.Abs(float64(v)) > math.Abs(float64(largest)) {
				largest = v
			}
		}
		if largest < 0 {
			for j := range axis {
				axis[j] = -axis[j]
			}
		}
		l.Variance += axes.Variances[a] / total
	}
	at := axes.Project(ctx, points)
	for i := range n {
		copy(l.Positions[2*i:2*i+2], at[i*k:(i+1)*k])
	}
	l.Axes = axes
	return ctx.Err()
}

// Inverse returns the point that PCA's plane shows at x, y; ok is false where the layout is of
// another method. Behind a place of the other layouts there is no one point.
func (l *Layout) Inverse(ctx context.Context, x, y float32) (point []float32, ok bool) {
	if l.Axes == nil {
		return nil, false
	}
	return l.Axes.Rebuild(ctx, []float32{x, y}[:len(l.Axes.Variances)]), true
}

// scaled returns the positions multiplied so that the largest of their coordinates, or,
// with deviation, the standard deviation of x, is size.
func (l *Layout) scaled(size float64, deviation bool) []float64 {
	out, most, squares := make([]float64, len(l.Positions)), 0.0, 0.0
	for i, v := range l.Positions {
		out[i] = float64(v)
		most = max(most, math.Abs(out[i]))
		if i%2 == 0 {
			squares += out[i] * out[i]
		}
	}
	if deviation {
		most = math.Sqrt(2 * squares / float64(len(out)))
	}
	if most > 0 {
		for i := range out {
			out[i] *= size / most
		}
	}
	return out
}

// take makes positions of what was computed.
func (l *Layout) take(at []float64) {
	for i, v := range at {
		l.Positions[i] = float32(v)
	}
}
