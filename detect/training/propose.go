package training

import (
	"context"
	"math"

	"likeness/detect"
	"likeness/detect/scene"
)

// What the proposer learns from: pictures of ProposerSide pixels, or smaller ones within grey, and the faces in them.
const (
	leastSide, mostSide = 16.5, 39.0 // boxes whose middle is a face; smaller and larger ones belong to other sizes of the picture
	middleReach         = 6.0        // a cell no further from a face's middle, in pixels, has to find it
	unsureReach         = 0.45       // up to here, in sides of the box, a cell may find it or not
)

// patch is one example for the proposer.
type patch struct {
	x      []float32 // ProposerSide x ProposerSide x 3
	faces  []detect.Face
	photo  scene.Photograph
	dx, dy int // where the photograph lies in the picture
}

// newPatch composes an example.
func newPatch(c *scene.Composer, number uint64) patch {
	d := dice(number)
	const side = detect.ProposerSide
	w, h := side, side
	if d.IntN(4) == 0 {
		w, h = side/3+d.IntN(side*2/3), side/3+d.IntN(side*2/3)
	}
	plan := scene.Plan{W: w, H: h, Smallest: 13, Largest: min(44, 1.1*float64(min(w, h))), People: []int{0, 1, 1, 1, 2, 2, 3, 4}[d.IntN(8)]}
	p := patch{photo: c.Compose(number, plan), dx: d.IntN(side - w + 1), dy: d.IntN(side - h + 1)}
	p.x = make([]float32, side*side*3)
	row := make([]float32, w*h*3)
	p.photo.Image.Floats(row)
	for y := range h {
		copy(p.x[((y+p.dy)*side+p.dx)*3:], row[y*w*3:(y+1)*w*3])
	}
	for _, f := range p.photo.Faces {
		f.X, f.Y = f.X+float64(p.dx), f.Y+float64(p.dy)
		p.faces = append(p.faces, f)
	}
	return p
}

// proposerLoss is focal loss (Lin et al. 2017) of the cells' logits, and the absolute error of the boxes, smooth at zero, of
// the cells that have to find a face.
func proposerLoss(p *patch, y, slope []float32, scale float64) float64 {
	const cells = detect.ProposerSide / detect.Stride
	loss := 0.0
	for row := range cells {
		for col := range cells {
			at := (row*cells + col) * detect.ProposerMaps
			out, g := y[at:at+detect.ProposerMaps], slope[at:at+detect.ProposerMaps]
			clear(g)
			cx, cy := detect.Cell(col), detect.Cell(row)
			face, state := p.cell(cx, cy)
			if state == unsure {
				continue
			}
			prob := sigmoid(out[0])
			if state == doubtful {
				if prob > 0.3 {
					continue
				}
				state = background
			}
			l, dl := focal(float64(out[0]), state == found)
			loss += l * scale
			g[0] = float32(dl * scale)
			if state != found {
				continue
			}
			target := [3]float64{(face.X - cx) / detect.Stride, (face.Y - cy) / detect.Stride, 2 * math.Log(face.Side/detect.MeanSide)}
			for k, t := range target {
				l, dl := smooth(float64(out[1+k]) - t)
				loss += 0.3 * l * scale
				g[1+k] = float32(0.3 * dl * scale)
			}
		}
	}
	return loss
}

type cellState int

const (
	background cellState = iota
	found
	unsure
	doubtful // background, unless somebody is there whom nobody has marked
)

// cell says what a cell has to say.
func (p *patch) cell(x, y float64) (detect.Face, cellState) {
	state := background
	for _, f := range p.faces {
		d := max(math.Abs(f.X-x), math.Abs(f.Y-y))
		fits := f.Side >= leastSide && f.Side <= mostSide
		switch {
		case d <= middleReach && fits:
			return f, found
		case d <= max(unsureReach*f.Side, middleReach):
			state = unsure
		}
	}
	if state == unsure {
		return detect.Face{}, unsure
	}
	for _, r := range p.photo.Doubtful {
		if int(x)-p.dx >= r.Min.X && int(x)-p.dx < r.Max.X && int(y)-p.dy >= r.Min.Y && int(y)-p.dy < r.Max.Y {
			state = doubtful
		}
	}
	if state == doubtful {
		for _, f := range p.faces { // next to a known face nobody else has room
			if max(math.Abs(f.X-x), math.Abs(f.Y-y)) < 0.8*f.Side {
				return detect.Face{}, background
			}
		}
	}
	return detect.Face{}, state
}

// focal returns the focal loss with gamma 2 of a logit and its derivative. Faces weigh three times as much, for they are
// few.
func focal(logit float64, face bool) (loss, slope float64) {
	sign, weight := 1.0, 1.0
	if face {
		sign, weight = -1, 3
	}
	// With q the probability of the wrong answer the loss is -q^2 log(1-q).
	q := 1 / (1 + math.Exp(-sign*logit))
	log := -softplus(sign * logit) // log(1-q)
	loss = -q * q * log
	slope = sign * q * q * (q - 2*(1-q)*log)
	return weight * loss, weight * slope
}

// softplus is log(1+exp(v)).
func softplus(v float64) float64 {
	if v > 30 {
		return v
	}
	return math.Log1p(math.Exp(v))
}

func sigmoid(v float32) float64 { return 1 / (1 + math.Exp(-float64(v))) }

// smooth is the absolute error, smooth within a quarter of zero.
func smooth(e float64) (loss, slope float64) {
	const knee = 0.25
	if math.Abs(e) < knee {
		return e * e / (2 * knee), e / knee
	}
	return math.Abs(e) - knee/2, math.Copysign(1, e)
}

// trainProposer trains the detector's proposer.
func trainProposer(ctx context.Context, c *scene.Composer, d *detect.Detector, o Options) error {
	d.Proposer.Init(o.Seed)
	return descend(ctx, d.Proposer, o, o.ProposerSteps, "Training the proposer", func(number uint64) []patch {
		return []patch{newPatch(c, number)}
	}, func(p *patch) []float32 { return p.x }, proposerLoss)
}
