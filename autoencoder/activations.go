package autoencoder

import (
	"context"
	"slices"

	"likeness/nn"
	"likeness/pix"
)

// Activations returns what the layers make of a picture of the model's size, in the order
// in which they run: a tile for each channel of pictures, one tile for other values, such
// as a code. The first are the picture itself, the last the picture that comes out. Layers
// that only look at the same values differently are left out. A code is the encoder's
// alone, without a Correction. It panics for a picture of another size, and fails when ctx
// ends.
func (m *Model) Activations(ctx context.Context, picture *pix.Image) ([]Tiles, error) {
	x := make([]float32, m.Values())
	picture.Floats(x)
	bound := 0.5
	if m.Level != 0 {
		before := slices.Max(x) - slices.Min(x)
		m.Scale(x, nil)
		if before > 0 {
			bound *= float64((slices.Max(x) - slices.Min(x)) / before)
		}
	}
	shown := pictureTiles(x, m.Encoder.Input, bound)
	shown.Network, shown.Layer = m.Encoder.Name, "input"
	list := []Tiles{shown}
	networks := m.Networks()
	for i, n := range networks {
		outputs, err := n.Outputs(ctx, x)
		if err != nil {
			return nil, err
		}
		table := n.LayerTable()
		for k, y := range outputs {
			last := i == len(networks)-1 && k == len(outputs)-1
			if kind := table[k].Kind; !last && (kind == "Flatten" || kind == "Reshape") {
				continue
			}
			var t Tiles
			if last {
				t = pictureTiles(y, m.Encoder.Input, bound)
			} else {
				t = channelTiles(y, table[k].Output)
			}
			t.Network, t.Layer = n.Name, table[k].Name
			list = append(list, t)
		}
		x = outputs[len(outputs)-1]
	}
	return list, nil
}

// pictureTiles returns a picture whose values lie between -bound and bound as one tile.
func pictureTiles(y []float32, shape nn.Shape, bound float64) Tiles {
	t := Tiles{H: shape[0], W: shape[1], Channels: 3, Rows: 1, Columns: 1, OfRows: 1, OfColumns: 1, Low: -bound, High: bound}
	t.paint(func(_, _, r, x, c int) float32 { return y[(r*t.W+x)*3+c] })
	return t
}

// channelTiles returns the values of a layer as grey tiles, from the lowest of them in black
// to the highest in white.
func channelTiles(y []float32, shape nn.Shape) Tiles {
	t := Tiles{Channels: 1, Rows: 1, OfRows: 1}
	var at func(row, column, r, x, c int) float32
	if len(shape) == 3 {
		channels := shape[2]
		t.H, t.W, t.OfColumns, t.Columns = shape[0], shape[1], channels, tilesOf(channels, shape[0]*shape[1])
		at = func(_, column, r, x, _ int) float32 { return y[(r*t.W+x)*channels+column] }
	} else {
		t.OfColumns, t.Columns = 1, 1
		t.W = min(len(y), mostTiles)
		t.H = min(len(y)/t.W, mostTiles) // what does not fill a row is left out
		at = func(_, _, r, x, _ int) float32 { return y[r*t.W+x] }
	}
	t.measure(at)
	t.paint(at)
	return t
}
