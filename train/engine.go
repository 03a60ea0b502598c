package train

import (
	"context"
	"fmt"

	"likeness/hyper"
	"likeness/internal/kernel"
	"likeness/nn"
	"likeness/parallel"
)

// Engine takes the training steps of a model's networks. It is all that a run knows of
// how they are trained: weights and memory may lie on another device. An engine is used
// from one goroutine at a time.
//
// The networks of the model are where a run and its engine exchange weights: Show writes
// them there, Take reads them. Between the two an engine may change them at will.
type Engine interface {
	// Step trains on one batch and returns its loss before the step: the mean squared
	// error. Then it moves the running average, where there is one:
	// average = decay*average + (1-decay)*weights.
	Step(b Batch, rate, decay float64) (loss float64, err error)
	// Show writes the weights, or their running average, into the model's networks,
	// for measuring and saving. Steps go on from the weights whatever is shown.
	Show(averaged bool) error
	// Take reads the weights from the model's networks, and leaves the memory alone.
	Take() error
	// Memory returns what the next step depends on besides the weights. The values
	// belong to the engine and are valid until its next step.
	Memory() (Memory, error)
	// SetMemory sets the values of a Memory that this engine, or one for the same
	// networks and parameters, returned.
	SetMemory(Memory) error
	// Close releases what the engine holds. The networks keep what was shown last.
	Close() error
}

// Batch is what one step learns from, pictures one behind the other.
type Batch struct {
	Images        int
	Input, Target []float32 // the same for a plain autoencoder
	Weights       []float32 // how often each picture counts in the loss; nil: once
}

// Memory is the memory of an optimizer and a running average.
type Memory struct {
	Steps  int // taken by the optimizer
	Arrays []Array
}

// Array is one array of a Memory under its name in checkpoints.
type Array struct {
	Name     string
	Values   []float32
	Positive bool // no value is below zero
}

// Setup says what an engine is for.
type Setup struct {
	Networks   []*nn.Network // each takes what the one before gives; they have the first weights
	Parameters hyper.Parameters
	Threads    int
}

// processor is the engine on the processor. It trains the model's own networks, so that
// showing the weights costs nothing; the average changes places with them.
type processor struct {
	nets    []*nn.Network
	step    *nn.Step
	average *average // nil: none
	swapped bool     // the networks hold the average
}

// NewProcessor returns the engine on the processor, by nn.Step.
func NewProcessor(s Setup) (Engine, error) {
	o := nn.Options{Batch: s.Parameters.Batch, Threads: s.Threads, Precision: s.Parameters.Precision, Decay: s.Parameters.Decay}
	switch s.Parameters.Optimizer {
	case hyper.Adamax:
		o.Optimizer = nn.DefaultAdamax()
	case hyper.Muon:
		o.Optimizer = nn.DefaultMuon()
	default:
		return nil, fmt.Errorf("this engine has no optimizer %q", s.Parameters.Optimizer)
	}
	step, err := nn.NewStep(o, s.Networks...)
	if err != nil {
		return nil, err
	}
	p := &processor{nets: s.Networks, step: step}
	if s.Parameters.Average > 0 {
		p.average = newAverage(s.Networks, s.Threads)
	}
	return p, nil
}

func (p *processor) Step(b Batch, rate, decay float64) (float64, error) {
	if err := p.Show(false); err != nil {
		return 0, err
	}
	loss := p.step.DoWeighted(b.Input, b.Target, b.Weights, rate)
	if p.average != nil {
		p.average.update(decay)
	}
	return loss, nil
}

func (p *processor) Show(averaged bool) error {
	if p.average != nil && averaged != p.swapped {
		p.average.swap()
		p.swapped = averaged
	}
	return nil
}

func (p *processor) Take() error {
	p.swapped = false // what the networks hold now are the weights
	for _, n := range p.nets {
		n.Pack()
	}
	return nil
}

func (p *processor) Memory() (Memory, error) {
	if err := p.Show(false); err != nil {
		return Memory{}, err
	}
	var m Memory
	for i, s := range p.step.State() {
		name := p.nets[i].Name
		m.Steps = s.Steps
		m.Arrays = append(m.Arrays, Array{Name: "optimizer/" + name + "/m", Values: s.M}, Array{Name: "optimizer/" + name + "/u", Values: s.U, Positive: true})
		if p.average != nil {
			m.Arrays = append(m.Arrays, Array{Name: "average/" + name, Values: p.average.values[i]})
		}
	}
	return m, nil
}

func (p *processor) SetMemory(m Memory) error {
	own, err := p.Memory()
	if err != nil {
		return err
	}
	if len(m.Arrays) != len(own.Arrays) {
		return fmt.Errorf("a memory of %d arrays for an engine with %d", len(m.Arrays), len(own.Arrays))
	}
	for i, a := range m.Arrays {
		if own.Arrays[i].Name != a.Name || len(own.Arrays[i].Values) != len(a.Values) {
			return fmt.Errorf("%q, %d values, is not memory of this engine: expected %q, %d values", a.Name, len(a.Values), own.Arrays[i].Name, len(own.Arrays[i].Values))
		}
	}
	for i, a := range m.Arrays {
		copy(own.Arrays[i].Values, a.Values)
	}
	for _, s := range p.step.State() {
		s.Steps = m.Steps
	}
	return nil
}

func (p *processor) Close() error { return nil }

// average is an exponential moving average of the weights of some networks
// (Polyak and Juditsky 1992); it begins as the weights before the first step.
type average struct {
	ctx    context.Context // says how many threads; it does not end
	nets   []*nn.Network
	values [][]float32 // as long as the weights of each network
	pieces []averaged
}

// averaged are two equally long pieces, of an average and of the weights.
type averaged struct{ a, w []float32 }

// averagePiece is small enough for a processor's second cache and long enough
// to be worth handing to another thread.
const averagePiece = 1 << 15

func newAverage(nets []*nn.Network, threads int) *average {
	v := &average{ctx: parallel.WithThreads(context.Background(), threads), nets: nets}
	for _, n := range nets {
		w := n.Weights()
		a := append([]float32(nil), w...)
		v.values = append(v.values, a)
		for from := 0; from < len(w); from += averagePiece {
			to := min(from+averagePiece, len(w))
			v.pieces = append(v.pieces, averaged{a[from:to], w[from:to]})
		}
	}
	return v
}

// update moves the average towards the weights.
func (v *average) update(decay float64) {
	d := float32(decay)
	// Each weight has a sum of its own, so the threads do not matter. It cannot
	// fail without a context that ends.
	_ = parallel.Each(v.ctx, len(v.pieces), func(i int) {
		p := v.pieces[i]
		kernel.Scale(p.a, d)
		kernel.Axpy(p.a, 1-d, p.w)
	})
}

// swap exchanges the average and the weights of the networks.
func (v *average) swap() {
	for i, n := range v.nets {
		a, w := v.values[i], n.Weights()
		for k := range a {
			a[k], w[k] = w[k], a[k]
		}
		n.Pack()
	}
}
