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
	"time"

	"likeness/autoencoder"
	"likeness/dataset"
	"likeness/evaluation"
	"likeness/faces"
	"likeness/hyper"
	"likeness/nn"
	"likeness/pix"
	"likeness/report"
	"likeness/train"
)

// training is one command under way.
type training struct {
	*trainFlags
	corruption pix.Corruption
	set        *faces.Set
	split      faces.Split
	held       []int // rows for choosing
	around     *faces.Set
	log        *runLog
}

// train carries out one training, or one for each of several seeds.
func (a *app) train(ctx context.Context, f *trainFlags, corruption pix.Corruption) error {
	m, err := f.model(f.seed)
	if err != nil {
		return err
	}
	if f.out == "" {
		f.out = fmt.Sprintf("%s-%d.safetensors", f.kind, f.code)
		if f.code == 0 {
			f.out = fmt.Sprintf("%s-%s.safetensors", f.kind, f.arch)
		}
	}
	if err := f.data.look(); err != nil {
		return err
	}
	if !f.comfort.findRate {
		if err := a.mayTrain(f); err != nil {
			return err
		}
	}
	t := &training{trainFlags: f, corruption: corruption}
	if t.log, err = openLog(f.log); err != nil {
		return err
	}
	defer t.log.close()
	if f.threads > 0 {
		runtime.GOMAXPROCS(f.threads)
	}
	if err := a.prepare(ctx, t, m.Prep); err != nil {
		return err
	}
	if m.Level != 0 {
		a.note("The loss counts in units of the noise; test errors are the pictures' mean squared errors, as everywhere")
	}
	if f.comfort.findRate {
		return a.findRate(ctx, t, m)
	}
	if f.restart { // now that nothing but the training itself can go wrong
		for i := range f.comfort.seeds {
			if err := train.Discard(f.checkpoint(i)); err != nil {
				return err
			}
		}
	}
	models := []*autoencoder.Model{m}
	for i := range f.comfort.seeds {
		if i > 0 {
			if m, err = f.model(f.seed + uint64(i)); err != nil {
				return err
			}
			models = append(models, m)
		}
		if err := a.trainOne(ctx, t, i, m); err != nil {
			return err
		}
	}
	return a.finishTraining(ctx, t, models)
}

// prepare reads and splits the pictures.
func (a *app) prepare(ctx context.Context, t *training, prep pix.Prep) error {
	set, err := a.load(ctx, t.data, prep, t.threads)
	if err != nil {
		return err
	}
	a.tellSet(set)
	if set.Cropped > 0 {
		a.note("%s", croppedNote(set.Cropped))
	}
	t.set = set
	if t.split, t.held, err = t.trainFlags.split.parts(set); err != nil {
		return err
	}
	if n := len(t.split.Train); n < t.batch {
		return fmt.Errorf("%s gives %s, fewer than one batch of %d: give --batch %d, or less", set.Source, count(n, "training picture"), t.batch, n)
	}
	if t.jitter > 0 {
		if err := a.surroundings(ctx, t, prep); err != nil {
			return err
		}
	}
	choosing := ""
	if n := len(t.held); n > 0 {
		choosing = fmt.Sprintf(", choosing on %s", report.Count(n))
	}
	if err := a.health(ctx, set, t.split); err != nil {
		return err
	}
	a.note("Training on %s of %dx%d%s, testing on %s", count(len(t.split.Train), "picture"), set.W, set.H, choosing, report.Count(len(t.split.Test)))
	return nil
}

// largestSurroundings bounds the memory that --jitter may take, in bytes.
const largestSurroundings = 6 << 30

// surroundings reads the pictures once more, with what is around them.
func (a *app) surroundings(ctx context.Context, t *training, prep pix.Prep) error {
	need := train.JitterMemory(prep, len(t.set.IDs))
	if need > largestSurroundings && !t.jitterAsked {
		t.jitter = 0
		a.note("No jitter: it would hold %s with their surroundings in %.1f GB of memory", count(len(t.set.IDs), "picture"), float64(need)/1e9)
		return nil
	}
	if need > largestSurroundings {
		return fmt.Errorf("--jitter %g would hold %s with their surroundings in %.1f GB of memory: give --jitter 0, or fewer pictures",
			t.jitter, count(len(t.set.IDs), "picture"), float64(need)/1e9)
	}
	set, err := a.load(ctx, t.data, prep.Surroundings(), t.threads)
	if err != nil {
		return err
	}
	t.around = set
	return nil
}

