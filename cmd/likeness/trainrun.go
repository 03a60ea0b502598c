package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"runtime"
	"slices"
	"strings"

	"likeness/nn"
	"likeness/pix"
	"likeness/report"
	"likeness/train"
)

// train carries out one training.
func (a *app) train(ctx context.Context, f *trainFlags, corruption pix.Corruption) error {
	m, err := f.model()
	if err != nil {
		return err
	}
	if f.out == "" {
		f.out = fmt.Sprintf("%s-%d.safetensors", f.kind, f.code)
	}
	checkpoint := f.out + ".checkpoint"
	if err := f.data.look(); err != nil {
		return err
	}
	if err := a.mayTrain(f, checkpoint); err != nil {
		return err
	}
	log, err := openLog(f.log)
	if err != nil {
		return err
	}
	defer log.close()
	if f.threads > 0 {
		runtime.GOMAXPROCS(f.threads)
	}
	set, err := a.load(ctx, f.data, m.Prep, f.threads)
	if err != nil {
		return err
	}
	a.tellSet(set)
	if set.Cropped > 0 {
		a.note("%s", croppedNote(set.Cropped))
	}
	split, err := f.split.split(set)
	if err != nil {
		return err
	}
	if n := len(split.Train); n < f.batch {
		return fmt.Errorf("%s gives %s, fewer than one batch of %d: give --batch %d, or less", set.Source, count(n, "training picture"), f.batch, n)
	}
	a.note("Training on %s of %dx%d, testing on %s", count(len(split.Train), "picture"), set.W, set.H, report.Count(len(split.Test)))
	if f.restart { // now that nothing but the training itself can go wrong
		if err := train.Discard(checkpoint); err != nil {
			return err
		}
	}
	p := a.progress()
	run := train.Run{
		Model: m, Data: set, Split: split, SplitName: f.split.String(),
		Epochs: f.epochs, Batch: f.batch, Rate: f.rate, Schedule: train.Schedule(f.schedule.value), Warmup: f.warmup,
		Mirror: f.mirror, Average: f.average, Precision: nn.Precision(f.precision.value),
		Seed: f.seed, Threads: f.threads, Corruption: corruption, Checkpoint: checkpoint,
		Events: func(e train.Event) {
			p.event("", e)
			log.event(e)
		},
	}
	_, err = run.Do(ctx)
	p.clear()
	if errors.Is(err, train.ErrInterrupted) {
		log.say("interrupted")
		return a.interrupted(err, checkpoint)
	}
	if errors.Is(err, train.ErrOtherRun) {
		return fmt.Errorf("%w, or start over with:\n  %s", err, a.command("--restart"))
	}
	if err != nil {
		return err
	}
	if err := m.Save(f.out); err != nil {
		return fmt.Errorf("%w; the trained model is in %s, go on with: %s", err, checkpoint, a.command("--resume"))
	}
	if err := train.Discard(checkpoint); err != nil {
		a.warn("%v", err)
	}
	log.say("saved " + f.out)
	r, err := a.measure(ctx, f.out, m, set, &split, f.split.String())
	if err != nil {
		return fmt.Errorf("%w; the model is finished and saved as %[2]s, 'likeness eval %[2]s' measures it", err, quote(f.out))
	}
	if err := a.emit(r, func(w io.Writer) { r.print(a, w) }); err != nil {
		return err
	}
	return log.close()
}

// mayTrain protects what is there from the run: a finished model, the
// checkpoint of an unfinished run; and the person from training for nothing.
func (a *app) mayTrain(f *trainFlags, checkpoint string) error {
	found, err := exists(checkpoint)
	switch {
	case err != nil:
		return err
	case found && !f.resume && !f.restart:
		return fmt.Errorf("%s is the checkpoint of an unfinished run. Go on with:\n  %s\nor start over with:\n  %s",
			checkpoint, a.command("--resume"), a.command("--restart"))
	case !found && f.resume:
		return fmt.Errorf("nothing to resume: there is no %s. Start with:\n  %s", checkpoint, a.command(""))
	}
	found, err = exists(f.out)
	if err != nil {
		return err
	}
	if found && !f.restart && !f.resume {
		return fmt.Errorf("%s exists already: choose another --out, or replace it, once the new model is trained, with:\n  %s",
			f.out, a.command("--restart"))
	}
	return checkWritable(f.out)
}

func exists(path string) (bool, error) {
	_, err := os.Stat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	return err == nil, err
}

// interrupted says what was saved and how to go on.
func (a *app) interrupted(err error, checkpoint string) error {
	if err != train.ErrInterrupted { // the save failed as well
		return err
	}
	return fmt.Errorf("%w and is saved in %s. Go on with:\n  %s", err, checkpoint, a.command("--resume"))
}

// command is this command line with how set to --resume, --restart or neither.
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
