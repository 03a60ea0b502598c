package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"

	"likeness/cmd/likeness/internal/console"
	"likeness/evaluation"
	"likeness/progress"
	"likeness/recipe"
	"likeness/report"
	"likeness/runs"
	"likeness/tracking"
	"likeness/train"
)

// train carries out a training job.
func (a *app) train(ctx context.Context, f *trainFlags) (err error) {
	file, targets, err := logTargets(f.logs)
	if err != nil {
		return err
	}
	log, err := openLog(file)
	if err != nil {
		return err
	}
	defer log.close()
	var guest *runs.Guest
	if f.watch {
		w, err := a.watch(ctx, filepath.Dir(f.Out))
		if err != nil {
			return err
		}
		defer func() { err = errors.Join(err, w.close()) }()
		guest = w.runs.Guest(filepath.Base(f.Out), f.Options)
	}
	job, err := a.prepare(ctx, f, guest, recipe.Prepare)
	if err != nil {
		return err
	}
	record, err := tracking.Open(ctx, job, targets)
	if err != nil {
		return fmt.Errorf("--log: %w", err)
	}
	record.Watch(job)
	p := a.Progress()
	run := job.Run
	if guest != nil {
		guest.Paused = func() {
			p.Clear()
			a.Note("Paused on the page, and saved in %s. It can go on there; Ctrl-C ends it", job.Options.Checkpoint(0))
		}
		run = func(ctx context.Context, events func(uint64, train.Event)) (*recipe.Result, error) {
			return guest.Do(ctx, job, events)
		}
	}
	result, err := run(ctx, func(seed uint64, e train.Event) {
		label := ""
		if job.Options.Seeds > 1 {
			label = fmt.Sprintf("seed %d", seed)
		}
		showEvent(p, label, e)
		log.event(label, e)
	})
	p.Clear()
	a.Notes(record.End(ctx, result, err))
	if err != nil {
		if errors.Is(err, train.ErrInterrupted) {
			log.say("interrupted")
		}
		return a.howToGoOn(err)
	}
	a.Notes(result.Notes)
	log.saved(result.Path)
	r, err := a.measure(ctx, result.Model, result.Data, evaluation.Options{Model: result.Path, Threads: job.Options.Threads, Forms: result.Baselines})
	if err == nil && len(result.Models) > 1 {
		if r.Seeds, err = evaluation.CompareSeeds(ctx, result.Models, result.Kept, result.Data, evaluation.SeedsOptions{Threads: job.Options.Threads}); err == nil {
			r.Judge()
		}
	}
	if err != nil {
		return fmt.Errorf("%w; the model is finished and saved as %[2]s, 'likeness eval %[2]s' measures it", err, console.Quote(result.Path))
	}
	if err := a.Emit(r, func(w io.Writer) { printScore(a, w, r) }); err != nil {
		return err
	}
	return log.close()
}

// prepare prepares a job, which a guest shows on its page where there is one, and prints what there is to say of its pictures.
func (a *app) prepare(ctx context.Context, f *trainFlags, guest *runs.Guest, prepare func(context.Context, recipe.Options) (*recipe.Job, error)) (*recipe.Job, error) {
	if err := checkData(f.data); err != nil {
		return nil, err
	}
	p := a.Progress()
	defer p.Clear()
	f.Framer, f.Progress, f.Examine = a.framer(), p.Report(), !a.Quiet
	if shown := f.Progress; guest != nil {
		f.Progress = func(s progress.Step) {
			guest.Preparing(s)
			shown.Send(s)
		}
	}
	job, err := prepare(ctx, f.Options)
	p.Clear()
	if err != nil {
		return nil, a.howToGoOn(optionError(err))
	}
	set, split := job.Data.Set, *job.Data.Split
	for _, w := range set.Warnings {
		a.Warn("%s", w)
	}
	a.noteSet(set)
	a.health(job.Health, set, split)
	a.Notes(job.Notes)
	choosing := ""
	if n := len(job.Validation); n > 0 {
		choosing = fmt.Sprintf(", choosing on %s", report.Count(n))
	}
	a.Note("Training on %s of %dx%d%s, testing on %s", count(len(split.Train), "picture"), set.W, set.H, choosing, report.Count(len(split.Test)))
	return job, nil
}

// howToGoOn adds to a job's error the command that goes on.
func (a *app) howToGoOn(err error) error {
	if few, ok := errors.AsType[*recipe.FewError](err); ok {
		return fmt.Errorf("%s gives %s, fewer than one batch of %d: give --batch %d, or less", few.Source, count(few.Pictures, "training picture"), few.Batch, few.Pictures)
	}
	if _, ok := errors.AsType[*recipe.InterruptedError](err); ok {
		return fmt.Errorf("%w. Go on with:\n  %s", err, a.Command("--resume"))
	}
	if _, ok := errors.AsType[*recipe.UnsavedError](err); ok {
		return fmt.Errorf("%w, go on with: %s", err, a.Command("--resume"))
	}
	switch {
	case errors.Is(err, recipe.ErrUnfinished):
		return fmt.Errorf("%w. Go on with:\n  %s\nor start over with:\n  %s", err, a.Command("--resume"), a.Command("--restart"))
	case errors.Is(err, recipe.ErrNothingToResume):
		return fmt.Errorf("%w. Start with:\n  %s", err, a.Command(""))
	case errors.Is(err, recipe.ErrExists):
		return fmt.Errorf("%w: choose another --out, or replace it, once the new model is trained, with:\n  %s", err, a.Command("--restart"))
	case errors.Is(err, train.ErrOtherRun):
		return fmt.Errorf("%w, or start over with:\n  %s", err, a.Command("--restart"))
	}
	return err
}
