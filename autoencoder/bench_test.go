package autoencoder_test

import (
	"context"
	"fmt"
	"testing"

	"likeness/nn"
)

// BenchmarkStep trains on one batch of 32 pictures of 32x32.
func BenchmarkStep(b *testing.B) {
	for _, c := range []struct {
		arch      string
		code      int
		precision nn.Precision
	}{
		{"pca", 32, nn.Float32}, {"conv", 32, nn.Float32}, {"conv", 32, nn.BF16}, {"conv", 512, nn.Float32},
		{"residual", 32, nn.Float32}, {"residual", 32, nn.BF16}, {"residual", 0, nn.Float32}, {"residual", 0, nn.BF16},
	} {
		for _, threads := range []int{1, 2} {
			b.Run(fmt.Sprintf("%s-%d-%s/threads=%d", c.arch, c.code, c.precision, threads), func(b *testing.B) {
				m := newModel(b, c.arch, 32, 32, c.code)
				step := must(nn.NewStep(nn.Options{Batch: 32, Threads: threads, Precision: c.precision}, m.Networks()...))
				x := make([]float32, 32*m.Values())
				for i := range x {
					x[i] = float32(i%251)/251 - 0.5
				}
				b.ResetTimer()
				for range b.N {
					step.Do(x, x, 0.001)
				}
				b.ReportMetric(32*float64(b.N)/b.Elapsed().Seconds(), "images/s")
			})
		}
	}
}

// BenchmarkReconstruct runs a whole data set forward.
func BenchmarkReconstruct(b *testing.B) {
	m := newModel(b, "conv", 32, 32, 32)
	x := make([]float32, 256*m.Values())
	b.ResetTimer()
	for range b.N {
		must(m.Reconstruct(context.Background(), x))
	}
	b.ReportMetric(256*float64(b.N)/b.Elapsed().Seconds(), "images/s")
}
