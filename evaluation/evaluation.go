// Package evaluation measures trained models: their errors on training and test
// pictures, beside baselines that need no training, by levels of noise, on other
// pictures than the model's own, and over several seeds. One Verdict says whether the
// training was worth it.
//
// Errors are mean squared errors over all values of all pictures, in [-0.5, 0.5].
package evaluation

import (
	"context"
	"fmt"

	"likeness/autoencoder"
	"likeness/baseline"
	"likeness/dataset"
	"likeness/faces"
	"likeness/hyper"
	"likeness/internal/kernel"
	"likeness/parallel"
	"likeness/pix"
	"likeness/progress"
)

// Options say what is measured.
type Options struct {
	// Model is the path of the model's file, for the Score and for errors.
	Model string `json:"model"`
	// Levels measures a denoiser that was trained for one level of noise at several
	// levels too, as is always done for one that was trained for many.
	Levels bool `json:"levels,omitempty"`
	// Refine, above 0, measures the test pictures also with codes refined in so many
	// steps, see autoencoder.Model.Refine.
	Refine  int `json:"refine,omitempty"`
	Threads int `json:"threads,omitempty"` // 0: as ctx says, see package parallel

	// Forms are the closed forms of the training part, where they are fitted already.
	Forms *baseline.Forms `json:"-"`
	// Learned says how the model's training data are read, which baselines on other
	// pictures are fitted to.
	Learned  faces.Options `json:"-"`
	Progress progress.Func `json:"-"`
}

// Score is the evaluation of a model. Numbers that were not measured are nil.
type Score struct {
	Model           string   `json:"model"` // path
	Task            string   `json:"task"`
	Architecture    string   `json:"architecture"`
	Code            int      `json:"code"`
	Width           int      `json:"width"`
	Height          int      `json:"height"`
	Fingerprint     string   `json:"fingerprint"`
	Epochs          int      `json:"epochs"`
	TrainMSE        *float64 `json:"train_mse"`
	TestMSE         *float64 `json:"test_mse"`
	PlainTrainMSE   *float64 `json:"uncorrected_train_mse,omitempty"` // with codes as the encoder's network gives them
	PlainTestMSE    *float64 `json:"uncorrected_test_mse,omitempty"`
	RefinedMSE      *float64 `json:"refined_test_mse,omitempty"` // with codes refined in RefineSteps
	RefineSteps     int      `json:"refine_steps,omitempty"`
	MaskedMSE       *float64 `json:"told_test_mse,omitempty"` // given the mask of black rectangles too
	NTrain          int      `json:"n_train"`
	NTest           int      `json:"n_test"`
	NValidation     int      `json:"n_validation,omitempty"`
	Seconds         float64  `json:"seconds"` // of the training
	ImagesPerSecond float64  `json:"images_per_second"`
	hyper.Parameters
	BestEpoch  int       `json:"best_epoch,omitempty"`
	TimeBudget float64   `json:"time_budget,omitempty"`    // seconds
	Planned    int       `json:"epochs_planned,omitempty"` // of a training that ended before
	Ended      string    `json:"ended,omitempty"`
	Seeds      *Seeds    `json:"seeds,omitempty"` // of a training with several
	Data       string    `json:"data"`            // that was measured on
	Split      *string   `json:"split"`           // nil: all pictures are test pictures
	Corruption string    `json:"corruption,omitempty"`
	Skipped    int       `json:"skipped"` // files without a usable picture
	Baselines  Baselines `json:"yardsticks"`
	// Levels is a denoiser's table by levels of gaussian noise, CleanMSE the error that it
	// brings into pictures without noise.
	Levels   []baseline.LevelScore `json:"levels,omitempty"`
	CleanMSE *float64              `json:"clean_mse,omitempty"`
	// FittedTo names the pictures that the closed forms were fitted to, where that is not
	// the training part of the measured pictures.
	FittedTo string `json:"yardsticks_fitted_to,omitempty"`

	// WorthIt is Verdict.WorthIt.
	WorthIt *bool    `json:"worth_it"`
	Verdict *Verdict `json:"verdict,omitempty"` // nil where nothing was measured to compare with

	Training *autoencoder.Training `json:"-"` // what the model file says of it; may be nil
	Notes    progress.Notes        `json:"-"` // why a baseline is missing, and warnings
}

