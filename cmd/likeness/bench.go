package main

import (
	"context"
	"errors"
	"math"
	"math/rand/v2"
	"runtime"
	"slices"
	"sync"
	"time"

	"github.com/spf13/cobra"

	"likeness/autoencoder"
	"likeness/hyper"
	"likeness/internal/kernel"
	"likeness/nn"
	"likeness/parallel"
	"likeness/pix"
)

// benchFlags says what is measured.
type benchFlags struct {
	model, precision     choiceFlag
	size                 sizeFlag
	code, batch, threads int
	seconds              float64
}

func newBench(a *app) *cobra.Command {
	f := &benchFlags{precision: newPrecision(), model: choiceFlag{value: "conv", choices: autoencoder.Architectures()}, size: sizeFlag{32, 32}}
	c := &cobra.Command{
		Use:   "bench",
		Short: "Measure how fast this machine trains",
		Long: `Measure training steps (forward, backward, Adamax) and forward runs in pictures a
second, and in floating-point operations a second beside what the processor can
do at most: fused multiply-adds in registers, on all threads at once.

The time is cut into rounds, each with a slice for every measurement. Told are
the medians over the rounds, with the lowest and the highest beside them: where
they lie far apart, something else was running.

Operations are those of the layers' products, two for a multiply-add. Taps of a
convolution that lie in the padding are not counted. Products with the zeros
behind a max pooling's gradient are, so a layer that skips them may come out
above the peak. Times of layers are those of one core for one picture.`,
		Example: `  likeness bench
  likeness bench --model conv --code 32 --batch 32 --threads 2 --seconds 10 --json
  LIKENESS_SIMD=avx2 likeness bench`,
		Args: noArgs(""),
	}
	fl := c.Flags()
	fl.SortFlags = false
	addChoice(c, &f.model, "model", "the architecture")
	fl.IntVar(&f.code, "code", 32, "numbers in a code")
	fl.Var(&f.size, "size", "size of the pictures")
	fl.IntVar(&f.batch, "batch", hyper.DefaultBatch, "pictures in a step")
	addChoice(c, &f.precision, "precision", "what training steps multiply in; forward runs and the peak are float32's")
	fl.IntVar(&f.threads, "threads", 0, "threads to work with, 0 for all")
	fl.Float64Var(&f.seconds, "seconds", 10, "about how long to measure")
	c.RunE = func(cmd *cobra.Command, _ []string) error {
		switch {
		case f.batch < 1:
			return usagef("--batch %d: expected at least 1", f.batch)
		case f.threads < 0:
			return usagef("--threads %d: expected 0, for all, or more", f.threads)
		case !(f.seconds > 0 && f.seconds <= 86400):
			return usagef("--seconds %g: expected a number above 0, and no more than a day", f.seconds)
		}
		precision := nn.Precision(f.precision.value)
		if err := precision.Check(); err != nil {
			return err
		}
		m, err := autoencoder.New(f.model.value, pix.Prep{W: f.size.w, H: f.size.h, Auto: true}, f.code, 42)
		if err != nil {
			return usageError{err}
		}
		b, err := newBenchRun(f, m)
		if err != nil {
			return err
		}
		a.note("Measuring for about %g seconds", f.seconds)
		if err := b.run(cmd.Context()); err != nil {
			return err
		}
		r := b.result()
		return a.emit(r, r.print)
	}
	return c
}

// benchRun is what a measurement works on and the samples so far, one a round.
type benchRun struct {
	flags   *benchFlags
	threads int
	model   *autoencoder.Model
	x       []float32
	step    *nn.Step
	profile *nn.Profile

	peak, train, forward []float64     // GFLOP/s, and images/s twice
	layers               [][]layerTime // by layer, then by round
	other                []layerTime   // loss as forward, update as backward
}

// layerTime is the time that one core needs for one picture, in microseconds.
type layerTime struct{ forward, backward float64 }

