package align

import (
	"encoding/binary"
	"encoding/json"
	"fmt"
	"io"
	"math"

	"likeness/safetensors"
)

// settings is what a file keeps of an aligner beside its subspaces.
type settings struct {
	Side     int             `json:"side"`
	Window   int             `json:"window"`
	Field    float64         `json:"field"`
	Pull     float64         `json:"pull"`
	Pictures int             `json:"pictures"`
	Stages   []stageSettings `json:"stages"`
}

type stageSettings struct {
	Blur       float64 `json:"blur"`
	Steps      int     `json:"steps"`
	Components int     `json:"components"`
}

func (a *Aligner) settings() settings {
	s := settings{a.Side, a.Window, a.Field, a.Pull, a.Pictures, nil}
	for _, st := range a.Stages {
		s.Stages = append(s.Stages, stageSettings{st.Blur, st.Steps, len(st.Components) / a.values()})
	}
	return s
}

// metaKey is the metadata entry of an aligner's settings.
const metaKey = "aligner"

func tensorName(stage int, what string) string { return fmt.Sprintf("align/%d/%s", stage, what) }

// AddTo puts the aligner into a file, under "align/" and the metadata entry
// "aligner".
func (a *Aligner) AddTo(f *safetensors.File) error {
	text, err := json.Marshal(a.settings())
	if err != nil {
		return err
	}
	f.Metadata[metaKey] = string(text)
	for i, s := range a.Stages {
		k := len(s.Components) / a.values()
		f.Tensors = append(f.Tensors,
			safetensors.FromFloats(tensorName(i, "mean"), []int{a.values()}, s.Mean),
			safetensors.FromFloats(tensorName(i, "components"), []int{k, a.values()}, s.Components))
	}
	return nil
}

// Bounds of what a file may ask for.
const (
	largestSide   = 1024
	largestWindow = 128
	mostStages    = 16
	mostSteps     = 1000
)

// FromFile returns the aligner that AddTo put into a file, nil where there is
// none.
func FromFile(f *safetensors.File) (*Aligner, error) {
	text, there := f.Metadata[metaKey]
	if !there {
		return nil, nil
	}
	var s settings
	if err := json.Unmarshal([]byte(text), &s); err != nil {
		return nil, f.Errorf("metadata %s: %w", metaKey, err)
	}
	if s.Side < 2 || s.Side > largestSide || s.Window < 2 || s.Window > largestWindow || len(s.Stages) < 1 || len(s.Stages) > mostStages ||
		!(s.Field > 0 && s.Field <= 4) || !(s.Pull >= 0 && s.Pull <= 1e6) {
		return nil, f.Errorf("metadata %s: %s is no aligner's", metaKey, text)
	}
	a := &Aligner{Side: s.Side, Window: s.Window, Field: s.Field, Pull: s.Pull, Pictures: s.Pictures}
	for i, st := range s.Stages {
		if !(st.Blur > 0 && st.Blur <= 1) || st.Steps < 0 || st.Steps > mostSteps || st.Components < 1 {
			return nil, f.Errorf("metadata %s: stage %d of %s is no aligner's", metaKey, i, text)
		}
		stage := Stage{Blur: st.Blur, Steps: st.Steps}
		var err error
		if stage.Mean, err = finite(f, tensorName(i, "mean"), a.values()); err != nil {
			return nil, err
		}
		if stage.Components, err = finite(f, tensorName(i, "components"), st.Components, a.values()); err != nil {
			return nil, err
		}
		a.Stages = append(a.Stages, stage)
	}
	return a, nil
}

// finite reads a tensor whose numbers must be finite.
func finite(f *safetensors.File, name string, shape ...int) ([]float32, error) {
	v, err := f.Floats(name, shape...)
	if err != nil {
		return nil, err
	}
	for i, x := range v {
		if math.IsNaN(float64(x)) || math.IsInf(float64(x), 0) {
			return nil, f.Errorf("tensor %q, value %d: %g is not a finite number", name, i, x)
		}
	}
	return v, nil
}

// Hash writes all that poses follow from to w, which must not fail.
func (a *Aligner) Hash(w io.Writer) {
	text, _ := json.Marshal(a.settings()) // holds what JSON can write
	_, _ = w.Write(text)
	for _, s := range a.Stages {
		for _, v := range [][]float32{s.Mean, s.Components} {
			b := make([]byte, 0, 4*len(v))
			for _, x := range v {
				b = binary.LittleEndian.AppendUint32(b, math.Float32bits(x))
			}
			_, _ = w.Write(b)
		}
	}
}
