package main

import (
	"context"
	"fmt"

	"likeness/autoencoder"
	"likeness/latent"
	"likeness/latent/judge"
)

// judgeEdits lets a classifier of pixels judge edits of the model's test faces.
func (a *app) judgeEdits(ctx context.Context, path string, m *autoencoder.Model, d *modelData) ([]latent.Verdict, error) {
	switch {
	case d.split == nil:
		return nil, usagef("--judge: %s is not what %s was trained on, so nothing is held out", d.set.Source, path)
	case d.set.Attributes == nil:
		return nil, usagef("--judge: %s has no attributes to judge by: name their file with --attributes", d.set.Source)
	}
	p := a.progress()
	defer p.clear()
	return judge.Edits(ctx, m, d.set, *d.split, p.count)
}

// noBetter says that edits did no better than chance.
func noBetter(v *latent.Verdict) string {
	return fmt.Sprintf("judged by pixels, edits were no better than random steps: %.0f %% went the right way, of those %.0f %%", 100*v.RightWay, 100*v.RandomWay)
}

// judgeSamples compares new faces with held-out ones.
func (a *app) judgeSamples(ctx context.Context, path string, m *autoencoder.Model, d *modelData, sources []judge.Source) ([]judge.Judged, error) {
	if d.split == nil {
		return nil, usagef("--judge: %s is not what %s was trained on, so nothing is held out", d.set.Source, path)
	}
	a.note("Comparing new faces with held-out ones")
	return judge.Samples(ctx, m, d.set, *d.split, sources)
}

// judgedRows is the table of --judge.
func judgedRows(list []judge.Judged) [][]string {
	rows := [][]string{{"faces", "precision", "recall", "density", "coverage", "to training", "copies"}}
	for _, q := range list {
		rows = append(rows, []string{
			q.Name, fmt.Sprintf("%.3f", q.Precision), fmt.Sprintf("%.3f", q.Recall), fmt.Sprintf("%.3f", q.Density),
			fmt.Sprintf("%.3f", q.Coverage), fmt.Sprintf("%.2f", q.ToTraining), fmt.Sprintf("%.1f %%", 100*q.Copies),
		})
	}
	return rows
}

// sources are the two kinds of new faces that are compared.
func sources(at *latent.Atlas, spread float64, seed uint64) []judge.Source {
	draw := func(m *latent.Mixture) func(int) []float32 {
		return func(n int) []float32 { return at.Whitening.Draw(m, n, spread, seed) }
	}
	return []judge.Source{
		{Name: "new, one gaussian", Codes: draw(latent.Gaussian(at.Whitening.Width()))},
		{Name: fmt.Sprintf("new, a mixture of %d", at.Mixture.Len()), Codes: draw(at.Mixture)},
	}
}
