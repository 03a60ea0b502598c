package nn

import (
	"fmt"

	"likeness/internal/kernel"
)

// Dense is a fully connected layer on vectors: y = x*kernel + bias, with a
// kernel of shape (in, Units).
type Dense struct {
	Units      int
	Activation Activation
	Zero       bool // the kernel begins at zero
	Frozen     bool // training leaves kernel and bias as they are
}

func (Dense) Kind() string { return "Dense" }

func (d Dense) Output(in Shape) (Shape, error) {
	if len(in) != 1 {
		return nil, fmt.Errorf("Dense needs a vector, not %v: put a Flatten before it", in)
	}
	if d.Units < 1 {
		return nil, fmt.Errorf("Dense needs at least 1 unit, not %d", d.Units)
	}
	return Shape{d.Units}, d.Activation.check("Dense")
}

func (d Dense) params(in Shape) []paramSpec {
	weights := paramSpec{name: "kernel", shape: []int{in[0], d.Units}}
	if !d.Zero {
		weights.fanIn, weights.fanOut = in[0], d.Units
	}
	return []paramSpec{weights, {name: "bias", shape: []int{d.Units}}}
}

func (d Dense) plan(in Shape, params []*Param, _ Precision) op {
	o := &denseOp{frozen: d.Frozen, in: in[0], units: d.Units, activation: d.Activation, kernel: params[0], bias: params[1]}
	o.forwardPanels = newPanels(o.in, o.units, false)
	o.backwardPanels = newPanels(o.units, o.in, false)
	return o
}

type denseOp struct {
	frozen         bool
	in, units      int
	activation     Activation
	kernel, bias   *Param
	forwardPanels  panels // kernel
	backwardPanels panels // kernel, transposed
}

func (o *denseOp) pack() { o.packRows(0, o.in) }

// packRows packs some rows of the kernel.
func (o *denseOp) packRows(row, rows int) {
	w := o.kernel.Value[row*o.units:]
	o.forwardPanels.pack(row, 0, w, o.units, rows, o.units)
	o.backwardPanels.packTransposed(0, row, w, o.units, o.units, rows)
}

func (o *denseOp) forward(n int, x, y values, _ *workspace) {
	o.forwardPanels.multiply(y.data, x.data, n)
	activate(n, y.data, o.bias.Value, o.activation)
}

func (o *denseOp) backward(n int, x, y values, _ *workspace) {
	deactivate(n, y, o.activation)
	if x.slope.data != nil {
		o.backwardPanels.multiply(x.slope, y.slope, n)
	}
}

func (o *denseOp) pieces(x, y values, shards []values) []piece {
	if o.frozen {
		return nil
	}
	list := []piece{biasPiece(o.bias, shards)}
	for row := 0; row < o.in; row += pieceRows {
		rows := min(pieceRows, o.in-row)
		list = append(list, piece{
			offset: o.kernel.offset + row*o.units, blocks: 1, rows: 1, cols: rows * o.units,
			cost: rows * o.units,
			gradient: func(images int, dst []float32, _ *workspace) {
				kernel.BlockGemm(dst, o.units, x.data.data[row:], 1, x.data.stride, y.slope.data, y.slope.stride, oneBlock, rows, o.units, images, false)
			},
			pack: func() { o.packRows(row, rows) },
		})
	}
	return list
}
