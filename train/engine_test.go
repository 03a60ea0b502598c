package train_test

import (
	"context"
	"errors"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"likeness/hyper"
	"likeness/nn"
	"likeness/parallel"
	"likeness/train"
)

// distant is an engine with networks of its own, as one on another device has: weights
// are exchanged by Show and Take alone, memory by copies.
type distant struct {
	train.Engine
	own, model []*nn.Network
	fail       map[string]bool // methods that return errDistant
	closed     int
}

var errDistant = errors.New("the device is gone")

func newDistant(t *testing.T, made *[]*distant, fail ...string) func(train.Setup) (train.Engine, error) {
	return func(s train.Setup) (train.Engine, error) {
		d := &distant{model: s.Networks, fail: map[string]bool{}}
		for _, name := range fail {
			d.fail[name] = true
		}
		for _, n := range s.Networks {
			c, err := nn.New(n.Name, n.Input, n.Layers...)
			if err != nil {
				t.Fatal(err)
			}
			d.own = append(d.own, c)
		}
		exchange(d.own, d.model)
		s.Networks = d.own
		var err error
		d.Engine, err = train.NewProcessor(s)
		*made = append(*made, d)
		return d, err
	}
}

func exchange(to, from []*nn.Network) {
	for i, n := range to {
		copy(n.Weights(), from[i].Weights())
		n.Pack()
	}
}

func (d *distant) failure(method string) error {
	if d.fail[method] {
		return errDistant
	}
	return nil
}

func (d *distant) Step(b train.Batch, rate, decay float64) (float64, error) {
	if err := d.failure("Step"); err != nil {
		return 0, err
	}
	for _, n := range d.model { // whatever the model holds does not matter to steps
		clear(n.Weights())
	}
	return d.Engine.Step(b, rate, decay)
}

func (d *distant) Show(averaged bool) error {
	err := errors.Join(d.failure("Show"), d.Engine.Show(averaged))
	exchange(d.model, d.own)
	return err
}

func (d *distant) Take() error {
	exchange(d.own, d.model)
	return errors.Join(d.failure("Take"), d.Engine.Take())
}

func (d *distant) Memory() (train.Memory, error) {
	m, err := d.Engine.Memory()
	for i, a := range m.Arrays {
		m.Arrays[i].Values = slices.Clone(a.Values)
	}
	return m, errors.Join(err, d.failure("Memory"))
}

func (d *distant) SetMemory(m train.Memory) error {
	return errors.Join(d.failure("SetMemory"), d.Engine.SetMemory(m))
}

func (d *distant) Close() error {
	d.closed++
	return errors.Join(d.failure("Close"), d.Engine.Close())
}

// A run reaches weights and memory through its engine alone: one that keeps them
// elsewhere ends in the same bits, also resumed, chosen and within a time budget.
func TestDistantEngine(t *testing.T) {
	ctx := context.Background()
	for name, mode := range map[string]func(*train.Run){
		"plain":    func(*train.Run) {},
		"averaged": func(r *train.Run) { r.Average = 0.9 },
		"by Muon":  func(r *train.Run) { r.Optimizer, r.Decay = hyper.Muon, 0.3 },
		"best": func(r *train.Run) {
			holdBack(r)
			r.Best, r.Rate, r.Schedule, r.Average = true, 0.1, hyper.Constant, 0.5
		},
		"budget": func(r *train.Run) {
			now := time.Unix(1e9, 0)
			r.Epochs, r.TimeBudget, r.Average = 0, 10*time.Second, 0.9
			r.SetClock(func() time.Time { return now }, func() { now = now.Add(100 * time.Millisecond) })
		},
	} {
		t.Run(name, func(t *testing.T) {
			near := run(t)
			mode(near)
			want, err := near.Do(ctx)
			if err != nil {
				t.Fatal(err)
			}
			var made []*distant
			far := run(t)
			mode(far)
			far.Engine = newDistant(t, &made)
			got, err := far.Do(ctx)
			if err != nil {
				t.Fatal(err)
			}
			if !slices.Equal(weights(far.Model), weights(near.Model)) {
				t.Error("other weights")
			}
			sameHistory(t, got, want)
			if name == "budget" {
				return
			}
			made = nil
			r, got, sittings := inSittings(t, func(r *train.Run) {
				mode(r)
				r.Engine = newDistant(t, &made)
			}, filepath.Join(t.TempDir(), "run.checkpoint"))
			if !slices.Equal(weights(r.Model), weights(near.Model)) {
				t.Error("other weights after sittings")
			}
			sameHistory(t, got, want)
			if len(made) != sittings || slices.ContainsFunc(made, func(d *distant) bool { return d.closed != 1 }) {
				t.Errorf("%d engines for %d sittings, not each closed once", len(made), sittings)
			}
		})
	}
}

