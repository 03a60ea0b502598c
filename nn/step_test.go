package nn_test

import (
	"math"
	"slices"
	"strings"
	"testing"

	"likeness/nn"
)

// Decay takes its share of the kernels, and neither of biases nor of what is
// frozen, beside the step that is taken without it.
func TestDecay(t *testing.T) {
	const rate, decay = 0.1, 0.5
	train := func(precision nn.Precision, decay float64) (*nn.Network, []float32) {
		net, err := nn.New("net", nn.Shape{4, 4, 3}, nn.Conv2D{Filters: 4, Kernel: 3, Activation: nn.ELU},
			nn.Conv2D{Filters: 4, Kernel: 3}, nn.MaxPooling2D{}, nn.Conv2DTranspose{Filters: 2, Kernel: 3, Stride: 2},
			nn.Flatten{}, nn.Dense{Units: 3, Frozen: true}, nn.Dense{Units: 2})
		if err != nil {
			t.Fatal(err)
		}
		net.Init(1)
		for _, p := range net.Params() { // biases begin at zero
			for i := range p.Value {
				p.Value[i] += 0.25
			}
		}
		net.Pack()
		before := slices.Clone(net.Weights())
		x := make([]float32, 48)
		for i := range x {
			x[i] = float32(i%7)/7 - 0.5
		}
		step := must(nn.NewStep(nn.Options{Batch: 1, Threads: 2, Precision: precision, Decay: decay}, net))
		step.Do(x, []float32{1, -1}, rate)
		return net, before
	}
	for _, precision := range []nn.Precision{nn.Float32, nn.BF16} {
		plain, before := train(precision, 0)
		decayed, _ := train(precision, decay)
		others, offset := decayed.Params(), 0
		for i, p := range plain.Params() {
			for j, v := range p.Value {
				want := v
				if strings.HasSuffix(p.Name, "/kernel") && p.Name != "dense/kernel" {
					want -= rate * decay * before[offset+j]
				}
				if got := others[i].Value[j]; math.Abs(float64(got-want)) > 1e-6 {
					t.Fatalf("%s: weight %d of %s is %g, want %g", precision, j, p.Name, got, want)
				}
			}
			offset += len(p.Value)
		}
	}
}

// A weighted batch has the loss and the gradient of the weighted errors, worked
// out here for y = Wx + b in float64.
func TestWeightsOfImages(t *testing.T) {
	const in, out, images = 3, 2, nn.ShardImages + 3
	net, err := nn.New("net", nn.Shape{in}, nn.Dense{Units: out})
	if err != nil {
		t.Fatal(err)
	}
	net.Init(1)
	w, b := net.Params()[0].Value, net.Params()[1].Value
	var x, target, weights []float32
	for i := range images {
		for j := range in {
			x = append(x, float32((i*5+j*3)%11)/11-0.5)
		}
		for k := range out {
			target = append(target, float32((i*7+k*2)%13)/13)
		}
		weights = append(weights, float32(i%4)*0.75) // some do not count at all
	}
	gradient, loss := make([]float64, len(w)+len(b)), 0.0
	for i, weight := range weights {
		for k := range out {
			d := float64(b[k]) - float64(target[i*out+k])
			for j := range in {
				d += float64(w[j*out+k]) * float64(x[i*in+j])
			}
			loss += float64(weight) * d * d / (images * out)
			slope := 2 * float64(weight) * d / (images * out)
			for j := range in {
				gradient[j*out+k] += slope * float64(x[i*in+j])
			}
			gradient[len(w)+k] += slope
		}
	}
	step := must(nn.NewStep(nn.Options{Batch: images, Threads: 2}, net))
	if got := step.DoWeighted(x, target, weights, 0); math.Abs(got-loss) > 1e-6*loss {
		t.Errorf("the loss is %g, want %g", got, loss)
	}
	for i, want := range gradient {
		// The first moment after a step from zero.
		if got := float64(step.State()[0].M[i]) / (1 - nn.DefaultAdamax().Beta1); math.Abs(got-want) > 1e-5 {
			t.Errorf("gradient %d is %g, want %g", i, got, want)
		}
	}
	defer func() {
		if recover() == nil {
			t.Error("too few weights were taken")
		}
	}()
	step.DoWeighted(x, target, weights[1:], 0)
}

