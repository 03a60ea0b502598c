package autoencoder

import (
	"context"
	"errors"
	"math"
	"math/rand/v2"
	"slices"
	"sync"
	"time"

	"likeness/hyper"
	"likeness/internal/kernel"
	"likeness/nn"
	"likeness/parallel"
	"likeness/pix"
)

// SpeedOptions say what MeasureSpeed measures. The zero value of a field means what its
// comment says.
type SpeedOptions struct {
	Arch      string       `json:"model"` // empty: "conv"
	Code      int          `json:"code"`
	Prep      pix.Prep     `json:"prep"` // of which the size counts
	Batch     int          `json:"batch"`
	Precision nn.Precision `json:"precision"`         // of training steps; empty: float32
	Seconds   float64      `json:"seconds"`           // about how long to measure
	Threads   int          `json:"threads,omitempty"` // 0: as ctx says, see package parallel
}

// Speed is how fast a model trains and runs on this machine. Rates are medians over the
// rounds, of all threads together.
type Speed struct {
	Model   string `json:"model"`
	Code    int    `json:"code"`
	Width   int    `json:"width"`
	Height  int    `json:"height"`
	Batch   int    `json:"batch"`
	Threads int    `json:"threads"`
	SIMD    string `json:"simd"`
	// Precision is that of the training steps.
	Precision string  `json:"precision"`
	Seconds   float64 `json:"seconds"` // as asked for
	Rounds    int     `json:"rounds"`

	TrainImages   float64 `json:"train_images_per_second"`
	ForwardImages float64 `json:"forward_images_per_second"`
	TrainGFLOPS   float64 `json:"train_gflops"`
	ForwardGFLOPS float64 `json:"forward_gflops"`
	PeakGFLOPS    float64 `json:"peak_gflops"`
	TrainFLOP     int64   `json:"train_flop_per_image"`
	ForwardFLOP   int64   `json:"forward_flop_per_image"`

	Spread struct {
		Train   Spread `json:"train_images_per_second"`
		Forward Spread `json:"forward_images_per_second"`
		Peak    Spread `json:"peak_gflops"`
	} `json:"spread"`

	Layers []LayerSpeed `json:"layers"`
	// The rest of a training step, in microseconds of one core for one image.
	LossMicros   float64 `json:"loss_us"`   // loss, its gradient, copies
	UpdateMicros float64 `json:"update_us"` // optimizer, packing
}

// Spread is a measurement over all rounds.
type Spread struct {
	Median float64 `json:"median"`
	Min    float64 `json:"min"`
	Max    float64 `json:"max"`
}

// LayerSpeed is one layer of a training step.
type LayerSpeed struct {
	Network  string    `json:"network"`
	Name     string    `json:"name"`
	Kind     string    `json:"kind"`
	Output   nn.Shape  `json:"output_shape"`
	Forward  WorkSpeed `json:"forward"`
	Backward WorkSpeed `json:"backward"`
}

// WorkSpeed is a layer's work in one direction.
type WorkSpeed struct {
	FLOP   int64   `json:"flop_per_image"`
	Micros float64 `json:"us_per_image"` // of one core
	GFLOPS float64 `json:"gflops"`       // of all threads
}

// Check returns an error for options that cannot be measured: a *hyper.ValueError, or
// what is wrong with the model.
func (o SpeedOptions) Check() error {
	switch {
	case o.Batch < 1:
		return &hyper.ValueError{Name: "batch", Value: o.Batch, Expected: "at least 1"}
	case o.Threads < 0:
		return &hyper.ValueError{Name: "threads", Value: o.Threads, Expected: "0, for all, or more"}
	case !(o.Seconds > 0 && o.Seconds <= 86400):
		return &hyper.ValueError{Name: "seconds", Value: o.Seconds, Expected: "a number above 0, and no more than a day"}
	}
	_, _, err := declare(o.Arch, o.Prep.H, o.Prep.W, o.Code)
	return err
}

// MeasureSpeed measures training steps, forward runs and the processor's peak, in rounds
// that each have a slice of the time for every measurement. It fails for options that
// do not pass their Check, for a precision that this processor is slow in, and when ctx
// ends.
func MeasureSpeed(ctx context.Context, o SpeedOptions) (*Speed, error) {
	if err := o.Check(); err != nil {
		return nil, err
	}
	if o.Precision == "" {
		o.Precision = nn.Float32
	}
	if err := o.Precision.Check(); err != nil {
		return nil, err
	}
	m, err := New(o.Arch, o.Prep, o.Code, 42)
	if err != nil {
		return nil, err
	}
	ctx = parallel.WithThreads(ctx, o.Threads)
	o.Threads = parallel.Threads(ctx)
	s := &speedometer{SpeedOptions: o, model: m, x: make([]float32, o.Batch*m.Values())}
	rng := rand.New(rand.NewPCG(42, 0))
	for i := range s.x {
		s.x[i] = rng.Float32() - 0.5
	}
	if s.step, err = nn.NewStep(nn.Options{Batch: o.Batch, Threads: o.Threads, Precision: o.Precision}, m.Networks()...); err != nil {
		return nil, err
	}
	s.profile = nn.NewProfile(s.step)
	s.layers = make([][]layerTime, len(s.profile.Layers))
	if err := s.run(ctx); err != nil {
		return nil, err
	}
	return s.speed(), nil
}

