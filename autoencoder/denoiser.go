package autoencoder

import (
	"context"
	"errors"
	"fmt"

	"likeness/nn"
	"likeness/parallel"
	"likeness/progress"
)

// Denoiser restores pictures with a model that was trained to. With a model without a
// code it takes pictures of any size. It is for one goroutine.
type Denoiser struct {
	model *Model
	net   *nn.Network // for pictures or tiles of the size seen last
	h, w  int
	tile  int // side of the tiles
}

// A picture larger than a tile is processed tile by tile, so that the memory does not
// depend on its size. Each tile extends beyond the part that is taken from it by
// tileReach pixels, as far as the network sees. The values are therefore those that the
// picture would have in one piece.
const tileSide = 256

var tileReach = denoiserReach(denoiserStages)

// NewDenoiser prepares a denoiser. It fails for a model that was not trained to remove
// noise or to fill rectangles.
func NewDenoiser(m *Model) (*Denoiser, error) {
	if !m.Denoises() {
		return nil, errors.New("the model was not trained to remove noise")
	}
	return &Denoiser{model: m, tile: tileSide}, nil
}

// Denoises reports whether the model restores corrupted pictures.
func (m *Model) Denoises() bool {
	return noCode(m.Arch, m.Code) || m.Training != nil && m.Training.Task == Denoise
}

// AnySize reports whether pictures of any size are taken, and not only those of the
// model's size.
func (d *Denoiser) AnySize() bool { return noCode(d.model.Arch, d.model.Code) }

// denoising names the work in steps.
const denoising = "Denoising"

// Denoise returns a w x h picture, h*w*3 numbers, as the model restores it. level is the
// standard deviation of the picture's noise, which pix.NoiseLevel estimates; a model
// whose Level is 0 does not use it. Sides that the network cannot take are extended by
// reflection. report receives the passes over tiles that are done and their total: one pass
// for each tile, two with a model with Mirror. The first step, with none done, comes before
// the work. It fails for another size than that of a model with a code, and when ctx ends.
// It panics when x has another length.
func (d *Denoiser) Denoise(ctx context.Context, x []float32, w, h int, level float64, report progress.Func) ([]float32, error) {
	if w < 1 || h < 1 || len(x) != w*h*3 {
		panic("autoencoder: Denoise: length is not W*H*3")
	}
	if !d.AnySize() {
		if p := d.model.Prep; w != p.W || h != p.H {
			return nil, fmt.Errorf("a picture of %dx%d, the model takes pictures of %dx%d only", w, h, p.W, p.H)
		}
		report.Report(denoising, 0, 1)
		y, err := d.model.Reconstruct(ctx, x)
		report.Report(denoising, 1, 1)
		return y, err
	}
	factor, share := d.model.scale(level)
	xs, ys := d.cut(w), d.cut(h)
	tw, th := xs[0].size, ys[0].size
	if err := d.prepare(th, tw); err != nil {
		return nil, err
	}
	y := make([]float32, len(x))
	// As many tiles at once as keep all threads busy.
	most := nn.ShardImages * parallel.Threads(ctx)
	tiles := make([]float32, 0, min(most, len(xs)*len(ys))*tw*th*3)
	var places [][2]span
	done, total := 0, len(xs)*len(ys)*d.model.each()
	report.Report(denoising, done, total)
	flush := func() error {
		if err := ctx.Err(); err != nil {
			return err
		}
		multiply(tiles, factor)
		out, err := d.model.look(ctx, d.net, tiles, func() {
			done += len(places)
			report.Report(denoising, done, total)
		})
		if err != nil {
			return err
		}
		for i, p := range places {
			paste(y, w, out[i*tw*th*3:][:tw*th*3], p[0], p[1])
		}
		tiles, places = tiles[:0], places[:0]
		return nil
	}
	for _, sy := range ys {
		for _, sx := range xs {
			tiles = appendTile(tiles, x, w, h, sx, sy)
			places = append(places, [2]span{sx, sy})
			if len(places) == most {
				if err := flush(); err != nil {
					return nil, err
				}
			}
		}
	}
	if len(places) > 0 {
		if err := flush(); err != nil {
			return nil, err
		}
	}
	unscale(y, x, factor, share)
	return y, nil
}

// span is one tile along one side of a picture. It begins at from and has size pixels,
// of which those from first to last-1, counted in the picture, are taken.
type span struct{ from, size, first, last int }

// cut divides a side into tiles of equal size, a multiple of the unit. The last tile
// may extend beyond the picture.
func (d *Denoiser) cut(side int) []span {
	whole := roundUp(side, denoiserUnit)
	if whole <= d.tile {
		return []span{{0, whole, 0, side}}
	}
	var list []span
	for first := 0; first < side; {
		from := min(max(first-tileReach, 0), whole-d.tile)
		last := from + d.tile - tileReach
		if from == whole-d.tile {
			last = side
		}
		list = append(list, span{from, d.tile, first, last})
		first = last
	}
	return list
}

// prepare makes the network for tiles of h x w, unless the last one fits.
func (d *Denoiser) prepare(h, w int) error {
	if d.net != nil && d.h == h && d.w == w {
		return nil
	}
	net, err := buildDenoiser(h, w)
	if err != nil {
		return err
	}
	copy(net.Weights(), d.model.Encoder.Weights())
	net.Pack()
	d.net, d.h, d.w = net, h, w
	return nil
}

// appendTile copies a tile out of a w x h picture, reflected beyond its borders.
func appendTile(tiles, x []float32, w, h int, sx, sy span) []float32 {
	for r := range sy.size {
		row := x[reflect(sy.from+r, h)*w*3:][:w*3]
		inside := min(sx.size, w-sx.from)
		tiles = append(tiles, row[sx.from*3:(sx.from+inside)*3]...)
		for c := inside; c < sx.size; c++ {
			p := reflect(sx.from+c, w) * 3
			tiles = append(tiles, row[p:p+3]...)
		}
	}
	return tiles
}

// reflect returns the index of the pixel that a place beyond a side shows; the pixel at
// the border is not repeated.
func reflect(at, side int) int {
	if side == 1 {
		return 0
	}
	at %= 2 * (side - 1)
	return min(at, 2*(side-1)-at)
}

// paste copies the taken part of a tile into a picture of width w.
func paste(y []float32, w int, tile []float32, sx, sy span) {
	for r := sy.first; r < sy.last; r++ {
		src := tile[((r-sy.from)*sx.size+sx.first-sx.from)*3:]
		copy(y[(r*w+sx.first)*3:(r*w+sx.last)*3], src)
	}
}
