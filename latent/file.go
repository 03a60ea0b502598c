package latent

import (
	"encoding/json"
	"fmt"
	"math"
	"strconv"

	"likeness/models"
	"likeness/safetensors"
)

// Format is the metadata entry "format" of an atlas file, which docs/FORMAT.md
// describes.
const Format = "likeness atlas 1"

// The tensors of an atlas file.
const (
	meanName       = "mean"
	axesName       = "axes"
	scaleName      = "scale"
	directionsName = "directions"
	weightsName    = "mixture/weights"
	meansName      = "mixture/means"
	rootsName      = "mixture/roots"
)

// Save writes the atlas to one safetensors file: whole, or not at all.
func (a *Atlas) Save(path string) error {
	at := *a
	at.Story.Origin = a.Story.Origin.At(path)
	f, err := at.File()
	if err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	return f.Save(path)
}

// File returns the contents of the atlas's file.
func (a *Atlas) File() (*safetensors.File, error) {
	w := a.Whitening
	d, k := w.Dim(), w.Width()
	f := &safetensors.File{Metadata: map[string]string{"format": Format, "model": a.Model, "code": strconv.Itoa(d)}}
	parts := map[string]any{"reach": a.Reach, "directions": a.Directions, "story": a.Story}
	f.Tensors = append(f.Tensors,
		safetensors.FromFloats(meanName, []int{d}, w.Mean),
		safetensors.FromFloats(axesName, []int{k, d}, w.Axes),
		safetensors.FromFloats(scaleName, []int{k}, w.Scale))
	var white []float32
	for _, dir := range a.Directions {
		white = append(white, dir.White...)
	}
	f.Tensors = append(f.Tensors, safetensors.FromFloats(directionsName, []int{len(a.Directions), k}, white))
	if m := a.Mixture; m != nil {
		parts["mixture"] = m.Story
		n := m.Len()
		f.Tensors = append(f.Tensors,
			safetensors.FromFloats(weightsName, []int{n}, narrow(m.Weights)),
			safetensors.FromFloats(meansName, []int{n, k}, narrow(m.Means)),
			safetensors.FromFloats(rootsName, []int{n, k, k}, narrow(m.Roots)))
	}
	for key, v := range parts {
		text, err := json.Marshal(v)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", key, err)
		}
		f.Metadata[key] = string(text)
	}
	return f, nil
}

func narrow(x []float64) []float32 {
	out := make([]float32, len(x))
	for i, v := range x {
		out[i] = float32(v)
	}
	return out
}

func widen(x []float32) []float64 {
	out := make([]float64, len(x))
	for i, v := range x {
		out[i] = float64(v)
	}
	return out
}

// Open reads an atlas file. The error names the file and the fault: another kind of
// file, a newer format, or a tensor that is missing, has another shape or contradicts
// another.
func Open(path string) (*Atlas, error) {
	f, err := models.Open(path)
	if err != nil {
		return nil, err
	}
	return FromFile(f)
}

