package nn_test

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"runtime"
	"slices"
	"strings"
	"testing"

	"likeness/internal/kernel"
	"likeness/nn"
	"likeness/nn/nntest"
)

// Every layer alone and behind others, at sizes around the kernels' tiles.
func TestLayersAgainstNaive(t *testing.T) {
	for _, units := range []int{1, 3, 31, 32, 33, 70} {
		t.Run(fmt.Sprintf("Dense/%d", units), func(t *testing.T) {
			nntest.Check(t, nn.Shape{19}, nn.Dense{Units: units, Activation: nn.ELU}, nn.Dense{Units: 5})
		})
	}
	for _, kernel := range []int{1, 2, 3, 4, 5} {
		for _, stride := range []int{1, 2, 3} {
			if testing.Short() && (kernel+stride)%2 == 1 { // emulated and under the race detector half of them say as much
				continue
			}
			t.Run(fmt.Sprintf("Conv2D/kernel%d/stride%d", kernel, stride), func(t *testing.T) {
				nntest.Check(t, nn.Shape{6, 5, 3}, nn.Conv2D{Filters: 35, Kernel: kernel, Stride: stride, Activation: nn.ELU},
					nn.Conv2D{Filters: 2, Kernel: kernel, Stride: stride})
			})
			t.Run(fmt.Sprintf("Conv2DTranspose/kernel%d/stride%d", kernel, stride), func(t *testing.T) {
				// The first by sub-kernels, the second, of stride 2, by squares.
				nntest.Check(t, nn.Shape{3, 2, 4}, nn.Conv2DTranspose{Filters: 9, Kernel: kernel, Stride: stride, Activation: nn.ELU},
					nn.Conv2DTranspose{Filters: 3, Kernel: kernel, Stride: stride})
			})
		}
	}
	t.Run("MaxPooling2D", func(t *testing.T) {
		nntest.Check(t, nn.Shape{8, 4, 3}, nn.Conv2D{Filters: 18, Kernel: 3}, nn.MaxPooling2D{}, nn.Conv2D{Filters: 3, Kernel: 3}, nn.MaxPooling2D{})
	})
	// Shapes that run as one with the pooling, of one and of several groups of
	// 32 channels, and such that do not.
	for _, c := range []struct {
		in, filters, more int
		act               nn.Activation
	}{{3, 32, 64, nn.ELU}, {1, 64, 96, nn.ELU}, {5, 32, 33, nn.ELU}, {64, 32, 160, nn.Linear}} {
		if testing.Short() && c.in == 64 {
			continue // takes as long as all others together
		}
		t.Run(fmt.Sprintf("pooled/%d to %d to %d", c.in, c.filters, c.more), func(t *testing.T) {
			nntest.Check(t, nn.Shape{4, 8, c.in}, nn.Conv2D{Filters: c.filters, Kernel: 3, Activation: c.act}, nn.MaxPooling2D{},
				nn.Conv2D{Filters: c.more, Kernel: 3, Activation: c.act}, nn.MaxPooling2D{}, nn.Flatten{}, nn.Dense{Units: 3})
		})
	}
	for _, a := range []nn.Activation{nn.ELU, nn.ReLU, nn.Sigmoid, nn.Tanh, nn.LeakyReLU(0.25)} {
		t.Run("activation "+string(a), func(t *testing.T) {
			nntest.Check(t, nn.Shape{4, 6, 3}, nn.Activate{Function: a}, nn.Conv2D{Filters: 32, Kernel: 3, Activation: a}, nn.MaxPooling2D{},
				nn.Conv2DTranspose{Filters: 3, Kernel: 3, Stride: 2, Activation: a}, nn.Flatten{}, nn.Dense{Units: 5, Activation: a}, nn.Activate{}, nn.Activate{Function: a})
		})
	}
	t.Run("odd MaxPooling2D", func(t *testing.T) {
		for _, size := range [][2]int{{5, 5}, {4, 7}, {7, 4}, {1, 3}} {
			nntest.Check(t, nn.Shape{size[0], size[1], 3}, nn.Conv2D{Filters: 32, Kernel: 3}, nn.MaxPooling2D{Same: true})
		}
		nntest.Check(t, nn.Shape{7, 9, 2}, nn.Conv2D{Filters: 4, Kernel: 3}, nn.MaxPooling2D{}, nn.MaxPooling2D{Same: true}, nn.Conv2D{Filters: 2, Kernel: 1})
	})
	t.Run("UpSampling2D", func(t *testing.T) {
		nntest.Check(t, nn.Shape{2, 3, 3}, nn.UpSampling2D{Size: 3}, nn.Conv2D{Filters: 2, Kernel: 3}, nn.UpSampling2D{Size: 2})
	})
	t.Run("BatchNormalization and Rescaling", func(t *testing.T) {
		nntest.Check(t, nn.Shape{4, 4, 3}, nn.Rescaling{Scale: 2, Offset: 0.5}, nn.BatchNormalization{}, nn.Conv2D{Filters: 5, Kernel: 3, Activation: nn.ReLU},
			nn.BatchNormalization{Epsilon: 0.1}, nn.Flatten{}, nn.Dense{Units: 4}, nn.BatchNormalization{})
	})
	t.Run("Flatten and Reshape", func(t *testing.T) {
		nntest.Check(t, nn.Shape{4, 4, 3}, nn.Flatten{}, nn.Dense{Units: 24}, nn.Reshape{Shape: nn.Shape{2, 2, 6}},
			nn.Conv2DTranspose{Filters: 3, Kernel: 3, Stride: 2})
	})
}

