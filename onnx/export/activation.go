package export

import (
	"fmt"
	"strings"

	"likeness/nn"
	"likeness/onnx"
)

// activated adds the activation behind a layer. Slopes follow from what comes out of it, as in nn.
func (w *walk) activated(x *value, back pull, name string, a nn.Activation) (*value, pull, error) {
	if a == nn.Linear {
		return x, back, nil
	}
	plain, _, _ := strings.Cut(string(a), "(") // of leaky_relu(0.3), whose slope is an attribute
	node, behind := w.scope+"/"+name+"/"+plain, w.scope+"/gradient/"+name+"/"+plain
	var op string
	var attributes []onnx.Attribute
	var slope func(y string) string
	switch leak, leaky := a.Slope(); {
	case a == nn.ELU: // its slope is 1 above 0, and y+1 below
		op, slope = "Elu", func(y string) string {
			below := w.node("Min", behind+"/below", []string{y, w.number(0)})
			return w.node("Add", behind+"/slope", []string{below, w.number(1)})
		}
	case a == nn.ReLU:
		op, slope = "Relu", func(y string) string { return w.above(y, behind, 0) }
	case leaky:
		op, attributes = "LeakyRelu", []onnx.Attribute{onnx.FloatAttr("alpha", float32(leak))}
		slope = func(y string) string { return w.above(y, behind, float32(leak)) }
	case a == nn.Sigmoid: // y * (1-y)
		op, slope = "Sigmoid", func(y string) string {
			rest := w.node("Sub", behind+"/rest", []string{w.number(1), y})
			return w.node("Mul", behind+"/slope", []string{y, rest})
		}
	case a == nn.Tanh: // 1 - y*y
		op, slope = "Tanh", func(y string) string {
			square := w.node("Mul", behind+"/square", []string{y, y})
			return w.node("Sub", behind+"/slope", []string{w.number(1), square})
		}
	default:
		return nil, nil, fmt.Errorf("layer %q of the %s: there is no ONNX graph for the activation %q", name, w.net.Name, a)
	}
	y := w.each(x, func(t string) string { return w.node(op, node, []string{t}, attributes...) })
	return y, func(g *value) *value { return back(w.pair("Mul", behind, g, w.each(y, slope))) }, nil
}

// above adds the slope of a function that is 1 above 0 and another number elsewhere.
func (w *walk) above(y, name string, elsewhere float32) string {
	positive := w.node("Greater", name+"/above", []string{y, w.number(0)})
	return w.node("Where", name+"/slope", []string{positive, w.number(1), w.number(elsewhere)})
}
