package main

import (
	"math"
	"time"

	"github.com/spf13/cobra"
)

// comfortFlags are what makes training easier and is not needed.
type comfortFlags struct {
	earlyStop int
	best      bool
	budget    time.Duration
	seeds     int
	findRate  bool
	curve     string
}

func (c *comfortFlags) add(cmd *cobra.Command) {
	fl := cmd.Flags()
	fl.IntVar(&c.earlyStop, "early-stop", 0, "end after so many epochs without a lower error on a held back part of the training pictures (--validation, or a tenth); goes well with --schedule constant")
	fl.BoolVar(&c.best, "best", false, "keep the weights of the epoch with the lowest error on that part")
	fl.DurationVar(&c.budget, "time-budget", 0, "as many epochs as fit into this time of training, such as 5m; reading pictures and yardsticks come on top")
	fl.IntVar(&c.seeds, "seeds", 1, "train with so many seeds, from --seed on, and tell the spread; kept is the model of the first, or the one with the lowest error on what was held back")
	fl.BoolVar(&c.findRate, "find-lr", false, "look for a learning rate instead: try them all in 300 steps, write no model")
	fl.StringVar(&c.curve, "curve", "", "with --find-lr, draw the losses to this PNG `file`")
	complete(cmd, "curve", filesOf([]string{"png"}))
}

// settle checks these flags and what they have to do with others.
func (f *trainFlags) settle(cmd *cobra.Command) error {
	c := &f.comfort
	set := cmd.Flags().Changed
	switch {
	case !(f.warmup >= 0) || f.warmup > 1e9 || f.warmup >= 1 && f.warmup != math.Trunc(f.warmup):
		return usagef("--warmup %g: expected a number of steps, such as 200, or a share of the run, such as 0.05", f.warmup)
	case !(f.decay >= 0 && f.decay*f.rate < 1):
		return usagef("--decay %g: expected a number from 0 on, which times the learning rate is below 1, such as 0.05", f.decay)
	case !(f.average >= 0 && f.average < 1):
		return usagef("--average %g: expected a number from 0 to below 1, such as 0.999", f.average)
	case set("early-stop") && c.earlyStop < 1:
		return usagef("--early-stop %d: expected at least 1", c.earlyStop)
	case set("time-budget") && c.budget <= 0:
		return usagef("--time-budget %v: expected a time such as 5m or 90s", c.budget)
	case set("time-budget") && set("epochs"):
		return usagef("--time-budget chooses the number of epochs, --epochs gives it: give only one of them")
	case c.seeds < 1 || c.seeds > 1000:
		return usagef("--seeds %d: expected at least 1, and at most 1000", c.seeds)
	case c.curve != "" && !c.findRate:
		return usagef("--curve is for --find-lr")
	case c.findRate && (f.resume || f.restart || c.seeds > 1 || c.budget > 0):
		return usagef("--find-lr trains nothing: --resume, --restart, --seeds and --time-budget do not go with it")
	}
	if c.curve != "" {
		if err := checkOut(c.curve, []string{".png"}); err != nil {
			return err
		}
	}
	if err := f.split.check(); err != nil {
		return err
	}
	if c.earlyStop > 0 || c.best {
		f.split.held, f.split.validation = f.split.validation, 0
		if !set("validation") {
			f.split.held = 0.1
		}
		if f.split.held == 0 {
			return usagef("--early-stop and --best choose on a part of the training pictures: give --validation a share such as 0.1")
		}
	}
	return nil
}