// run says what is trained with the given seed, the first plus i.
func (t *training) run(i int, m *autoencoder.Model) *train.Run {
	c := &t.comfort
	r := &train.Run{
		Model: m, Data: t.set, Split: t.split, SplitName: t.trainFlags.split.String(),
		Epochs: t.epochs, Threads: t.threads, Corruption: t.corruption, Validation: t.held, Best: c.best, Around: t.around,
		Parameters: hyper.Parameters{
			Batch: t.batch, Optimizer: hyper.Optimizer(t.optimizer.value), Rate: t.rate, Schedule: hyper.Schedule(t.schedule.value), Warmup: t.warmup,
			Mirror: t.mirror, Jitter: t.jitter, Average: t.average, Decay: t.decay, Precision: nn.Precision(t.precision.value),
			Seed: t.seed + uint64(i), Weigh: t.denoise.weigh, Correct: t.correct, EarlyStop: c.earlyStop,
		},
	}
	if c.budget > 0 {
		r.Epochs, r.TimeBudget = 0, c.budget/time.Duration(c.seeds)
	}
	return r
}

// trainOne trains the model of one seed.
func (a *app) trainOne(ctx context.Context, t *training, i int, m *autoencoder.Model) error {
	p, label, checkpoint := a.progress(), "", t.checkpoint(i)
	if t.comfort.seeds > 1 {
		label = fmt.Sprintf("seed %d", t.seed+uint64(i))
	}
	run := t.run(i, m)
	run.Checkpoint = checkpoint
	run.Events = func(e train.Event) {
		p.event(label, e)
		t.log.event(label, e)
	}
	_, err := run.Do(ctx)
	p.clear()
	if errors.Is(err, train.ErrInterrupted) {
		t.log.say("interrupted")
		return a.interrupted(err, checkpoint)
	}
	if errors.Is(err, train.ErrOtherRun) {
		return fmt.Errorf("%w, or start over with:\n  %s", err, a.command("--restart"))
	}
	return err
}

// finishTraining keeps one of the models, which have one seed each, and tells.
func (a *app) finishTraining(ctx context.Context, t *training, models []*autoencoder.Model) error {
	kept := evaluation.Choose(models)
	m := models[kept]
	if err := m.Save(t.out); err != nil {
		return fmt.Errorf("%w; the trained model is in %s, go on with: %s", err, t.checkpoint(kept), a.command("--resume"))
	}
	for i := range models {
		if err := train.Discard(t.checkpoint(i)); err != nil {
			a.warn("%v", err)
		}
	}
	t.log.say("saved " + t.out)
	data := &dataset.Pictures{Set: t.set, Split: &t.split, Plan: t.trainFlags.split.String()}
	r, err := a.measure(ctx, m, data, evaluation.Options{Model: t.out})
	if err == nil && len(models) > 1 {
		if r.Seeds, err = evaluation.CompareSeeds(ctx, models, kept, data, nil); err == nil {
			r.Judge()
		}
	}
	if err != nil {
		return fmt.Errorf("%w; the model is finished and saved as %[2]s, 'likeness eval %[2]s' measures it", err, quote(t.out))
	}
	if err := a.emit(r, func(w io.Writer) { printScore(a, w, r) }); err != nil {
		return err
	}
	return t.log.close()
}

// checkpoint is the file that the run with the first seed plus i is saved to.
func (f *trainFlags) checkpoint(i int) string {
	if f.comfort.seeds > 1 {
		return fmt.Sprintf("%s.seed-%d.checkpoint", f.out, f.seed+uint64(i))
	}
	return f.out + ".checkpoint"
}

// mayTrain protects what is there from the run: a finished model, the
// checkpoint of an unfinished run; and the person from training for nothing.
func (a *app) mayTrain(f *trainFlags) error {
	checkpoint, found := f.checkpoint(0), false
	for i := range f.comfort.seeds {
		there, err := exists(f.checkpoint(i))
		if err != nil {
			return err
		}
		if there && !found {
			checkpoint, found = f.checkpoint(i), true
		}
	}
	switch {
	case found && !f.resume && !f.restart:
		return fmt.Errorf("%s is the checkpoint of an unfinished run. Go on with:\n  %s\nor start over with:\n  %s",
			checkpoint, a.command("--resume"), a.command("--restart"))
	case !found && f.resume:
		return fmt.Errorf("nothing to resume: there is no %s. Start with:\n  %s", checkpoint, a.command(""))
	}
	found, err := exists(f.out)
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
