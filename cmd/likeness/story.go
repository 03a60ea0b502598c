package main

import (
	"fmt"
	"strings"
	"time"

	"likeness/autoencoder"
	"likeness/report"
	"likeness/train"
)

// comforts says what a training had besides rate and schedule; nothing when it
// was a plain one.
func comforts(t *autoencoder.Training) string {
	var all []string
	if t.Optimizer == string(train.Muon) {
		all = append(all, "Muon")
	}
	if t.Mirror {
		all = append(all, "mirrored pictures")
	}
	if t.Jitter > 0 {
		all = append(all, fmt.Sprintf("jitter %g", t.Jitter))
	}
	if t.Decay > 0 {
		all = append(all, fmt.Sprintf("weights that decay (%g)", t.Decay))
	}
	if t.Weigh > 0 {
		all = append(all, fmt.Sprintf("pictures that count by their noise (to the power of %g)", t.Weigh))
	}
	if t.Average > 0 {
		all = append(all, fmt.Sprintf("averaged weights (%g)", t.Average))
	}
	if t.Correct > 0 {
		all = append(all, fmt.Sprintf("codes corrected in %s", count(t.Correct, "step")))
	}
	switch {
	case t.Warmup >= 1:
		all = append(all, "a warm-up of "+count(int(t.Warmup), "step"))
	case t.Warmup > 0:
		all = append(all, fmt.Sprintf("a warm-up of %g of the run", t.Warmup))
	}
	return strings.Join(all, ", ")
}

// ending says what ended a training; nothing when all epochs ran.
func ending(t *autoencoder.Training) string {
	switch t.Ended {
	case autoencoder.EndedEarly:
		return fmt.Sprintf("early, after %d of %s: the last %d did not lower the error on what was held back",
			len(t.History), count(t.Planned, "epoch"), t.EarlyStop)
	case autoencoder.EndedByTime:
		return fmt.Sprintf("in epoch %d of %d, for the time budget of %s was used up: the machine was slower than at the beginning",
			len(t.History), t.Planned, report.Duration(time.Duration(t.TimeBudget*float64(time.Second))))
	}
	return ""
}

// keeping says whose weights a training kept; nothing when those of its last step.
func keeping(t *autoencoder.Training) string {
	if t.BestEpoch == 0 {
		return ""
	}
	return fmt.Sprintf("the weights of epoch %d, the best on what was held back", t.BestEpoch)
}

// parts says into what the pictures were split.
func parts(train, validation, test int, name string) string {
	held := ""
	if validation > 0 {
		held = fmt.Sprintf("%s for choosing, ", report.Count(validation))
	}
	return fmt.Sprintf("%s for training, %s%s for testing (%s)", report.Count(train), held, report.Count(test), name)
}

// lastEpoch tells the losses of a training's last epoch, which had one.
func lastEpoch(t *autoencoder.Training) string {
	e := t.History[len(t.History)-1]
	measured := "test loss " + report.MSE(e.TestLoss)
	if e.ValidationLoss > 0 {
		measured = "validation loss " + report.MSE(e.ValidationLoss)
	}
	if t.Correct > 0 {
		measured += ", its codes not yet corrected"
	}
	return fmt.Sprintf("loss %s, %s", report.MSE(e.Loss), measured)
}