// An engine that fails ends the run with its error, and is closed.
func TestEngineFails(t *testing.T) {
	for _, method := range []string{"Step", "Show", "Memory", "Close"} {
		r, made := run(t), []*distant{}
		r.Engine, r.Checkpoint = newDistant(t, &made, method), filepath.Join(t.TempDir(), "run.checkpoint")
		if _, err := r.Do(context.Background()); !errors.Is(err, errDistant) {
			t.Errorf("%s fails: the error is %v", method, err)
		}
		if made[0].closed != 1 || r.Model.Training != nil {
			t.Errorf("%s fails: closed %d times, the model has a training: %v", method, made[0].closed, r.Model.Training != nil)
		}
	}
	for _, method := range []string{"Take", "SetMemory"} {
		r, made := run(t), []*distant{}
		r.Engine = newDistant(t, &made, method)
		if _, err := r.FindRate(context.Background()); !errors.Is(err, errDistant) || made[0].closed != 1 {
			t.Errorf("%s fails: the error is %v, closed %d times", method, err, made[0].closed)
		}
	}
	r := run(t)
	r.Engine = func(train.Setup) (train.Engine, error) { return nil, errDistant }
	if _, err := r.Do(context.Background()); !errors.Is(err, errDistant) {
		t.Errorf("there is no engine: the error is %v", err)
	}
}

// Memory of another engine is refused.
func TestSetMemory(t *testing.T) {
	engine := func(average float64) train.Engine {
		r := run(t)
		e, err := train.NewProcessor(train.Setup{Networks: r.Model.Networks(), Parameters: hyper.Parameters{Average: average}.WithDefaults()})
		if err != nil {
			t.Fatal(err)
		}
		return e
	}
	e := engine(0.9)
	for want, change := range map[string]func(*train.Memory){
		"4 arrays for an engine with 6": func(m *train.Memory) { m.Arrays = m.Arrays[:4] },
		`"other", `:                     func(m *train.Memory) { m.Arrays[0].Name = "other" },
		"3 values, is not memory of":    func(m *train.Memory) { m.Arrays[1].Values = m.Arrays[1].Values[:3] },
	} {
		m, err := e.Memory()
		if err != nil {
			t.Fatal(err)
		}
		change(&m)
		if err := e.SetMemory(m); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want one that says %q", err, want)
		}
	}
	if _, err := train.NewProcessor(train.Setup{Networks: run(t).Model.Networks()}); err == nil {
		t.Error("an engine without an optimizer")
	}
}

// The engine works on as many threads as the run, or else its context, says.
func TestEngineThreads(t *testing.T) {
	for _, c := range []struct{ run, ctx, want int }{{3, 2, 3}, {0, 2, 2}} {
		r, got := run(t), 0
		r.Threads, r.Epochs = c.run, 1
		r.Engine = func(s train.Setup) (train.Engine, error) {
			got = s.Threads
			return train.NewProcessor(s)
		}
		if _, err := r.Do(parallel.WithThreads(t.Context(), c.ctx)); err != nil {
			t.Fatal(err)
		}
		if got != c.want {
			t.Errorf("the run says %d, its context %d: %d threads", c.run, c.ctx, got)
		}
	}
}
