package main

import (
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

func (g *gen) rows() {
	g.addBias("addBias", false)
	g.addBias("addBiasELU", true)
	g.sumRows()
}

// addBias walks x row by row.
func (g *gen) addBias(name string, elu bool) {
	g.function(name, "func(x, bias []float32)", "")
	x, bias, cols := g.slice("x"), g.slice("bias"), g.length("bias")
	end := g.length("x")
	g.LEAQ(operand.Mem{Base: x, Index: end, Scale: 4}, end)
	var c eluConstants
	if elu {
		c = g.eluConstants()
	}
	row := g.label("row")
	g.Label(row)
	g.loop(cols, 1, func(a at) {
		v, b := a.load(x), a.load(bias)
		g.VADDPS(b, v, v)
		if elu {
			v = g.elu(v, c)
		}
		a.store(v, x)
	})
	g.LEAQ(operand.Mem{Base: x, Index: cols, Scale: 4}, x)
	g.CMPQ(x, end)
	g.JB(operand.LabelRef(row))
	g.finish()
}

// sumRows walks down columns, so many vectors wide at a time, that the sums stay
// in registers and each is added up in the order of the rows.
func (g *gen) sumRows() {
	g.function("sumRows", "func(dst, x []float32)", "")
	dst, x, cols := g.slice("dst"), g.slice("x"), g.length("dst")
	end, stride := g.length("x"), g.GP64()
	g.LEAQ(operand.Mem{Base: x, Index: end, Scale: 4}, end)
	g.MOVQ(cols, stride)
	g.SHLQ(u8(2), stride)
	i, rest := g.GP64(), g.GP64()
	g.XORQ(i, i)
	g.MOVQ(cols, rest)
	column := func(width int, tail *tailMask) {
		var places []at
		var sums []reg.VecVirtual
		for u := range width {
			places = append(places, at{g: g, i: i, u: u, tail: tail})
			sums = append(sums, places[u].load(dst))
		}
		p, row := g.GP64(), g.label("row")
		g.MOVQ(x, p)
		g.Label(row)
		for u, a := range places {
			g.VADDPS(a.load(p), sums[u], sums[u])
		}
		g.ADDQ(stride, p)
		g.CMPQ(p, end)
		g.JB(operand.LabelRef(row))
		for u, a := range places {
			a.store(sums[u], dst)
		}
	}
	for _, width := range []int{4, 1} {
		top, next := g.label("columns"), g.label("next")
		g.Label(top)
		g.CMPQ(rest, operand.I32(width*g.lanes))
		g.JL(operand.LabelRef(next))
		column(width, nil)
		g.ADDQ(operand.I32(width*g.lanes), i)
		g.SUBQ(operand.I32(width*g.lanes), rest)
		g.JMP(operand.LabelRef(top))
		g.Label(next)
	}
	done := g.label("done")
	g.TESTQ(rest, rest)
	g.JZ(operand.LabelRef(done))
	m := g.mask(rest)
	column(1, &m)
	g.Label(done)
	g.finish()
}
