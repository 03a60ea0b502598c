package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"runtime"
	"strconv"
	"strings"
	"time"

	"likeness/autoencoder"
	"likeness/bench/firststeps/cases"
	"likeness/internal/kernel"
	"likeness/nn"
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

// work is likeness's worker: it carries out the commands that pytorch.py
// carries out for PyTorch.
func work(path string, threads int, precision nn.Precision, in io.Reader, out io.Writer) error {
	if err := precision.Check(); err != nil {
		return err
	}
	runtime.GOMAXPROCS(threads) // what forward runs go by
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
	step, turn := nn.NewStep(cases.Batch, threads, precision, m.Encoder, m.Decoder), 0
	next := func() []float32 {
		size := cases.Batch * m.Values()
		x := pictures[turn%cases.Steps*size:][:size]
		turn++
		return x
	}
	answer := json.NewEncoder(out)
	if err := answer.Encode(reply{About: "likeness, " + kernel.SIMD() + ", " + string(precision)}); err != nil {
		return err
	}
	lines := bufio.NewScanner(in)
	for lines.Scan() {
		command, text, _ := strings.Cut(lines.Text(), " ")
		number, err := strconv.ParseFloat(text, 64)
		if err != nil {
			return fmt.Errorf("command %q: %w", lines.Text(), err)
		}
		var r reply
		switch command {
		case "losses":
			turn = 0
			for range int(number) {
				x := next()
				r.Losses = append(r.Losses, step.Do(x, x, cases.Rate))
			}
		case "train":
			r = timed(number, func() { x := next(); step.Do(x, x, cases.Rate) })
		case "forward":
			r = timed(number, func() { m.Reconstruct(next()) })
		default:
			return fmt.Errorf("command %q: expected losses, train or forward", lines.Text())
		}
		if err := answer.Encode(r); err != nil {
			return err
		}
	}
	return lines.Err()
}

// timed repeats do, which takes one batch, for the given time.
func timed(seconds float64, do func()) reply {
	start := time.Now()
	for images := cases.Batch; ; images += cases.Batch {
		do()
		if took := time.Since(start).Seconds(); took >= seconds {
			return reply{Images: images, Seconds: took}
		}
	}
}
