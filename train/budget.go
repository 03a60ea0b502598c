package train

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"time"
)

const (
	calibrationTime  = 2 * time.Second // at most, and at most a twentieth of the budget
	calibrationSteps = 5               // at least
	warmingSteps     = 2               // before them, which touch all memory for the first time

	// The share of the budget that epochs are planned for: no machine is equally
	// fast all the time.
	planned = 0.9

	mostEpochs = 1_000_000
)

// plan measures how long steps, measuring and saving take, and chooses the number
// of epochs that fit into the time budget. Weights and memory stay as they were.
func (l *loop) plan(ctx context.Context) error {
	step, err := l.calibrate(ctx)
	if err != nil {
		return err
	}
	l.Epochs = 1 // for the checkpoint that is only saved to see how long it takes
	begin := l.clock()
	part := min(len(l.judge), 512*l.Model.Values())
	if err := l.engine.Show(true); err != nil {
		return err
	}
	_, err = l.Model.MSE(ctx, l.judgeInput[:part], l.judge[:part])
	if err != nil {
		return l.interrupted(ctx)
	}
	l.tail = l.clock().Sub(begin).Seconds() * float64(len(l.judge)) / float64(part)
	begin = l.clock()
	if err := l.save(); err != nil {
		return err
	}
	l.tail += l.clock().Sub(begin).Seconds()

	left := planned*l.TimeBudget.Seconds() - l.elapsed()
	epochs := math.Floor(left / (step*float64(l.steps) + l.tail))
	l.Epochs = int(min(max(epochs, 1), mostEpochs))
	if err := l.save(); err != nil { // the number is what a resumed run needs
		return err
	}
	l.tell(Event{Planned: true, Rate: l.Rate, ImagesPerSecond: float64(l.Batch) / step})
	return nil
}

// calibrate returns the seconds that a step takes, with all that goes with it.
func (l *loop) calibrate(ctx context.Context) (perStep float64, err error) {
	restore, err := l.remember()
	if err != nil {
		return 0, err
	}
	defer func() { err = either(err, restore()) }()
	feed := l.newFeed()
	defer func() { feed.stop() }()
	limit := min(calibrationTime, l.TimeBudget/20)
	var begin time.Time
	for n := 0; ; n++ {
		if ctx.Err() != nil {
			return 0, fmt.Errorf("%w before its first step", Interrupted(ctx))
		}
		if n == warmingSteps {
			begin = l.clock()
		}
		if took := l.clock().Sub(begin); n >= warmingSteps+calibrationSteps && took >= limit {
			return took.Seconds() / float64(n-warmingSteps), nil
		}
		if n > 0 && n%l.steps == 0 { // a small set: its epoch once more
			feed.stop()
			feed = l.newFeed()
		}
		// Steps at a rate of zero move nothing, whatever is wrong with the settings.
		if _, err := l.learn(feed.next(), 0, n+1); err != nil {
			return 0, err
		}
	}
}

// remember keeps weights and memory, and returns what puts them back.
func (l *loop) remember() (restore func() error, err error) {
	if err := l.engine.Show(false); err != nil {
		return nil, err
	}
	var weights [][]float32
	for _, n := range l.nets {
		weights = append(weights, slices.Clone(n.Weights()))
	}
	memory, err := l.engine.Memory()
	if err != nil {
		return nil, err
	}
	memory.Arrays = slices.Clone(memory.Arrays)
	for i, a := range memory.Arrays {
		memory.Arrays[i].Values = slices.Clone(a.Values)
	}
	return func() error {
		for i, n := range l.nets {
			copy(n.Weights(), weights[i])
			n.Pack()
		}
		return errors.Join(l.engine.Take(), l.engine.SetMemory(memory))
	}, nil
}

// outOfTime reports whether the budget only suffices to measure and save what there
// is. The first step is always taken.
func (l *loop) outOfTime() bool {
	return l.TimeBudget > 0 && (l.epoch > 0 || l.done > 0) && l.elapsed()+l.tail > l.TimeBudget.Seconds()
}
