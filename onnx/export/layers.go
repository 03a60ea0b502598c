package export

import (
	"fmt"
	"math"
	"slices"

	"likeness/nn"
	"likeness/onnx"
)

// dense adds a matrix product. Its pull multiplies by the same matrix, transposed.
func (w *walk) dense(name string, x *value, shape nn.Shape) (*value, pull) {
	from := x.shape
	matrix := w.kernel(name, "kernel")
	y := w.node("Gemm", w.scope+"/"+name, []string{w.asRows(x), matrix, w.kernel(name, "bias")})
	return &value{shape: shape, rows: y}, func(g *value) *value {
		return &value{shape: from, rows: w.node("Gemm", w.scope+"/gradient/"+name, []string{w.asRows(g), matrix}, onnx.IntAttr("transB", 1))}
	}
}

// padding returns the rows or columns that 'same' padding adds in all, and how many of them before the first, for a convolution
// from big to small. ONNX's auto_pad is never used: runtimes differ in it.
func padding(big, small, kernel, stride int) (total, before int) {
	total = max((small-1)*stride+kernel-big, 0)
	return total, total / 2
}

// conv returns the attributes of a convolution from a big picture to a small one.
func conv(big, small nn.Shape, kernel, stride int) []onnx.Attribute {
	high, top := padding(big[0], small[0], kernel, stride)
	wide, left := padding(big[1], small[1], kernel, stride)
	k, s := int64(kernel), int64(stride)
	return []onnx.Attribute{
		onnx.IntsAttr("kernel_shape", k, k), onnx.IntsAttr("strides", s, s),
		onnx.IntsAttr("pads", int64(top), int64(left), int64(high-top), int64(wide-left)),
	}
}

// convTranspose returns the attributes of the way back. Where the pads would make the big picture smaller than it is,
// rows and columns behind the last are added.
func convTranspose(big, small nn.Shape, kernel, stride int) []onnx.Attribute {
	var more [2]int64
	for d := range more {
		total, _ := padding(big[d], small[d], kernel, stride)
		more[d] = int64(big[d] - ((small[d]-1)*stride + kernel - total))
	}
	return append(conv(big, small, kernel, stride), onnx.IntsAttr("output_padding", more[0], more[1]))
}

// convolution adds a Conv2D: (kh, kw, in, out) becomes ONNX's (out, in, kh, kw).
func (w *walk) convolution(name string, kernel, stride int, x *value, shape nn.Shape) (*value, pull) {
	from := x.shape
	filters := w.kernel(name, "kernel", 3, 2, 0, 1)
	y := w.node("Conv", w.scope+"/"+name, []string{w.asPlanes(x), filters, w.kernel(name, "bias")}, conv(from, shape, kernel, stride)...)
	return &value{shape: shape, planes: y}, func(g *value) *value {
		return &value{shape: from, planes: w.node("ConvTranspose", w.scope+"/gradient/"+name, []string{w.asPlanes(g), filters}, convTranspose(from, shape, kernel, stride)...)}
	}
}

// transposed adds a Conv2DTranspose: (kh, kw, out, in) becomes ONNX's (in, out, kh, kw).
func (w *walk) transposed(name string, kernel, stride int, x *value, shape nn.Shape) (*value, pull) {
	from := x.shape
	filters := w.kernel(name, "kernel", 3, 2, 0, 1)
	y := w.node("ConvTranspose", w.scope+"/"+name, []string{w.asPlanes(x), filters, w.kernel(name, "bias")}, convTranspose(shape, from, kernel, stride)...)
	return &value{shape: shape, planes: y}, func(g *value) *value {
		return &value{shape: from, planes: w.node("Conv", w.scope+"/gradient/"+name, []string{w.asPlanes(g), filters}, conv(shape, from, kernel, stride)...)}
	}
}

// pooling adds a MaxPooling2D. With 'same' padding the last window of an odd side reaches beyond the picture; without, shape says
// that there is none.
func (w *walk) pooling(name string, x *value, shape nn.Shape) *value {
	return &value{shape: shape, planes: w.node("MaxPool", w.scope+"/"+name, []string{w.asPlanes(x)}, conv(x.shape, shape, 2, 2)...)}
}

