package runtime

import (
	"testing"

	"likeness/onnx"
)

// FuzzCompile: whatever a file says, compiling and running it end without a panic and within a
// bound of memory.
func FuzzCompile(f *testing.F) {
	ints := func(name string, list ...int64) onnx.Tensor {
		return onnx.Int64s(name, []int64{int64(len(list))}, list)
	}
	w := onnx.Floats("w", []int64{2, 2, 3, 3}, random(1, 36))
	v := onnx.Floats("v", []int64{2, 1, 2, 2}, random(1, 8))
	c := onnx.Floats("c", []int64{2}, []float32{1, 2})
	k := onnx.Floats("k", []int64{2, 1, 1}, []float32{0.5, 2})
	for _, m := range []*onnx.Model{
		graphOf(13, []int{2, 4, 5}, []onnx.Tensor{w, c}, op("BatchNormalization", "x c c c c", "a"), op("Conv", "a w c", "b", onnx.IntsAttr("pads", 1, 1, 1, 1), onnx.IntsAttr("strides", 2, 2), onnx.StringAttr("auto_pad", "SAME_UPPER")), op("Relu", "b", "y")),
		graphOf(13, []int{2, 4, 5}, []onnx.Tensor{v, k}, op("Conv", "x v", "a", onnx.IntAttr("group", 2), onnx.IntsAttr("dilations", 2, 1)), op("PRelu", "a k", "b"), op("ConvTranspose", "b v", "c1", onnx.IntAttr("group", 2)), op("Sub", "c1 k", "y")),
		graphOf(11, []int{2, 4, 5}, []onnx.Tensor{ints("s", 0, -1), ints("i", 1), onnx.Floats("g", []int64{40, 3}, random(3, 120))}, op("Shape", "x", "sh"), op("Gather", "sh i", "n"), op("Reshape", "x s", "r"), op("Gemm", "r g", "e"), op("Softmax", "e", "y")),
		graphOf(13, []int{2, 4, 4}, []onnx.Tensor{ints("p", 0, 0, 1, 0, 0, 0, 0, 1), ints("st", 1), ints("en", 3), ints("ax", 2)}, op("Pad", "x p", "a"), op("Slice", "a st en ax", "b"), op("Transpose", "b", "c1", onnx.IntsAttr("perm", 0, 2, 3, 1)), op("ReduceMean", "c1", "d", onnx.IntsAttr("axes", 1)), op("Squeeze", "d st", "y")),
		graphOf(13, []int{2, 4, 4}, nil, op("MaxPool", "x", "a", onnx.IntsAttr("kernel_shape", 2, 2), onnx.IntAttr("ceil_mode", 1)), op("GlobalAveragePool", "x", "b"), op("Mul", "a b", "c1"), op("Concat", "a c1", "d", onnx.IntAttr("axis", 1)), op("AveragePool", "d", "e", onnx.IntsAttr("kernel_shape", 2, 2), onnx.IntsAttr("pads", 1, 1, 1, 1)), op("Flatten", "e", "h"), op("LpNormalization", "h", "y")),
		graphOf(17, []int{3}, []onnx.Tensor{onnx.Doubles("l", nil, []float64{2})}, op("Cast", "x", "d", onnx.IntAttr("to", 11)), op("Less", "d l", "s1"), op("Neg", "x", "m"), op("Where", "s1 m x", "y")),
	} {
		f.Add(m.Marshal())
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		m, err := onnx.Parse("fuzz", data)
		if err != nil {
			return
		}
		net, err := Compile(m, Options{Height: 4, Width: 5, Memory: 1 << 22})
		if err != nil {
			return
		}
		if _, err := net.Run(t.Context(), make([]float32, 2*product(net.Input()))); err != nil {
			t.Fatal(err)
		}
	})
}