func TestWrongShapes(t *testing.T) {
	picture := nn.Shape{6, 6, 3}
	for _, c := range []struct {
		input nn.Shape
		layer nn.Layer
		want  string
	}{
		{picture, nn.Dense{Units: 3}, "put a Flatten before it"},
		{nn.Shape{3}, nn.Dense{}, "at least 1 unit"},
		{nn.Shape{3}, nn.Conv2D{Filters: 1, Kernel: 3}, "needs an input of shape (H, W, C)"},
		{picture, nn.Conv2D{Kernel: 3}, "at least 1 filter"},
		{picture, nn.Conv2DTranspose{Filters: 2}, "at least 1x1"},
		{picture, nn.Conv2D{Filters: 1, Kernel: 1, Activation: "gelu"}, "unknown activation"},
		{picture, nn.Activate{Function: "leaky_relu(2)"}, "unknown activation"},
		{picture, nn.Activate{Function: nn.LeakyReLU(math.NaN())}, "unknown activation"},
		{nn.Shape{1, 6, 3}, nn.MaxPooling2D{}, "at least 2x2 pixels, not 6x1"},
		{nn.Shape{6}, nn.UpSampling2D{Size: 2}, "needs an input of shape (H, W, C)"},
		{picture, nn.UpSampling2D{}, "1 to 64 times, not 0"},
		{picture, nn.BatchNormalization{Epsilon: -1}, "an epsilon of -1"},
		{picture, nn.Rescaling{Scale: math.Inf(1)}, "must be numbers"},
		{picture, nn.Reshape{Shape: nn.Shape{5}}, "5 values are not 108"},
		{picture, nn.Reshape{Shape: nn.Shape{-6, -6, 3}}, "has no size"},
		{nn.Shape{0, 6, 3}, nn.Flatten{}, "has no size"},
	} {
		_, err := nn.New("net", c.input, c.layer)
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%#v on %v: error %v, want one that says %q", c.layer, c.input, err, c.want)
		}
	}
}

// The bits of a trained network do not depend on the number of threads.
func TestThreadsDoNotMatter(t *testing.T) {
	train := func(threads int) []float32 {
		net := smallNetwork(t)
		step := must(nn.NewStep(nn.Options{Batch: 30, Threads: threads}, net))
		x := make([]float32, 30*net.Input.Size())
		for i := range x {
			x[i] = float32(i%97)/97 - 0.5
		}
		for range 3 {
			step.Do(x, x, 0.01)
			step.Do(x[:13*net.Input.Size()], x[:13*net.Input.Size()], 0.01)
		}
		return append([]float32(nil), net.Weights()...)
	}
	want := train(1)
	for _, threads := range []int{2, 3, 8} {
		if !slices.Equal(train(threads), want) {
			t.Errorf("%d threads give other weights than one", threads)
		}
	}
}

