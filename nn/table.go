package nn

import (
	"errors"
	"fmt"
	"slices"
)

// LayerInfo is one row of a network's layer table: what Keras's summary shows of a layer,
// and what it takes to declare the layer again.
type LayerInfo struct {
	Name   string `json:"name"`
	Kind   string `json:"kind"`
	Output Shape  `json:"output_shape"`
	Params int    `json:"params"`

	Kernel     int        `json:"kernel,omitempty"`     // side of a convolution's filters
	Stride     int        `json:"stride,omitempty"`     // of a convolution, where it is not 1
	Activation Activation `json:"activation,omitempty"` // where there is one
	Frozen     bool       `json:"frozen,omitempty"`     // training leaves the weights as they are
	Padding    string     `json:"padding,omitempty"`    // of a pooling: "same", where it is not "valid"
	Size       int        `json:"size,omitempty"`       // how often an UpSampling2D repeats pixels
	Epsilon    float64    `json:"epsilon,omitempty"`    // of a BatchNormalization
	Scale      float64    `json:"scale,omitempty"`      // of a Rescaling
	Offset     float64    `json:"offset,omitempty"`     // of a Rescaling
	// A Residual's row comes behind those of its layers and its shortcut, and has their
	// numbers.
	Layers   int `json:"layers,omitempty"`
	Shortcut int `json:"shortcut,omitempty"`
}

// Equal reports whether two rows stand for the same layer.
func (r LayerInfo) Equal(other LayerInfo) bool {
	return r.Name == other.Name && r.Kind == other.Kind && slices.Equal(r.Output, other.Output) && r.Params == other.Params &&
		r.Kernel == other.Kernel && max(r.Stride, 1) == max(other.Stride, 1) && r.Activation == other.Activation && r.Frozen == other.Frozen &&
		r.Padding == other.Padding && r.Size == other.Size && r.Epsilon == other.Epsilon && r.Scale == other.Scale && r.Offset == other.Offset &&
		r.Layers == other.Layers && r.Shortcut == other.Shortcut
}

// LayerTable returns the network's layers in the order in which they run.
func (n *Network) LayerTable() []LayerInfo { return n.table() }

// Table returns the layer table that a network of these layers would have, without
// taking memory for it. It fails when the layers do not fit onto each other.
func Table(input Shape, layers ...Layer) ([]LayerInfo, error) {
	n, err := declare("network", input, layers)
	if err != nil {
		return nil, err
	}
	return n.table(), nil
}

// Weights returns the weights that a network of these layers would have, without values.
func Weights(input Shape, layers ...Layer) ([]Param, error) {
	n, err := declare("network", input, layers)
	if err != nil {
		return nil, err
	}
	var all []Param
	for _, l := range n.nodes {
		for _, p := range l.params(l.in) {
			all = append(all, Param{Name: l.name + "/" + p.name, Shape: p.shape})
		}
	}
	return all, nil
}

func (n *Network) table() []LayerInfo {
	var rows []LayerInfo
	for _, l := range n.nodes {
		row := LayerInfo{Name: l.name, Kind: l.Kind(), Output: l.out}
		for _, p := range l.params(l.in) {
			row.Params += Shape(p.shape).Size()
		}
		switch l := l.Layer.(type) {
		case Dense:
			row.Activation, row.Frozen = l.Activation, l.Frozen
		case Conv2D:
			row.Kernel, row.Stride, row.Activation = l.Kernel, beyondOne(l.stride()), l.Activation
		case Conv2DTranspose:
			row.Kernel, row.Stride, row.Activation = l.Kernel, beyondOne(l.stride()), l.Activation
		case MaxPooling2D:
			if l.Same {
				row.Padding = "same"
			}
		case Activate:
			row.Activation = l.Function
		case UpSampling2D:
			row.Size = l.Size
		case BatchNormalization:
			row.Epsilon = l.epsilon()
		case Rescaling:
			row.Scale, row.Offset = l.Scale, l.Offset
		case Residual:
			row.Layers, row.Shortcut = countRows(l.Layers), countRows(l.Shortcut)
		}
		rows = append(rows, row)
	}
	return rows
}

// beyondOne returns a stride as rows have it, 0 for 1.
func beyondOne(stride int) int {
	if stride == 1 {
		return 0
	}
	return stride
}

// countRows returns how many rows layers have in a table.
func countRows(layers []Layer) int {
	n := len(layers)
	for _, l := range layers {
		if r, ok := l.(Residual); ok {
			n += countRows(r.Layers) + countRows(r.Shortcut)
		}
	}
	return n
}

// ErrOldTable is returned for a layer table of an older version, which has names and
// shapes alone.
var ErrOldTable = errors.New("the layer table does not say all of its layers")

// The bounds of a table that comes from outside. Values are those of one sample.
const (
	mostRows   = 1 << 12
	mostNested = 32
	mostSide   = 1 << 20 // of a shape
	mostKernel = 64      // side of filters, and stride
	mostValues = 1 << 26 // in all rows together
)

