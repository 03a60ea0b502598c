package tutorial

import (
	"context"
	"errors"
	"fmt"
	"io/fs"

	"likeness/autoencoder"
	"likeness/baseline"
	"likeness/train"
)

// model gives the trained model of a recipe and its numbers: trained now,
// gone on with from a checkpoint, or opened when it was finished before.
func (b *book) model(ctx context.Context, r Recipe) (*autoencoder.Model, *ModelPart, error) {
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
			return nil, nil, fmt.Errorf("%s is there already, but %w: write to another folder or begin anew with --restart", path, err)
		}
		b.log("%s: trained before, taken from %s", r.Name, path)
	}
	b.models[r.Name] = m
	part, err := b.measure(ctx, m, r, path)
	return m, part, err
}

// epochs is how many a recipe takes in this run.
func (b *book) epochs(r Recipe) int {
	switch few, beyond := short[r.Name]; {
	case b.Epochs > 0:
		return b.Epochs
	case beyond && !b.Long:
		return few
	}
	return r.Epochs
}

// train carries out a recipe.
func (b *book) train(ctx context.Context, r Recipe, checkpoint string) (*autoencoder.Model, error) {
	run, err := b.planned(r)
	if err != nil {
		return nil, err
	}
	if err := train.Begin(ctx, run.Model, b.Data, b.split); err != nil {
		return nil, err
	}
	if run.Jitter != nil {
		if run.Jitter.Data, err = b.Around(ctx); err != nil {
			return nil, err
		}
	}
	b.log("%s: training, epochs: %d", r.Name, r.Epochs)
	run.Checkpoint = checkpoint
	if b.Events != nil {
		run.Events = func(e train.Event) { b.Events(r.Name, e) }
	}
	_, err = run.Do(ctx)
	return run.Model, err
}

// planned is the run that a recipe means, with an untrained model. Of a jitter it
// has the amount alone, for the pictures' surroundings take their time.
func (b *book) planned(r Recipe) (*train.Run, error) {
	run := &train.Run{
		Data: b.Data, Split: b.split, SplitName: b.splitName(),
		Epochs: r.Epochs, Batch: r.Batch, Optimizer: r.Optimizer, Rate: r.Rate, Schedule: r.Schedule, Seed: b.Seed, Threads: b.Threads, Precision: b.Precision,
		Warmup: r.Warmup, Mirror: r.Mirror, Average: r.Average, Decay: r.Decay, Weigh: r.Weigh, Correct: r.Correct, Corruption: r.Corruption,
	}
	if r.Jitter > 0 && b.Around != nil {
		run.Jitter = &train.Jitter{Amount: r.Jitter}
	}
	var err error
	if r.Code == 0 {
		run.Model, err = NewDenoiser(b.Data.Prep, r.Corruption, b.Seed)
	} else {
		run.Model, err = autoencoder.New(r.Arch, b.Data.Prep, r.Code, b.Seed)
	}
	return run, err
}

// sameRun says in what a finished model differs from what the recipe would
// make of this data.
func (b *book) sameRun(m *autoencoder.Model, r Recipe) error {
	run, err := b.planned(r)
	if err != nil {
		return err
	}
	return run.CheckFinished(m)
}

// measure takes a model's numbers.
func (b *book) measure(ctx context.Context, m *autoencoder.Model, r Recipe, path string) (*ModelPart, error) {
	t := m.Training
	p := &ModelPart{
		Stage: r.Name, Model: path, Fingerprint: m.Fingerprint(), Code: m.Code, Epochs: len(t.History),
		NTrain: t.NTrain, NTest: t.NTest, Seconds: t.Seconds, Seed: t.Seed,
		ImagesPerSecond: t.ImagesPerSecond(), LearningRate: t.Rate, Schedule: t.Schedule, Optimizer: t.Optimizer, Correct: t.Correct, Corruption: t.Corruption, Tutorial: r.Tutorial,
	}
	clean := b.Data.AllFloats(b.split.Train)
	var err error
	if p.TrainMSE, err = m.MSE(ctx, b.spoilt(clean, r), clean); err != nil {
		return nil, err
	}
	if p.TestMSE, err = m.MSE(ctx, b.spoilt(b.test, r), b.test); err != nil {
		return nil, err
	}
	b.results.Models = append(b.results.Models, p)
	b.log("%s: mean squared error %.6f on the training, %.6f on the test pictures", r.Name, p.TrainMSE, p.TestMSE)
	return p, nil
}

// spoilt gives pictures as the recipe's model gets them.
func (b *book) spoilt(x []float32, r Recipe) []float32 {
	if r.Corruption == nil {
		return x
	}
	return baseline.Corrupted(x, r.Corruption, b.Data.Prep, b.Seed)
}
