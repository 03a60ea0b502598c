//go:build !unix

package main

import "time"

var began = time.Now()

// cpuSeconds is the time since the start, where the system has no better clock.
func cpuSeconds() float64 { return time.Since(began).Seconds() }
