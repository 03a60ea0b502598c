package encoder

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"likeness/onnx"
	"likeness/pix"
)

// Wish is what somebody says of a preparation. What is zero is guessed.
type Wish struct {
	W        int       `json:"w,omitempty"`
	H        int       `json:"h,omitempty"`
	Template string    `json:"template,omitempty"`
	Mean     []float32 `json:"mean,omitempty"`  // one number, or one for each of red, green, blue
	Scale    []float32 `json:"scale,omitempty"` // likewise
	Channels string    `json:"channels,omitempty"`
	Output   string    `json:"output,omitempty"`
}

// Empty says that nothing is wished for.
func (w Wish) Empty() bool {
	return w.W == 0 && w.H == 0 && w.Template == "" && w.Mean == nil && w.Scale == nil && w.Channels == "" && w.Output == ""
}

// The usual normalisations.
var (
	ofTorch      = [2][3]float32{{123.675, 116.28, 103.53}, {58.395, 57.12, 57.375}}
	ofRecogniser = [2][3]float32{{127.5, 127.5, 127.5}, {127.5, 127.5, 127.5}}
	ofModels     = [2][3]float32{{127.5, 127.5, 127.5}, {255, 255, 255}}
	asTheyAre    = [2][3]float32{{0, 0, 0}, {1, 1, 1}}
)

// guess completes a wish by what is usual for a network of its kind, and says what it guessed.
func guess(m *onnx.Model, wish Wish) (s Spec, words string, err error) {
	in, err := pictureInput(m)
	if err != nil {
		return s, "", err
	}
	s = Spec{Channels: RGB, Layout: NCHW, Output: wish.Output}
	h, w := in.Dims[2].Size, in.Dims[3].Size
	if c := in.Dims[1].Size; c != 3 && in.Dims[3].Size == 3 {
		s.Layout, h, w = NHWC, in.Dims[1].Size, in.Dims[2].Size
	}
	if s.H, s.W = side(h, wish.H), side(w, wish.W); s.H == 0 || s.W == 0 {
		return s, "", fmt.Errorf("input %q leaves the size of its pictures free: say it", in.Name)
	}
	usual, kind := ofModels, "as models of this program have it"
	s.Template = Square
	switch {
	case own(m, &s):
		if wish.Template == "" {
			s.Template = ""
		} else {
			s.Crop = nil
		}
	case s.H == 112 && s.W == 112:
		s.Template, usual, kind = ArcFace, ofRecogniser, "as is usual for faces of 112x112"
	case s.H == 160 && s.W == 160:
		s.Template, usual, kind = Head, ofRecogniser, "as is usual for faces of 160x160"
	case s.H >= 192 && s.W >= 192:
		usual, kind = ofTorch, "as is usual for pictures of this size"
	}
	if in.Type == onnx.Uint8 {
		usual, kind = asTheyAre, "for the network takes bytes"
	} else if normalises(m, in.Name) {
		usual, kind = asTheyAre, "for the network begins with a normalisation of its own"
	}
	s.Mean, s.Scale = usual[0], usual[1]
	var guessed []string
	say := func(text string, said bool) {
		if !said {
			guessed = append(guessed, text)
		}
	}
	if err := spread(&s.Mean, wish.Mean); err != nil {
		return s, "", fmt.Errorf("the mean: %w", err)
	}
	if err := spread(&s.Scale, wish.Scale); err != nil {
		return s, "", fmt.Errorf("the scale: %w", err)
	}
	if wish.Channels != "" {
		s.Channels = strings.ToLower(wish.Channels)
	}
	if wish.Template != "" {
		s.Template = wish.Template
	}
	if s.Crop != nil { // the file says it itself
		return s, "", nil
	}
	say("cut as "+s.Template, wish.Template != "")
	say("channels "+s.Channels, wish.Channels != "")
	say(fmt.Sprintf("(value - %v) / %v %s", number(s.Mean), number(s.Scale), kind), wish.Mean != nil && wish.Scale != nil)
	return s, strings.Join(guessed, ", "), nil
}

// number is one number where all are the same.
func number(list [3]float32) any {
	if list[0] == list[1] && list[1] == list[2] {
		return list[0]
	}
	return list
}

// pictureInput returns the input that is no constant.
func pictureInput(m *onnx.Model) (onnx.Value, error) {
	var found []onnx.Value
	for _, v := range m.Graph.Inputs {
		if _, constant := m.Graph.Initializer(v.Name); !constant {
			found = append(found, v)
		}
	}
	if len(found) != 1 {
		names := make([]string, len(found))
		for i, v := range found {
			names[i] = v.Name
		}
		return onnx.Value{}, fmt.Errorf("the network has %d inputs, %q, expected one, of pictures", len(found), names)
	}
	in := found[0]
	switch {
	case in.Dims == nil:
		return in, fmt.Errorf("input %q does not say its dimensions, expected pictures, (N, 3, H, W) or (N, H, W, 3)", in.Name)
	case len(in.Dims) == 2:
		return in, fmt.Errorf("input %q takes lists of numbers, expected pictures, (N, 3, H, W) or (N, H, W, 3): it seems to be a decoder, which takes codes", in.Name)
	case len(in.Dims) != 4:
		return in, fmt.Errorf("input %q has %d dimensions, expected the 4 of pictures, (N, 3, H, W) or (N, H, W, 3)", in.Name, len(in.Dims))
	}
	return in, nil
}

// side is a size of the graph, or the wished one where the graph leaves it free. What does not fit
// is found when the network is compiled.
func side(size int64, wish int) int {
	if size > 0 && size <= largestSide && wish == 0 {
		return int(size)
	}
	if size > 0 && wish == 0 {
		return int(min(size, 1<<20))
	}
	return wish
}

// spread writes one number or three.
func spread(to *[3]float32, list []float32) error {
	switch len(list) {
	case 0:
	case 1:
		*to = [3]float32{list[0], list[0], list[0]}
	case 3:
		*to = [3]float32(list)
	default:
		return fmt.Errorf("%d numbers, expected one, or three for red, green and blue", len(list))
	}
	return nil
}

// normalises says that a network itself moves and scales its picture.
func normalises(m *onnx.Model, input string) bool {
	names := []string{input}
	for _, n := range m.Graph.Nodes[:min(8, len(m.Graph.Nodes))] {
		if !slices.ContainsFunc(n.Inputs, func(in string) bool { return slices.Contains(names, in) }) {
			continue
		}
		switch n.Op {
		case "Sub", "Add", "Mul", "Div", "BatchNormalization":
			return true
		case "Transpose", "Cast", "Identity", "Unsqueeze", "Reshape": // what such nets put before it
			names = append(names, n.Outputs...)
		}
	}
	return false
}

// own takes in what a file of this program says of its pictures.
func own(m *onnx.Model, s *Spec) bool {
	if m.Producer != "likeness" {
		return false
	}
	for _, e := range m.Metadata {
		if e.Key != "prep" {
			continue
		}
		var p pix.Prep
		if json.Unmarshal([]byte(e.Value), &p) == nil && p.W == s.W && p.H == s.H {
			s.Crop = &p
			return true
		}
	}
	return false
}
