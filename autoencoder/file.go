package autoencoder

import (
	"encoding/json"
	"fmt"
	"math"
	"strconv"

	"likeness/models"
	"likeness/nn"
	"likeness/safetensors"
)

// Format is the metadata entry "format" of a model file. The layout of the
// file is described in docs/FORMAT.md.
const Format = "likeness model 1"

// levelEntry is the metadata entry of Model.Level, where it is not 0.
const levelEntry = "noise_level"

// mirrorEntry is the metadata entry of Model.Mirror, "true", where it is set.
const mirrorEntry = "mirror"

// The metadata entry and the tensor of Model.Correction, where there is one: its steps
// and its matrix.
const (
	correctionEntry  = "correction"
	correctionTensor = "correction/matrix"
)

// normalisation says for other programs what the network expects.
const normalisation = "float32(byte)/255 - 0.5, (N, H, W, 3), RGB"

// Save writes the model to a safetensors file: weights in Keras's layouts,
// everything else in the metadata. It replaces path whole or not at all.
func (m *Model) Save(path string) error {
	f, err := m.FileAt(path)
	if err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	return f.Save(path)
}

// File returns the model as a file that is not yet written. It shares the weights.
func (m *Model) File() (*safetensors.File, error) { return m.FileAt("") }

// FileAt is File for a file at path, from where its data may be near.
func (m *Model) FileAt(path string) (*safetensors.File, error) {
	prep, err := json.Marshal(m.Prep)
	if err != nil {
		return nil, err
	}
	kept := m.Training
	if kept != nil && path != "" {
		t := *kept
		t.Origin = t.Origin.At(path)
		kept = &t
	}
	training, err := json.Marshal(kept)
	if err != nil {
		return nil, fmt.Errorf("training history: %w", err)
	}
	layers, err := json.Marshal(m.layerTables())
	if err != nil {
		return nil, err
	}
	f := &safetensors.File{Metadata: map[string]string{
		"format": Format, "architecture": m.Arch, "code": strconv.Itoa(m.Code), "prep": string(prep),
		"normalisation": normalisation, "layers": string(layers), "training": string(training),
		"fingerprint": m.Fingerprint(),
	}}
	if m.Mirror {
		f.Metadata[mirrorEntry] = "true"
	}
	if m.Level != 0 {
		f.Metadata[levelEntry] = strconv.FormatFloat(m.Level, 'g', -1, 64)
	}
	if c := m.Correction; c != nil {
		f.Metadata[correctionEntry] = strconv.Itoa(c.Steps)
		f.Tensors = append(f.Tensors, safetensors.FromFloats(correctionTensor, []int{m.Code, m.Code}, c.Matrix))
	}
	m.eachTensor(func(name string, p *nn.Param) {
		f.Tensors = append(f.Tensors, safetensors.FromFloats(name, p.Shape, p.Value))
	})
	return f, nil
}

// eachTensor visits all weights with their names in the file.
func (m *Model) eachTensor(visit func(name string, p *nn.Param)) {
	for _, n := range m.Networks() {
		for _, p := range n.Params() {
			visit(n.Name+"/"+p.Name, p)
		}
	}
}

// Open reads a model file, or the model that comes with the program under the name path, see package models. The error names the file and what is wrong: not a
// model, a newer format, layers that do not fit, a weight that is missing,
// has another shape or is not a number.
func Open(path string) (*Model, error) {
	f, err := models.Open(path)
	if err != nil {
		return nil, err
	}
	return FromFile(f)
}

// FromFile returns the model that a file holds. Its networks are those of the layer
// tables in the file; the architecture is a name. Tensors that do not belong to
// the model are ignored, so that a checkpoint is a model file too.
func FromFile(f *safetensors.File) (*Model, error) {
	if err := f.Expect("model", Format); err != nil {
		return nil, err
	}
	m := &Model{Arch: f.Metadata["architecture"]}
	if m.Arch == "" {
		return nil, f.Errorf("metadata architecture: the name of one is expected")
	}
	if err := json.Unmarshal([]byte(f.Metadata["prep"]), &m.Prep); err != nil {
		return nil, f.Errorf("metadata prep: %w", err)
	}
	if err := json.Unmarshal([]byte(f.Metadata["training"]), &m.Training); err != nil {
		return nil, f.Errorf("metadata training: %w", err)
	}
	var err error
	if m.Code, err = strconv.Atoi(f.Metadata["code"]); err != nil {
		return nil, f.Errorf("metadata code: %w", err)
	}
	if text, ok := f.Metadata[levelEntry]; ok {
		m.Level, err = strconv.ParseFloat(text, 64)
		if err != nil || !(m.Level >= 1e-3 && m.Level <= 1e3) || m.Code != 0 {
			return nil, f.Errorf("metadata %s: %q is not a level of noise for an architecture %q with a code of %d", levelEntry, text, m.Arch, m.Code)
		}
	}
	if text, ok := f.Metadata[mirrorEntry]; ok {
		if text != "true" || m.Code != 0 {
			return nil, f.Errorf("metadata %s: %q is not for an architecture %q with a code of %d", mirrorEntry, text, m.Arch, m.Code)
		}
		m.Mirror = true
	}
	if err := buildFrom(f, m); err != nil {
		return nil, err
	}
	m.eachTensor(func(name string, p *nn.Param) {
		if err == nil {
			err = load(f, name, p)
		}
	})
	if err != nil {
		return nil, err
	}
	for _, n := range m.Networks() {
		n.Pack()
	}
	if err := loadCorrection(f, m); err != nil {
		return nil, err
	}
	return m, nil
}

// loadCorrection reads the correction, if there is one.
func loadCorrection(f *safetensors.File, m *Model) error {
	text, ok := f.Metadata[correctionEntry]
	if !ok {
		return nil
	}
	steps, err := strconv.Atoi(text)
	if err != nil || m.Code == 0 {
		return f.Errorf("metadata %s: %q is no number of steps for a code of %d", correctionEntry, text, m.Code)
	}
	c := &Correction{Steps: steps}
	if c.Matrix, err = f.Floats(correctionTensor, m.Code, m.Code); err != nil {
		return err
	}
	if err := c.check(m.Code); err != nil {
		return f.Errorf("%w", err)
	}
	m.Correction = c
	return nil
}

func load(f *safetensors.File, name string, p *nn.Param) error {
	v, err := f.Floats(name, p.Shape...)
	if err != nil {
		return err
	}
	for i, x := range v {
		if math.IsNaN(float64(x)) || math.IsInf(float64(x), 0) {
			return f.Errorf("tensor %q, value %d: %g is not a weight", name, i, x)
		}
	}
	copy(p.Value, v)
	return nil
}
