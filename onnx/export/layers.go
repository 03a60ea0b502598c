package export

import (
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

// same returns the rows or columns that 'same' padding adds in all, and how many of them before the first, for a convolution
// from big to small. ONNX's auto_pad is never used: runtimes differ in it.
func same(big, small, kernel, stride int) (total, before int) {
	total = max((small-1)*stride+kernel-big, 0)
	return total, total / 2
}

// conv returns the attributes of a convolution from a big picture to a small one.
func conv(big, small nn.Shape, kernel, stride int) []onnx.Attribute {
	high, top := same(big[0], small[0], kernel, stride)
	wide, left := same(big[1], small[1], kernel, stride)
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
		total, _ := same(big[d], small[d], kernel, stride)
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

// pooling adds a MaxPooling2D. Of an odd side the last window reaches beyond the picture.
func (w *walk) pooling(name string, x *value, shape nn.Shape) *value {
	return &value{shape: shape, planes: w.node("MaxPool", w.scope+"/"+name, []string{w.asPlanes(x)}, conv(x.shape, shape, 2, 2)...)}
}
