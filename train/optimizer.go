package train

import (
	"fmt"
	"slices"

	"likeness/nn"
)

// Optimizer says how the weights move along the gradient.
type Optimizer string

const (
	Adamax Optimizer = "adamax" // nn.DefaultAdamax, each weight by itself
	Muon   Optimizer = "muon"   // nn.DefaultMuon: the weights of a layer as a matrix, Adamax what is none
)

// Optimizers are all there are.
var Optimizers = []Optimizer{Adamax, Muon}

func (o Optimizer) check() error { return checkKnown("optimizer", o, Optimizers) }

// checkKnown says when a kind of something is none of those there are.
func checkKnown[T ~string](what string, kind T, known []T) error {
	if slices.Contains(known, kind) {
		return nil
	}
	return fmt.Errorf("unknown %s %q, known are %q", what, string(kind), known)
}

// use has the step move with it.
func (o Optimizer) use(s *nn.Step) {
	if o == Muon {
		s.UseMuon(nn.DefaultMuon)
	}
}
