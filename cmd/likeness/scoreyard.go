package main

import (
	"context"
	"errors"
	"slices"
	"strings"

	"likeness/baseline"
	"likeness/faces"
	"likeness/pca"
	"likeness/pix"
)

// yardsticks are errors on the same test pictures that need no training.
type yardsticks struct {
	MeanImage *float64 `json:"mean_image"` // the mean training picture, whatever the input
	PCA       *float64 `json:"pca"`        // exact PCA of the training pictures, codes as long as the model's
	Nothing   *float64 `json:"nothing"`    // a denoiser's input as it is
	Wiener    *float64 `json:"wiener"`     // the best linear filter for this gaussian noise
	// Against black rectangles, told where they are:
	MeanFill     *float64 `json:"mean_fill"`     // the mean training picture in them
	GaussianFill *float64 `json:"gaussian_fill"` // what is to be expected of the pixels around them
}

// Pictures of more values than this get neither Wiener filter nor gaussian fill, which
// need several times the square of it in memory. A fill also solves, for each picture, a system as large as what is hidden.
const (
	largestWiener = 48 * 48 * 3
	mostFilled    = 24 * 24 * 3
)

// yardsticks measures beside the model what needs no training. What cannot be
// had is left out.
func (a *app) yardsticks(ctx context.Context, r *score, s *scorer, set *faces.Set, split *faces.Split) error {
	if len(split.Train) < 2 {
		a.note("No yardsticks beside it: they are made from the training pictures, two at least")
		return nil
	}
	y := baseline.New(set, split.Train).On(set, split.Test)
	if err := a.measureForms(ctx, r, s, y); err != nil {
		return err
	}
	r.judge(s)
	return nil
}

// judge says whether the training was worth it, where that is known.
func (r *score) judge(s *scorer) {
	better := *r.TestMSE < r.rival().mse
	if _, several := s.corruption.(pix.Noise); several && len(r.Levels) > 0 {
		for _, l := range r.Levels {
			better = better && l.Better()
		}
		if r.filtered() || !better {
			r.WorthIt = &better
		}
		return
	}
	// Of the mean picture alone nothing is won, but something may be lost.
	if r.hard() || !better {
		r.WorthIt = &better
	}
}

// filtered tells that the table of levels has the Wiener filter, which is not easily
// beaten.
func (r *score) filtered() bool {
	return slices.ContainsFunc(r.Levels, func(l baseline.LevelScore) bool { return l.Wiener != nil })
}

// hard tells that a yardstick was measured which is not easily beaten. Against
// noise that is the Wiener filter, against black rectangles the gaussian fill.
func (r *score) hard() bool {
	y := r.Yardsticks
	return y.PCA != nil || y.Wiener != nil || y.GaussianFill != nil
}

// noise tells that the inputs suffered noise and nothing else.
func (r *score) noise() bool { return r.Corruption != "" && !r.covered() }

// covered tells that the inputs suffered black rectangles, with noise or without.
func (r *score) covered() bool { return strings.Contains(r.Corruption, "occlusion") }

// measureForms measures closed forms on the pictures that they are to be measured on.
func (a *app) measureForms(ctx context.Context, r *score, s *scorer, y *baseline.Test) error {
	mean, err := y.MeanImage(ctx)
	if err != nil {
		return err
	}
	r.Yardsticks.MeanImage = &mean
	if s.corruption == nil && s.m.Code > 0 {
		exact, err := y.PCA(ctx, s.m.Code)
		switch {
		case errors.Is(err, baseline.ErrLarge):
			a.note("No exact PCA beside it: %s of pictures of %dx%d do not fit into memory", count(s.m.Code, "component"), s.m.Prep.W, s.m.Prep.H)
		case errors.Is(err, pca.ErrUnsettled):
			a.note("No exact PCA beside it: its iteration did not settle")
		case err != nil:
			return err
		default:
			r.Yardsticks.PCA = &exact
		}
	}
	small := s.m.Values() <= largestWiener
	if err := a.measureNoise(ctx, r, s, y, small); err != nil {
		return err
	}
	if o, ok := baseline.Rectangles(s.corruption); ok {
		if _, noise := s.corruption.(pix.Sequence); !noise {
			told, err := y.Masked(ctx, s.m, s.corruption, s.seed)
			if err != nil {
				return err
			}
			r.ToldMSE = &told
		}
		return a.measureFills(ctx, r, s, y, o)
	}
	noise, ok := s.corruption.(pix.Gaussian)
	switch {
	case !ok:
		return nil
	case !small:
		a.note("No Wiener filter beside it: that is for pictures of up to 48x48")
		return nil
	}
	filtered, err := y.Wiener(ctx, noise, s.seed)
	switch {
	case errors.Is(err, pca.ErrWeakNoise):
		a.note("No Wiener filter beside it: the noise is too weak for its precision")
	case err != nil:
		return err
	default:
		r.Yardsticks.Wiener = &filtered
	}
	return nil
}

// measureNoise measures what becomes of a denoiser's inputs: left as they are, by it,
// and by levels of noise, with the Wiener filter for each if wanted.
func (a *app) measureNoise(ctx context.Context, r *score, s *scorer, y *baseline.Test, wiener bool) error {
	if s.corruption == nil {
		return nil
	}
	nothing, err := y.Unchanged(ctx, s.corruption, s.seed)
	if err != nil {
		return err
	}
	r.Yardsticks.Nothing = &nothing
	if !s.levels {
		return nil
	}
	if wiener {
		a.note("Fitting a Wiener filter for each of %d levels of noise", len(baseline.NoiseLevels()))
	}
	if r.Levels, err = y.Levels(ctx, s.m, baseline.NoiseLevels(), wiener, s.seed); err != nil {
		return err
	}
	clean, err := y.Clean(ctx, s.m)
	if err != nil {
		return err
	}
	r.CleanMSE = &clean
	return nil
}
