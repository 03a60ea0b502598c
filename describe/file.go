package describe

import (
	"encoding/json"

	"likeness/align"
	"likeness/pix"
	"likeness/safetensors"
)

// metaKey is the metadata entry of a describer's settings.
const metaKey = "describer"

type settings struct {
	Prep    pix.Prep `json:"prep"`
	Windows []Window `json:"windows"`
	Bins    int      `json:"bins"`
}

// AddTo puts the describer and its aligner into a file: the settings into the
// metadata entries "describer" and "aligner", the rest into tensors named
// "align/...".
func (d *Describer) AddTo(f *safetensors.File) error {
	text, err := json.Marshal(settings{d.Prep, d.Windows, d.Bins})
	if err != nil {
		return err
	}
	f.Metadata[metaKey] = string(text)
	if d.Aligner == nil {
		return nil
	}
	return d.Aligner.AddTo(f)
}

// FromFile returns the describer that AddTo put into a file.
func FromFile(f *safetensors.File) (*Describer, error) {
	text, err := f.Meta(metaKey)
	if err != nil {
		return nil, err
	}
	var s settings
	if err := json.Unmarshal([]byte(text), &s); err != nil {
		return nil, f.Errorf("metadata %s: %w", metaKey, err)
	}
	d := &Describer{Prep: s.Prep, Windows: s.Windows, Bins: s.Bins}
	if !d.sound() {
		return nil, f.Errorf("metadata %s: %s describes no faces", metaKey, text)
	}
	d.Aligner, err = align.FromFile(f)
	return d, err
}
