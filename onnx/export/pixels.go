package export

import (
	"likeness/nn"
	"likeness/onnx"
)

// pictureInput declares the input of pictures and returns the network's numbers.
func (g *graph) pictureInput(shape nn.Shape) *value {
	x := g.input(Picture, shape)
	if !g.opt.Pixels {
		return x
	}
	g.inputs[len(g.inputs)-1].Type = onnx.Uint8
	return g.each(x, func(t string) string {
		t = g.node("Cast", "pixels/float", []string{t}, onnx.IntAttr("to", int64(onnx.Float)))
		t = g.node("Div", "pixels/unit", []string{t, g.number(255)})
		return g.node("Sub", "pixels/centred", []string{t, g.number(0.5)})
	})
}

// pictureOutput declares the output of pictures. Bytes are rounded to the nearest, halves up, as pix.FromFloats does:
// ONNX's Round would take halves to the even number, and a Cast cuts the fraction off.
func (g *graph) pictureOutput(y *value) {
	if !g.opt.Pixels {
		g.output(Reconstruction, y)
		return
	}
	y = g.each(y, func(t string) string {
		half := g.number(0.5)
		t = g.node("Add", "pixels/from_zero", []string{t, half})
		t = g.node("Mul", "pixels/scaled", []string{t, g.number(255)})
		t = g.node("Clip", "pixels/limited", []string{t, g.number(0), g.number(255)})
		return g.node("Add", "pixels/up", []string{t, half})
	})
	tensor := ""
	if g.opt.Layout == NCHW {
		tensor = g.asPlanes(y)
	} else {
		tensor = g.asRows(y)
	}
	tensor = g.node("Cast", "pixels/byte", []string{tensor}, onnx.IntAttr("to", int64(onnx.Uint8)))
	g.give(Reconstruction, tensor, onnx.Value{Type: onnx.Uint8, Dims: g.dims(y.shape)})
}