// speedometer is a measurement under way, with the samples so far, one a round.
type speedometer struct {
	SpeedOptions
	model   *Model
	x       []float32
	step    *nn.Step
	profile *nn.Profile

	peak, train, forward []float64     // GFLOP/s, and images/s twice
	layers               [][]layerTime // by layer, then by round
	other                []layerTime   // loss as forward, update as backward
}

// layerTime is the time that one core needs for one picture, in microseconds.
type layerTime struct{ forward, backward float64 }

// run measures until the time is over or ctx is.
func (s *speedometer) run(ctx context.Context) error {
	const rate = 1e-4
	s.step.Do(s.x, s.x, rate) // memory is touched for the first time
	if _, err := s.model.Reconstruct(ctx, s.x); err != nil {
		return err
	}
	rounds := int(min(max(math.Round(s.Seconds), 3), 100)) // about one a second
	round := time.Duration(s.Seconds / float64(rounds) * float64(time.Second))
	for range rounds {
		s.peak = append(s.peak, peakFMA(s.Threads, round/10))
		train, err := s.imagesPerSecond(ctx, round*4/10, func() error { s.step.Do(s.x, s.x, rate); return nil })
		if err != nil {
			return err
		}
		forward, err := s.imagesPerSecond(ctx, round*2/10, func() error { _, err := s.model.Reconstruct(ctx, s.x); return err })
		if err != nil {
			return err
		}
		s.profile.Reset()
		if _, err := s.imagesPerSecond(ctx, round*3/10, func() error { s.profile.Do(s.x, s.x, rate); return nil }); err != nil {
			return err
		}
		s.train, s.forward = append(s.train, train), append(s.forward, forward)
		s.keepProfile()
	}
	return nil
}

// imagesPerSecond calls do, which takes one batch, for about d, at least once.
func (s *speedometer) imagesPerSecond(ctx context.Context, d time.Duration, do func() error) (float64, error) {
	start := time.Now()
	for images := s.Batch; ; images += s.Batch {
		if err := errors.Join(ctx.Err(), do()); err != nil {
			return 0, err
		}
		if took := time.Since(start); took >= d {
			return float64(images) / took.Seconds(), nil
		}
	}
}

// keepProfile adds the profile's times as one round's.
func (s *speedometer) keepProfile() {
	p := s.profile
	perImage := func(d time.Duration) float64 { return float64(d.Nanoseconds()) / 1e3 / float64(p.Images) }
	for i, l := range p.Layers {
		s.layers[i] = append(s.layers[i], layerTime{perImage(l.Forward.Time), perImage(l.Backward.Time)})
	}
	s.other = append(s.other, layerTime{perImage(p.Loss), perImage(p.Update)})
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

// speed sums up the samples.
func (s *speedometer) speed() *Speed {
	r := &Speed{
		Model: s.Arch, Code: s.Code, Width: s.Prep.W, Height: s.Prep.H, Batch: s.Batch,
		Threads: s.Threads, SIMD: s.Precision.SIMD(), Precision: string(s.Precision), Seconds: s.Seconds, Rounds: len(s.train),
	}
	r.ForwardFLOP, r.TrainFLOP = s.profile.FLOP()
	r.Spread.Train, r.Spread.Forward, r.Spread.Peak = spreadOf(s.train), spreadOf(s.forward), spreadOf(s.peak)
	r.TrainImages, r.ForwardImages, r.PeakGFLOPS = r.Spread.Train.Median, r.Spread.Forward.Median, r.Spread.Peak.Median
	r.TrainGFLOPS = r.TrainImages * float64(r.TrainFLOP) / 1e9
	r.ForwardGFLOPS = r.ForwardImages * float64(r.ForwardFLOP) / 1e9
	for i, l := range s.profile.Layers {
		forward, backward := medianTimes(s.layers[i])
		r.Layers = append(r.Layers, LayerSpeed{
			Network: l.Network, Name: l.Name, Kind: l.Kind, Output: l.Output,
			Forward: s.work(l.Forward.FLOP, forward), Backward: s.work(l.Backward.FLOP, backward),
		})
	}
	r.LossMicros, r.UpdateMicros = medianTimes(s.other)
	return r
}

func (s *speedometer) work(flop int64, micros float64) WorkSpeed {
	w := WorkSpeed{FLOP: flop, Micros: micros}
	if flop > 0 && micros > 0 {
		w.GFLOPS = float64(flop) / micros / 1e3 * float64(s.Threads)
	}
	return w
}

func medianTimes(times []layerTime) (forward, backward float64) {
	var f, b []float64
	for _, t := range times {
		f, b = append(f, t.forward), append(b, t.backward)
	}
	return spreadOf(f).Median, spreadOf(b).Median
}

func spreadOf(x []float64) Spread {
	s := slices.Sorted(slices.Values(x))
	n := len(s)
	return Spread{Median: (s[(n-1)/2] + s[n/2]) / 2, Min: s[0], Max: s[n-1]}
}
