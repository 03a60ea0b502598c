// Package cases has the first training steps that likeness and PyTorch both
// take, so that their numbers can be laid side by side: three models, their
// first weights, and twenty batches for each. The program beside it writes
// them to files for PyTorch, and a test of package autoencoder takes the same
// steps and holds them to what PyTorch answered.
package cases

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"math"
	"math/rand/v2"

	"likeness/autoencoder"
	"likeness/nn"
	"likeness/pix"
)

// What all cases have in common.
const (
	Steps  = 20
	Batch  = 32 // pictures in a step
	Images = Steps * Batch
	Side   = 32    // of a picture, in pixels
	Rate   = 0.002 // learning rate, constant
	Seed   = 42    // of the weights and the noise
)

// Prep is how photographs become pictures of the cases' size.
var Prep = pix.Prep{W: Side, H: Side, Auto: true}

// Case is one model to train.
type Case struct {
	Name  string
	Arch  string // of autoencoder.Architectures
	Code  int
	Sigma float32 // of the gaussian noise on the inputs; 0 for none
}

// All are the tutorial's three models.
func All() []Case {
	return []Case{
		{Name: "pca-32", Arch: "pca", Code: 32},
		{Name: "conv-32", Arch: "conv", Code: 32},
		{Name: "denoise-512", Arch: "conv", Code: 512, Sigma: 0.1},
	}
}

// Run is a case with its data, ready to train.
type Run struct {
	Case
	Model *autoencoder.Model
	// Inputs and Targets are (Images, Side, Side, 3); step i takes the pictures
	// from i*Batch on. They share their memory where there is no noise.
	Inputs, Targets []float32
}

// Prepare makes the model with its first weights, and the inputs from the
// targets, which must be Images pictures.
func (c Case) Prepare(targets []float32) (*Run, error) {
	m, err := autoencoder.New(c.Arch, Prep, c.Code, Seed)
	if err != nil {
		return nil, err
	}
	size := m.Values()
	if len(targets) != Images*size {
		panic("cases: Prepare: not Images pictures")
	}
	r := &Run{Case: c, Model: m, Inputs: targets, Targets: targets}
	if c.Sigma > 0 {
		r.Inputs = append([]float32(nil), targets...)
		for i := range Images {
			rng := rand.New(rand.NewPCG(Seed, uint64(i)))
			pix.Gaussian{Sigma: c.Sigma}.Corrupt(r.Inputs[i*size:(i+1)*size], Side, Side, rng)
		}
	}
	return r, nil
}

// Step is what one training step came to.
type Step struct {
	Loss    float64 // mean squared error before the move
	Winners Winners // of the poolings; none for a model without
}

// Train takes the steps. The model is trained in place.
func (r *Run) Train(optimizer nn.Adamax, rate float64) ([]Step, error) {
	watch, err := newWatcher(r.Model)
	if err != nil {
		return nil, err
	}
	step, err := nn.NewStep(nn.Options{Batch: Batch, Optimizer: optimizer}, r.Model.Encoder, r.Model.Decoder)
	if err != nil {
		return nil, err
	}
	n := Batch * r.Model.Values()
	steps := make([]Step, Steps)
	for i := range steps {
		x, target := r.Inputs[i*n:(i+1)*n], r.Targets[i*n:(i+1)*n]
		if steps[i].Winners, err = watch.winners(x); err != nil {
			return nil, err
		}
		steps[i].Loss = step.Do(x, target, rate)
	}
	return steps, nil
}

// Tensor is one array of a model's weights under its name in the model file.
type Tensor struct {
	Name  string
	Shape []int
	Value []float32 // shared with the model
}

// Weights are the model's weights in the order of its layers.
func (r *Run) Weights() []Tensor {
	var all []Tensor
	for _, n := range []*nn.Network{r.Model.Encoder, r.Model.Decoder} {
		for _, p := range n.Params() {
			all = append(all, Tensor{Name: n.Name + "/" + p.Name, Shape: p.Shape, Value: p.Value})
		}
	}
	return all
}

// Digest names what the steps start from, weights and pictures: two runs of
// the same digest must have the same losses.
func (r *Run) Digest() string {
	h := sha256.New()
	add := func(x []float32) {
		b := make([]byte, 0, 4*len(x))
		for _, v := range x {
			b = binary.LittleEndian.AppendUint32(b, math.Float32bits(v))
		}
		h.Write(b)
	}
	for _, t := range r.Weights() {
		add(t.Value)
	}
	add(r.Inputs)
	add(r.Targets)
	return hex.EncodeToString(h.Sum(nil)[:16])
}
