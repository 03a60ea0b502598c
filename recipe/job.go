package recipe

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"

	"likeness/autoencoder"
	"likeness/baseline"
	"likeness/dataset"
	"likeness/faces"
	"likeness/faces/check"
	"likeness/internal/atomicfile"
	"likeness/internal/lockfile"
	"likeness/parallel"
	"likeness/pix"
	"likeness/progress"
	"likeness/safetensors"
	"likeness/train"
)

// Job is a training whose pictures are read and whose settings are sound. Nothing has
// been trained yet, so that a caller can show the remarks first.
type Job struct {
	Options Options // with defaults filled in, and without what could not be had
	// Data are the pictures and their split; Validation are rows of the training pictures
	// held back for choosing, in neither part.
	Data       *dataset.Pictures
	Validation []int
	Around     *faces.Set // the pictures with their surroundings; nil without jitter
	// Baselines are the closed forms of the training pictures: fitted once, for the models
	// that begin with them and for the caller that measures the result.
	Baselines *baseline.Forms
	Health    *check.Health // of the pictures, with Options.Examine
	// Begin, if not nil, receives the run of each seed before it starts, to set what watches
	// it: Look, Stop and Events, which are to be passed on.
	Begin func(*train.Run)
	Notes progress.Notes // remarks on the job; what is odd about the pictures is in Data.Set and Health
}

// What Prepare finds at the paths of a job. The errors that wrap them name the file.
var (
	ErrUnfinished      = errors.New("the checkpoint of an unfinished run")
	ErrNothingToResume = errors.New("nothing to resume")
	ErrExists          = errors.New("exists already")
	ErrBusy            = errors.New("another job is training to the same file")
)

// largestSurroundings bounds the memory that jitter may take, in bytes.
const largestSurroundings = 6 << 30

// Prepare checks the options, looks at what is at the job's paths, reads the pictures and
// splits them. Errors about options are a *hyper.ValueError or an *OptionsError, those about
// paths wrap ErrUnfinished, ErrNothingToResume or ErrExists; it also fails when the
// pictures cannot be read or are too few, and when ctx ends.
func Prepare(ctx context.Context, o Options) (*Job, error) {
	return prepare(ctx, o, (*Options).checkPaths)
}

// PrepareRate is Prepare for a job that is only asked for FindRate, and writes nothing.
func PrepareRate(ctx context.Context, o Options) (*Job, error) {
	return prepare(ctx, o, func(*Options) error { return nil })
}

func prepare(ctx context.Context, o Options, checkPaths func(*Options) error) (*Job, error) {
	m, err := o.check()
	if err != nil {
		return nil, err
	}
	if err := o.Data.Check(); err != nil {
		return nil, err
	}
	if err := checkPaths(&o); err != nil {
		return nil, err
	}
	ctx = parallel.WithThreads(ctx, o.Threads)
	j := &Job{Options: o}
	if m.Level != 0 {
		j.Notes.Add("The loss counts in units of the noise; test errors are the pictures' mean squared errors, as everywhere")
	}
	set, err := j.load(ctx)
	if err != nil {
		return nil, err
	}
	split, held, err := o.Split.Split(set)
	if err != nil {
		return nil, err
	}
	if n := len(split.Train); n < o.Batch {
		return nil, &FewError{Source: set.Source, Pictures: n, Batch: o.Batch}
	}
	j.Data = &dataset.Pictures{Set: set, Split: &split, Plan: o.Split.String()}
	j.Validation, j.Baselines = held, baseline.New(set, split.Train)
	if o.Examine {
		if j.Health, err = check.Set(ctx, set, split); err != nil {
			return nil, err
		}
	}
	return j, nil
}

// FewError is returned where the training pictures do not fill one batch.
type FewError struct {
	Source          string
	Pictures, Batch int
}

func (e *FewError) Error() string {
	return fmt.Sprintf("%s gives %s, fewer than one batch of %d: take batches of %d or less", e.Source, count(e.Pictures, "training picture"), e.Batch, e.Pictures)
}

