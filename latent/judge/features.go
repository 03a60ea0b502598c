// Package judge checks edited and new faces by their pictures alone. A classifier that
// sees no codes decides whether an edited face shows more of an attribute; distances
// between pictures measure how close new faces come to real ones, and whether they are
// copies.
package judge

import (
	"context"

	"likeness/align"
	"likeness/describe"
	"likeness/parallel"
	"likeness/pix"
)

// A description has two parts: histograms of the edges' directions (the descriptor of
// package describe over the whole picture), and the colours of the picture at 8x8
// pixels.
const (
	side       = 32 // pictures are brought to this size first
	cell       = 4
	bins       = 8
	colourSide = 8
)

var edges = describe.Describer{Windows: []describe.Window{{Field: 1, Side: side, Cell: cell}}, Bins: bins}

// Width returns the length of a description.
func Width() int { return edges.Dim() + colourSide*colourSide*3 }

// Describe returns the descriptions of n pictures, (n, Width). It fails when ctx ends.
func Describe(ctx context.Context, n int, picture func(i int) *pix.Image) ([]float32, error) {
	width := Width()
	out := make([]float32, n*width)
	err := parallel.Each(ctx, n, func(i int) {
		m := picture(i).Resize(side, side)
		row := out[i*width : (i+1)*width]
		copy(row, edges.DescribeAt(m, align.Pose{}))
		m.Resize(colourSide, colourSide).Floats(row[edges.Dim():])
	})
	return out, err
}
