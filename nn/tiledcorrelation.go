package nn

import "likeness/internal/kernel"

// tiledCorrelation computes what its correlation does, row by row of the output, by
// kernel.BlockGemmAMX: each of a row's pixels, times 8 images, is a row of the product,
// and each tap a block.
type tiledCorrelation struct {
	*correlation
	picture tiledPicture
	runs    []tiledRun
}

// tiledRun is a row of output pixels of one sub-kernel.
type tiledRun struct {
	part     int
	at, step int // the first pixel and the distance to the next, in the output
	pixels   int
	blocks   []kernel.Block
}

// newTiledCorrelation takes a correlation that multiplies in bf16.
func newTiledCorrelation(c *correlation) *tiledCorrelation {
	t := &tiledCorrelation{correlation: c}
	phases := 1
	if !c.transposed {
		phases = max(1, c.stride())
	}
	var lowest, highest [2]int
	for _, s := range c.subs {
		for d, side := range [2][]axis{s.rows, s.cols} {
			taps := [2]int{len(s.tapY), len(s.tapX)}[d]
			for _, a := range side {
				lowest[d] = min(lowest[d], a.begin())
				highest[d] = max(highest[d], a.begin()+taps-1)
			}
		}
	}
	t.picture = newTiledPicture(c.in, phases, lowest, highest)
	channels := c.in[2]
	for i, s := range c.subs {
		if len(s.cols) == 0 {
			continue
		}
		step := 1
		if len(s.cols) > 1 {
			step = s.cols[1].out - s.cols[0].out
		}
		for _, r := range s.rows {
			run := tiledRun{part: i, at: r.out*c.out[1] + s.cols[0].out, step: step, pixels: len(s.cols)}
			for y := range s.tapY {
				for x := range s.tapX {
					run.blocks = append(run.blocks, kernel.Block{
						A: t.picture.pixel(r.begin()+y, s.cols[0].begin()+x) * ShardImages * channels,
						B: (y*len(s.tapX) + x) * channels * panelWidth,
					})
				}
			}
			t.runs = append(t.runs, run)
		}
	}
	return t
}

// begin is the position of the first tap, which may lie beyond the border.
func (a axis) begin() int { return a.from - a.first }

// stride is the distance of the inputs of neighbouring pixels.
func (c *correlation) stride() int {
	for _, s := range c.subs {
		for _, side := range [][]axis{s.rows, s.cols} {
			if len(side) > 1 {
				return side[1].begin() - side[0].begin()
			}
		}
	}
	return 1
}

// operand is the input as the runs read it. It lies in the workspace.
func (t *tiledCorrelation) operand(n int, in buffer, ws *workspace) []uint16 {
	x := ws.half(t.picture.size())
	t.picture.fill(x, n, in)
	return x
}

// run computes all output pixels of n images.
func (t *tiledCorrelation) run(n int, out, in buffer, ws *workspace) {
	x := t.operand(n, in, ws)
	for col := 0; col < t.out[2]; col += panelWidth {
		for _, r := range t.runs {
			t.multiply(n, out, r.at*t.out[2]+col, r.step*t.out[2], x, r, col, ws)
		}
	}
}

// multiply computes 32 channels, from col on, of a run of pixels. The first lies at the
// given place in each image of out, the next ones step further.
func (t *tiledCorrelation) multiply(n int, out buffer, at, step int, x []uint16, r tiledRun, col int, ws *workspace) {
	sums := ws.sums(r.pixels * ShardImages * panelWidth)
	kernel.BlockGemmAMX(sums, panelWidth, x, t.in[2], t.parts[r.part].halfPanel(col), r.blocks, r.pixels*ShardImages, t.in[2])
	for i := range n {
		kernel.CopyRows(out.data[i*out.stride+at:], step, sums[i*panelWidth:], ShardImages*panelWidth, r.pixels, panelWidth)
	}
}