// load reads the pictures, and their surroundings in the same pass.
func (j *Job) load(ctx context.Context) (*faces.Set, error) {
	o := &j.Options
	read := func(ctx context.Context, progress progress.Func, preps ...pix.Prep) ([]*faces.Set, error) {
		return dataset.LoadAll(ctx, o.Data, faces.Options{Framer: o.Framer, Threads: o.Threads, Progress: progress}, preps...)
	}
	if o.Jitter == 0 {
		sets, err := read(ctx, o.Progress, o.Prep)
		if err != nil {
			return nil, err
		}
		return sets[0], nil
	}
	// How many pictures there are is only known when they are read.
	most := cmp.Or(o.memory, largestSurroundings) / train.JitterMemory(o.Prep, 1)
	limited, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	sets, err := read(limited, func(s progress.Step) {
		if max(s.Done, s.Total) > most {
			stop(errTooMany)
		}
		o.Progress.Send(s)
	}, o.Prep, o.Prep.Surroundings())
	if err == nil && int64(sets[0].Len()) <= most {
		j.Around = sets[1]
		return sets[0], nil
	}
	if err != nil && context.Cause(limited) != errTooMany {
		return nil, err
	}
	if sets, err = read(ctx, o.Progress, o.Prep); err != nil {
		return nil, err
	}
	need := fmt.Sprintf("hold %s with their surroundings in %.1f GB of memory", count(sets[0].Len(), "picture"), float64(train.JitterMemory(o.Prep, sets[0].Len()))/1e9)
	if !o.optional("jitter") {
		return nil, &OptionsError{"jitter", fmt.Errorf("jitter %g would %s: take no jitter, or fewer pictures", o.Jitter, need)}
	}
	o.Jitter = 0
	j.Notes.Add("No jitter: it would %s", need)
	return sets[0], nil
}

var errTooMany = errors.New("too many pictures for jitter")

// checkPaths protects what is at the job's paths: a finished model, and the checkpoint of
// an unfinished run; and the caller from training for nothing.
func (o *Options) checkPaths() error {
	if err := atomicfile.CheckWritable(o.Out); err != nil {
		return err
	}
	if err := o.checkKinds(); err != nil {
		return err
	}
	checkpoint, found := o.Checkpoint(0), false
	for i := range o.Seeds {
		there, err := exists(o.Checkpoint(i))
		if err != nil {
			return err
		}
		if there {
			checkpoint, found = o.Checkpoint(i), true
			break
		}
	}
	switch {
	case found && !o.Resume && !o.Restart:
		return fmt.Errorf("%s is %w", checkpoint, ErrUnfinished)
	case !found && o.Resume:
		return fmt.Errorf("%w: there is no %s", ErrNothingToResume, checkpoint)
	}
	return o.checkOut()
}

// CheckPaths says beforehand what Prepare would find at the paths of the job, with the same errors.
func (o Options) CheckPaths() error {
	o.fill()
	return o.checkPaths()
}

// checkKinds protects everything at the job's paths that is neither a model nor a checkpoint.
func (o *Options) checkKinds() error {
	paths := []string{o.Out}
	for i := range o.Seeds {
		paths = append(paths, o.Checkpoint(i))
	}
	for _, path := range paths {
		if err := safetensors.CheckReplace(path, autoencoder.Format); err != nil {
			return err
		}
	}
	return nil
}

// checkOut protects a finished model.
func (o *Options) checkOut() error {
	info, err := os.Stat(o.Out)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case err != nil:
		return err
	case info.IsDir():
		return fmt.Errorf("%s cannot be written: it is a folder", o.Out)
	case !o.Restart && !o.Resume:
		return fmt.Errorf("%s %w", o.Out, ErrExists)
	}
	return nil
}

// lock keeps other jobs from Out and its checkpoints. One that trains there for long is
// an ErrBusy.
func (o *Options) lock(ctx context.Context) (*lockfile.Lock, error) {
	waiting, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	lock, err := lockfile.Acquire(waiting, o.Out, func(owner string) {
		stop(fmt.Errorf("%s: %w, %s", o.Out, ErrBusy, owner))
	})
	if cause := context.Cause(waiting); err != nil && errors.Is(cause, ErrBusy) {
		return nil, cause
	}
	return lock, err
}

func exists(path string) (bool, error) {
	_, err := os.Stat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	return err == nil, err
}

// count returns a number of things in words.
func count(n int, thing string) string {
	if n == 1 {
		return "1 " + thing
	}
	return fmt.Sprintf("%d %ss", n, thing)
}
