package autoencoder

import (
	"slices"

	"likeness/nn"
)

// Filters returns the kernels of the model's convolutions as pictures, in the order in
// which they run, and those of Dense layers that see or paint whole pictures, as pca's do.
//
// Where a kernel's numbers are those of colours a tile is what a filter looks for, or what
// a channel paints. Otherwise a row of tiles is a filter, with a tile for every channel
// that it reads. Numbers of 0 are in the middle of the range.
func (m *Model) Filters() []Tiles {
	list := []Tiles{}
	for _, n := range m.Networks() {
		params := n.Params()
		in := n.Input
		for _, row := range n.LayerTable() {
			var kernel *nn.Param
			for len(params) > 0 && row.Params > 0 && layerOf(params[0].Name) == row.Name {
				if kernel == nil {
					kernel = params[0]
				}
				params = params[1:]
			}
			if kernel != nil {
				if t, ok := m.kernelTiles(row, kernel, in); ok {
					t.Network, t.Layer = n.Name, row.Name
					list = append(list, t)
				}
			}
			in = row.Output
		}
	}
	return list
}

// layerOf returns the layer in the name of a Param.
func layerOf(param string) string {
	for i, c := range param {
		if c == '/' {
			return param[:i]
		}
	}
	return param
}

// kernelTiles returns a kernel as pictures, and whether it can be shown as such. in is the
// shape behind the layer before.
func (m *Model) kernelTiles(row nn.LayerInfo, p *nn.Param, in nn.Shape) (Tiles, bool) {
	v, shape := p.Value, p.Shape
	t := Tiles{Rows: 1, OfRows: 1, Channels: 1}
	var at func(row, column, y, x, c int) float32
	switch {
	case len(shape) == 4: // (height, width, a, b): Conv2D reads a channels, its transpose paints them
		a, b := shape[2], shape[3]
		index := func(y, x, i, j int) float32 { return v[((y*shape[1]+x)*a+i)*b+j] }
		t.H, t.W = shape[0], shape[1]
		if a == 3 {
			t.Channels, t.OfColumns, t.Columns = 3, b, tilesOf(b, shape[0]*shape[1]*3)
			at = func(_, column, y, x, c int) float32 { return index(y, x, c, column) }
			break
		}
		filters, channels, transposed := b, a, row.Kind == "Conv2DTranspose"
		if transposed {
			filters, channels = a, b
		}
		t.OfRows, t.OfColumns = filters, channels
		t.Rows, t.Columns = min(filters, mostTileRows), min(channels, mostTileColumns)
		at = func(row, column, y, x, _ int) float32 {
			if transposed {
				return index(y, x, row, column)
			}
			return index(y, x, column, row)
		}
	case len(shape) == 2 && shape[0] == m.Values() && slices.Equal(in, nn.Shape{m.Values()}): // sees the whole picture
		t.H, t.W, t.Channels, t.OfColumns, t.Columns = m.Prep.H, m.Prep.W, 3, shape[1], tilesOf(shape[1], m.Values())
		at = func(_, column, y, x, c int) float32 { return v[((y*t.W+x)*3+c)*shape[1]+column] }
	case len(shape) == 2 && shape[1] == m.Values(): // paints the whole picture
		t.H, t.W, t.Channels, t.OfColumns, t.Columns = m.Prep.H, m.Prep.W, 3, shape[0], tilesOf(shape[0], m.Values())
		at = func(_, column, y, x, c int) float32 { return v[column*shape[1]+(y*t.W+x)*3+c] }
	default:
		return t, false
	}
	t.measure(at)
	t.High = max(t.High, -t.Low)
	t.Low = -t.High
	t.paint(at)
	return t, true
}
