// Package baseline measures what needs no training: the mean picture, exact PCA,
// the Wiener filter and the gaussian fill. Every trained model is compared with them.
//
// Forms are closed forms fitted to training pictures. Forms.On measures them on the
// test pictures of a split, or on any other pictures of the same size. All errors are
// mean squared errors of values in [-0.5, 0.5].
package baseline

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"likeness/faces"
	"likeness/pca"
	"likeness/pix"
)

// Forms are closed forms of training pictures. Nothing is computed before it is needed,
// and nothing twice: mean and covariance are fitted once, at the first use.
// Forms may be used by several goroutines; one computes while the others wait.
type Forms struct {
	data *faces.Set
	rows []int

	mu      sync.Mutex
	mean    []float32
	moments *pca.Moments
	pca     map[int]*pca.PCA // by number of components
	wiener  *pca.Wiener      // the one used last: each is as large as the covariance
	fits    int              // how often mean or covariance were computed
	large   bool             // the covariance is out of reach
}

// largestCovariance is the number of values in a picture up to which the covariance is
// computed, which takes its square in memory (1.2 GB). Larger pictures have neither
// Wiener filter nor gaussian fill, and their PCA takes another way, which is slower
// for small pictures and as exact.
const largestCovariance = 64 * 64 * 3

// ErrLarge is returned for closed forms of pictures that are too large for them.
var ErrLarge = errors.New("the pictures are too large for this closed form")

// New returns the closed forms of the pictures of data in the given rows, two at least.
func New(data *faces.Set, rows []int) *Forms {
	return &Forms{data: data, rows: rows, pca: map[int]*pca.PCA{}, large: data.W*data.H*3 > largestCovariance}
}

// check reports an error where there is nothing to fit to.
func (f *Forms) check() error {
	if f == nil {
		return errors.New("no pictures were given to fit closed forms to")
	}
	if len(f.rows) < 2 {
		return fmt.Errorf("closed forms of %s: %d training pictures, at least 2 are needed", f.data.Source, len(f.rows))
	}
	return nil
}

// fit computes mean and covariance, of large pictures the mean alone. The caller holds mu.
func (f *Forms) fit(ctx context.Context) error {
	if f.mean != nil {
		return nil
	}
	if err := f.check(); err != nil {
		return err
	}
	f.fits++
	if f.large {
		mean, err := meanPicture(ctx, f.data, f.rows)
		f.mean = mean
		return err
	}
	m, err := pca.MeasureRows(ctx, len(f.rows), f.data.W*f.data.H*3, f.read)
	if err != nil {
		return err
	}
	f.mean, f.moments = m.Mean, m
	return nil
}

// read writes training picture r to dst.
func (f *Forms) read(dst []float32, r int) { f.data.Floats(dst, f.rows[r]) }

// meanPicture returns the mean of some rows of a set.
func meanPicture(ctx context.Context, data *faces.Set, rows []int) ([]float32, error) {
	sums := make([]float64, data.W*data.H*3)
	x := make([]float32, len(sums))
	for i, row := range rows {
		if i%256 == 0 && ctx.Err() != nil {
			return nil, ctx.Err()
		}
		data.Floats(x, row)
		for k, v := range x {
			sums[k] += float64(v)
		}
	}
	for k, v := range sums {
		x[k] = float32(v / float64(len(rows)))
	}
	return x, nil
}

// Mean returns the mean training picture, which the caller must not change.
func (f *Forms) Mean(ctx context.Context) ([]float32, error) {
	if err := f.check(); err != nil {
		return nil, err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	err := f.fit(ctx)
	return f.mean, err
}

// covariance returns mean and covariance, or ErrLarge.
func (f *Forms) covariance(ctx context.Context) (*pca.Moments, error) {
	if err := f.check(); err != nil {
		return nil, err
	}
	if f.large {
		return nil, ErrLarge
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	err := f.fit(ctx)
	return f.moments, err
}

// Components returns the leading principal components of the training pictures:
// k of them, or as many as there are. It fails with pca.ErrUnsettled, with ErrLarge
// where they would not fit into some 300 MB, and when ctx ends.
func (f *Forms) Components(ctx context.Context, k int) (*pca.PCA, error) {
	if err := f.check(); err != nil {
		return nil, err
	}
	dim := f.data.W * f.data.H * 3
	if f.large && k*dim > 1<<26 {
		return nil, ErrLarge
	}
	k = min(k, dim, len(f.rows)-1)
	f.mu.Lock()
	defer f.mu.Unlock()
	if p := f.pca[k]; p != nil {
		return p, nil
	}
	if err := f.fit(ctx); err != nil {
		return nil, err
	}
	var p *pca.PCA
	var err error
	if f.large {
		p, err = pca.Leading(ctx, len(f.rows), dim, k, f.read)
	} else {
		p, err = f.moments.PCA(ctx, k)
	}
	if err == nil {
		f.pca[k] = p
	}
	return p, err
}

// filter returns the Wiener filter for noise of standard deviation sigma.
func (f *Forms) filter(ctx context.Context, sigma float64) (*pca.Wiener, error) {
	m, err := f.covariance(ctx)
	if err != nil {
		return nil, err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.wiener != nil && f.wiener.Sigma == sigma {
		return f.wiener, nil
	}
	w, err := m.Wiener(ctx, sigma)
	if err == nil {
		f.wiener = w
	}
	return w, err
}

// Filter returns the noisy pictures as the Wiener filter for the noise g restores them.
// It fails with ErrLarge, with pca.ErrWeakNoise and when ctx ends.
func (f *Forms) Filter(ctx context.Context, noisy []float32, g pix.Gaussian) ([]float32, error) {
	w, err := f.filter(ctx, float64(g.Sigma))
	if err != nil {
		return nil, err
	}
	return w.Denoise(ctx, noisy)
}
