package encoder

import (
	"testing"

	"likeness/onnx"
)

// FuzzGuess: whatever a file says of its pictures, a preparation for them is guessed or refused.
func FuzzGuess(f *testing.F) {
	for _, dims := range [][]int{{0, 3, 112, 112}, {1, 224, 224, 3}, {0, 3, 0, 0}} {
		m := &onnx.Model{IR: 8, Producer: "likeness", Metadata: []onnx.Entry{{Key: "prep", Value: `{"w":224,"h":224,"auto":true}`}}, Graph: onnx.Graph{
			Inputs: []onnx.Value{{Name: "x", Type: onnx.Float, Dims: onnx.Fixed(dims...)}},
			Nodes:  []onnx.Node{{Op: "Sub", Inputs: []string{"x", "c"}, Outputs: []string{"y"}}},
		}}
		f.Add(m.Marshal(), 112, float32(127.5), "rgb", "arcface")
	}
	f.Fuzz(func(t *testing.T, data []byte, side int, mean float32, channels, template string) {
		m, err := onnx.Parse("fuzz", data)
		if err != nil {
			return
		}
		for _, wish := range []Wish{{}, {W: side, H: side, Mean: []float32{mean}, Scale: []float32{mean, 1, 2}, Channels: channels, Template: template}} {
			s, _, err := guess(m, wish)
			if err != nil || s.check() != nil {
				continue
			}
			if p := s.Prep(); p.W != s.W || p.H != s.H || s.Fingerprint() == "" {
				t.Fatalf("%+v is cut by %+v", s, p)
			}
		}
	})
}