// Weights of 1 change no bit, and others give the same bits on any number of threads.
func TestBitsOfWeights(t *testing.T) {
	const images = 3*nn.ShardImages - 2
	ones, others := make([]float32, images), make([]float32, images)
	for i := range ones {
		ones[i], others[i] = 1, float32(i%5)/3
	}
	train := func(precision nn.Precision, threads int, weights []float32) ([]float32, float64) {
		net, err := nn.New("net", nn.Shape{8, 8, 3}, nn.Conv2D{Filters: 4, Kernel: 3, Activation: nn.ELU},
			nn.MaxPooling2D{}, nn.Conv2DTranspose{Filters: 3, Kernel: 3, Stride: 2})
		if err != nil {
			t.Fatal(err)
		}
		net.Init(1)
		x := make([]float32, images*net.Input.Size())
		for i := range x {
			x[i] = float32(i%97)/97 - 0.5
		}
		step := must(nn.NewStep(nn.Options{Batch: images, Threads: threads, Precision: precision}, net))
		loss := 0.0
		for range 3 {
			loss = step.DoWeighted(x, x, weights, 0.01)
		}
		return net.Weights(), loss
	}
	for _, precision := range []nn.Precision{nn.Float32, nn.BF16} {
		plain, loss := train(precision, 1, nil)
		same := func(what string, threads int, weights, want []float32, wantLoss float64) {
			t.Helper()
			if got, l := train(precision, threads, weights); !slices.Equal(got, want) || l != wantLoss {
				t.Errorf("%s, %s on %d threads: other bits", precision, what, threads)
			}
		}
		weighted, weightedLoss := train(precision, 1, others)
		if slices.Equal(weighted, plain) {
			t.Errorf("%s: weights change nothing", precision)
		}
		for threads := range 4 {
			same("weights of 1", threads+1, ones, plain, loss)
			same("weights", threads+1, others, weighted, weightedLoss)
		}
	}
}

// What comes from outside gets an error.
func TestNewStepErrors(t *testing.T) {
	net := func(in, out int) *nn.Network {
		n, err := nn.New("net", nn.Shape{in}, nn.Dense{Units: out})
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	muon := nn.DefaultMuon()
	muon.Momentum = 1
	for want, c := range map[string]struct {
		options nn.Options
		nets    []*nn.Network
	}{
		"a step of 0 images":           {nn.Options{}, []*nn.Network{net(2, 2)}},
		"a step of -3 images":          {nn.Options{Batch: -3}, []*nn.Network{net(2, 2)}},
		"needs a network":              {nn.Options{Batch: 1}, nil},
		"net takes (None, 3), but net": {nn.Options{Batch: 1}, []*nn.Network{net(2, 2), net(3, 2)}},
		`unknown precision "float8"`:   {nn.Options{Batch: 1, Precision: "float8"}, []*nn.Network{net(2, 2)}},
		"a weight decay of -1":         {nn.Options{Batch: 1, Decay: -1}, []*nn.Network{net(2, 2)}},
		"a weight decay of NaN":        {nn.Options{Batch: 1, Decay: math.NaN()}, []*nn.Network{net(2, 2)}},
		"beta1 0, beta2 0":             {nn.Options{Batch: 1, Optimizer: nn.Adamax{}}, []*nn.Network{net(2, 2)}},
		"Muon with momentum 1":         {nn.Options{Batch: 1, Optimizer: muon}, []*nn.Network{net(2, 2)}},
	} {
		if _, err := nn.NewStep(c.options, c.nets...); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want one that says %q", err, want)
		}
	}
}
