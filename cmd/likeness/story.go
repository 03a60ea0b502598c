package main

import (
	"fmt"
	"time"

	"likeness/autoencoder"
	"likeness/report"
)

// ending returns in words what ended a training; empty when all epochs ran.
func ending(t *autoencoder.Training) string {
	switch t.Ended {
	case autoencoder.EndedEarly:
		return fmt.Sprintf("early, after %d of %s: the last %d did not lower the error on the held-out pictures",
			len(t.History), count(t.Planned, "epoch"), t.EarlyStop)
	case autoencoder.EndedByTime:
		return fmt.Sprintf("in epoch %d of %d, for the time budget of %s was used up: the machine was slower than at the beginning",
			len(t.History), t.Planned, report.Duration(time.Duration(t.TimeBudget*float64(time.Second))))
	case autoencoder.EndedByStop:
		return fmt.Sprintf("in epoch %d of %d, when it was stopped", len(t.History), t.Planned)
	}
	return ""
}

// keeping returns in words which weights a training kept; empty when those of its last step.
func keeping(t *autoencoder.Training) string {
	if t.BestEpoch == 0 {
		return ""
	}
	return fmt.Sprintf("the weights of epoch %d, the best on the held-out pictures", t.BestEpoch)
}

// parts returns in words how the pictures were split.
func parts(train, validation, test int, name string) string {
	held := ""
	if validation > 0 {
		held = fmt.Sprintf("%s for choosing, ", report.Count(validation))
	}
	return fmt.Sprintf("%s for training, %s%s for testing (%s)", report.Count(train), held, report.Count(test), name)
}

// lastEpoch returns in words the losses of a training's last epoch; there must be one.
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
