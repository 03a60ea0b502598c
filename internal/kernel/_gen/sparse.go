package main

import (
	"fmt"

	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// A winnerRow of the package is 16 offsets and 16 gradients, one for each of 16
// output channels.
const (
	rowBytes = 128
	rowGrads = 64

	rowsAhead = 4 // how far the walk looks
)

// sparse writes the kernels behind PooledFilterGrad and PooledPatchGrad.
func (g *gen) sparse() {
	g.winnerRows()
	if !g.wide { // bound by the stores, it serves AVX-512 too
		g.patchRow()
	}
	t := walk{rows: 1, width: 96, stride: 3 * 96, group: 1}
	doc := "does one row of taps of PooledFilterGrad for up to 16 channels: dst, 3 x 96 floats a channel, and x start at that row."
	if g.wide {
		t.rows, doc = 3, "is PooledFilterGrad with AVX-512 for up to 16 channels."
	}
	g.walk("pooledFilterGrad", doc, t)
	// So many channels side by side that no sum waits for the one before.
	t = walk{rows: 1, width: 32, stride: 32, group: 2}
	if g.wide {
		t.group = 8
	}
	g.walk("pooledPatchGrad", fmt.Sprintf("is PooledPatchGrad for a multiple of %d channels, up to 16.", t.group), t)
}

// patchRow gathers three runs of 9 floats into 32.
func (g *gen) patchRow() {
	g.function("patchRow", "func(dst, x *float32, xRow, w int)", "does one row of Patches, w at least 1; xRow counts floats.")
	dst, x, xRow, left := g.pointer("dst"), g.pointer("x"), g.pointer("xRow"), g.pointer("w")
	g.SHLQ(u8(2), xRow)
	run := func(r, from int) operand.Mem {
		m := operand.Mem{Base: x, Disp: 4 * from}
		if r > 0 {
			m.Index, m.Scale = xRow, uint8(r)
		}
		return m
	}
	top := g.label("pixel")
	zero := g.zero()
	g.Label(top)
	g.VMOVUPS(zero, operand.Mem{Base: dst, Disp: 4 * 24})
	for r := range 3 {
		for from := range 2 { // nine floats: the first eight, the last eight
			v := g.vec()
			g.VMOVUPS(run(r, from), v)
			g.VMOVUPS(v, operand.Mem{Base: dst, Disp: 4 * (9*r + from)})
		}
	}
	g.ADDQ(operand.I32(4*3), x)
	g.ADDQ(operand.I32(4*32), dst)
	g.DECQ(left)
	g.JNZ(operand.LabelRef(top))
	g.finish()
}

// winnerRows looks the winners up with one shuffle of a register: scalar look-ups
// in the walk would take the ports that load x.
func (g *gen) winnerRows() {
	g.function("winnerRows", "func(rows, shift *uint32, dy *float32, winner *uint8, sites *int, nsites int)",
		"writes a row for each site, of 16 channels; nsites is at least 1.")
	rows, dy, winner := g.pointer("rows"), g.pointer("dy"), g.pointer("winner")
	site, left := g.pointer("sites"), g.pointer("nsites")
	table, three := g.vec(), g.bits(3)
	shift := g.pointer("shift")
	if g.wide {
		g.VBROADCASTI64X4(operand.Mem{Base: shift}, table)
	} else {
		g.VMOVUPS(operand.Mem{Base: shift}, table)
	}
	top := g.label("site")
	g.Label(top)
	a, b := g.vec(), g.GP64()
	g.VPBROADCASTD(operand.Mem{Base: site}, a)
	g.MOVQ(operand.Mem{Base: site, Disp: 8}, b)
	for o := 0; o < 16; o += g.lanes {
		from, grad := g.vec(), g.vec()
		g.VPMOVZXBD(operand.Mem{Base: winner, Index: b, Scale: 1, Disp: o}, from)
		g.and(three, from, from)
		g.VPERMD(table, from, from)
		g.VPADDD(a, from, from)
		g.VMOVUPS(from, operand.Mem{Base: rows, Disp: 4 * o})
		g.VMOVUPS(operand.Mem{Base: dy, Index: b, Scale: 4, Disp: 4 * o}, grad)
		g.VMOVUPS(grad, operand.Mem{Base: rows, Disp: rowGrads + 4*o})
	}
	g.ADDQ(operand.I32(16), site)
	g.ADDQ(operand.I32(rowBytes), rows)
	g.DECQ(left)
	g.JNZ(operand.LabelRef(top))
	g.finish()
}

// walk says what a pass over all sites sums up in registers: for a group of
// output channels rows x width floats each, stride floats apart in dst.
type walk struct{ rows, width, stride, group int }

func (g *gen) walk(name, doc string, t walk) {
	g.function(name, "func(dst, x *float32, xRow int, rows *uint32, nrows, channels int, accumulate bool)", doc+
		fmt.Sprintf(" Reads %d rows more than nrows, which is at least 1.", rowsAhead))
	dst, x, xRow := g.pointer("dst"), g.pointer("x"), g.pointer("xRow")
	g.SHLQ(u8(2), xRow)
	row, left := g.pointer("rows"), g.pointer("channels")
	channels := g.label("channels")
	g.Label(channels)

	vecs := t.width / g.lanes
	sums := make([]reg.VecVirtual, t.group*t.rows*vecs)
	place := func(i int) operand.Mem {
		channel, rest := i/(t.rows*vecs), i%(t.rows*vecs)
		return operand.Mem{Base: dst, Disp: 4 * (channel*t.stride + rest*g.lanes)}
	}
	load, ready := g.label("load"), g.label("ready")
	g.CMPB(g.param("accumulate"), u8(0))
	g.JNE(operand.LabelRef(load))
	for i := range sums {
		sums[i] = g.zero()
	}
	g.JMP(operand.LabelRef(ready))
	g.Label(load)
	for i, sum := range sums {
		g.VMOVUPS(place(i), sum)
	}
	g.Label(ready)

	// Where to read is loaded some rows ahead: the queue of loads in front of an
	// offset would make the products wait for it.
	at, sites := g.GP64(), g.pointer("nrows")
	g.MOVQ(row, at)
	var next [rowsAhead]reg.GPVirtual
	var pairs []reg.GPVirtual
	if t.group == 1 {
		for i := range next {
			next[i] = g.GP64()
			g.MOVL(operand.Mem{Base: at, Disp: i * rowBytes}, next[i].As32())
		}
	} else {
		for i := range t.group / 2 {
			pairs = append(pairs, g.GP64())
			g.MOVQ(operand.Mem{Base: at, Disp: i * 8}, pairs[i])
		}
	}
	top := g.label("site")
	g.Label(top)
	for o := range t.group {
		p, dy := g.GP64(), g.vec()
		if t.group == 1 {
			g.LEAQ(operand.Mem{Base: x, Index: next[0], Scale: 4}, p)
			for i := range rowsAhead - 1 {
				g.MOVQ(next[i+1], next[i])
			}
			g.MOVL(operand.Mem{Base: at, Disp: rowsAhead * rowBytes}, next[rowsAhead-1].As32())
		} else {
			if o%2 == 0 {
				g.MOVL(pairs[o/2].As32(), p.As32())
			} else {
				g.MOVQ(pairs[o/2], p)
				g.SHRQ(u8(32), p)
				g.MOVQ(operand.Mem{Base: at, Disp: rowBytes + 4*(o-1)}, pairs[o/2])
			}
		}
		g.VBROADCASTSS(operand.Mem{Base: at, Disp: rowGrads + 4*o}, dy)
		for r := range t.rows {
			for v := range vecs {
				m := operand.Mem{Base: p, Disp: 4 * v * g.lanes}
				if t.group > 1 {
					m.Base, m.Index, m.Scale = x, p, 4
				}
				if r > 0 {
					m.Index, m.Scale = xRow, uint8(r)
				}
				g.VFMADD231PS(m, dy, sums[(o*t.rows+r)*vecs+v])
			}
		}
	}
	g.ADDQ(operand.I32(rowBytes), at)
	g.DECQ(sites)
	g.JNZ(operand.LabelRef(top))
	for i, sum := range sums {
		g.VMOVUPS(sum, place(i))
	}
	g.ADDQ(operand.I32(4*t.stride*t.group), dst)
	g.ADDQ(operand.I32(4*t.group), row)
	g.SUBQ(operand.I32(t.group), left)
	g.JNZ(operand.LabelRef(channels))
	g.finish()
}
