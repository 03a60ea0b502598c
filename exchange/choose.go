package exchange

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"slices"

	"likeness/autoencoder"
	"likeness/faces/drawn"
	"likeness/pix"
)

// What a file does not say can be seen in what its networks do: with the wrong function
// behind a layer, or pixels of another range than they were trained with, an autoencoder
// gives faces back far worse. So all choices that are left open are tried on drawn faces.

// The faces that choices are tried on.
const (
	mostTried  = 16
	leastTried = 4
)

// alike is how much larger an error may be for a choice that departs less from the usual one.
const alike = 1.01

// trial is one choice of what files leave open.
type trial struct {
	o   ImportOptions
	mse float64
}

// open says what files leave open.
type open struct {
	functions bool // behind the layers of weights without layers
	pixels    bool
	network   bool // all that pytorch.Options say, and pixels
}

// choose builds the model of each choice that is left open, and returns that which gives
// drawn faces back best; of those that do it alike, the one that departs least from the
// usual. Where none does better than the mean of the faces, the networks do not know
// faces, and the usual choice stays.
func choose(ctx context.Context, o ImportOptions, build func(ImportOptions) (*autoencoder.Model, *Imported, open, error)) (*autoencoder.Model, *Imported, error) {
	m, r, left, err := build(o)
	if err != nil || left == (open{}) {
		return m, r, err
	}
	x, mean, err := facesToTry(ctx, m.Prep)
	if err != nil {
		return nil, nil, err
	}
	var trials []trial
	try := func(choices []ImportOptions) error {
		for _, o := range choices {
			tried, _, _, err := build(o)
			if err != nil {
				return err
			}
			mse, err := tried.MSE(ctx, x, x)
			if err != nil {
				return err
			}
			if math.IsNaN(mse) { // which sorts before all numbers
				mse = math.Inf(1)
			}
			trials = append(trials, trial{o, mse}) // not the model: they are many
		}
		return nil
	}
	nearest := func() trial {
		return slices.MinFunc(trials, func(a, b trial) int { return cmp.Compare(a.mse, b.mse) })
	}
	if err := try(choices(o, left)); err != nil {
		return nil, nil, err
	}
	if left.network {
		if err := try(torchDenseChoices(nearest().o)); err != nil {
			return nil, nil, err
		}
	}
	usual, least := trials[0], nearest().mse
	if !(least < mean) {
		r.Notes.Warn("With no choice of %s does the model give drawn faces back better than their mean does: it may be another network than it is taken for", left)
		return m, r, nil
	}
	best := slices.MinFunc(slices.DeleteFunc(trials, func(t trial) bool { return !(t.mse <= alike*least) }), func(a, b trial) int {
		return cmp.Or(cmp.Compare(a.departures(usual), b.departures(usual)), cmp.Compare(a.mse, b.mse))
	})
	if m, r, _, err = build(best.o); err != nil {
		return nil, nil, err
	}
	r.Notes.Add("The files do not say %s. With these, drawn faces come back best: %s. Mean squared error %.4f, of their mean %.4f", left, best.inWords(left), best.mse, mean)
	return m, r, nil
}

// choices returns the ways to fill in what is left open, the usual one first. Who puts a
// function behind convolutions puts the same behind the other layers, or none.
func choices(o ImportOptions, left open) []ImportOptions {
	if left.network {
		return append([]ImportOptions{o}, torchChoices(o)...)
	}
	unless := func(said string, others ...string) []string {
		if said != "" || !left.functions {
			return []string{said}
		}
		return others
	}
	pixels := []Pixels{o.Pixels}
	if left.pixels {
		pixels = []Pixels{OwnPixels, Unit, Signed}
	}
	var all []ImportOptions
	for _, p := range pixels {
		for _, hidden := range unless(o.Activation, "elu", "relu") {
			for _, code := range unless(o.CodeActivation, cmp.Or(hidden, "elu"), "linear") {
				for _, dense := range unless(o.DenseActivation, "linear", cmp.Or(hidden, "elu")) {
					next := o
					next.Activation, next.CodeActivation, next.DenseActivation, next.Pixels = hidden, code, dense, p
					all = append(all, next)
				}
			}
		}
	}
	return all
}

// departures counts what a choice has that the usual one has not.
func (t trial) departures(usual trial) int {
	n := 0
	for _, differs := range []bool{
		t.o.Activation != usual.o.Activation, t.o.CodeActivation != usual.o.CodeActivation, t.o.DenseActivation != usual.o.DenseActivation, t.o.Pixels != usual.o.Pixels,
		t.o.OutputActivation != usual.o.OutputActivation, t.o.Padding != usual.o.Padding, t.o.Down != usual.o.Down,
	} {
		if differs {
			n++
		}
	}
	return n
}

func (l open) String() string {
	switch {
	case l.network:
		return "functions, paddings and pixels"
	case l.functions && l.pixels:
		return "functions and pixels"
	case l.functions:
		return "functions"
	}
	return "pixels"
}

// inWords says what was chosen.
func (t trial) inWords(left open) string {
	if left.network {
		if as, err := t.o.torch(); err == nil {
			return fmt.Sprintf("%s, pixels of %s", as, cmp.Or(t.o.Pixels, OwnPixels))
		}
	}
	name := func(function string) string {
		if function == "linear" {
			return "none"
		}
		return function
	}
	functions := fmt.Sprintf("%s behind convolutions, %s behind the code, %s behind the decoder's Dense", name(t.o.Activation), name(t.o.CodeActivation), name(t.o.DenseActivation))
	pixels := fmt.Sprintf("pixels of %s", t.o.Pixels)
	switch {
	case left.functions && left.pixels:
		return functions + ", " + pixels
	case left.functions:
		return functions
	}
	return pixels
}

// facesToTry returns drawn faces as inputs, and the mean squared error of their mean.
func facesToTry(ctx context.Context, p pix.Prep) (x []float32, mean float64, err error) {
	size := p.W * p.H * 3
	n := max(leastTried, min(mostTried, mostTried*64*64*3/size))
	err = drawn.Each(ctx, drawn.Options{People: n, PerPerson: 1}, nil, func(path string, jpeg []byte) error {
		m, _, _, err := p.Decode(jpeg)
		if err != nil {
			return fmt.Errorf("%s: %w", path, err)
		}
		x = append(x, make([]float32, size)...)
		m.Floats(x[len(x)-size:])
		return nil
	})
	if err != nil {
		return nil, 0, err
	}
	for i := range size {
		sum, squares := 0.0, 0.0
		for k := i; k < len(x); k += size {
			v := float64(x[k])
			sum += v
			squares += v * v
		}
		mean += squares/float64(n) - sum*sum/float64(n*n)
	}
	return x, mean / float64(size), nil
}
