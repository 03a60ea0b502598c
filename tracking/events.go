package tracking

import (
	"context"
	"errors"
	"image"
	"image/color"
	"path/filepath"
	"time"

	"likeness/pix"
	"likeness/recipe"
	"likeness/tensorboard"
	"likeness/train"
)

// FacesShown is how many faces are recorded after every epoch, CodesShown of how many pictures the codes.
const (
	FacesShown = 8
	CodesShown = 256
)

// stepsShown is of how many steps of an epoch the loss is recorded.
const stepsShown = 20

// events records a training in a folder for TensorBoard; of several seeds each has a folder below it.
type events struct {
	dir    string
	more   bool
	w      *tensorboard.Writer // of the run under way
	run    *train.Run
	sample *train.Sample
	coded  []float32 // pictures whose codes are recorded; nil for a model without codes
	// resumed is set while nothing has happened since a run went on: what it shows first has been recorded.
	resumed bool
	err     error
}

func newEvents(dir string, job *recipe.Job) (*events, error) {
	if dir == "" {
		return nil, errors.New("tensorboard: expected a folder, such as tensorboard:logs/first")
	}
	e := &events{dir: dir, more: job.Options.Resume}
	if job.Options.Seeds > 1 {
		return e, nil
	}
	return e, e.open(dir)
}

func (s *events) open(dir string) (err error) {
	s.w, err = tensorboard.Create(dir, time.Now(), s.more)
	return err
}

// fail keeps the first error.
func (s *events) fail(err error) {
	if s.err == nil {
		s.err = err
	}
}

func (s *events) begin(run *train.Run, label string) {
	s.run, s.sample, s.coded = run, run.Sample(FacesShown), nil
	if run.Model.CheckCode() == nil {
		s.coded = run.Sample(CodesShown).Given
	}
	if label == "" {
		return
	}
	if s.w != nil {
		s.fail(s.w.Close())
	}
	s.fail(s.open(filepath.Join(s.dir, label)))
}

func (s *events) event(e train.Event) {
	if s.resumed = e.Resumed || e.Planned && s.resumed; s.w == nil || e.Planned || e.Resumed {
		return
	}
	now, at := time.Now(), (e.Epoch-1)*e.Steps+e.Step
	if !e.EpochDone {
		if every := max(1, e.Steps/stepsShown); e.Step%every == 0 {
			s.w.Scalar(now, at, "steps/loss", e.Loss)
		}
		return
	}
	s.w.Scalar(now, e.Epoch, "loss/training", e.Loss)
	if e.ValidationLoss > 0 {
		s.w.Scalar(now, e.Epoch, "loss/validation", e.ValidationLoss)
	} else {
		s.w.Scalar(now, e.Epoch, "loss/test", e.TestLoss)
	}
	s.w.Scalar(now, e.Epoch, "learning_rate", e.Rate)
	s.w.Scalar(now, e.Epoch, "images_per_second", e.ImagesPerSecond)
}

// look records faces and codes.
func (s *events) look(ctx context.Context, epoch int) {
	if s.w == nil || s.resumed {
		return
	}
	m := s.run.Model
	y, err := m.Reconstruct(ctx, s.sample.Given)
	if err != nil {
		s.fail(err)
		return
	}
	now := time.Now()
	rows := [][]float32{s.sample.Wanted, y}
	if s.sample.Corrupted {
		rows = [][]float32{s.sample.Wanted, s.sample.Given, y}
	}
	s.w.Image(now, epoch, "faces", sheet(s.sample, rows))
	if s.coded == nil {
		return
	}
	codes, err := m.Encode(ctx, s.coded)
	if err != nil {
		s.fail(err)
		return
	}
	s.w.Histogram(now, epoch, "codes", codes)
}

// sheet returns rows of pictures, one below the other: what the model should return, what it is given where that differs, and
// what it returns.
func sheet(s *train.Sample, rows [][]float32) image.Image {
	const gap = 2
	n, size := len(s.Names), s.W*s.H*3
	m := image.NewNRGBA(image.Rect(0, 0, n*(s.W+gap)-gap, len(rows)*(s.H+gap)-gap))
	for i := range m.Pix {
		m.Pix[i] = 255
	}
	for r, row := range rows {
		for i := range n {
			face := pix.FromFloats(row[i*size:(i+1)*size], s.W, s.H)
			for y := range s.H {
				for x := range s.W {
					p := face.Pix[3*(y*s.W+x):]
					m.SetNRGBA(i*(s.W+gap)+x, r*(s.H+gap)+y, color.NRGBA{p[0], p[1], p[2], 255})
				}
			}
		}
	}
	return m
}

func (s *events) end(context.Context, *recipe.Result, error) error {
	switch {
	case s.w == nil:
	case s.run == nil: // nothing ran, and nothing is in the way of the next attempt
		s.fail(s.w.Discard())
	default:
		s.fail(s.w.Close())
	}
	return s.err
}
