package evaluation

import (
	"context"
	"errors"
	"fmt"

	"likeness/autoencoder"
	"likeness/baseline"
	"likeness/pca"
	"likeness/pix"
	"likeness/progress"
)

// Baselines are the errors on the same test pictures without any training.
type Baselines struct {
	MeanImage *float64 `json:"mean_image"` // the mean training picture, whatever the input
	PCA       *float64 `json:"pca"`        // exact PCA of the training pictures, with codes as long as the model's
	Nothing   *float64 `json:"nothing"`    // a denoiser's input unchanged
	Wiener    *float64 `json:"wiener"`     // the best linear filter for this gaussian noise
	// For black rectangles, given their mask:
	MeanFill     *float64 `json:"mean_fill"`     // filled with the mean training picture
	GaussianFill *float64 `json:"gaussian_fill"` // filled with the conditional mean, given the pixels around them
}

// Named is a baseline with its name.
type Named struct {
	Name string  `json:"name"`
	MSE  float64 `json:"mse"`
}

// The names of baselines, as they stand in sentences.
const (
	ExactPCA     = "exact PCA with the same code size"
	WienerFilter = "the Wiener filter"
	GaussianFill = "the gaussian fill, given the mask"
	MeanFill     = "the mean picture in the black rectangles"
	Unchanged    = "leaving pictures as they are"
	MeanImage    = "always the mean picture"
)

// List returns the baselines that were measured, those that are hard to beat first.
func (b Baselines) List() []Named {
	var all []Named
	add := func(name string, mse *float64) {
		if mse != nil {
			all = append(all, Named{name, *mse})
		}
	}
	add(ExactPCA, b.PCA)
	add(WienerFilter, b.Wiener)
	add(GaussianFill, b.GaussianFill)
	add(MeanFill, b.MeanFill)
	add(Unchanged, b.Nothing)
	add(MeanImage, b.MeanImage)
	return all
}

// Best returns the lowest of them; ok is false where none was measured.
func (b Baselines) Best() (best Named, ok bool) {
	for _, n := range b.List() {
		if !ok || n.MSE < best.MSE {
			best, ok = n, true
		}
	}
	return best, ok
}

// hard reports whether a baseline was measured that is not easily beaten: exact PCA, for
// noise the Wiener filter, for black rectangles the gaussian fill.
func (b Baselines) hard() bool { return b.PCA != nil || b.Wiener != nil || b.GaussianFill != nil }

// Pictures of more values than largestWiener have neither Wiener filter nor gaussian
// fill, which need several times its square in memory. A fill also solves, for each
// picture, a system as large as what is hidden, mostFilled values at most.
const (
	largestWiener = 48 * 48 * 3
	mostFilled    = 24 * 24 * 3
)

// MeasureBaselines returns the baselines that a model is compared with, on the test pictures of t, and notes on those
// that could not be measured. c, which may be nil, and seed say how inputs are corrupted. Of the model its size counts
// alone, so that it may be in training.
func MeasureBaselines(ctx context.Context, m *autoencoder.Model, c pix.Corruption, seed uint64, t *baseline.Test) (Baselines, progress.Notes, error) {
	e := &evaluator{m: m, corruption: c, seed: seed, score: &Score{}, closed: true}
	err := e.forms(ctx, t)
	return e.score.Baselines, e.score.Notes, err
}

// beside measures the baselines of the training part on the test part.
func (e *evaluator) beside(ctx context.Context) error {
	split := e.data.Split
	if len(split.Train) < 2 {
		e.score.Notes.Add("Baselines were not measured: they are made from at least two training pictures")
		return nil
	}
	forms := e.opt.Forms
	if forms == nil {
		forms = baseline.New(e.data.Set, split.Train)
	}
	return e.forms(ctx, forms.On(e.data.Set, split.Test))
}

// missing notes why a closed form is not among the baselines.
func (e *evaluator) missing(form, why string, args ...any) {
	e.score.Notes.Add("%s was not measured: %s", form, fmt.Sprintf(why, args...))
}

// small reports whether pictures are small enough for the Wiener filter and the fill.
func (e *evaluator) small() bool { return e.m.Values() <= largestWiener }

