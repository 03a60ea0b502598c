//go:build !unix

package turns

import "time"

var began = time.Now()

// CPUSeconds is the time since the start, where the system has no better clock.
func CPUSeconds() float64 { return time.Since(began).Seconds() }
