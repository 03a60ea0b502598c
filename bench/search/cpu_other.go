//go:build !unix

package main

import "time"

var began = time.Now()

// cpuSeconds is the time since the start, where the system tells no better.
func cpuSeconds() float64 { return time.Since(began).Seconds() }