// upsampling adds an UpSampling2D, which repeats pixels. Its pull adds up the gradients of the repeated ones.
func (w *walk) upsampling(name string, size int, x *value, shape nn.Shape) (*value, pull) {
	from, n := x.shape, int64(size)
	scales := w.weight(fmt.Sprintf("constant/scales_%d", size), func(name string) onnx.Tensor {
		return onnx.Floats(name, []int64{4}, []float32{1, 1, float32(size), float32(size)})
	})
	y := w.node("Resize", w.scope+"/"+name, []string{w.asPlanes(x), "", scales},
		onnx.StringAttr("mode", "nearest"), onnx.StringAttr("coordinate_transformation_mode", "asymmetric"), onnx.StringAttr("nearest_mode", "floor"))
	return &value{shape: shape, planes: y}, func(g *value) *value {
		mean := w.node("AveragePool", w.scope+"/gradient/"+name+"/mean", []string{w.asPlanes(g)}, onnx.IntsAttr("kernel_shape", n, n), onnx.IntsAttr("strides", n, n))
		return &value{shape: from, planes: w.node("Mul", w.scope+"/gradient/"+name, []string{mean, w.number(float32(size * size))})}
	}
}

// normalisation adds a BatchNormalization. Its pull multiplies by what it multiplies by.
func (w *walk) normalisation(name string, x *value) (*value, pull, error) {
	from, dims := x.shape, []int64{int64(x.shape[len(x.shape)-1])}
	gamma, variance := w.params[name+"/gamma"], w.params[name+"/moving_variance"]
	i := slices.IndexFunc(w.table, func(r nn.LayerInfo) bool { return r.Name == name })
	epsilon := w.table[i].Epsilon
	put := func(v *value, op, name string, inputs []string, attributes ...onnx.Attribute) *value {
		if v.isPicture() {
			return &value{shape: from, planes: w.node(op, name, append([]string{w.asPlanes(v)}, inputs...), attributes...)}
		}
		return &value{shape: from, rows: w.node(op, name, append([]string{v.rows}, inputs...), attributes...)}
	}
	switch len(x.shape) {
	case 1:
	case 3:
	default:
		return nil, nil, fmt.Errorf("layer %q of the %s: there is no ONNX graph for a BatchNormalization of %v", name, w.net.Name, x.shape)
	}
	inputs := []string{w.kernel(name, "gamma"), w.kernel(name, "beta"), w.kernel(name, "moving_mean"), w.kernel(name, "moving_variance")}
	y := put(x, "BatchNormalization", w.scope+"/"+name, inputs, onnx.FloatAttr("epsilon", float32(epsilon)))
	return y, func(g *value) *value {
		slope := w.weight(w.net.Name+"/"+name+"/slope", func(tensor string) onnx.Tensor {
			slopes := make([]float32, len(gamma.Value))
			for i, v := range gamma.Value {
				slopes[i] = float32(float64(v) / math.Sqrt(float64(variance.Value[i])+epsilon))
			}
			if g.isPicture() {
				return onnx.Floats(tensor, append(dims, 1, 1), slopes)
			}
			return onnx.Floats(tensor, dims, slopes)
		})
		return put(g, "Mul", w.scope+"/gradient/"+name, []string{slope})
	}, nil
}

// rescaling adds a Rescaling.
func (w *walk) rescaling(name string, l nn.Rescaling, x *value) (*value, pull) {
	scale := func(x *value, name string) *value {
		return w.each(x, func(t string) string { return w.node("Mul", name, []string{t, w.number(float32(l.Scale))}) })
	}
	scaled := scale(x, w.scope+"/"+name+"/scaled")
	y := w.each(scaled, func(t string) string {
		return w.node("Add", w.scope+"/"+name, []string{t, w.number(float32(l.Offset))})
	})
	return y, func(g *value) *value { return scale(g, w.scope+"/gradient/"+name) }
}
