package export

import (
	"fmt"

	"likeness/autoencoder"
	"likeness/nn"
	"likeness/onnx"
)

// correct adds the correction of codes as autoencoder does it, one copy of the decoder for each step and one to judge the last
// by. There is no control flow: each picture has a flag that says whether its code still moves. The squared error is
// summed in double, as in autoencoder: near the end of the way steps differ by less than float32 tells apart.
func (g *graph) correct(m *autoencoder.Model, picture, code *value) (*value, error) {
	k := int64(m.Code)
	best, tried := g.asRows(code), g.asRows(code)
	var least, moving string // of each picture the lowest error, and whether the last step lowered it
	for step := range m.Correction.Steps + 1 {
		scope := fmt.Sprintf("correction_%d", step)
		last := step == m.Correction.Steps
		painted, back, err := g.network(m.Decoder, scope+"/"+m.Decoder.Name, &value{shape: nn.Shape{m.Code}, rows: tried}, !last)
		if err != nil {
			return nil, err
		}
		difference := g.pair("Sub", scope+"/difference", painted, picture)
		e := g.squaredError(difference, scope)
		if step == 0 {
			least = e
		} else {
			lower := g.node("Less", scope+"/lower", []string{e, least})
			if moving != "" {
				lower = g.node("And", scope+"/moving", []string{moving, lower})
			}
			moving, least = lower, e // of pictures that no longer move the error no longer counts
			best = g.node("Where", scope+"/best", []string{moving, tried, best})
		}
		if last {
			break
		}
		gradient := g.asRows(back(difference))
		matrix := g.weight("correction/matrix", func(name string) onnx.Tensor {
			return onnx.Floats(name, []int64{k, k}, m.Correction.Matrix)
		})
		// tried = best - share * matrix * gradient
		step := g.node("Gemm", scope+"/step", []string{gradient, matrix}, onnx.IntAttr("transB", 1), onnx.FloatAttr("alpha", -autoencoder.CorrectionShare))
		tried = g.node("Add", scope+"/tried", []string{best, step})
	}
	return &value{shape: code.shape, rows: best}, nil
}

// squaredError adds the sum of the squares of each picture, (N, 1).
func (g *graph) squaredError(difference *value, scope string) string {
	tensor := difference.rows
	if tensor == "" {
		tensor = difference.planes
	}
	size := int64(difference.shape.Size())
	flat := g.node("Reshape", scope+"/flat", []string{tensor, g.whole(fmt.Sprintf("shape_%d", size), -1, size)})
	wide := g.node("Cast", scope+"/double", []string{flat}, onnx.IntAttr("to", int64(onnx.Double)))
	square := g.node("Mul", scope+"/square", []string{wide, wide})
	return g.node("ReduceSum", scope+"/error", []string{square, g.whole("axis_1", 1)}, onnx.IntAttr("keepdims", 1))
}
