package autoencoder

import (
	"context"
	"fmt"

	"likeness/nn"
	"likeness/parallel"
)

// Mender runs a denoiser on pictures of any size. It is for one goroutine.
type Mender struct {
	// Progress, when set, is told how many looks of all that a picture needs are done: of
	// its tiles, which are looked at once, or twice by a model with Mirror. The first
	// call, with none done, comes before the work.
	Progress func(done, total int)

	model *Model
	net   *nn.Network // for pictures or tiles of the size seen last
	h, w  int
	tile  int // side of the tiles
}

// A picture that is larger than a tile is mended tile by tile, in memory that
// does not depend on its size. Each tile looks reach pixels beyond the part that
// is taken from it, as far as the network sees. So tiles have the very values that the picture would have in one piece.
const tileSide = 256

var tileReach = denoiserReach(denoiserStages)

// NewMender prepares a denoiser. It fails for models with a code, whose pictures
// have one size.
func NewMender(m *Model) (*Mender, error) {
	if !noCode(m.Arch, m.Code) {
		return nil, fmt.Errorf("a %s model with a code of %d numbers takes pictures of %dx%d only", m.Arch, m.Code, m.Prep.W, m.Prep.H)
	}
	return &Mender{model: m, tile: tileSide}, nil
}

// Mend gives a w x h picture, h*w*3 numbers, as the network would have it
// without noise of the given level, a standard deviation; pix.NoiseLevel estimates
// it. (A model whose Level is 0 judges by itself.) Sides that the network cannot
// have are continued by reflection for it. It fails when ctx ends.
func (d *Mender) Mend(ctx context.Context, x []float32, w, h int, level float64) ([]float32, error) {
	if w < 1 || h < 1 || len(x) != w*h*3 {
		panic("autoencoder: Mend: length is not W*H*3")
	}
	factor, share := d.model.scale(level)
	xs, ys := d.cut(w), d.cut(h)
	tw, th := xs[0].size, ys[0].size
	if err := d.prepare(th, tw); err != nil {
		return nil, err
	}
	y := make([]float32, len(x))
	// As many tiles at once as the network takes on all processors.
	most := nn.ShardImages * parallel.Threads(ctx)
	tiles := make([]float32, 0, min(most, len(xs)*len(ys))*tw*th*3)
	var places [][2]span
	done, total := 0, len(xs)*len(ys)*d.model.each()
	d.tell(done, total)
	flush := func() error {
		if err := ctx.Err(); err != nil {
			return err
		}
		multiply(tiles, factor)
		out, err := d.model.look(ctx, d.net, tiles, func() {
			done += len(places)
			d.tell(done, total)
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

func (d *Mender) tell(done, total int) {
	if d.Progress != nil {
		d.Progress(done, total)
	}
}

// span is one tile along one side of a picture: it begins at from and has size
// pixels, of which those from first to last-1, counted in the picture, are taken.
type span struct{ from, size, first, last int }

// cut divides a side into tiles of equal size, a multiple of the unit. The last
// may reach beyond the picture.
func (d *Mender) cut(side int) []span {
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

// prepare makes the network for tiles of h x w, unless it is there.
func (d *Mender) prepare(h, w int) error {
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

// reflect gives the place inside a side that shows at a place beyond it; the
// pixel at the border is not repeated.
func reflect(at, side int) int {
	if side == 1 {
		return 0
	}
	at %= 2 * (side - 1)
	return min(at, 2*(side-1)-at)
}

// paste copies what is taken from a tile into a picture of width w.
func paste(y []float32, w int, tile []float32, sx, sy span) {
	for r := sy.first; r < sy.last; r++ {
		src := tile[((r-sy.from)*sx.size+sx.first-sx.from)*3:]
		copy(y[(r*w+sx.first)*3:(r*w+sx.last)*3], src)
	}
}
