// Package judge says whether what is made of codes is what it was meant to be. It
// looks at pictures alone: a classifier that knows nothing of codes tells whether
// an edited face shows more of an attribute, and distances between pictures tell
// how near new faces come to real ones, and whether they are copies.
package judge

import (
	"context"

	"likeness/align"
	"likeness/describe"
	"likeness/parallel"
	"likeness/pix"
)

// Pictures are described in two ways that are laid side by side: where there are
// edges and in which direction (the wide code of package describe, over the whole
// picture), and the colours of the picture at a few pixels.
const (
	side       = 32 // pictures are brought to this size first
	cell       = 4
	bins       = 8
	colourSide = 8
)

var edges = describe.Describer{Windows: []describe.Window{{Field: 1, Side: side, Cell: cell}}, Bins: bins}

// Width is how many numbers describe a picture.
func Width() int { return edges.Dim() + colourSide*colourSide*3 }

// Describe gives the descriptions of n pictures, (n, Width), on all processors.
// When ctx ends its error is returned.
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
