package runtime

import (
	"math"
	"slices"
	"testing"

	"likeness/onnx"
)

// TestShapes moves numbers about.
func TestShapes(t *testing.T) {
	x := make([]float32, 48)
	for i := range x {
		x[i] = float32(i)
	}
	ints := func(name string, list ...int64) onnx.Tensor {
		return onnx.Int64s(name, []int64{int64(len(list))}, list)
	}
	weights := []onnx.Tensor{ints("s", 0, -1), ints("neg", -1), ints("ends", -100), ints("axis", 3), ints("steps", -2), ints("pads", 0, 0, 1, 0, 0, 0, 0, 1), ints("one", 1), onnx.Int64s("zero", nil, []int64{0})}
	pick := func(f func(c, y, x int) int) (out []float32) {
		for n := range 2 {
			for c := range 2 {
				for y := range 3 {
					for q := range 4 {
						if k := f(c, y, q); k >= 0 {
							out = append(out, float32(n*24+k))
						}
					}
				}
			}
		}
		return out
	}
	keep := func(c, y, q int) int { return (c*3+y)*4 + q }
	for name, c := range map[string]struct {
		nodes []onnx.Node
		want  []float32
	}{
		"a reshape by the shape": {[]onnx.Node{
			op("Shape", "x", "shape"), op("Gather", "shape zero", "n"), op("Unsqueeze", "n zero1", "n1"), op("Concat", "n1 neg", "to", onnx.IntAttr("axis", 0)), op("Reshape", "x to", "a"), op("Neg", "a", "y"),
		}, negative(pick(keep))},
		"a flatten": {[]onnx.Node{op("Flatten", "x", "a"), op("Neg", "a", "y")}, negative(pick(keep))},
		"a slice backwards": {[]onnx.Node{op("Slice", "x neg ends axis steps", "y")}, pick(func(c, y, q int) int {
			if q >= 2 {
				return -1
			}
			return keep(c, y, 3-2*q)
		})},
		"a transposition": {[]onnx.Node{op("Transpose", "x", "y", onnx.IntsAttr("perm", 0, 1, 3, 2))}, func() (out []float32) {
			for n := range 4 {
				for q := range 4 {
					for y := range 3 {
						out = append(out, float32(n*12+y*4+q))
					}
				}
			}
			return out
		}()},
		"there and back": {[]onnx.Node{
			op("Transpose", "x", "a", onnx.IntsAttr("perm", 0, 2, 3, 1)), op("Neg", "a", "b"), op("Transpose", "b", "y", onnx.IntsAttr("perm", 0, 3, 1, 2)),
		}, negative(pick(keep))},
		"a border": {[]onnx.Node{op("Pad", "x pads", "y")}, func() (out []float32) {
			for n := range 4 {
				out = append(out, 0, 0, 0, 0, 0)
				for y := range 3 {
					for q := range 4 {
						out = append(out, float32(n*12+y*4+q))
					}
					out = append(out, 0)
				}
			}
			return out
		}()},
		"a member": {[]onnx.Node{op("Gather", "x zero", "y", onnx.IntAttr("axis", 2))}, pick(func(c, y, q int) int {
			if y > 0 {
				return -1
			}
			return keep(c, 0, q)
		})},
		"a concatenation": {[]onnx.Node{op("Neg", "x", "a"), op("Concat", "x a", "y", onnx.IntAttr("axis", 1))}, slices.Concat(x[:24], negative(x[:24]), x[24:], negative(x[24:]))},
	} {
		w := append(slices.Clone(weights), ints("zero1", 0))
		near(t, name, result(t, graphOf(13, []int{2, 3, 4}, w, c.nodes...), x), c.want)
	}
}

func negative(x []float32) []float32 {
	y := make([]float32, len(x))
	for i, v := range x {
		y[i] = -v
	}
	return y
}

func TestPoolsAndReductions(t *testing.T) {
	x := random(6, 2*2*5*4)
	at := func(n, c, y, q int) float64 { return float64(x[((n*2+c)*5+y)*4+q]) }
	var most, mean, all, length []float32
	for n := range 2 {
		for c := range 2 {
			sum := 0.0
			for y := range 5 {
				for q := range 4 {
					sum += at(n, c, y, q)
				}
			}
			all = append(all, float32(sum/20))
			for y := 0; y < 5; y += 2 {
				for q := 0; q < 4; q += 2 {
					m, s, k := math.Inf(-1), 0.0, 0.0
					for _, i := range []int{y - 1, y, y + 1} {
						for _, j := range []int{q - 1, q, q + 1} {
							if i >= 0 && j >= 0 && i < 5 && j < 4 {
								m, s, k = max(m, at(n, c, i, j)), s+at(n, c, i, j), k+1
							}
						}
					}
					most, mean = append(most, float32(m)), append(mean, float32(s/k))
				}
			}
		}
		sum := 0.0
		for i := range 40 {
			sum += float64(x[n*40+i]) * float64(x[n*40+i])
		}
		for i := range 40 {
			length = append(length, float32(float64(x[n*40+i])/math.Sqrt(sum)))
		}
	}
	shape := []onnx.Attribute{onnx.IntsAttr("kernel_shape", 3, 3), onnx.IntsAttr("strides", 2, 2), onnx.IntsAttr("pads", 1, 1, 1, 1)}
	dims := []int{2, 5, 4}
	near(t, "MaxPool", result(t, graphOf(12, dims, nil, op("MaxPool", "x", "y", shape...)), x), most)
	near(t, "AveragePool", result(t, graphOf(12, dims, nil, op("AveragePool", "x", "y", shape...)), x), mean)
	near(t, "GlobalAveragePool", result(t, graphOf(12, dims, nil, op("GlobalAveragePool", "x", "y")), x), all)
	near(t, "ReduceMean", result(t, graphOf(12, dims, nil, op("ReduceMean", "x", "y", onnx.IntsAttr("axes", -1, -2), onnx.IntAttr("keepdims", 0))), x), all)
	near(t, "ReduceMean 18", result(t, graphOf(18, dims, []onnx.Tensor{onnx.Int64s("axes", []int64{2}, []int64{2, 3})}, op("ReduceMean", "x axes", "y")), x), all)
	near(t, "LpNormalization", result(t, graphOf(12, dims, nil, op("Flatten", "x", "a"), op("LpNormalization", "a", "y")), x), length)
	near(t, "ReduceL2", result(t, graphOf(12, dims, nil, op("Flatten", "x", "a"), op("ReduceL2", "a", "b", onnx.IntsAttr("axes", 1)), op("Div", "a b", "y")), x), length)
}