// What a step packs piece by piece is all of what Pack packs.
func TestStepPacks(t *testing.T) {
	for name, layers := range map[string][]nn.Layer{
		"pooled": {nn.Conv2D{Filters: 32, Kernel: 3, Activation: nn.ELU}, nn.MaxPooling2D{}, nn.Conv2D{Filters: 96, Kernel: 3}, nn.MaxPooling2D{}},
		"conv": {nn.Conv2D{Filters: 46, Kernel: 3, Activation: nn.ELU}, nn.Conv2DTranspose{Filters: 38, Kernel: 3, Stride: 2},
			nn.Conv2D{Filters: 3, Kernel: 5, Stride: 2}},
		"odd":   {nn.Conv2D{Filters: 45, Kernel: 3, Activation: nn.ELU}, nn.Conv2DTranspose{Filters: 37, Kernel: 3, Stride: 2}},
		"dense": {nn.Flatten{}, nn.Dense{Units: 67}, nn.Dense{Units: 35}},
	} {
		for _, precision := range []nn.Precision{nn.Float32, nn.BF16} {
			for _, images := range []int{2, 40} { // a batch that fits the cache and one that may not
				checkStepPacks(t, fmt.Sprintf("%s, %s, %d images", name, precision, images), precision, images, layers)
			}
		}
	}
}

func checkStepPacks(t *testing.T, what string, precision nn.Precision, images int, layers []nn.Layer) {
	net, err := nn.New("net", nn.Shape{16, 16, 3}, layers...)
	if err != nil {
		t.Fatal(err)
	}
	net.Init(1)
	rng := rand.New(rand.NewPCG(1, 2))
	x, y := make([]float32, images*net.Input.Size()), make([]float32, images*net.Output().Size())
	for i := range x {
		x[i] = rng.Float32() - 0.5
	}
	for i := range y {
		y[i] = rng.Float32()
	}
	before := must(net.Predict(context.Background(), x))
	step := must(nn.NewStep(nn.Options{Batch: images, Threads: 2, Precision: precision}, net))
	step.Do(x, y, 0.01)
	second := step.Do(x, y, 0)
	after := must(net.Predict(context.Background(), x))
	if slices.Equal(before, after) {
		t.Errorf("%s: a step changes nothing", what)
	}
	net.Pack()
	if !slices.Equal(must(net.Predict(context.Background(), x)), after) || step.Do(x, y, 0) != second {
		t.Errorf("%s: weights were not packed as they are", what)
	}
}

// In bf16 a step's gradient is float32's but for the rounding of the operands,
// whether the step or somebody else has moved the weights, and Predict goes by
// the weights as they are.
func TestBF16(t *testing.T) {
	make2 := func() (*nn.Network, *nn.Step, *nn.Step) {
		net, err := nn.New("net", nn.Shape{8, 8, 3},
			nn.Conv2D{Filters: 32, Kernel: 3, Activation: nn.ELU}, nn.MaxPooling2D{},
			nn.Conv2D{Filters: 64, Kernel: 3, Activation: nn.ELU},
			nn.Conv2DTranspose{Filters: 34, Kernel: 3, Stride: 2, Activation: nn.ELU},
			nn.Conv2DTranspose{Filters: 3, Kernel: 3})
		if err != nil {
			t.Fatal(err)
		}
		net.Init(1)
		return net, must(nn.NewStep(nn.Options{Batch: 11, Threads: 2}, net)), must(nn.NewStep(nn.Options{Batch: 11, Threads: 2, Precision: nn.BF16}, net))
	}
	a, single, _ := make2()
	b, _, half := make2()
	rng := rand.New(rand.NewPCG(1, 2))
	x := make([]float32, 11*a.Input.Size())
	for i := range x {
		x[i] = rng.Float32() - 0.5
	}
	for round := range 3 {
		copy(b.Weights(), a.Weights())
		b.Pack()
		clear(single.State()[0].M) // so that it becomes (1-Beta1) times the gradient
		clear(half.State()[0].M)
		want, got := single.Do(x, x, 0.01), half.Do(x, x, 0.01)
		if math.Abs(got/want-1) > 0.01 || got == want {
			t.Errorf("round %d: loss %g in bf16, %g in float32", round, got, want)
		}
		sum, off := 0.0, 0.0
		for i, m := range single.State()[0].M {
			d := float64(half.State()[0].M[i] - m)
			sum, off = sum+float64(m)*float64(m), off+d*d
		}
		if r := math.Sqrt(off / sum); !(r < 0.02) || r == 0 {
			t.Errorf("round %d: the gradient in bf16 is %.3f of its length off", round, r)
		}
	}
	y := must(b.Predict(context.Background(), x))
	b.Pack()
	if !slices.Equal(must(b.Predict(context.Background(), x)), y) {
		t.Error("Predict does not know the weights that a step has moved")
	}
}

