package autoencoder

import (
	"likeness/nn"
	"likeness/pix"
)

// Info is what a model is made of, and how it was trained.
type Info struct {
	Model        string         `json:"model"` // file, or architecture
	Architecture string         `json:"architecture"`
	Code         int            `json:"code"`
	Prep         pix.Prep       `json:"prep"`
	Fingerprint  string         `json:"fingerprint,omitempty"` // of a model that is no new one
	Params       int            `json:"params"`
	Encoder      []nn.LayerInfo `json:"encoder"`
	Decoder      []nn.LayerInfo `json:"decoder"` // nil: a denoiser without a code
	Training     *Training      `json:"training"`
}

// Info describes the model. name is its file, or its architecture for a new one.
func (m *Model) Info(name string) Info {
	i := Info{Model: name, Architecture: m.Arch, Code: m.Code, Prep: m.Prep, Encoder: m.Encoder.LayerTable(), Training: m.Training}
	if !m.new {
		i.Fingerprint = m.Fingerprint()
	}
	if m.Decoder != nil {
		i.Decoder = m.Decoder.LayerTable()
	}
	for _, n := range m.Networks() {
		i.Params += len(n.Weights())
	}
	return i
}
