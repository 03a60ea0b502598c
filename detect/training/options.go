// Package training trains face detectors (package detect) on composed photographs (package scene).
package training

import (
	"errors"
	"fmt"

	"likeness/dataset"
	"likeness/progress"
)

// Options say how a detector is trained. The zero value of a field means what its comment says.
type Options struct {
	Data dataset.Name `json:"data"` // whose pictures are framed as LFW's
	// Split leaves the test pictures out; the zero plan learns from all pictures. People of the training part are left out
	// too, one in heldOut, to measure on.
	Split         dataset.SplitPlan `json:"split"`
	Drawn         int               `json:"drawn"`          // drawn faces besides; 0: 1,500
	ProposerSteps int               `json:"proposer_steps"` // 0: 4,000
	RefinerSteps  int               `json:"refiner_steps"`  // 0: 7,000
	Photographs   int               `json:"photographs"`    // composed to measure on; 0: 200
	Seed          uint64            `json:"seed"`
	Threads       int               `json:"threads,omitempty"` // 0: as ctx says, see package parallel
	Progress      progress.Func     `json:"-"`
}

// filled returns the options with what stands for zeros.
func (o Options) filled() Options {
	for _, f := range []struct {
		value *int
		usual int
	}{{&o.Drawn, 1500}, {&o.ProposerSteps, 4000}, {&o.RefinerSteps, 7000}, {&o.Photographs, 200}} {
		if *f.value == 0 {
			*f.value = f.usual
		}
	}
	return o
}

// check returns what is wrong with the options.
func (o Options) check() error {
	for _, f := range []struct {
		name  string
		value int
	}{{"drawn faces", o.Drawn}, {"steps of the proposer", o.ProposerSteps}, {"steps of the refiner", o.RefinerSteps}, {"photographs", o.Photographs}} {
		if f.value < 0 {
			return fmt.Errorf("%d %s: expected 0 or more", f.value, f.name)
		}
	}
	if o.Data.Source == "" {
		return errors.New("no pictures to learn from")
	}
	return nil
}