// Evaluate measures a model on pictures of its size. With a split in data, that of the
// model's training, it measures both parts and fits baselines to the training part.
// Without one all pictures are test pictures, and baselines are fitted to what the model
// learned from, if that can be read and has none of the pictures. It fails when a
// picture has another size, when the model file does not hold together, and when ctx
// ends.
func Evaluate(ctx context.Context, m *autoencoder.Model, data *dataset.Pictures, opt Options) (*Score, error) {
	ctx = parallel.WithThreads(ctx, opt.Threads)
	if data.Set.W != m.Prep.W || data.Set.H != m.Prep.H {
		return nil, fmt.Errorf("%s takes pictures of %dx%d, %s has pictures of %dx%d", opt.Model, m.Prep.W, m.Prep.H, data.Set.Source, data.Set.W, data.Set.H)
	}
	e := &evaluator{m: m, data: data, opt: opt, score: newScore(m, data, opt.Model)}
	if t := m.Training; t != nil && t.Task == autoencoder.Denoise {
		c, err := pix.ParseCorruption(t.Corruption)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", opt.Model, err)
		}
		e.corruption, e.seed = c, t.Seed
	}
	switch e.corruption.(type) {
	case pix.Gaussian:
		e.levels = opt.Levels
	case pix.Noise:
		e.levels = true
	}
	if data.Split != nil {
		e.test = data.Split.Test
	} else {
		e.test = data.Set.Rows()
	}
	e.score.NTest = len(e.test)
	if len(e.test) == 0 {
		return nil, fmt.Errorf("%s: no test pictures", data.Set.Source)
	}
	if err := e.errors(ctx); err != nil {
		return nil, err
	}
	if opt.Refine > 0 {
		if err := e.refined(ctx); err != nil {
			return nil, err
		}
	}
	var err error
	if data.Split != nil {
		err = e.beside(ctx)
	} else {
		err = e.elsewhere(ctx)
	}
	if err != nil {
		return nil, err
	}
	e.score.Judge()
	return e.score, nil
}

// evaluator measures one model.
type evaluator struct {
	m          *autoencoder.Model
	data       *dataset.Pictures
	opt        Options
	score      *Score
	corruption pix.Corruption // of the inputs; nil for a plain autoencoder
	seed       uint64         // of the corruption
	levels     bool           // a table of levels is wanted
	test       []int
	closed     bool // the model is left alone: closed forms only
}

// newScore returns a score with what the model file says.
func newScore(m *autoencoder.Model, data *dataset.Pictures, path string) *Score {
	r := &Score{
		Model: path, Task: autoencoder.Reconstruct, Architecture: m.Arch, Code: m.Code,
		Width: m.Prep.W, Height: m.Prep.H, Fingerprint: m.Fingerprint(),
		Data: data.Set.Source, Skipped: len(data.Set.Skipped),
	}
	if data.Split != nil {
		r.Split = &data.Plan
	}
	if t := m.Training; t != nil {
		r.Training, r.Parameters = t, t.Parameters
		r.Task, r.Corruption = t.Task, t.Corruption
		r.Epochs, r.Seconds, r.ImagesPerSecond = len(t.History), t.Seconds, t.ImagesPerSecond()
		r.NValidation, r.BestEpoch, r.TimeBudget, r.Planned, r.Ended = t.NValidation, t.BestEpoch, t.TimeBudget, t.Planned, t.Ended
	}
	return r
}

// errors measures the model on the test pictures and on the training part.
func (e *evaluator) errors(ctx context.Context) error {
	on := func(m *autoencoder.Model, rows []int) (*float64, error) {
		mse, err := meanError(ctx, m, e.data.Set, rows, e.corruption, e.seed, e.opt.Progress)
		return &mse, err
	}
	measure := func(m *autoencoder.Model, train, test **float64) (err error) {
		if *test, err = on(m, e.test); err != nil || e.data.Split == nil {
			return err
		}
		e.score.NTrain = len(e.data.Split.Train)
		*train, err = on(m, e.data.Split.Train)
		return err
	}
	if err := measure(e.m, &e.score.TrainMSE, &e.score.TestMSE); err != nil {
		return err
	}
	if e.m.Correction == nil {
		return nil
	}
	bare := *e.m
	bare.Correction = nil
	return measure(&bare, &e.score.PlainTrainMSE, &e.score.PlainTestMSE)
}

// meanError returns a model's error on some rows of a set, corrupted by c unless that is
// nil. It works in pieces, which bounds the memory.
func meanError(ctx context.Context, m *autoencoder.Model, set *faces.Set, rows []int, c pix.Corruption, seed uint64, report progress.Func) (float64, error) {
	images := m.Piece()
	sum := 0.0
	for i := 0; i < len(rows); i += images {
		report.Report("Measuring", i, len(rows))
		clean := set.AllFloats(rows[i:min(i+images, len(rows))])
		input := clean
		if c != nil {
			input = baseline.CorruptedFrom(i, clean, c, m.Prep, seed)
		}
		mse, err := m.MSE(ctx, input, clean)
		if err != nil {
			return 0, err
		}
		sum += mse * float64(len(clean))
	}
	return sum / float64(len(rows)*m.Values()), nil
}

// refined measures the test pictures with refined codes.
func (e *evaluator) refined(ctx context.Context) error {
	if err := e.m.CheckRefine(); err != nil {
		return fmt.Errorf("%s: %w", e.opt.Model, err)
	}
	const images = 64
	sum := 0.0
	for i := 0; i < len(e.test); i += images {
		e.opt.Progress.Report("Refining codes", i, len(e.test))
		x := e.data.Set.AllFloats(e.test[i:min(i+images, len(e.test))])
		codes, err := e.m.Encode(ctx, x)
		if err != nil {
			return err
		}
		if codes, err = e.m.Refine(ctx, x, codes, e.opt.Refine); err != nil {
			return err
		}
		decoded, err := e.m.Decode(ctx, codes)
		if err != nil {
			return err
		}
		sum += kernel.SquaredError(decoded, x)
	}
	e.score.RefinedMSE, e.score.RefineSteps = new(sum/float64(len(e.test)*e.m.Values())), e.opt.Refine
	return nil
}
