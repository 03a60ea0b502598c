package kernel

import (
	"runtime"
	"time"
)

// PeakFMA measures for about d how many billions of floating-point operations
// one core does each second when it does nothing but multiply and add, two for
// each element; what BlockGemm is measured against. It returns the best of many
// short runs.
func PeakFMA(d time.Duration) float64 { return peak(d, peakRun) }

// PeakBF16 is PeakFMA for products of bf16, four operations for each pair; what
// BlockGemmBF16 is measured against.
func PeakBF16(d time.Duration) float64 { return peak(d, peakRunBF16) }

func peak(d time.Duration, run func() float64) float64 {
	best := 0.0
	for end := time.Now().Add(d); ; {
		start := time.Now()
		flops := run()
		now := time.Now()
		best = max(best, flops/float64(now.Sub(start).Nanoseconds()))
		if now.After(end) {
			return best
		}
	}
}

func peakRunPortable() float64 {
	const rounds = 100_000
	x, y := float32(0.9), float32(0.1)
	var s0, s1, s2, s3, s4, s5, s6, s7 float32
	for range rounds {
		s0 = s0*x + y
		s1 = s1*x + y
		s2 = s2*x + y
		s3 = s3*x + y
		s4 = s4*x + y
		s5 = s5*x + y
		s6 = s6*x + y
		s7 = s7*x + y
	}
	runtime.KeepAlive(s0 + s1 + s2 + s3 + s4 + s5 + s6 + s7)
	return rounds * 8 * 2
}