// FromFile returns the atlas in a file.
func FromFile(f *safetensors.File) (*Atlas, error) {
	if err := f.Expect("atlas", Format); err != nil {
		return nil, err
	}
	a := &Atlas{Model: f.Metadata["model"]}
	var mixture *MixtureStory
	for key, v := range map[string]any{"reach": &a.Reach, "directions": &a.Directions, "story": &a.Story, "mixture": &mixture} {
		text := f.Metadata[key]
		if text == "" && key == "mixture" {
			continue
		}
		if err := json.Unmarshal([]byte(text), v); err != nil {
			return nil, f.Errorf("metadata %s: %w", key, err)
		}
	}
	var err error
	if a.Whitening, err = whiteningFrom(f); err != nil {
		return nil, err
	}
	k := a.Whitening.Width()
	white, err := finite(f, directionsName, len(a.Directions), k)
	if err != nil {
		return nil, err
	}
	names := map[string]bool{}
	for i := range a.Directions {
		d := &a.Directions[i]
		d.White = white[i*k : (i+1)*k : (i+1)*k]
		if l := length(d.White); math.Abs(l-1) > 1e-3 {
			return nil, f.Errorf("tensor %q, row %d: a direction of length %g, expected 1", directionsName, i, l)
		}
		if d.Name == "" || names[d.Name] {
			return nil, f.Errorf("metadata directions: %q is no name, or there twice", d.Name)
		}
		names[d.Name] = true
		if d.Usual.Low > d.Usual.High {
			return nil, f.Errorf("metadata directions: %s: scores from %g to %g", d.Name, d.Usual.Low, d.Usual.High)
		}
	}
	if mixture != nil {
		if a.Mixture, err = mixtureFrom(f, *mixture, k); err != nil {
			return nil, err
		}
	}
	for i := range a.Directions {
		if d := &a.Directions[i]; d.Usual == (Range{}) { // an older file
			d.Usual = a.usual(d)
		}
	}
	return a, nil
}

func whiteningFrom(f *safetensors.File) (*Whitening, error) {
	t, err := f.Tensor(axesName)
	if err != nil {
		return nil, err
	}
	if len(t.Shape) != 2 || t.Shape[0] < 1 || t.Shape[1] < t.Shape[0] {
		return nil, f.Errorf("tensor %q has shape %v, expected [axes numbers]", axesName, t.Shape)
	}
	k, d := t.Shape[0], t.Shape[1]
	w := &Whitening{}
	if w.Axes, err = finite(f, axesName, k, d); err != nil {
		return nil, err
	}
	if w.Mean, err = finite(f, meanName, d); err != nil {
		return nil, err
	}
	if w.Scale, err = finite(f, scaleName, k); err != nil {
		return nil, err
	}
	for i, s := range w.Scale {
		if !(s > 0) {
			return nil, f.Errorf("tensor %q, number %d: %g is no standard deviation", scaleName, i, s)
		}
	}
	if code := f.Metadata["code"]; code != strconv.Itoa(d) {
		return nil, f.Errorf("metadata code: %q, but its tensors are for codes of %d", code, d)
	}
	return w, nil
}

func mixtureFrom(f *safetensors.File, story MixtureStory, width int) (*Mixture, error) {
	n := story.Components
	if n < 1 {
		return nil, f.Errorf("metadata mixture: %d components", n)
	}
	m := &Mixture{Width: width, Story: story}
	for _, part := range []struct {
		into  *[]float64
		name  string
		shape []int
	}{
		{&m.Weights, weightsName, []int{n}},
		{&m.Means, meansName, []int{n, width}},
		{&m.Roots, rootsName, []int{n, width, width}},
	} {
		x, err := finite(f, part.name, part.shape...)
		if err != nil {
			return nil, err
		}
		*part.into = widen(x)
	}
	sum := 0.0
	for i, w := range m.Weights {
		if !(w > 0) {
			return nil, f.Errorf("tensor %q, number %d: %g is no weight", weightsName, i, w)
		}
		sum += w
	}
	if math.Abs(sum-1) > 1e-3 {
		return nil, f.Errorf("tensor %q: the weights' sum is %g, expected 1", weightsName, sum)
	}
	for c := range n {
		for i := range width {
			if v := m.root(c)[i*width+i]; !(v > 0) {
				return nil, f.Errorf("tensor %q, component %d: %g on the diagonal", rootsName, c, v)
			}
		}
	}
	return m, nil
}

// finite returns the numbers of a tensor. NaN and infinities are errors.
func finite(f *safetensors.File, name string, shape ...int) ([]float32, error) {
	x, err := f.Floats(name, shape...)
	if err != nil {
		return nil, err
	}
	for i, v := range x {
		if v-v != 0 {
			return nil, f.Errorf("tensor %q, number %d: %g is not finite", name, i, v)
		}
	}
	return x, nil
}
