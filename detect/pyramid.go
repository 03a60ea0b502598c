package detect

import (
	"likeness/internal/kernel"
	"likeness/pix"
)

// Level is a photograph at one size.
type Level struct {
	*pix.Image
	Scale    float64 // of the photograph
	proposes bool    // the proposer looks at it
}

// The margin is grey: beyond a photograph's edge there is nothing to see.
const (
	margin   = 16
	tileSide = 768 // of the tiles that the proposer runs on, in pixels
)

// Pyramid returns the photograph and, for the proposer, the sizes at which the smallest face, the face of twice that size,
// and so on, are as large as the proposer wants them.
func Pyramid(m *pix.Image) []Level {
	scale := float64(smallestScale) / Smallest
	levels := []Level{{Image: m, Scale: 1}}
	at := m.Resize(max(1, int(float64(m.W)*scale)), max(1, int(float64(m.H)*scale)))
	scale = float64(at.W) / float64(m.W)
	for {
		levels = append(levels, Level{at, scale, true})
		// A face that fills the picture is as large as the longer side.
		if max(at.W, at.H) <= smallestScale*2 || min(at.W, at.H) < 4 {
			return levels
		}
		at, scale = at.Half(), scale/2
	}
}

// floats returns w x h pixels of the level from (x, y) on as a network's input; beyond the level it is grey, 0.
func (l Level) floats(x, y, w, h int) []float32 {
	out := make([]float32, w*h*3)
	from, to := max(0, x), min(l.W, x+w)
	if from >= to {
		return out
	}
	for r := max(0, -y); r < h && y+r < l.H; r++ {
		line := out[(r*w+from-x)*3:][:(to-from)*3]
		kernel.FromBytes(line, l.Pix[((y+r)*l.W+from)*3:][:(to-from)*3])
	}
	return out
}

// roundUp returns the next multiple of the proposer's stride.
func roundUp(n int) int { return (n + Stride - 1) / Stride * Stride }

// Window returns the picture that the refiner sees of a window, cut out of the smallest level that has its detail.
func Window(levels []Level, f pix.Frame) *pix.Image {
	level := levels[0]
	for _, l := range levels[1:] {
		if f.Side*l.Scale < RefinerSide {
			break
		}
		level = l
	}
	f.X, f.Y, f.Side = (f.X+0.5)*level.Scale-0.5, (f.Y+0.5)*level.Scale-0.5, f.Side*level.Scale
	return level.Cut(f, RefinerSide)
}
