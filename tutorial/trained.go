package tutorial

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"

	"likeness/autoencoder"
	"likeness/baseline"
	"likeness/recipe"
	"likeness/train"
)

// model gives the trained model of a recipe and its numbers: trained now,
// resumed from a checkpoint, or opened when it was finished before.
func (b *book) model(ctx context.Context, r recipe.Recipe) (*autoencoder.Model, *ModelPart, error) {
	r.Epochs = b.epochs(r)
	path := b.modelPath(r.Name)
	checkpoint := path + checkpointSuffix
	m, err := autoencoder.Open(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		if m, err = b.train(ctx, r, checkpoint); err != nil {
			return nil, nil, err
		}
		if err := m.Save(path); err != nil {
			return nil, nil, err
		}
		if err := train.Discard(checkpoint); err != nil {
			return nil, nil, err
		}
	case err != nil:
		return nil, nil, err
	default:
		if err := b.sameRun(m, r); err != nil {
			return nil, nil, fmt.Errorf("%s is %w and stays as it is: %w; write to another folder", path, ErrOtherRun, err)
		}
		b.log("%s: trained before, taken from %s", r.Name, path)
	}
	b.models[r.Name] = m
	part, err := b.measure(ctx, m, r, path)
	return m, part, err
}

// The names of the recipes that go beyond the tutorial.
const (
	better   = "residual"
	Denoiser = "denoiser"
)

// published are the test errors that the tutorial reports on LFW.
var published = map[string]float64{"conv": 0.005865, "denoise": 0.002949}

// short is how many epochs the recipes beyond the tutorial take in a run that is
// not Long: enough to pass the tutorial's models, not all they can do.
var short = map[string]int{better: 10, Denoiser: 3}

// epochs returns how many a recipe takes in this run.
func (b *book) epochs(r recipe.Recipe) int {
	switch few, beyond := short[r.Name]; {
	case b.Epochs > 0:
		return b.Epochs
	case beyond && !b.Long:
		return few
	}
	return r.Epochs
}

// train carries out a recipe.
func (b *book) train(ctx context.Context, r recipe.Recipe, checkpoint string) (*autoencoder.Model, error) {
	run, err := b.planned(r)
	if err != nil {
		return nil, err
	}
	if run.Jitter > 0 {
		if run.Around, err = b.Around(ctx); err != nil {
			return nil, err
		}
	}
	b.log("%s: training, epochs: %d", r.Name, r.Epochs)
	run.Checkpoint = checkpoint
	if b.Events != nil {
		run.Events = func(e train.Event) { b.Events(r.Name, e) }
	}
	if b.Begin != nil {
		b.Begin(filepath.ToSlash(filepath.Join(modelsFolder, filepath.Base(b.modelPath(r.Name)))), run)
	}
	_, err = run.Do(ctx)
	return run.Model, err
}

// planned returns the run of a recipe, with an untrained model. The pictures'
// surroundings, which take their time, are not read yet.
func (b *book) planned(r recipe.Recipe) (*train.Run, error) {
	r.Seed, r.Precision = b.Seed, b.Precision
	if b.Around == nil {
		r.Jitter = 0
	}
	run, err := r.Run(b.Data, b.split, plan.String())
	if err != nil {
		return nil, err
	}
	run.Threads, run.Baselines = b.Threads, b.baseline.Forms
	return run, nil
}

// sameRun says in what a finished model differs from what the recipe would
// make of this data.
func (b *book) sameRun(m *autoencoder.Model, r recipe.Recipe) error {
	run, err := b.planned(r)
	if err != nil {
		return err
	}
	return run.CheckFinished(m)
}

// measure takes a model's numbers.
func (b *book) measure(ctx context.Context, m *autoencoder.Model, r recipe.Recipe, path string) (*ModelPart, error) {
	t := m.Training
	p := &ModelPart{
		Stage: r.Name, Model: path, Fingerprint: m.Fingerprint(), Code: m.Code, Epochs: len(t.History),
		NTrain: t.NTrain, NTest: t.NTest, Seconds: t.Seconds, Seed: t.Seed,
		ImagesPerSecond: t.ImagesPerSecond(), LearningRate: t.Rate, Schedule: t.Schedule, Optimizer: t.Optimizer, Correct: t.Correct, Corruption: t.Corruption, Tutorial: published[r.Name],
	}
	rows := b.measured(r)
	if len(rows) < len(b.split.Train) {
		p.TrainSample = len(rows)
	}
	clean := b.Data.AllFloats(rows)
	var err error
	if p.TrainMSE, err = m.MSE(ctx, b.corrupted(clean, r), clean); err != nil {
		return nil, err
	}
	if p.TestMSE, err = m.MSE(ctx, b.corrupted(b.test, r), b.test); err != nil {
		return nil, err
	}
	b.results.Models = append(b.results.Models, p)
	b.log("%s: mean squared error %.6f on the training, %.6f on the test pictures", r.Name, p.TrainMSE, p.TestMSE)
	return p, nil
}

// trainSample is how many training pictures a run that is not Long measures the models
// beyond the tutorial on, which are slow: to measure all would take as long as an epoch.
const trainSample = 500

// measured returns the training pictures that the training error of a recipe's model is
// measured on: all, or some spread evenly over them.
func (b *book) measured(r recipe.Recipe) []int {
	all := b.split.Train
	if _, beyond := short[r.Name]; !beyond || b.Long || len(all) <= trainSample {
		return all
	}
	rows := make([]int, trainSample)
	for i := range rows {
		rows[i] = all[i*len(all)/len(rows)]
	}
	return rows
}

// corrupted returns pictures as the recipe's model gets them.
func (b *book) corrupted(x []float32, r recipe.Recipe) []float32 {
	if r.Corruption == nil {
		return x
	}
	return baseline.Corrupted(x, r.Corruption, b.Data.Prep, b.Seed)
}
