package main

import (
	"fmt"
	"strings"

	"likeness/autoencoder"
)

// comforts says what a training had besides rate and schedule; nothing when it
// was a plain one.
func comforts(t *autoencoder.Training) string {
	var all []string
	if t.Mirror {
		all = append(all, "mirrored pictures")
	}
	if t.Average > 0 {
		all = append(all, fmt.Sprintf("averaged weights (%g)", t.Average))
	}
	switch {
	case t.Warmup >= 1:
		all = append(all, "a warm-up of "+count(int(t.Warmup), "step"))
	case t.Warmup > 0:
		all = append(all, fmt.Sprintf("a warm-up of %g of the run", t.Warmup))
	}
	return strings.Join(all, ", ")
}
