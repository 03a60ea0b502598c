package detect

import (
	"math"

	"likeness/nn"
	"likeness/pix"
)

// A detector has two networks. The proposer looks at the whole photograph, at half and half again of its size, and gives for
// every eighth pixel how likely it is the middle of a face of about 24 pixels, and where that face's box lies. The refiner
// looks at what was proposed, larger and by itself, and gives how likely it is a face and where its landmarks are. Cascades
// of this kind: Viola and Jones (2001), Zhang et al. (2016, "Joint face detection and alignment using multi-task cascaded
// convolutional networks").

// The proposer's output, stride pixels apart: the logit of a face, the place of its middle, in strides from the cell's
// middle, and twice the logarithm of the side of its box over MeanSide.
const (
	ProposerSide  = 96 // of the pictures that it learns from
	Stride        = 8
	ProposerMaps  = 4
	cellMiddle    = 7 // the middle of what cell 0 sees, in pixels
	MeanSide      = 24
	smallestScale = 18 // side in pixels of the smallest face's box when the proposer sees it
	proposerReach = 32 // pixels beyond a cell that its value depends on, at most
)

// newProposer returns the proposing network without weights: (96, 96, 3) -> (12, 12, 4). It takes pictures of any size.
func newProposer() *nn.Network {
	return build("proposer", nn.Shape{ProposerSide, ProposerSide, 3},
		nn.Conv2D{Filters: 16, Kernel: 3, Stride: 2, Activation: nn.ELU},
		nn.Conv2D{Filters: 32, Kernel: 3, Stride: 2, Activation: nn.ELU},
		nn.Conv2D{Filters: 48, Kernel: 3, Stride: 2, Activation: nn.ELU},
		nn.Conv2D{Filters: 48, Kernel: 3, Activation: nn.ELU},
		nn.Conv2D{Filters: 48, Kernel: 3, Activation: nn.ELU},
		nn.Conv2D{Filters: ProposerMaps, Kernel: 1})
}

// Cell returns the middle of what a cell of the proposer sees, in pixels.
func Cell(i int) float64 { return float64(i*Stride + cellMiddle) }

// BoxAt returns the face that a cell's output proposes, without landmarks, and its logit.
func BoxAt(cell []float32, col, row int) (f Face, logit float32) {
	f.X = Cell(col) + Stride*float64(cell[1])
	f.Y = Cell(row) + Stride*float64(cell[2])
	f.Side = MeanSide * math.Exp(float64(cell[3])/2)
	return f, cell[0]
}

// The refiner's input is the square around a proposed box, WindowSide times as large. Its output is the logit of a face and
// the landmarks' places, x and y, from the window's middle, in quarters of its side.
const (
	RefinerSide  = 48
	WindowSide   = 1.5
	RefinerMaps  = 1 + 2*NumLandmarks
	perWindow    = 4
	refinerDense = 128
)

// newRefiner returns the refining network without weights: (48, 48, 3) -> (11).
func newRefiner() *nn.Network {
	return build("refiner", nn.Shape{RefinerSide, RefinerSide, 3},
		nn.Conv2D{Filters: 24, Kernel: 3, Stride: 2, Activation: nn.ELU},
		nn.Conv2D{Filters: 48, Kernel: 3, Stride: 2, Activation: nn.ELU},
		nn.Conv2D{Filters: 64, Kernel: 3, Activation: nn.ELU},
		nn.Conv2D{Filters: 64, Kernel: 3, Stride: 2, Activation: nn.ELU},
		nn.Conv2D{Filters: 96, Kernel: 3, Activation: nn.ELU},
		nn.Conv2D{Filters: 128, Kernel: 3, Stride: 2, Activation: nn.ELU},
		nn.Flatten{},
		nn.Dense{Units: refinerDense, Activation: nn.ELU},
		nn.Dense{Units: RefinerMaps})
}

// build panics where the layers do not fit, which no input can bring about.
func build(name string, in nn.Shape, layers ...nn.Layer) *nn.Network {
	n, err := nn.New(name, in, layers...)
	if err != nil {
		panic(err)
	}
	return n
}

// Window returns the square that the refiner looks at for a box.
func (f Face) Window() pix.Frame {
	return pix.Frame{X: f.X, Y: f.Y, Side: f.Side * WindowSide}
}

// LandmarksIn returns the landmarks that the refiner's output says, in the picture that the window was cut from.
func LandmarksIn(out []float32, window pix.Frame) (marks [NumLandmarks]Point) {
	for i := range marks {
		marks[i].X, marks[i].Y = window.At(float64(out[1+2*i])/perWindow+0.5, float64(out[2+2*i])/perWindow+0.5)
	}
	return marks
}

// LandmarkTargets writes what LandmarksIn would take to dst, which has 2*NumLandmarks numbers.
func LandmarkTargets(dst []float32, marks [NumLandmarks]Point, window pix.Frame) {
	sin, cos := math.Sincos(window.Turn)
	for i, p := range marks {
		x, y := (p.X-window.X)/window.Side, (p.Y-window.Y)/window.Side
		dst[2*i], dst[2*i+1] = float32((x*cos+y*sin)*perWindow), float32((y*cos-x*sin)*perWindow)
	}
}

// Input writes the refiner's input for a window's picture to dst: its numbers less their mean, over their deviation.
func Input(dst []float32, m *pix.Image) {
	m.Floats(dst)
	sum, squares := 0.0, 0.0
	for _, v := range dst {
		sum += float64(v)
		squares += float64(v) * float64(v)
	}
	n := float64(len(dst))
	mean := sum / n
	scale := float32(1 / (math.Sqrt(max(0, squares/n-mean*mean)) + 0.02))
	for i := range dst {
		dst[i] = (dst[i] - float32(mean)) * scale
	}
}
