package exchange

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"likeness/autoencoder"
	"likeness/faces/drawn"
	"likeness/pix"
)

// What a file does not say can be seen in what its networks do: with the wrong function
// behind a layer, or pixels of another range than they were trained with, an autoencoder
// gives faces back far worse. So all choices that are left open are tried on drawn faces.

// The faces that choices are tried on: all choices on the first of them, the best of these on all.
const (
	mostTried  = 32
	leastTried = 4
	firstTried = 8
	lastRound  = 32 // choices
)

// trial is one choice of what files leave open.
type trial struct {
	o     ImportOptions
	order int // among all
	mse   float64
}

// alike is how much larger than the least an error may be for a choice that is more usual.
const alike = 1.01

// choose builds the model of each choice that is left open, and returns that which gives
// drawn faces back best; of those that do it alike, the most usual.
// Where none does better than the mean of the faces, the networks do not know faces, and
// the usual choice stays.
func choose(ctx context.Context, o ImportOptions, build func(ImportOptions) (*autoencoder.Model, *Imported, open, error)) (*autoencoder.Model, *Imported, error) {
	m, r, left, err := build(o)
	if err != nil || left == (open{}) {
		return m, r, err
	}
	all := left.combinations(o)
	if len(all) == 1 {
		return m, r, nil
	}
	x, mean, err := facesToTry(ctx, m.Prep)
	if err != nil {
		return nil, nil, err
	}
	size := m.Values()
	first := len(x)
	if len(all) > lastRound {
		first = min(first, firstTried*size)
	}
	run := trials{build: build, left: left, o: o, read: map[trialShape]*autoencoder.Model{}}
	run.on(x[:first])
	var list []trial
	seen := map[string]bool{}
	for _, o := range all {
		encoder, decoder, err := run.networks(o)
		if err != nil {
			return nil, nil, err
		}
		layers := layersOf(encoder) + layersOf(decoder)
		if seen[layers] { // such as with another padding, where nothing is padded differently
			continue
		}
		seen[layers] = true
		t := trial{o: o, order: len(list)} // without the networks: they are many
		if t.mse, err = run.mse(ctx, encoder, decoder); err != nil {
			return nil, nil, err
		}
		list = append(list, t)
	}
	usual, tried := list[0], len(list)
	last := min(lastRound, tried)
	slices.SortStableFunc(list, byError)
	list = list[:last]
	if first < len(x) {
		run.on(x)
		for i, t := range list {
			encoder, decoder, err := run.networks(t.o)
			if err != nil {
				return nil, nil, err
			}
			if list[i].mse, err = run.mse(ctx, encoder, decoder); err != nil {
				return nil, nil, err
			}
		}
	}
	least := slices.MinFunc(list, byError).mse
	best := slices.MinFunc(slices.DeleteFunc(list, func(t trial) bool { return !(t.mse <= alike*least) }), func(a, b trial) int {
		return cmp.Or(cmp.Compare(a.departures(usual), b.departures(usual)), cmp.Compare(a.order, b.order))
	})
	what, perhaps := fmt.Sprintf("%d combinations", tried), "Perhaps this is another network than it is taken for, or its functions are none of those that were tried"
	if !left.functions && !left.network {
		what, perhaps = "The ranges "+left.tried(all), "Perhaps it does not know faces"
	}
	how := fmt.Sprintf("%s were tried on %d drawn faces", what, first/size)
	if first < len(x) {
		how += fmt.Sprintf(", and the best %d of them on %d", last, len(x)/size)
	}
	if !(least < mean) {
		if m, r, _, err = build(usual.o); err != nil {
			return nil, nil, err
		}
		r.Notes.Warn("The files do not say %s. %s, and none gives the faces back better than their mean picture does: mean squared error %.4f, of the mean %.4f. The usual ones were kept: %s. %s", left, how, least, mean, usual.inWords(left), perhaps)
		if left.functions || left.network {
			r.Notes.Add("Tried were %s", left.tried(all))
		}
		return m, r, nil
	}
	if m, r, _, err = build(best.o); err != nil {
		return nil, nil, err
	}
	if left.functions || left.network {
		r.Notes.Add("Tried were %s", left.tried(all))
	}
	r.Notes.Add("The files do not say %s. %s. The best, or within 1%% of the best and more usual: %s. Mean squared error %.4f, of the faces' mean picture %.4f", left, how, best.inWords(left), best.mse, mean)
	return m, r, nil
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

func byError(a, b trial) int { return cmp.Compare(a.mse, b.mse) }

// inWords says what was chosen.
func (t trial) inWords(left open) string {
	pixels := fmt.Sprintf("pixels of %s", cmp.Or(t.o.OutputPixels, t.o.Pixels, OwnPixels))
	if left.network {
		if as, err := t.o.torch(); err == nil {
			return fmt.Sprintf("%s, %s", as, pixels)
		}
	}
	functions := fmt.Sprintf("%s behind convolutions, %s behind the code, %s behind the decoder's Dense", function(t.o.Activation), function(t.o.CodeActivation), function(t.o.DenseActivation))
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
