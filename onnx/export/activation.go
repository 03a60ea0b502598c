package export

import (
	"fmt"

	"likeness/nn"
)

// activated adds the activation behind a layer. Slopes follow from what comes out of it, as in nn.
func (w *walk) activated(x *value, back pull, name string, a nn.Activation) (*value, pull, error) {
	node := w.scope + "/" + name + "/" + string(a)
	back2 := w.scope + "/gradient/" + name + "/" + string(a)
	switch a {
	case nn.Linear:
		return x, back, nil
	case nn.ELU:
		y := w.each(x, func(t string) string { return w.node("Elu", node, []string{t}) })
		return y, func(g *value) *value {
			slope := w.each(y, func(t string) string {
				below := w.node("Min", back2+"/below", []string{t, w.number("zero", 0)})
				return w.node("Add", back2+"/slope", []string{below, w.number("one", 1)})
			})
			return back(w.pair("Mul", back2, g, slope))
		}, nil
	}
	return nil, nil, fmt.Errorf("layer %q of the %s: there is no ONNX graph for the activation %q", name, w.net.Name, a)
}
