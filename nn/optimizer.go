package nn

import (
	"fmt"
	"math"
)

// Optimizer is the rule by which a Step moves weights along their gradients: an Adamax
// or a Muon.
type Optimizer interface {
	// parts returns the rule for weights by themselves, and the one for matrices; nil
	// where these have none of their own.
	parts() (Adamax, *Muon)
}

func (a Adamax) parts() (Adamax, *Muon) { return a, nil }
func (m Muon) parts() (Adamax, *Muon)   { return m.Others, &m }

// Options say how a Step trains. The zero value of a field means what its comment says.
type Options struct {
	Batch     int       // images in a step, at most
	Threads   int       // 0: all processors; does not change the result
	Precision Precision // empty: Float32. One that fails its Check runs slowly
	Optimizer Optimizer // nil: DefaultAdamax
	// Decay is the share of every kernel's weights, times the learning rate, that a
	// step takes away before it moves them; biases stay. It is the decoupled weight
	// decay of Loshchilov and Hutter (2019). 0: none.
	Decay float64
}

// check returns an error for options that no step can have.
func (o Options) check() error {
	adamax, muon := o.Optimizer.parts()
	share := func(v float64) bool { return v >= 0 && v < 1 }
	switch {
	case o.Batch < 1:
		return fmt.Errorf("a step of %d images: expected at least 1", o.Batch)
	case o.Precision != Float32 && o.Precision != BF16:
		return fmt.Errorf("unknown precision %q, known are %q and %q", string(o.Precision), string(Float32), string(BF16))
	case !(o.Decay >= 0) || math.IsInf(o.Decay, 0):
		return fmt.Errorf("a weight decay of %g: expected 0 or more", o.Decay)
	case !share(adamax.Beta1) || !share(adamax.Beta2) || !(adamax.Epsilon > 0):
		return fmt.Errorf("Adamax with beta1 %g, beta2 %g and epsilon %g: expected betas from 0 to below 1, and an epsilon above 0", adamax.Beta1, adamax.Beta2, adamax.Epsilon)
	case muon != nil && (!share(muon.Momentum) || !(muon.Size > 0)):
		return fmt.Errorf("Muon with momentum %g and size %g: expected a momentum from 0 to below 1, and a size above 0", muon.Momentum, muon.Size)
	}
	return nil
}