// Layers declares the layers of a table, which may come from outside: it takes no more
// memory than the table, and no shape of it has so many values that their number could
// overflow. Shapes are checked when a network is made of the layers, and by Table. It
// returns ErrOldTable for tables of older versions that leave something open.
func Layers(table []LayerInfo) ([]Layer, error) {
	if len(table) > mostRows {
		return nil, fmt.Errorf("%d layers: expected at most %d", len(table), mostRows)
	}
	values := 0
	for _, row := range table {
		size, err := row.size()
		if err != nil {
			return nil, fmt.Errorf("layer %q: %w", row.Name, err)
		}
		if values += size; values > mostValues {
			return nil, fmt.Errorf("the layers give more than %d values for a sample", mostValues)
		}
	}
	return layersOf(table, 0)
}

// size returns the number of values of the row's output.
func (r LayerInfo) size() (int, error) {
	if len(r.Output) < 1 || len(r.Output) > 3 {
		return 0, fmt.Errorf("output shape %v: expected 1 to 3 dimensions", []int(r.Output))
	}
	size := 1
	for _, d := range r.Output {
		if d < 1 || d > mostSide || size > mostValues/d {
			return 0, fmt.Errorf("output shape %v is empty or too large", []int(r.Output))
		}
		size *= d
	}
	if r.Kernel < 0 || r.Kernel > mostKernel || r.Stride < 0 || r.Stride > mostKernel {
		return 0, fmt.Errorf("kernel %d, stride %d: expected at most %d", r.Kernel, r.Stride, mostKernel)
	}
	return size, nil
}

// layersOf declares the layers of rows, the last first, for a Residual's row comes last.
func layersOf(rows []LayerInfo, depth int) ([]Layer, error) {
	if depth > mostNested {
		return nil, fmt.Errorf("sums within sums: expected at most %d", mostNested)
	}
	var layers []Layer
	for len(rows) > 0 {
		row := rows[len(rows)-1]
		rows = rows[:len(rows)-1]
		l, inside, err := row.layer(rows, depth)
		if err != nil {
			return nil, err
		}
		rows = rows[:len(rows)-inside]
		layers = append(layers, l)
	}
	slices.Reverse(layers)
	return layers, nil
}

// layer declares the row's layer; before are the rows before it, of which the last
// inside belong to it.
func (r LayerInfo) layer(before []LayerInfo, depth int) (l Layer, inside int, err error) {
	fail := func(format string, args ...any) (Layer, int, error) {
		return nil, 0, fmt.Errorf("layer %q, %s: %w", r.Name, r.Kind, fmt.Errorf(format, args...))
	}
	switch r.Kind {
	case "Dense":
		return Dense{Units: r.Output[0], Activation: r.Activation, Frozen: r.Frozen}, 0, nil
	case "Flatten":
		return Flatten{}, 0, nil
	case "Reshape":
		return Reshape{Shape: r.Output}, 0, nil
	case "MaxPooling2D":
		return MaxPooling2D{Same: r.Padding == "same"}, 0, nil
	case "Activation":
		return Activate{Function: r.Activation}, 0, nil
	case "UpSampling2D":
		return UpSampling2D{Size: r.Size}, 0, nil
	case "BatchNormalization":
		return BatchNormalization{Epsilon: r.Epsilon}, 0, nil
	case "Rescaling":
		return Rescaling{Scale: r.Scale, Offset: r.Offset}, 0, nil
	case "Conv2D", "Conv2DTranspose":
		if r.Kernel == 0 {
			return fail("%w", ErrOldTable)
		}
		if len(r.Output) != 3 {
			return fail("output shape %v: expected a picture", []int(r.Output))
		}
		if r.Kind == "Conv2D" {
			return Conv2D{Filters: r.Output[2], Kernel: r.Kernel, Stride: r.Stride, Activation: r.Activation}, 0, nil
		}
		return Conv2DTranspose{Filters: r.Output[2], Kernel: r.Kernel, Stride: r.Stride, Activation: r.Activation}, 0, nil
	case "Add":
		switch {
		case r.Layers == 0 && r.Shortcut == 0 && len(before) > 0:
			return fail("%w", ErrOldTable)
		case r.Layers < 0 || r.Shortcut < 0 || r.Layers > len(before) || r.Shortcut > len(before)-r.Layers:
			return fail("it adds %d and %d layers, %d come before it", r.Layers, r.Shortcut, len(before))
		}
		inside = r.Layers + r.Shortcut
		before = before[len(before)-inside:]
		var sum Residual
		if sum.Layers, err = layersOf(before[:r.Layers], depth+1); err != nil {
			return nil, 0, err
		}
		if sum.Shortcut, err = layersOf(before[r.Layers:], depth+1); err != nil {
			return nil, 0, err
		}
		return sum, inside, nil
	}
	return fail("unknown kind")
}