// forms measures the closed forms of t.
func (e *evaluator) forms(ctx context.Context, t *baseline.Test) error {
	b := &e.score.Baselines
	mean, err := t.MeanImage(ctx)
	if err != nil {
		return err
	}
	b.MeanImage = &mean
	if e.corruption == nil && e.m.Code > 0 {
		exact, err := t.PCA(ctx, e.m.Code)
		switch {
		case errors.Is(err, baseline.ErrLarge):
			e.missing("Exact PCA", "%d components of pictures of %dx%d do not fit into memory", e.m.Code, e.m.Prep.W, e.m.Prep.H)
		case errors.Is(err, pca.ErrUnsettled):
			e.missing("Exact PCA", "its iteration did not converge")
		case err != nil:
			return err
		default:
			b.PCA = &exact
		}
	}
	if err := e.noise(ctx, t, e.small()); err != nil {
		return err
	}
	if o, ok := baseline.Rectangles(e.corruption); ok {
		return e.fills(ctx, t, o)
	}
	noise, ok := e.corruption.(pix.Gaussian)
	switch {
	case !ok:
		return nil
	case !e.small():
		e.missing("The Wiener filter", "that is for pictures of up to 48x48")
		return nil
	}
	filtered, err := t.Wiener(ctx, noise, e.seed)
	switch {
	case errors.Is(err, pca.ErrWeakNoise):
		e.missing("The Wiener filter", "the noise is too weak for its precision")
	case err != nil:
		return err
	default:
		b.Wiener = &filtered
	}
	return nil
}

// noise measures a denoiser's inputs unchanged, and its table of levels, with the Wiener
// filter for each if asked to.
func (e *evaluator) noise(ctx context.Context, t *baseline.Test, wiener bool) error {
	if e.corruption == nil {
		return nil
	}
	nothing, err := t.Unchanged(ctx, e.corruption, e.seed)
	if err != nil {
		return err
	}
	e.score.Baselines.Nothing = &nothing
	if !e.levels {
		return nil
	}
	if wiener {
		e.opt.Progress.Report(fmt.Sprintf("Fitting a Wiener filter for each of %d levels of noise", len(baseline.NoiseLevels())), 0, 0)
	}
	if e.score.Levels, err = t.Levels(ctx, e.m, baseline.NoiseLevels(), wiener, e.seed); err != nil {
		return err
	}
	clean, err := t.Clean(ctx, e.m)
	if err != nil {
		return err
	}
	e.score.CleanMSE = &clean
	return nil
}

// fills measures what black rectangles can be filled with.
func (e *evaluator) fills(ctx context.Context, t *baseline.Test, o pix.Occlusion) error {
	b := &e.score.Baselines
	if _, noisy := e.corruption.(pix.Sequence); !noisy && !e.closed {
		masked, err := t.Masked(ctx, e.m, e.corruption, e.seed)
		if err != nil {
			return err
		}
		e.score.MaskedMSE = &masked
	}
	mean, err := t.MeanFill(ctx, e.corruption, e.seed)
	if err != nil {
		return err
	}
	b.MeanFill = &mean
	const form = "The gaussian fill"
	switch {
	case !e.small():
		e.missing(form, "that is for pictures of up to 48x48")
		return nil
	case baseline.MostHidden(o, e.m.Prep.W, e.m.Prep.H) > mostFilled:
		e.missing(form, "that is for up to %d hidden pixels in a picture", mostFilled/3)
		return nil
	}
	e.opt.Progress.Report("Fitting the gaussian fill of the black rectangles", 0, 0)
	fill, err := t.GaussianFill(ctx, e.corruption, e.seed)
	switch {
	case errors.Is(err, baseline.ErrNoFill):
		e.missing(form, "that is for noise of one known strength, or none")
	case errors.Is(err, pca.ErrWeakNoise), errors.Is(err, pca.ErrSmallRidge):
		e.missing(form, "the noise is too weak, or the pictures too much alike, for its precision")
	case err != nil:
		return err
	default:
		b.GaussianFill = &fill
	}
	return nil
}
