package hyper

import (
	"math"
	"reflect"
	"slices"
	"strings"
	"testing"

	"likeness/nn"
)

func TestCheck(t *testing.T) {
	if err := (Parameters{}).WithDefaults().Check(); err != nil {
		t.Errorf("the defaults: %v", err)
	}
	for want, change := range map[string]func(*Parameters){
		"batch -1: expected at least 1":         func(p *Parameters) { p.Batch = -1 },
		"learning rate -1: expected a number ":  func(p *Parameters) { p.Rate = -1 },
		"learning rate NaN":                     func(p *Parameters) { p.Rate = math.NaN() },
		"learning rate +Inf":                    func(p *Parameters) { p.Rate = math.Inf(1) },
		"jitter -1: expected a number from 0 t": func(p *Parameters) { p.Jitter = -1 },
		"jitter 4":                              func(p *Parameters) { p.Jitter = 4 },
		"average 1: expected a number from 0":   func(p *Parameters) { p.Average = 1 },
		"decay -0.1":                            func(p *Parameters) { p.Decay = -0.1 },
		"decay 500: expected a number from 0 on, which times the learning rate": func(p *Parameters) { p.Decay = 500 },
		"weigh 2.5: expected a number from 0 to 2":                              func(p *Parameters) { p.Weigh = 2.5 },
		"correct -1: expected 0 to 20 steps":                                    func(p *Parameters) { p.Correct = -1 },
		"correct 21: expected 0 to 20 steps":                                    func(p *Parameters) { p.Correct = 21 },
		"early stop -2":                                                         func(p *Parameters) { p.EarlyStop = -2 },
		"warmup 1.5: expected a number of steps":                                func(p *Parameters) { p.Warmup = 1.5 },
		"optimizer sgd: expected one of adamax, muon":                           func(p *Parameters) { p.Optimizer = "sgd" },
		"schedule wavy: expected one of constant, cosi":                         func(p *Parameters) { p.Schedule = "wavy" },
	} {
		p := Parameters{}.WithDefaults()
		change(&p)
		if err := p.Check(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want one that says %q", err, want)
		}
	}
}

// Each parameter has a setting of its own: with another value, exactly one of them
// differs, so that no run takes another's checkpoint for its own.
func TestEveryParameterIsASetting(t *testing.T) {
	changes := map[string]func(*Parameters){
		"Optimizer": func(p *Parameters) { p.Optimizer = Muon },
		"Rate":      func(p *Parameters) { p.Rate = 1 },
		"Schedule":  func(p *Parameters) { p.Schedule = Linear },
		"Warmup":    func(p *Parameters) { p.Warmup = 2 },
		"Jitter":    func(p *Parameters) { p.Jitter = 1 },
		"Mirror":    func(p *Parameters) { p.Mirror = true },
		"Decay":     func(p *Parameters) { p.Decay = 0.1 },
		"Weigh":     func(p *Parameters) { p.Weigh = 1 },
		"Correct":   func(p *Parameters) { p.Correct = 1 },
		"Average":   func(p *Parameters) { p.Average = 0.9 },
		"Precision": func(p *Parameters) { p.Precision = nn.BF16 },
		"Batch":     func(p *Parameters) { p.Batch = 7 },
		"Seed":      func(p *Parameters) { p.Seed = 7 },
		"EarlyStop": func(p *Parameters) { p.EarlyStop = 3 },
	}
	plain := Parameters{}.WithDefaults()
	for _, f := range reflect.VisibleFields(reflect.TypeFor[Parameters]()) {
		change, ok := changes[f.Name]
		if !ok {
			t.Errorf("%s has no case here", f.Name)
			continue
		}
		other := plain
		change(&other)
		differ := 0
		for i, s := range other.Settings() {
			if s != plain.Settings()[i] {
				differ++
			}
		}
		if differ != 1 {
			t.Errorf("another %s gives %d other settings", f.Name, differ)
		}
	}
}

func TestExtras(t *testing.T) {
	for want, p := range map[string]Parameters{
		"": {Rate: 1, Batch: 3, Seed: 4, Optimizer: Adamax},
		"Muon, mirrored pictures, jitter 1, weight decay 0.05": {Optimizer: Muon, Mirror: true, Jitter: 1, Decay: 0.05},
		"averaged weights (0.999), codes corrected in 1 step":  {Average: 0.999, Correct: 1},
		"a warm-up of 1 step":                                   {Warmup: 1},
		"a warm-up of 300 steps":                                {Warmup: 300},
		"a warm-up of 0.1 of the run":                           {Warmup: 0.1},
		"pictures weighed by their noise (to the power of 0.5)": {Weigh: 0.5},
	} {
		if got := p.Extras(); got != want {
			t.Errorf("%+v: %q, want %q", p, got, want)
		}
	}
}

// Nobody can change what others get.
func TestListsAreCopies(t *testing.T) {
	Optimizers()[0], Schedules()[0] = "", ""
	if slices.Contains(Optimizers(), "") || slices.Contains(Schedules(), "") {
		t.Error("a list was changed from outside")
	}
}
