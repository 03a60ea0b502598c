package nn_test

import (
	"slices"
	"testing"

	"likeness/nn"
	"likeness/parallel"
)

// Predict keeps memory from call to call; nothing of an earlier call, of more or of other images, shows in a later one.
func TestPredictForgets(t *testing.T) {
	for name, c := range residuals {
		build := func() *nn.Network {
			net, err := nn.New("net", c.input, c.layers...)
			if err != nil {
				t.Fatal(err)
			}
			net.Init(5)
			return net
		}
		used, size := build(), c.input.Size()
		ctx := parallel.WithThreads(t.Context(), 2)
		for i, images := range []int{17, 1, 8, 3} {
			x := make([]float32, images*size)
			for j := range x {
				x[j] = float32((j*31+i*7)%83)/83 - 0.5
			}
			if got, want := must(used.Predict(ctx, x)), must(build().Predict(ctx, x)); !slices.Equal(got, want) {
				t.Errorf("%s: call %d has other bits than that of a new network", name, i+1)
			}
		}
	}
}
