package detect

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"math"

	"likeness/dataset"
	"likeness/faces"
	"likeness/models"
	"likeness/nn"
	"likeness/pix"
	"likeness/safetensors"
)

// Format is the metadata entry "format" of a detector's file, which docs/FORMAT.md describes.
const Format = "likeness detector 1"

// Training says what a detector was trained on.
type Training struct {
	dataset.Origin
	Drawn         int    `json:"drawn"`          // drawn faces besides
	ProposerSteps int    `json:"proposer_steps"` // in batches of Batch examples
	RefinerSteps  int    `json:"refiner_steps"`
	Batch         int    `json:"batch"`
	Seed          uint64 `json:"seed"`
}

// New returns a detector without weights.
func New() *Detector { return &Detector{Proposer: newProposer(), Refiner: newRefiner()} }

// networks are the detector's, by the prefix of their tensors' names.
func (d *Detector) networks() []*nn.Network { return []*nn.Network{d.Proposer, d.Refiner} }

// Save writes the detector to one safetensors file: whole, or not at all.
func (d *Detector) Save(path string) error {
	kept := d.Training
	if kept != nil {
		t := *kept
		t.Origin = t.Origin.At(path)
		kept = &t
	}
	training, err := json.Marshal(kept)
	if err != nil {
		return fmt.Errorf("writing %s: %w", path, err)
	}
	file := &safetensors.File{Metadata: map[string]string{"format": Format, "training": string(training), "fingerprint": d.Fingerprint()}}
	for _, n := range d.networks() {
		for _, p := range n.Params() {
			file.Tensors = append(file.Tensors, safetensors.FromFloats(n.Name+"/"+p.Name, p.Shape, p.Value))
		}
	}
	return file.Save(path)
}

// Open reads a detector. The error names the file and what is wrong.
func Open(path string) (*Detector, error) {
	file, err := models.Open(path)
	if err != nil {
		return nil, err
	}
	return FromFile(file)
}

// FromFile returns the detector that a file holds. A file whose numbers are not those of its fingerprint is corrupted, which
// is an error.
func FromFile(file *safetensors.File) (*Detector, error) {
	if err := file.Expect("detector", Format); err != nil {
		return nil, err
	}
	d := New()
	if err := json.Unmarshal([]byte(file.Metadata["training"]), &d.Training); err != nil {
		return nil, file.Errorf("metadata training: %w", err)
	}
	for _, n := range d.networks() {
		for _, p := range n.Params() {
			values, err := file.Floats(n.Name+"/"+p.Name, p.Shape...)
			if err != nil {
				return nil, err
			}
			for i, v := range values {
				if math.IsNaN(float64(v)) || math.IsInf(float64(v), 0) {
					return nil, file.Errorf("tensor %s/%s: %v at place %d", n.Name, p.Name, v, i)
				}
			}
			copy(p.Value, values)
		}
		n.Pack()
	}
	if want, ok := file.Metadata["fingerprint"]; ok && want != d.Fingerprint() {
		return nil, file.Errorf("the weights have the fingerprint %s, the file says %s: it is corrupted", d.Fingerprint(), want)
	}
	return d, nil
}

// Fingerprint names the detector by its weights and by how it uses them: detectors with different fingerprints may find
// different faces.
func (d *Detector) Fingerprint() string {
	h := sha256.New()
	h.Write([]byte(method))
	for _, n := range d.networks() {
		b := make([]byte, 0, 4*len(n.Weights()))
		for _, v := range n.Weights() {
			b = binary.LittleEndian.AppendUint32(b, math.Float32bits(v))
		}
		h.Write(b)
	}
	return hex.EncodeToString(h.Sum(nil)[:8])
}

// method names how the networks are used. Whatever changes the faces that are found by the same weights changes it.
const method = "cascade 1"

// Frames returns the frame around each face that Find finds; see faces.Framer.
func (d *Detector) Frames(ctx context.Context, m *pix.Image) ([]faces.Found, error) {
	list, err := d.Find(ctx, m)
	if err != nil {
		return nil, err
	}
	found := make([]faces.Found, len(list))
	for i, f := range list {
		found[i] = faces.Found{Frame: f.Frame(), Score: f.Score}
		for k, p := range f.Landmarks {
			found[i].Marks[k] = [2]float64{p.X, p.Y}
		}
	}
	return found, nil
}
