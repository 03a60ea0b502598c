package main

import (
	"context"
	"fmt"

	"likeness/autoencoder"
	"likeness/baseline"
	"likeness/faces"
	"likeness/pix"
)

// score is what train and eval tell of a model. Numbers that were not measured
// are null.
type score struct {
	Model           string      `json:"model"`
	Task            string      `json:"task"`
	Architecture    string      `json:"architecture"`
	Code            int         `json:"code"`
	Width           int         `json:"width"`
	Height          int         `json:"height"`
	Fingerprint     string      `json:"fingerprint"`
	Epochs          int         `json:"epochs"`
	TrainMSE        *float64    `json:"train_mse"`
	TestMSE         *float64    `json:"test_mse"`
	PlainTrainMSE   *float64    `json:"uncorrected_train_mse,omitempty"` // with the codes as they are before Correct
	PlainTestMSE    *float64    `json:"uncorrected_test_mse,omitempty"`
	RefinedMSE      *float64    `json:"refined_test_mse,omitempty"` // with codes refined by RefineSteps
	RefineSteps     int         `json:"refine_steps,omitempty"`
	ToldMSE         *float64    `json:"told_test_mse,omitempty"` // with what black rectangles leave visible put back
	NTrain          int         `json:"n_train"`
	NTest           int         `json:"n_test"`
	NValidation     int         `json:"n_validation,omitempty"`
	Seconds         float64     `json:"seconds"` // of the training
	ImagesPerSecond float64     `json:"images_per_second"`
	Seed            uint64      `json:"seed"`
	Optimizer       string      `json:"optimizer,omitempty"`
	LearningRate    float64     `json:"learning_rate"`
	Schedule        string      `json:"schedule"`
	Warmup          float64     `json:"warmup,omitempty"`
	Mirror          bool        `json:"mirror,omitempty"`
	Jitter          float64     `json:"jitter,omitempty"`
	Average         float64     `json:"average,omitempty"`
	Decay           float64     `json:"decay,omitempty"`
	Weigh           float64     `json:"weigh,omitempty"`
	Correct         int         `json:"correct,omitempty"` // steps of the encoder behind its network
	EarlyStop       int         `json:"early_stop,omitempty"`
	BestEpoch       int         `json:"best_epoch,omitempty"`
	TimeBudget      float64     `json:"time_budget,omitempty"`    // seconds
	Planned         int         `json:"epochs_planned,omitempty"` // of a training that ended before
	Ended           string      `json:"ended,omitempty"`
	Seeds           *seedSpread `json:"seeds,omitempty"` // of a training with several
	Batch           int         `json:"batch"`
	Data            string      `json:"data"`  // measured on
	Split           *string     `json:"split"` // null: all pictures are test pictures
	Corruption      string      `json:"corruption,omitempty"`
	Skipped         int         `json:"skipped"` // files without a usable picture
	Yardsticks      yardsticks  `json:"yardsticks"`
	// Levels are a denoiser's at gaussian noise of several levels, CleanMSE what it
	// does to pictures without any.
	Levels   []baseline.LevelScore `json:"levels,omitempty"`
	CleanMSE *float64              `json:"clean_mse,omitempty"`
	// FittedTo says what the closed forms were fitted to, where that is not the
	// training part of the pictures measured.
	FittedTo string `json:"yardsticks_fitted_to,omitempty"`

	WorthIt *bool `json:"worth_it"` // better than all yardsticks

	story *autoencoder.Training
}

// measure scores a model on a set; levels asks for a table of levels of noise also
// where a denoiser was trained for one. With a split, which name describes, there is
// a training part, from which the yardsticks come; without one all pictures are
// test pictures.
func (a *app) measure(ctx context.Context, path string, m *autoencoder.Model, set *faces.Set, split *faces.Split, name string, levels bool) (*score, error) {
	r := newScore(path, m)
	r.Data, r.Skipped = set.Source, len(set.Skipped)
	s := scorer{ctx: ctx, m: m}
	if t := m.Training; t != nil && t.Task == autoencoder.Denoise {
		c, err := pix.ParseCorruption(t.Corruption)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", path, err)
		}
		s.corruption, s.seed = c, t.Seed
	}
	test := allRows(set)
	if split != nil {
		test, r.Split = split.Test, &name
	}
	switch s.corruption.(type) {
	case pix.Gaussian:
		s.levels = levels
	case pix.Noise:
		s.levels = true
	}
	a.note("Measuring on %s, against what needs no training", count(len(test), "test picture"))
	var err error
	if r.TestMSE, err = s.mse(set, test); err != nil {
		return nil, err
	}
	r.NTest, r.NTrain = len(test), 0
	if m.Correction != nil {
		if err := a.uncorrected(ctx, r, m, set, test, split); err != nil {
			return nil, err
		}
	}
	if split == nil {
		return r, a.elsewhere(ctx, r, &s, set)
	}
	r.NTrain = len(split.Train)
	if r.TrainMSE, err = s.mse(set, split.Train); err != nil {
		return nil, err
	}
	return r, a.yardsticks(ctx, r, &s, set, split)
}

