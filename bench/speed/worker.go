package main

import (
	"context"
	"errors"
	"io"

	"likeness/autoencoder"
	"likeness/bench/firststeps/cases"
	"likeness/bench/turns"
	"likeness/nn"
	"likeness/parallel"
	"likeness/safetensors"
)

// reply is a worker's line of JSON: about itself when it is ready, then one
// for each command.
type reply struct {
	About   string    `json:"about,omitempty"`
	Losses  []float64 `json:"losses,omitempty"`
	Images  int       `json:"images,omitempty"`
	Seconds float64   `json:"seconds,omitempty"`
}

// Rate is in images/s.
func (r reply) Rate() float64 { return float64(r.Images) / r.Seconds }

// work is likeness's worker: it carries out the commands that pytorch.py
// carries out for PyTorch.
func work(path string, threads int, precision nn.Precision, in io.Reader, out io.Writer) error {
	if err := precision.Check(); err != nil {
		return err
	}
	ctx := parallel.WithThreads(context.Background(), threads)
	f, err := safetensors.Open(path)
	if err != nil {
		return err
	}
	m, err := autoencoder.FromFile(f)
	if err != nil {
		return err
	}
	pictures, err := f.Floats(picturesTensor, cases.Images, cases.Side, cases.Side, 3)
	if err != nil {
		return err
	}
	step, err := nn.NewStep(nn.Options{Batch: cases.Batch, Threads: threads, Precision: precision}, m.Encoder, m.Decoder)
	if err != nil {
		return err
	}
	turn := 0
	next := func() []float32 {
		size := cases.Batch * m.Values()
		x := pictures[turn%cases.Steps*size:][:size]
		turn++
		return x
	}
	hello := reply{About: "likeness, " + precision.SIMD() + ", " + string(precision)}
	return turns.Serve(in, out, hello, func(command string, number float64) (r reply, err error) {
		switch command {
		case "losses":
			turn = 0
			for range int(number) {
				x := next()
				r.Losses = append(r.Losses, step.Do(x, x, cases.Rate))
			}
		case "train":
			r.Images, r.Seconds, err = turns.Timed(number, cases.Batch, func(int) error { x := next(); step.Do(x, x, cases.Rate); return nil })
		case "forward":
			r.Images, r.Seconds, err = turns.Timed(number, cases.Batch, func(int) error { _, err := m.Reconstruct(ctx, next()); return err })
		default:
			err = errors.New("expected losses, train or forward")
		}
		return r, err
	})
}
