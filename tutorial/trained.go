package tutorial

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"

	"likeness/autoencoder"
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
	return m, b.measure(m, r, path), nil
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
	var m *autoencoder.Model
	var err error
	if r.Code == 0 {
		m, err = NewDenoiser(b.Data.Prep, r.Corruption, b.Seed)
	} else {
		m, err = autoencoder.New(r.Arch, b.Data.Prep, r.Code, b.Seed)
	}
	if err != nil {
		return nil, err
	}
	if err := train.Begin(ctx, m, b.Data, b.split); err != nil {
		return nil, err
	}
	var jitter *train.Jitter
	if r.Jitter > 0 && b.Around != nil {
		around, err := b.Around(ctx)
		if err != nil {
			return nil, err
		}
		jitter = &train.Jitter{Data: around, Amount: r.Jitter}
	}
	b.log("%s: training, epochs: %d", r.Name, r.Epochs)
	run := train.Run{
		Model: m, Data: b.Data, Split: b.split, SplitName: b.splitName(),
		Epochs: r.Epochs, Batch: r.Batch, Rate: r.Rate, Schedule: r.Schedule, Seed: b.Seed, Threads: b.Threads,
		Warmup: r.Warmup, Mirror: r.Mirror, Average: r.Average, Decay: r.Decay, Jitter: jitter,
		Corruption: r.Corruption, Checkpoint: checkpoint,
	}
	if b.Events != nil {
		run.Events = func(e train.Event) { b.Events(r.Name, e) }
	}
	_, err = run.Do(ctx)
	return m, err
}

// sameRun says in what a finished model differs from what the recipe would
// make of this data.
func (b *book) sameRun(m *autoencoder.Model, r Recipe) error {
	t := m.Training
	if t == nil {
		return errors.New("it does not say how it was trained")
	}
	corruption := ""
	if r.Corruption != nil {
		corruption = r.Corruption.String()
	}
	for _, c := range []struct {
		what      string
		got, want any
	}{
		{"architecture", m.Arch, r.Arch},
		{"code size", m.Code, r.Code},
		{"preparation of pictures", m.Prep, b.Data.Prep},
		{"data", t.DataHash, b.Data.Fingerprint},
		{"split", t.Split, b.splitName()},
		{"number of epochs", len(t.History), r.Epochs},
		{"learning rate", t.Rate, r.Rate},
		{"schedule", t.Schedule, string(r.Schedule)},
		{"precision", t.Precision, ""},
		{"batch size", t.Batch, cmp.Or(r.Batch, train.DefaultBatch)},
		{"warm-up", t.Warmup, r.Warmup},
		{"mirroring", t.Mirror, r.Mirror},
		{"average of weights", t.Average, r.Average},
		{"weight decay", t.Decay, r.Decay},
		{"seed", t.Seed, b.Seed},
		{"corruption", t.Corruption, corruption},
	} {
		if c.got != c.want {
			return fmt.Errorf("its %s is %v and not %v", c.what, c.got, c.want)
		}
	}
	return nil
}

// measure takes a model's numbers.
func (b *book) measure(m *autoencoder.Model, r Recipe, path string) *ModelPart {
	t := m.Training
	p := &ModelPart{
		Stage: r.Name, Model: path, Fingerprint: m.Fingerprint(), Code: m.Code, Epochs: len(t.History),
		NTrain: t.NTrain, NTest: t.NTest, Seconds: t.Seconds, Seed: t.Seed,
		ImagesPerSecond: t.ImagesPerSecond(), LearningRate: t.Rate, Schedule: t.Schedule, Corruption: t.Corruption, Tutorial: r.Tutorial,
	}
	clean := b.Data.AllFloats(b.split.Train)
	p.TrainMSE = m.MSE(b.spoilt(clean, r), clean)
	p.TestMSE = m.MSE(b.spoilt(b.test, r), b.test)
	b.results.Models = append(b.results.Models, p)
	b.log("%s: mean squared error %.6f on the training, %.6f on the test pictures", r.Name, p.TrainMSE, p.TestMSE)
	return p
}

// spoilt gives pictures as the recipe's model gets them.
func (b *book) spoilt(x []float32, r Recipe) []float32 {
	if r.Corruption == nil {
		return x
	}
	return train.Corrupted(x, r.Corruption, b.Data.Prep, b.Seed)
}