// newScore has what the model file says by itself.
func newScore(path string, m *autoencoder.Model) *score {
	r := &score{
		Model: path, Task: autoencoder.Reconstruct, Architecture: m.Arch, Code: m.Code,
		Width: m.Prep.W, Height: m.Prep.H, Fingerprint: m.Fingerprint(),
	}
	t := m.Training
	if t == nil {
		return r
	}
	r.Task, r.Corruption = t.Task, t.Corruption
	r.Epochs, r.Seconds, r.Seed = len(t.History), t.Seconds, t.Seed
	r.Optimizer, r.LearningRate, r.Schedule, r.Batch = string(t.Optimizer), t.Rate, string(t.Schedule), t.Batch
	r.Warmup, r.Mirror, r.Jitter, r.Average, r.Decay, r.Weigh = t.Warmup, t.Mirror, t.Jitter, t.Average, t.Decay, t.Weigh
	r.Correct = t.Correct
	r.NValidation, r.EarlyStop, r.BestEpoch = t.NValidation, t.EarlyStop, t.BestEpoch
	r.TimeBudget, r.Planned, r.Ended, r.story = t.TimeBudget, t.Planned, t.Ended, t
	r.ImagesPerSecond = t.ImagesPerSecond()
	return r
}

// uncorrected measures what the encoder's network answers by itself.
func (a *app) uncorrected(ctx context.Context, r *score, m *autoencoder.Model, set *faces.Set, test []int, split *faces.Split) error {
	bare := *m
	bare.Correction = nil
	s := scorer{ctx: ctx, m: &bare}
	var err error
	if r.PlainTestMSE, err = s.mse(set, test); err != nil || split == nil {
		return err
	}
	r.PlainTrainMSE, err = s.mse(set, split.Train)
	return err
}

func allRows(set *faces.Set) []int {
	rows := make([]int, set.Len())
	for i := range rows {
		rows[i] = i
	}
	return rows
}

// refined measures the test pictures with refined codes.
func (a *app) refined(ctx context.Context, r *score, m *autoencoder.Model, set *faces.Set, rows []int, steps int) error {
	const images = 64
	p := a.progress()
	defer p.clear()
	sum := 0.0
	for i := 0; i < len(rows); i += images {
		p.count("Refining codes", i, len(rows))
		x := set.AllFloats(rows[i:min(i+images, len(rows))])
		codes, err := m.Encode(ctx, x)
		if err != nil {
			return err
		}
		if codes, err = m.Refine(ctx, x, codes, steps); err != nil {
			return err
		}
		painted, err := m.Decode(ctx, codes)
		if err != nil {
			return err
		}
		sum += meanSquare(painted, x) * float64(len(x))
	}
	mse := sum / float64(len(rows)*m.Values())
	r.RefinedMSE, r.RefineSteps = &mse, steps
	return nil
}

// scorer measures one model.
type scorer struct {
	ctx        context.Context
	m          *autoencoder.Model
	corruption pix.Corruption // nil for a plain autoencoder
	seed       uint64
	levels     bool // wanted
}

// mse is the model's error on the pictures of some rows, which a denoiser gets
// spoilt. It goes through them in pieces, which bounds the memory and lets it be
// interrupted.
func (s *scorer) mse(set *faces.Set, rows []int) (*float64, error) {
	images := s.m.Piece()
	sum := 0.0
	for i := 0; i < len(rows); i += images {
		clean := set.AllFloats(rows[i:min(i+images, len(rows))])
		input := clean
		if s.corruption != nil {
			input = baseline.CorruptedFrom(i, clean, s.corruption, s.m.Prep, s.seed)
		}
		mse, err := s.m.MSE(s.ctx, input, clean)
		if err != nil {
			return nil, err
		}
		sum += mse * float64(len(clean))
	}
	mse := sum / float64(len(rows)*s.m.Values())
	return &mse, nil
}
