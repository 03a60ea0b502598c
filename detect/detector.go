package detect

import (
	"cmp"
	"context"
	"math"
	"slices"

	"likeness/nn"
	"likeness/pix"
)

// Detector finds faces. It is only read once it is made, by any number of goroutines.
type Detector struct {
	Proposer, Refiner *nn.Network
	Training          *Training
}

// Smallest is the side in pixels of the smallest box that Find looks for.
const Smallest = 24

// Thresholds, chosen on composed photographs of people that nothing was fitted to.
const (
	proposed  = 0.35 // least probability of a proposal
	promising = 0.10 // least probability of a proposal that the refiner looks at again
	Certain   = 0.80 // least Score of a face that Find returns
)

// A proposal is one of several of a face where they overlap by sameProposal, two faces are one where they overlap by sameFace.
const (
	sameProposal = 0.45
	sameFace     = 0.30
)

// most bounds the proposals that the refiner looks at, for each million pixels of the photograph, and in all pictures.
const most = 150

// Find returns the faces in a photograph of any size whose boxes have sides of Smallest pixels or more and whose Score is
// at least Certain, the largest first. It runs on one thread and returns ctx's error when ctx ends.
func (d *Detector) Find(ctx context.Context, m *pix.Image) ([]Face, error) {
	return d.FindScored(ctx, m, Certain)
}

// FindScored is Find for faces of at least the given score, from 0 to 1.
func (d *Detector) FindScored(ctx context.Context, m *pix.Image, least float64) ([]Face, error) {
	levels := Pyramid(m)
	list, err := d.Propose(ctx, levels, proposed)
	if err != nil {
		return nil, err
	}
	if list, err = d.refine(ctx, levels, list, promising); err != nil {
		return nil, err
	}
	list = distinct(list, sameProposal)
	if list, err = d.confirm(ctx, levels, list, least); err != nil {
		return nil, err
	}
	list = distinct(list, sameFace)
	slices.SortStableFunc(list, func(a, b Face) int { return cmp.Compare(b.Side, a.Side) })
	return list, nil
}

// Propose returns the boxes that the proposer takes for faces with at least the given probability, at most a number that
// follows from the photograph's size, the surest first. Their landmarks are not set.
func (d *Detector) Propose(ctx context.Context, levels []Level, least float64) ([]Face, error) {
	var list []Face
	for _, l := range levels {
		if !l.proposes {
			continue
		}
		found, err := d.proposeAt(ctx, l, logit(least))
		if err != nil {
			return nil, err
		}
		list = append(list, distinct(found, sameProposal)...)
	}
	list = distinct(list, sameProposal)
	area := float64(levels[0].W) * float64(levels[0].H) / 1e6
	return list[:min(len(list), int(most*max(1, area)))], nil
}

// proposeAt runs the proposer over one level, tile by tile, so that memory is bounded.
func (d *Detector) proposeAt(ctx context.Context, l Level, least float32) ([]Face, error) {
	var list []Face
	w, h := roundUp(l.W+2*margin), roundUp(l.H+2*margin)
	for y0 := 0; y0 < h; y0 += tileSide {
		for x0 := 0; x0 < w; x0 += tileSide {
			// The tile and what its cells see around it.
			left, top := max(0, x0-proposerReach), max(0, y0-proposerReach)
			right, bottom := min(w, x0+tileSide+proposerReach), min(h, y0+tileSide+proposerReach)
			x := l.floats(left-margin, top-margin, right-left, bottom-top)
			maps, rows, cols, err := d.Proposer.PredictPicture(ctx, x, bottom-top, right-left)
			if err != nil {
				return nil, err
			}
			firstCol, firstRow := (x0-left)/Stride, (y0-top)/Stride
			for row := firstRow; row < min(rows, firstRow+tileSide/Stride); row++ {
				for col := firstCol; col < min(cols, firstCol+tileSide/Stride); col++ {
					cell := maps[(row*cols+col)*ProposerMaps:][:ProposerMaps]
					if cell[0] < least {
						continue
					}
					f, logit := BoxAt(cell, col+left/Stride, row+top/Stride)
					f.X, f.Y = (f.X-margin+0.5)/l.Scale-0.5, (f.Y-margin+0.5)/l.Scale-0.5
					f.Side, f.Score = f.Side/l.Scale, sigmoid(logit)
					list = append(list, f)
				}
			}
		}
	}
	return list, nil
}

func logit(p float64) float32 { return float32(math.Log(p / (1 - p))) }

func sigmoid(v float32) float64 { return 1 / (1 + math.Exp(-float64(v))) }

// refine looks at boxes more closely. It returns those with at least the given probability, with their landmarks and the
// boxes that follow from them.
func (d *Detector) refine(ctx context.Context, levels []Level, list []Face, least float64) ([]Face, error) {
	kept := list[:0]
	for first := 0; first < len(list); first += nn.ShardImages {
		some := list[first:min(first+nn.ShardImages, len(list))]
		views := make([]view, len(some))
		for i, f := range some {
			views[i] = view{frame: f.Window()}
		}
		seen, err := d.look(ctx, levels, views)
		if err != nil {
			return nil, err
		}
		for i := range some {
			if p := seen[i].probability; p >= least {
				f := Face{Score: p, Landmarks: seen[i].landmarks}
				f.Box()
				kept = append(kept, f)
			}
		}
	}
	return kept, nil
}

// confirm looks at faces once more, upright and in the middle, and at their mirror images. A face's score is the geometric
// mean of its three probabilities; its landmarks are the means of the last two looks.
func (d *Detector) confirm(ctx context.Context, levels []Level, list []Face, least float64) ([]Face, error) {
	kept := list[:0]
	const each = 2
	for first := 0; first < len(list); first += nn.ShardImages / each {
		some := list[first:min(first+nn.ShardImages/each, len(list))]
		views := make([]view, 0, each*len(some))
		for _, f := range some {
			w := f.Window()
			w.Turn = f.Frame().Turn
			views = append(views, view{w, false}, view{w, true})
		}
		seen, err := d.look(ctx, levels, views)
		if err != nil {
			return nil, err
		}
		for i, f := range some {
			a, b := seen[each*i], seen[each*i+1]
			f.Score = math.Cbrt(f.Score * a.probability * b.probability)
			if f.Score < least {
				continue
			}
			for k, p := range a.landmarks {
				q := b.landmarks[k]
				f.Landmarks[k] = Point{(p.X + q.X) / 2, (p.Y + q.Y) / 2}
			}
			f.Box()
			kept = append(kept, f)
		}
	}
	return kept, nil
}

// distinct returns the surest of faces that overlap by at least share, the surest first.
func distinct(list []Face, share float64) []Face {
	slices.SortStableFunc(list, func(a, b Face) int { return cmp.Compare(b.Score, a.Score) })
	var kept []Face
	for _, f := range list {
		if !slices.ContainsFunc(kept, func(k Face) bool { return f.Overlap(k) >= share }) {
			kept = append(kept, f)
		}
	}
	return kept
}