func newBenchRun(f *benchFlags, m *autoencoder.Model) (*benchRun, error) {
	b := &benchRun{flags: f, threads: f.threads, model: m, x: make([]float32, f.batch*m.Values())}
	if b.threads == 0 {
		b.threads = runtime.GOMAXPROCS(0)
	}
	rng := rand.New(rand.NewPCG(42, 0))
	for i := range b.x {
		b.x[i] = rng.Float32() - 0.5
	}
	var err error
	b.step, err = nn.NewStep(nn.Options{Batch: f.batch, Threads: b.threads, Precision: nn.Precision(f.precision.value)}, m.Networks()...)
	if err != nil {
		return nil, err
	}
	b.profile = nn.NewProfile(b.step)
	b.layers = make([][]layerTime, len(b.profile.Layers))
	return b, nil
}

// rounds is how often each measurement is repeated: about once a second.
func (f *benchFlags) rounds() int { return int(min(max(math.Round(f.seconds), 3), 100)) }

// run measures until the time is over or ctx is.
func (b *benchRun) run(ctx context.Context) error {
	ctx = parallel.WithThreads(ctx, b.threads)
	const rate = 1e-4
	b.step.Do(b.x, b.x, rate) // memory is touched for the first time
	if _, err := b.model.Reconstruct(ctx, b.x); err != nil {
		return err
	}
	rounds := b.flags.rounds()
	round := time.Duration(b.flags.seconds / float64(rounds) * float64(time.Second))
	for range rounds {
		b.peak = append(b.peak, peakFMA(b.threads, round/10))
		train, err := b.imagesPerSecond(ctx, round*4/10, func() error { b.step.Do(b.x, b.x, rate); return nil })
		if err != nil {
			return err
		}
		forward, err := b.imagesPerSecond(ctx, round*2/10, func() error { _, err := b.model.Reconstruct(ctx, b.x); return err })
		if err != nil {
			return err
		}
		b.profile.Reset()
		if _, err := b.imagesPerSecond(ctx, round*3/10, func() error { b.profile.Do(b.x, b.x, rate); return nil }); err != nil {
			return err
		}
		b.train, b.forward = append(b.train, train), append(b.forward, forward)
		b.keepProfile()
	}
	return nil
}

// imagesPerSecond calls do, which takes one batch, for about d, at least once.
func (b *benchRun) imagesPerSecond(ctx context.Context, d time.Duration, do func() error) (float64, error) {
	start := time.Now()
	for images := b.flags.batch; ; images += b.flags.batch {
		if err := errors.Join(ctx.Err(), do()); err != nil {
			return 0, err
		}
		if took := time.Since(start); took >= d {
			return float64(images) / took.Seconds(), nil
		}
	}
}

// keepProfile adds the profile's times as one round's.
func (b *benchRun) keepProfile() {
	p := b.profile
	perImage := func(d time.Duration) float64 { return float64(d.Nanoseconds()) / 1e3 / float64(p.Images) }
	for i, l := range p.Layers {
		b.layers[i] = append(b.layers[i], layerTime{perImage(l.Forward.Time), perImage(l.Backward.Time)})
	}
	b.other = append(b.other, layerTime{perImage(p.Loss), perImage(p.Update)})
}

// peakFMA measures all threads at once for about d; GFLOP/s.
func peakFMA(threads int, d time.Duration) float64 {
	rates := make([]float64, threads)
	var wg sync.WaitGroup
	for i := range rates {
		wg.Go(func() { rates[i] = kernel.PeakFMA(d) })
	}
	wg.Wait()
	sum := 0.0
	for _, r := range rates {
		sum += r
	}
	return sum
}

// spread is a measurement over all rounds.
type spread struct {
	Median float64 `json:"median"`
	Min    float64 `json:"min"`
	Max    float64 `json:"max"`
}

func spreadOf(x []float64) spread {
	return spread{Median: median(x), Min: slices.Min(x), Max: slices.Max(x)}
}

func median(x []float64) float64 {
	s := slices.Sorted(slices.Values(x))
	return (s[(len(s)-1)/2] + s[len(s)/2]) / 2
}
