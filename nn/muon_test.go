package nn_test

import (
	"math"
	"slices"
	"strings"
	"testing"

	"gonum.org/v1/gonum/mat"

	"likeness/nn"
)

// muonNet has kernels that are tall, wide and square, one that is frozen and one
// that makes the output.
func muonNet(t *testing.T) *nn.Network {
	t.Helper()
	net, err := nn.New("net", nn.Shape{8, 8, 3},
		nn.Conv2D{Filters: 40, Kernel: 3, Activation: nn.ELU}, nn.MaxPooling2D{},
		nn.Residual{Layers: []nn.Layer{nn.Conv2D{Filters: 40, Kernel: 3}}},
		nn.Flatten{}, nn.Dense{Units: 12}, nn.Dense{Units: 12, Frozen: true}, nn.Dense{Units: 12},
		nn.Dense{Units: 4 * 4 * 20}, nn.Reshape{Shape: nn.Shape{4, 4, 20}},
		nn.Conv2DTranspose{Filters: 3, Kernel: 3, Stride: 2})
	if err != nil {
		t.Fatal(err)
	}
	net.Init(7)
	return net
}

func muonPictures(images int) []float32 {
	x := make([]float32, images*8*8*3)
	for i := range x {
		x[i] = float32((i*i+i/192)%101)/101 - 0.5
	}
	return x
}

// orthogonal is Jordan's iteration on the matrix itself, in float64.
func orthogonal(g *mat.Dense) *mat.Dense {
	x := mat.DenseCopyOf(g)
	x.Scale(1/mat.Norm(g, 2), g)
	for range 5 {
		var gram, second, p mat.Dense
		gram.Mul(x.T(), x)
		second.Mul(&gram, &gram)
		second.Scale(2.0315, &second)
		p.Scale(-4.7750, &gram)
		p.Add(&p, &second)
		for i := range p.RawMatrix().Rows {
			p.Set(i, i, p.At(i, i)+3.4445)
		}
		var y mat.Dense
		y.Mul(x, &p)
		x = &y
	}
	return x
}

// Two steps of Muon are those of a float64 reference, of gradients as Adamax's
// state has them, with decay; what is not for Muon moves with Adamax.
func TestMuon(t *testing.T) {
	const rate, decay, momentum, size = 0.02, 0.5, 0.9, 0.3
	x := muonPictures(11)
	net := muonNet(t)
	muon := nn.Muon{Momentum: momentum, Size: size, Others: nn.DefaultAdamax()}
	step := must(nn.NewStep(nn.Options{Batch: 11, Threads: 2, Optimizer: muon, Decay: decay}, net))
	means := map[string]*mat.Dense{}
	for range 2 {
		plain := muonNet(t)
		copy(plain.Weights(), net.Weights())
		plain.Pack()
		other := must(nn.NewStep(nn.Options{Batch: 11, Threads: 2, Decay: decay}, plain))
		for i, s := range step.State() { // so that what Adamax moves is the same
			copy(other.State()[i].M, s.M)
			copy(other.State()[i].U, s.U)
			other.State()[i].Steps = s.Steps
		}
		probe := muonNet(t)
		copy(probe.Weights(), net.Weights())
		probe.Pack()
		gradient := must(nn.NewStep(nn.Options{Batch: 11, Threads: 2}, probe))
		gradient.Do(x, x, 0)
		before := slices.Clone(net.Weights())
		step.Do(x, x, rate)
		other.Do(x, x, rate)

		offset, moved := 0, 0
		for i, p := range net.Params() {
			from := offset
			offset += len(p.Value)
			last := i == len(net.Params())-2
			if len(p.Shape) < 2 || strings.HasPrefix(p.Name, "dense_1/") || last {
				if want := plain.Params()[i].Value; !slices.Equal(p.Value, want) {
					t.Errorf("%s is not for Muon and did not move as with Adamax", p.Name)
				}
				continue
			}
			moved++
			cols := p.Shape[len(p.Shape)-1]
			rows := len(p.Value) / cols
			g := mat.NewDense(rows, cols, nil)
			for j := range p.Value {
				g.Set(j/cols, j%cols, float64(gradient.State()[0].M[from+j])/(1-nn.DefaultAdamax().Beta1))
			}
			mean := means[p.Name]
			if mean == nil {
				mean = mat.NewDense(rows, cols, nil)
				means[p.Name] = mean
			}
			var ahead, part mat.Dense
			mean.Scale(momentum, mean)
			part.Scale(1-momentum, g)
			mean.Add(mean, &part)
			ahead.Scale(momentum, mean)
			ahead.Add(&ahead, &part)
			o := orthogonal(&ahead)
			long := math.Sqrt(float64(max(rows, cols)))
			worst := 0.0
			for j, v := range p.Value {
				want := float64(before[from+j])*(1-rate*decay) - rate*size*long*o.At(j/cols, j%cols)
				worst = max(worst, math.Abs(float64(v)-want)/(rate*size))
			}
			if worst > 0.02 { // weak singular values come of float32 squares
				t.Errorf("%s of %dx%d: a weight is off by %g of a step", p.Name, rows, cols, worst)
			}
		}
		if moved != 5 {
			t.Errorf("%d kernels moved with Muon, want 5", moved)
		}
	}
}

// Muon's steps do not depend on the number of threads, and a gradient of zero moves
// nothing.
func TestMuonThreads(t *testing.T) {
	x := muonPictures(20)
	var want []float32
	for _, threads := range []int{1, 2, 5} {
		net := muonNet(t)
		step := must(nn.NewStep(nn.Options{Batch: 20, Threads: threads, Optimizer: nn.DefaultMuon()}, net))
		for range 3 {
			step.Do(x, x, 0.05)
		}
		if want == nil {
			want = slices.Clone(net.Weights())
		}
		if !slices.Equal(net.Weights(), want) {
			t.Errorf("with %d threads the weights are others", threads)
		}
	}
	net := muonNet(t)
	step := must(nn.NewStep(nn.Options{Batch: 20, Threads: 2, Optimizer: nn.DefaultMuon()}, net))
	before := slices.Clone(net.Weights())
	step.DoWeighted(x, x, make([]float32, 20), 0.05)
	if !slices.Equal(net.Weights(), before) {
		t.Error("pictures that do not count moved the weights")
	}
}
