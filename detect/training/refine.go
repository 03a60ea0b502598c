package training

import (
	"context"
	"math"
	"math/rand/v2"

	"likeness/detect"
	"likeness/detect/scene"
	"likeness/pix"
)

// view is one example for the refiner: a window of a photograph.
type view struct {
	pixels *pix.Image
	x      []float32
	state  cellState
	marks  []float32 // nil: the window shows no known face
}

const (
	photoSide    = 224
	emptySide    = 320  // of photographs without people
	eager        = 0.15 // least probability of what is proposed to learn from
	isFace       = 0.45 // least overlap of a window's box with a face that it shows
	isNone       = 0.25 // least overlap that leaves it open
	aroundFace   = 4    // windows around each face, besides those proposed
	proposedMost = 8    // proposed windows of a photograph, the surest ones
	emptyMost    = 20   // likewise, where nobody is
	// proposed windows of a photograph, the surest ones
)

// newViews composes a photograph, lets the proposer look at it, and returns the windows to learn from.
func newViews(ctx context.Context, c *scene.Composer, d *detect.Detector, number uint64) []view {
	rng := dice(number)
	side, most, people := photoSide, proposedMost, 1+rng.IntN(4)
	if rng.IntN(5) < 2 {
		side, most, people = emptySide, emptyMost, 0
	}
	w, h := side, side
	if rng.IntN(4) == 0 {
		w, h = side/4+rng.IntN(side*3/4), side/4+rng.IntN(side*3/4)
	}
	plan := scene.Plan{W: w, H: h, Smallest: 20, Largest: max(40, 1.05*float64(min(w, h))), People: people}
	photo := c.Compose(number, plan)
	levels := detect.Pyramid(photo.Image)
	list, err := d.Propose(ctx, levels, eager)
	if err != nil { // ctx has ended
		return nil
	}
	var views []view
	for _, f := range list[:min(len(list), most)] {
		views = appendView(views, &photo, levels, f, f.Window())
	}
	for _, f := range photo.Faces {
		for k := range aroundFace {
			views = appendView(views, &photo, levels, f, near(rng, f, k))
		}
	}
	return views
}

// near returns a window around a face, as proposals lie or, every other time, as it lies when the refiner looks again.
func near(rng *rand.Rand, f detect.Face, k int) pix.Frame {
	w := f.Window()
	spread, turn := 0.11, 0.0
	if k%2 == 1 {
		spread, turn = 0.04, f.Frame().Turn+rng.NormFloat64()*0.08
	}
	w.X += rng.NormFloat64() * spread * f.Side
	w.Y += rng.NormFloat64() * spread * f.Side
	w.Side *= math.Exp(rng.NormFloat64() * spread)
	w.Turn = turn
	return w
}

// appendView adds the example of a window.
func appendView(views []view, photo *scene.Photograph, levels []detect.Level, f detect.Face, w pix.Frame) []view {
	box := detect.Face{X: w.X, Y: w.Y, Side: w.Side / detect.WindowSide}
	best := 0.0
	var face detect.Face
	for _, g := range photo.Faces {
		if o := box.Overlap(g); o > best {
			best, face = o, g
		}
	}
	v := view{state: background}
	switch {
	case best >= isFace:
		v.state = found
	case best >= isNone:
		v.state = unsure
	default:
		for _, r := range photo.Doubtful {
			if int(w.X) >= r.Min.X && int(w.X) < r.Max.X && int(w.Y) >= r.Min.Y && int(w.Y) < r.Max.Y {
				v.state = doubtful
			}
		}
		for _, g := range photo.Faces { // no stranger's face is in the middle of a known one's head
			if max(math.Abs(g.X-w.X), math.Abs(g.Y-w.Y)) < 0.7*g.Side && box.Side < 1.5*g.Side {
				v.state = background
			}
		}
	}
	if best >= isNone {
		v.marks = make([]float32, 2*detect.NumLandmarks)
		detect.LandmarkTargets(v.marks, face.Landmarks, w)
	}
	v.pixels = detect.Window(levels, w)
	return append(views, v)
}

// input returns the pixels as the refiner takes them.
func (v *view) input() []float32 {
	v.x = make([]float32, len(v.pixels.Pix))
	detect.Input(v.x, v.pixels)
	return v.x
}

// refinerLoss is the cross entropy of the logit and the absolute error of the landmarks.
func refinerLoss(v *view, y, slope []float32, scale float64) float64 {
	clear(slope)
	loss := 0.0
	state := v.state
	if state == doubtful {
		state = background
		if sigmoid(y[0]) > 0.4 {
			state = unsure
		}
	}
	if state != unsure {
		sign := 1.0
		if state == found {
			sign = -1
		}
		z := sign * float64(y[0])
		loss += scale * softplus(z)
		slope[0] = float32(scale * sign / (1 + math.Exp(-z)))
	}
	for k, t := range v.marks {
		l, d := smooth(4 * (float64(y[1+k]) - float64(t)))
		const weight = 0.3
		loss += scale * weight * l
		slope[1+k] = float32(scale * weight * 4 * d)
	}
	return loss
}

// trainRefiner trains the detector's refiner on what its proposer gives.
func trainRefiner(ctx context.Context, c *scene.Composer, d *detect.Detector, o Options) error {
	d.Refiner.Init(o.Seed + 1)
	return descend(ctx, d.Refiner, o, o.RefinerSteps, "Training the refiner", func(number uint64) []view {
		return newViews(ctx, c, d, number|1<<40)
	}, (*view).input, refinerLoss)
}
