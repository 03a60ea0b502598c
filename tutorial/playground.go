package tutorial

import (
	"context"
	"fmt"

	"likeness/nn"
	"likeness/report"
)

// Playground is one case of the transposed-convolution play-ground: a picture
// of ascending numbers and a filter of ones, at stride 2 with 'same' padding.
type Playground struct {
	Image  int         `json:"image"`  // side of the input
	Kernel int         `json:"kernel"` // side of the filter
	Input  [][]float32 `json:"input"`
	Filter [][]float32 `json:"filter"`
	Output [][]float32 `json:"output"`
}

// Playgrounds are the tutorial's four cases.
func Playgrounds() []Playground {
	var all []Playground
	for _, image := range []int{2, 4} {
		for _, filter := range []int{2, 3} {
			all = append(all, NewPlayground(image, filter))
		}
	}
	return all
}

// NewPlayground computes one case; both sides must be at least 1.
func NewPlayground(image, filter int) Playground {
	net, err := nn.New("playground", nn.Shape{image, image, 1}, nn.Conv2DTranspose{Filters: 1, Kernel: filter, Stride: 2})
	if err != nil {
		panic("tutorial: NewPlayground: sides must be at least 1")
	}
	x := make([]float32, image*image)
	for i := range x {
		x[i] = float32(i + 1)
	}
	f := net.Params()[0].Value
	for i := range f {
		f[i] = 1
	}
	net.Pack()
	y, err := net.Predict(context.Background(), x)
	if err != nil { // which only a context that ends would bring about
		panic(err)
	}
	return Playground{
		Image: image, Kernel: filter,
		Input: matrix(x, image), Filter: matrix(f, filter), Output: matrix(y, 2*image),
	}
}

// matrix cuts a square matrix into rows.
func matrix(x []float32, side int) [][]float32 {
	var rows [][]float32
	for i := range side {
		rows = append(rows, x[i*side:(i+1)*side])
	}
	return rows
}

// playground is the chapter of the transposed convolution.
func (b *book) playground(context.Context) error {
	body := []report.Block{report.Paragraph("A transposed convolution at stride 2 puts a copy of its filter, times the pixel, at every second place of the output and adds up what overlaps. With a filter of 2×2 nothing overlaps; one of 3×3 adds up neighbours and is cut off at the far edges.")}
	for _, p := range Playgrounds() {
		body = append(body, report.Matrices{
			Title: fmt.Sprintf("Picture %d×%d, filter %d×%d", p.Image, p.Image, p.Kernel, p.Kernel),
			Parts: []report.Matrix{{Name: "input", Rows: widen(p.Input)}, {Sign: "*", Name: "filter", Rows: widen(p.Filter)}, {Sign: "=", Name: "output", Rows: widen(p.Output)}},
		})
	}
	b.add(report.Chapter{ID: "playground", Title: "What a transposed convolution does", Body: body})
	return nil
}

func widen(m [][]float32) [][]float64 {
	var out [][]float64
	for _, row := range m {
		var r []float64
		for _, v := range row {
			r = append(r, float64(v))
		}
		out = append(out, r)
	}
	return out
}
