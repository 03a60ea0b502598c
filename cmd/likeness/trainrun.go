package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"likeness/evaluation"
	"likeness/recipe"
	"likeness/report"
	"likeness/train"
)

// train carries out a training job.
func (a *app) train(ctx context.Context, f *trainFlags) error {
	log, err := openLog(f.log)
	if err != nil {
		return err
	}
	defer log.close()
	job, err := a.prepare(ctx, f, recipe.Prepare)
	if err != nil {
		return err
	}
	p := a.progress()
	result, err := job.Run(ctx, func(seed uint64, e train.Event) {
		label := ""
		if job.Options.Seeds > 1 {
			label = fmt.Sprintf("seed %d", seed)
		}
		p.event(label, e)
		log.event(label, e)
	})
	p.clear()
	if err != nil {
		if errors.Is(err, train.ErrInterrupted) {
			log.say("interrupted")
		}
		return a.howToGoOn(err)
	}
	a.tellNotes(result.Notes)
	log.say("saved " + result.Path)
	r, err := a.measure(ctx, result.Model, result.Data, evaluation.Options{Model: result.Path, Threads: job.Options.Threads, Forms: result.Baselines})
	if err == nil && len(result.Models) > 1 {
		if r.Seeds, err = evaluation.CompareSeeds(ctx, result.Models, result.Kept, result.Data, nil); err == nil {
			r.Judge()
		}
	}
	if err != nil {
		return fmt.Errorf("%w; the model is finished and saved as %[2]s, 'likeness eval %[2]s' measures it", err, quote(result.Path))
	}
	if err := a.emit(r, func(w io.Writer) { printScore(a, w, r) }); err != nil {
		return err
	}
	return log.close()
}

// prepare prepares a job and prints what there is to say of its pictures.
func (a *app) prepare(ctx context.Context, f *trainFlags, prepare func(context.Context, recipe.Options) (*recipe.Job, error)) (*recipe.Job, error) {
	if err := f.data.look(); err != nil {
		return nil, err
	}
	p := a.progress()
	defer p.clear()
	f.Progress, f.Examine = p.report(), !a.quiet
	job, err := prepare(ctx, f.Options)
	p.clear()
	if err != nil {
		return nil, a.howToGoOn(optionError(err))
	}
	set, split := job.Data.Set, *job.Data.Split
	for _, w := range set.Warnings {
		a.warn("%s", w)
	}
	a.tellSet(set)
	if set.Cropped > 0 {
		a.note("%s", croppedNote(set.Cropped))
	}
	a.health(job.Health, set, split)
	a.tellNotes(job.Notes)
	choosing := ""
	if n := len(job.Validation); n > 0 {
		choosing = fmt.Sprintf(", choosing on %s", report.Count(n))
	}
	a.note("Training on %s of %dx%d%s, testing on %s", count(len(split.Train), "picture"), set.W, set.H, choosing, report.Count(len(split.Test)))
	return job, nil
}

// howToGoOn adds to a job's error the command that goes on.
func (a *app) howToGoOn(err error) error {
	if few, ok := errors.AsType[*recipe.FewError](err); ok {
		return fmt.Errorf("%s gives %s, fewer than one batch of %d: give --batch %d, or less", few.Source, count(few.Pictures, "training picture"), few.Batch, few.Pictures)
	}
	if _, ok := errors.AsType[*recipe.InterruptedError](err); ok {
		return fmt.Errorf("%w. Go on with:\n  %s", err, a.command("--resume"))
	}
	if _, ok := errors.AsType[*recipe.UnsavedError](err); ok {
		return fmt.Errorf("%w, go on with: %s", err, a.command("--resume"))
	}
	switch {
	case errors.Is(err, recipe.ErrUnfinished):
		return fmt.Errorf("%w. Go on with:\n  %s\nor start over with:\n  %s", err, a.command("--resume"), a.command("--restart"))
	case errors.Is(err, recipe.ErrNothingToResume):
		return fmt.Errorf("%w. Start with:\n  %s", err, a.command(""))
	case errors.Is(err, recipe.ErrExists):
		return fmt.Errorf("%w: choose another --out, or replace it, once the new model is trained, with:\n  %s", err, a.command("--restart"))
	case errors.Is(err, train.ErrOtherRun):
		return fmt.Errorf("%w, or start over with:\n  %s", err, a.command("--restart"))
	}
	return err
}

// command returns this command line with --resume, --restart or neither.
func (a *app) command(how string) string {
	words := []string{"likeness"}
	for _, arg := range a.args {
		if !slices.Contains([]string{"--resume", "--restart"}, arg) {
			words = append(words, quote(arg))
		}
	}
	if how != "" {
		words = append(words, how)
	}
	return strings.Join(words, " ")
}

// quote writes a word so that a shell reads it as one.
func quote(word string) string {
	plain := func(r rune) bool {
		return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("-_=+./:,@%", r)
	}
	if word != "" && strings.IndexFunc(word, func(r rune) bool { return !plain(r) }) < 0 {
		return word
	}
	return "'" + strings.ReplaceAll(word, "'", `'\''`) + "'"
}
