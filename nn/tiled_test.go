package nn_test

import (
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"likeness/nn"
)

// tiled are networks whose middle layers are made in tiles, by what is special.
var tiled = map[string]struct {
	input  nn.Shape
	layers []nn.Layer
}{
	"3x3":           {nn.Shape{8, 8, 3}, []nn.Layer{conv(32), conv(64), conv(32)}},
	"5x5":           {nn.Shape{8, 8, 3}, []nn.Layer{conv(32), nn.Conv2D{Filters: 32, Kernel: 5, Activation: nn.ELU}, conv(3)}},
	"odd sizes":     {nn.Shape{5, 7, 3}, []nn.Layer{conv(64), conv(32), conv(2)}},
	"one row":       {nn.Shape{1, 9, 3}, []nn.Layer{conv(32), conv(32), conv(2)}},
	"two pixels":    {nn.Shape{2, 1, 3}, []nn.Layer{conv(32), conv(32), conv(2)}},
	"2x2, stride 2": {nn.Shape{8, 12, 3}, []nn.Layer{conv(32), nn.Conv2D{Filters: 64, Kernel: 2, Stride: 2}, nn.Conv2DTranspose{Filters: 32, Kernel: 2, Stride: 2}, conv(2)}},
	"3x3, stride 2": {nn.Shape{7, 10, 3}, []nn.Layer{conv(32), nn.Conv2D{Filters: 32, Kernel: 3, Stride: 2}, nn.Conv2DTranspose{Filters: 64, Kernel: 3, Stride: 2}, conv(2)}},
	"5x5, stride 3": {nn.Shape{7, 11, 3}, []nn.Layer{conv(32), nn.Conv2D{Filters: 32, Kernel: 5, Stride: 3}, nn.Conv2DTranspose{Filters: 32, Kernel: 4, Stride: 3}, conv(2)}},
	"1x1":           {nn.Shape{6, 5, 3}, []nn.Layer{conv(32), nn.Conv2D{Filters: 64, Kernel: 1}, nn.Conv2D{Filters: 32, Kernel: 1, Stride: 2}, conv(2)}},
	"pooled":        {nn.Shape{8, 16, 3}, []nn.Layer{conv(32), nn.MaxPooling2D{}, conv(64), nn.MaxPooling2D{}, conv(32)}},
	"to one pixel":  {nn.Shape{4, 4, 3}, []nn.Layer{conv(32), nn.Conv2D{Filters: 32, Kernel: 3, Stride: 4}, nn.Conv2DTranspose{Filters: 32, Kernel: 3, Stride: 4}, conv(2)}},
	"residual": {nn.Shape{8, 8, 3}, []nn.Layer{conv(32), nn.Residual{Layers: []nn.Layer{conv(32), conv(32)}},
		nn.Residual{Layers: []nn.Layer{nn.Conv2D{Filters: 64, Kernel: 2, Stride: 2}, nn.Conv2DTranspose{Filters: 32, Kernel: 2, Stride: 2}}}, conv(2)}},
}

// images are a full shard and one that is not.
const images = 11

func eachTiled(t *testing.T, test func(t *testing.T, build func() *nn.Network, x, y []float32)) {
	for name, c := range tiled {
		if testing.Short() && !slices.Contains([]string{"odd sizes", "pooled", "3x3, stride 2"}, name) {
			continue // without AMX tiles take their time
		}
		t.Run(name, func(t *testing.T) {
			build := func() *nn.Network {
				net, err := nn.New("net", c.input, c.layers...)
				if err != nil {
					t.Fatal(err)
				}
				net.Init(7)
				return net
			}
			net, rng := build(), rand.New(rand.NewPCG(3, 4))
			x, y := make([]float32, images*net.Input.Size()), make([]float32, images*net.Output().Size())
			for i := range x {
				x[i] = rng.Float32() - 0.5
			}
			for i := range y {
				y[i] = rng.Float32() - 0.5
			}
			test(t, build, x, y)
		})
	}
}

// The gradients in tiles are float32's but for the rounding of the operands.
func TestTiled(t *testing.T) {
	eachTiled(t, func(t *testing.T, build func() *nn.Network, x, y []float32) {
		a, b := build(), build()
		single, half := must(nn.NewStep(nn.Options{Batch: images, Threads: 2}, a)), must(nn.NewTiledStep(images, 2, b))
		want, got := single.Do(x, y, 0), half.Do(x, y, 0)
		if math.Abs(got/want-1) > 0.01 || got == want {
			t.Errorf("loss %g in tiles, %g in float32", got, want)
		}
		m, n, at := single.State()[0].M, half.State()[0].M, 0
		for _, p := range a.Params() {
			sum, off := 0.0, 0.0
			for i := range p.Value {
				d := float64(n[at+i] - m[at+i])
				sum, off = sum+float64(m[at+i])*float64(m[at+i]), off+d*d
			}
			limit := 0.03
			if strings.HasPrefix(t.Name(), "TestTiled/pooled") { // other pixels win where two are near
				limit = 0.1
			}
			if r := math.Sqrt(off / sum); !(r < limit) {
				t.Errorf("%s %v: the gradient in tiles is %.3f of its length off", p.Name, p.Shape, r)
			}
			at += len(p.Value)
		}
	})
}

// What a step learns depends on neither the threads nor the batches before it, whose
// pictures may have been more.
func TestTiledRemembersNothing(t *testing.T) {
	eachTiled(t, func(t *testing.T, build func() *nn.Network, x, y []float32) {
		learn := func(threads int, full bool) []float32 {
			net := build()
			step := must(nn.NewTiledStep(images, threads, net))
			if full {
				step.Do(x, y, 0)
				step.State()[0].Steps = 0
				clear(step.State()[0].M)
				clear(step.State()[0].U)
			}
			step.Do(x[:3*net.Input.Size()], y[:3*net.Output().Size()], 0.01)
			step.Do(x[:9*net.Input.Size()], y[:9*net.Output().Size()], 0.01)
			return slices.Clone(net.Weights())
		}
		want := learn(1, false)
		for _, threads := range []int{1, 2} {
			if !slices.Equal(learn(threads, true), want) {
				t.Errorf("%d threads end in other weights after a full batch", threads)
			}
		}
	})
}
