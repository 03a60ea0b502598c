// Package export makes ONNX graphs of likeness's networks: of an encoder, a decoder, a whole
// model, and of any network of package nn.
//
// Graphs are of opset 17 in IR version 8, which onnxruntime reads from version 1.12 on, and
// take any number of pictures at once. They give what likeness gives, within 1e-5 of it. That
// includes what is no layer: the correction of codes, unrolled, and a denoiser's scaling to
// the level of its noise, its mirror images and its limits. Nodes and weights have the names
// of likeness's layers.
package export

import (
	"encoding/json"
	"fmt"
	"strconv"

	"likeness/autoencoder"
	"likeness/nn"
	"likeness/onnx"
)

// The versions that graphs are written in.
const (
	Opset = 17
	IR    = 8
)

// Producer is the program that a graph's file names.
const Producer = "likeness"

// Part is what of a model a graph has.
type Part string

// The parts of a model.
const (
	Encoder Part = "encoder" // pictures to codes, corrected where the model corrects them
	Decoder Part = "decoder" // codes to pictures
	Whole   Part = "model"   // pictures to pictures
)

// Layout is the order of a picture's values.
type Layout string

// The orders of a picture's values; the empty one is NHWC.
const (
	NHWC Layout = "nhwc" // (N, H, W, 3)
	NCHW Layout = "nchw" // (N, 3, H, W)
)

// Options say what a graph takes and gives.
type Options struct {
	Part Part `json:"part,omitempty"` // empty: Whole
	// Pixels makes pictures bytes from 0 to 255, RGB, on both sides: the graph itself turns
	// them into the network's numbers, and rounds and limits what comes out. Without it
	// pictures are float32, byte/255 - 0.5.
	Pixels bool   `json:"pixels,omitempty"`
	Layout Layout `json:"layout,omitempty"`
	// Uncorrected leaves the correction of codes away: the encoder's network alone, which is
	// smaller and faster. Such codes are not those that indexes and atlases hold.
	Uncorrected bool `json:"uncorrected,omitempty"`
	// FixedSize makes the graph of a denoiser take pictures of the model's size only. Without it
	// it takes any size whose sides are divisible by 4.
	FixedSize bool `json:"fixed_size,omitempty"`

	License string `json:"license,omitempty"` // of the model, as its user says; empty: nothing is said
	Version string `json:"-"`                 // of the program, for the field producer_version
}

// Check returns an error for options that no model takes.
func (o Options) Check() error {
	switch o.Part {
	case "", Encoder, Decoder, Whole:
	default:
		return fmt.Errorf("part %q: expected %s, %s or %s", o.Part, Encoder, Decoder, Whole)
	}
	switch o.Layout {
	case "", NHWC, NCHW:
	default:
		return fmt.Errorf("layout %q: expected %s or %s", o.Layout, NHWC, NCHW)
	}
	return nil
}

func (o Options) part() Part {
	if o.Part == "" {
		return Whole
	}
	return o.Part
}

// The names of a graph's inputs and outputs.
const (
	Picture        = "picture"        // input of encoders and models
	Sigma          = "sigma"          // input of denoisers with a level: the noise's standard deviation, where the range of a picture is 1, (N)
	Code           = "code"           // output of encoders, input of decoders
	Reconstruction = "reconstruction" // output of decoders and models
)

// Model returns the graph of a model's part. It fails for a part that the model does not have, and for a
// correction through a layer whose gradient is not written.
func Model(m *autoencoder.Model, o Options) (*onnx.Model, error) {
	if err := o.Check(); err != nil {
		return nil, err
	}
	if size := bytesOf(m, o.part()); size > mostBytes {
		return nil, fmt.Errorf("the weights have %d bytes, expected at most %d: an ONNX file holds no more", size, mostBytes)
	}
	g := newGraph(o)
	var err error
	if m.Decoder == nil {
		err = g.denoiser(m)
	} else {
		err = g.autoencoder(m)
	}
	if err != nil {
		return nil, err
	}
	out := g.model(string(o.part()))
	out.Doc = m.Arch + ", " + string(o.part())
	if out.Metadata, err = metadata(m, o); err != nil {
		return nil, err
	}
	return out, nil
}

// mostBytes bounds the weights of a graph: no reader of protocol buffers takes more than 2 GiB, and nodes need some room.
const mostBytes = 1<<31 - 1<<24

// bytesOf returns the size of the weights that a part of a model needs.
func bytesOf(m *autoencoder.Model, part Part) int64 {
	values := int64(0)
	for _, n := range m.Networks() {
		if n != m.Encoder && part == Encoder && m.Correction == nil || n == m.Encoder && part == Decoder {
			continue
		}
		values += int64(len(n.Weights()))
	}
	return 4 * values
}

// Network returns the graph of one network, from "input" to "output", both float32.
func Network(n *nn.Network, o Options) (*onnx.Model, error) {
	if err := o.Check(); err != nil {
		return nil, err
	}
	o.Pixels = false
	g := newGraph(o)
	y, _, err := g.network(n, n.Name, g.input("input", n.Input), false)
	if err != nil {
		return nil, err
	}
	g.output("output", y)
	return g.model(n.Name), nil
}

// metadata says what a graph was made of.
func metadata(m *autoencoder.Model, o Options) ([]onnx.Entry, error) {
	prep, err := json.Marshal(m.Prep)
	if err != nil {
		return nil, err
	}
	normalisation := "float32(byte)/255 - 0.5, RGB, before the graph"
	if o.Pixels {
		normalisation = "float32(byte)/255 - 0.5, RGB, inside the graph"
	}
	list := []onnx.Entry{
		{Key: "fingerprint", Value: m.Fingerprint()},
		{Key: "architecture", Value: m.Arch},
		{Key: "code", Value: strconv.Itoa(m.Code)},
		{Key: "part", Value: string(o.part())},
		{Key: "prep", Value: string(prep)},
		{Key: "normalisation", Value: normalisation},
	}
	if m.Correction != nil && o.part() != Decoder {
		steps := m.Correction.Steps
		if o.Uncorrected {
			steps = 0
		}
		list = append(list, onnx.Entry{Key: "correction", Value: strconv.Itoa(steps)})
	}
	if m.Level != 0 {
		list = append(list, onnx.Entry{Key: "noise_level", Value: strconv.FormatFloat(m.Level, 'g', -1, 64)})
	}
	if m.Mirror {
		list = append(list, onnx.Entry{Key: "mirror", Value: "true"})
	}
	if o.License != "" {
		list = append(list, onnx.Entry{Key: "license", Value: o.License})
	}
	return list, nil
}
