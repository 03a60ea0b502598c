package exchange

import (
	"cmp"
	"context"
	"fmt"

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

// clearly is how much smaller than the usual choice's an error must be for another choice.
const clearly = 0.95

// trial is one choice of what files leave open.
type trial struct {
	o     ImportOptions
	model *autoencoder.Model
	made  *Imported
	mse   float64
}

// open says what files leave open.
type open struct {
	functions bool // behind the layers of weights without layers
	pixels    bool
	network   bool // all that pytorch.Options say, and pixels
}

// choose builds the model of each choice that is left open, and returns that which gives
// drawn faces back best. The usual choice stays where none is clearly better, or where
// none is better than the mean of the faces: then the networks do not know faces.
func choose(ctx context.Context, o ImportOptions, build func(ImportOptions) (*autoencoder.Model, *Imported, open, error)) (*autoencoder.Model, *Imported, error) {
	m, r, left, err := build(o)
	if err != nil {
		return nil, nil, err
	}
	usual := trial{o: o, model: m, made: r}
	others := choices(o, left)
	if len(others) == 0 {
		return m, r, nil
	}
	x, mean, err := facesToTry(ctx, m.Prep)
	if err != nil {
		return nil, nil, err
	}
	if usual.mse, err = m.MSE(ctx, x, x); err != nil {
		return nil, nil, err
	}
	best := usual
	for round := 0; len(others) > 0; round++ {
		for _, o := range others {
			t := trial{o: o}
			if t.model, t.made, _, err = build(o); err != nil {
				return nil, nil, err
			}
			if t.mse, err = t.model.MSE(ctx, x, x); err != nil {
				return nil, nil, err
			}
			if t.mse < best.mse {
				best = t
			}
		}
		others = nil
		if round == 0 && left.network {
			others = torchDenseChoices(best.o)
		}
	}
	switch {
	case !(best.mse < mean):
		usual.made.Notes.Warn("With no choice of %s does the model give drawn faces back better than their mean does: it may be another network than it is taken for", left)
		return usual.model, usual.made, nil
	case !(best.mse < clearly*usual.mse):
		best = usual
	}
	best.made.Notes.Add("The files do not say %s. With these, drawn faces come back best: %s. Mean squared error %.4f, of their mean %.4f", left, best.inWords(left), best.mse, mean)
	return best.model, best.made, nil
}

// choices returns all but the usual one.
func choices(o ImportOptions, left open) []ImportOptions {
	if left.network {
		return torchChoices(o)
	}
	hidden, code, pixels := []string{o.Activation}, []string{o.CodeActivation}, []Pixels{o.Pixels}
	if left.functions && o.Activation == "" {
		hidden = []string{"", "relu"}
	}
	if left.functions && o.CodeActivation == "" {
		code = []string{"", "linear"}
	}
	if left.pixels {
		pixels = []Pixels{"", Unit, Signed}
	}
	var all []ImportOptions
	for _, p := range pixels {
		for _, h := range hidden {
			for _, c := range code {
				next := o
				next.Activation, next.CodeActivation, next.Pixels = h, c, p
				all = append(all, next)
			}
		}
	}
	return all[1:]
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
			return fmt.Sprintf("%s, pixels of %s", as, cmp.Or(t.made.Pixels, OwnPixels))
		}
	}
	code := cmp.Or(t.o.CodeActivation, usualFunction)
	if code == "linear" {
		code = "none"
	}
	functions := fmt.Sprintf("%s behind convolutions, %s behind the code", cmp.Or(t.o.Activation, usualFunction), code)
	pixels := fmt.Sprintf("pixels of %s", t.made.Pixels)
	switch {
	case left.functions && left.pixels:
		return functions + ", " + pixels
	case left.functions:
		return functions
	}
	return pixels
}

// usualFunction stands behind layers where nothing else is said.
const usualFunction = "elu"

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