// Steps of both precisions may take turns with one network.
func TestPrecisionsTakeTurns(t *testing.T) {
	x := make([]float32, 9*8*8*3)
	for i := range x {
		x[i] = float32(i%83)/83 - 0.5
	}
	train := func(anew bool) (losses []float64) {
		net := smallNetwork(t)
		steps := map[nn.Precision]*nn.Step{}
		for i, p := range []nn.Precision{nn.Float32, nn.BF16, nn.BF16, nn.Float32, nn.BF16, nn.Float32, nn.Float32} {
			if steps[p] == nil {
				steps[p] = must(nn.NewStep(nn.Options{Batch: 9, Threads: 2, Precision: p}, net))
			}
			if anew { // leave nothing to what the steps remember
				net.Pack()
			}
			losses = append(losses, steps[p].Do(x, x, 0.01*float64(i+1)))
		}
		return losses
	}
	if got, want := train(false), train(true); !slices.Equal(got, want) {
		t.Errorf("losses %v, packed anew before each step %v", got, want)
	}
}

func TestPrecisionCheck(t *testing.T) {
	if err := nn.Float32.Check(); err != nil {
		t.Error(err)
	}
	if err := nn.Precision("float16").Check(); err == nil || !strings.Contains(err.Error(), `"float16"`) {
		t.Errorf("error %v for float16", err)
	}
	if err := nn.BF16.Check(); (err == nil) != kernel.BF16() {
		t.Errorf("error %v, but kernel.BF16() is %t", err, kernel.BF16())
	}
}

func smallNetwork(t testing.TB) *nn.Network {
	net, err := nn.New("small", nn.Shape{8, 8, 3},
		nn.Conv2D{Filters: 8, Kernel: 3, Activation: nn.ELU},
		nn.MaxPooling2D{},
		nn.Conv2DTranspose{Filters: 3, Kernel: 3, Stride: 2})
	if err != nil {
		t.Fatal(err)
	}
	net.Init(42)
	return net
}

// A step plans all its memory beforehand.
func TestStepDoesNotAllocate(t *testing.T) {
	net := smallNetwork(t)
	step := must(nn.NewStep(nn.Options{Batch: 8, Threads: 1}, net))
	x := make([]float32, 8*net.Input.Size())
	step.Do(x, x, 0.01)
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	for range 10 {
		step.Do(x, x, 0.01)
	}
	runtime.ReadMemStats(&after)
	if n := (after.TotalAlloc - before.TotalAlloc) / 10; n > 2048 { // a batch alone is 6144 bytes
		t.Errorf("a step allocates %d bytes", n)
	}
}

func TestGlorotUniform(t *testing.T) {
	net, err := nn.New("net", nn.Shape{100}, nn.Dense{Units: 200})
	if err != nil {
		t.Fatal(err)
	}
	net.Init(1)
	kernel, bias := net.Params()[0].Value, net.Params()[1].Value
	const limit = 0.1414213562 // sqrt(6/300)
	lowest, highest, sum := slices.Min(kernel), slices.Max(kernel), 0.0
	for _, v := range kernel {
		sum += float64(v)
	}
	if lowest < -limit || highest > limit || lowest > -0.999*limit || highest < 0.999*limit {
		t.Errorf("weights lie in [%g, %g], want to fill [-%g, %g]", lowest, highest, limit, limit)
	}
	if mean := sum / float64(len(kernel)); mean > 0.003 || mean < -0.003 {
		t.Errorf("weights have mean %g", mean)
	}
	if slices.Max(bias) != 0 || slices.Min(bias) != 0 {
		t.Error("biases do not start at zero")
	}
}
