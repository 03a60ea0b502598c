package runtime

import (
	"os"
	"testing"

	"likeness/onnx"
	"likeness/parallel"
)

func BenchmarkFile(b *testing.B) {
	m, err := onnx.Open(os.Getenv("F"))
	if err != nil {
		b.Skip()
	}
	net, err := Compile(m, Options{})
	if err != nil {
		b.Fatal(err)
	}
	x := random(1, 8*product(net.Input()))
	ctx := parallel.WithThreads(b.Context(), 1)
	for b.Loop() {
		if _, err := net.Run(ctx, x); err != nil {
			b.Fatal(err)
		}
	}
}
