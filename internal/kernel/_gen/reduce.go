package main

import (
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

func (g *gen) reductions() {
	g.function("dot", "func(a, b []float32) float32", "")
	pa, pb := g.slice("a"), g.slice("b")
	sums := g.sums(4)
	g.loop(g.length("a"), 4, func(a at) {
		v, w := a.load(pa), a.load(pb)
		g.VFMADD231PS(v, w, sums[a.u])
	})
	g.Store(g.total(sums), g.ReturnIndex(0))
	g.finish()

	g.function("squaredDistances", "func(dst, q, rows []float32)", "")
	dst, q, rows, n := g.slice("dst"), g.slice("q"), g.slice("rows"), g.length("q")
	count := g.length("dst")
	row := g.label("row")
	g.Label(row)
	sums = g.sums(4)
	g.loop(n, 4, func(a at) {
		v, w := a.load(q), a.load(rows)
		g.VSUBPS(w, v, v)
		g.VFMADD231PS(v, v, sums[a.u])
	})
	g.VMOVSS(g.total(sums), operand.Mem{Base: dst})
	g.ADDQ(operand.I32(4), dst)
	g.LEAQ(operand.Mem{Base: rows, Index: n, Scale: 4}, rows)
	g.DECQ(count)
	g.JNZ(operand.LabelRef(row))
	g.finish()

	g.function("mseGrad", "func(grad, y, t []float32, scale float32) float64", "")
	g.squares(g.slice("grad"), g.broadcast("scale"), g.length("grad"))

	g.function("squaredError", "func(y, t []float32) float64", "")
	g.squares(nil, nil, g.length("y"))
}

// squares sums (y-t)^2 in float64, the halves of each vector apart, and with
// grad writes scale*(y-t).
func (g *gen) squares(grad, scale reg.Register, n reg.GPVirtual) {
	y, t := g.slice("y"), g.slice("t")
	sums := g.sums(2)
	g.loop(n, 1, func(a at) {
		d, w := a.load(y), a.load(t)
		g.VSUBPS(w, d, d)
		if grad != nil {
			out := g.vec()
			g.VMULPS(scale, d, out)
			a.store(out, grad)
		}
		low, high := g.vec(), g.vec()
		if g.wide {
			half := g.YMM()
			g.VEXTRACTF64X4(u8(1), d, half)
			g.VCVTPS2PD(d.AsY(), low)
			g.VCVTPS2PD(half, high)
		} else {
			half := g.XMM()
			g.VEXTRACTF128(u8(1), d, half)
			g.VCVTPS2PD(d.AsX(), low)
			g.VCVTPS2PD(half, high)
		}
		g.VFMADD231PD(low, low, sums[0])
		g.VFMADD231PD(high, high, sums[1])
	})
	g.VADDPD(sums[1], sums[0], sums[0])
	x, z := g.quarter(sums[0], g.VADDPD), g.XMM()
	g.VUNPCKHPD(x, x, z)
	g.VADDSD(z, x, x)
	g.Store(x, g.ReturnIndex(0))
	g.finish()
}

func (g *gen) sums(n int) []reg.VecVirtual {
	var s []reg.VecVirtual
	for range n {
		s = append(s, g.zero())
	}
	return s
}

// total adds four vectors and then their lanes.
func (g *gen) total(s []reg.VecVirtual) reg.Register {
	g.VADDPS(s[1], s[0], s[0])
	g.VADDPS(s[3], s[2], s[2])
	g.VADDPS(s[2], s[0], s[0])
	x, z := g.quarter(s[0], g.VADDPS), g.XMM()
	g.VMOVHLPS(x, x, z)
	g.VADDPS(z, x, x)
	g.VMOVSHDUP(x, z)
	g.VADDSS(z, x, x)
	return x
}

// quarter folds a vector down to 128 bits with add.
func (g *gen) quarter(v reg.VecVirtual, add func(...operand.Op)) reg.VecVirtual {
	if g.wide {
		half, w := g.YMM(), g.YMM()
		g.VEXTRACTF64X4(u8(1), v, half)
		add(half, v.AsY(), w)
		v = w
	}
	half, x := g.XMM(), g.XMM()
	g.VEXTRACTF128(u8(1), v.AsY(), half)
	add(half, v.AsX(), x)
	return x
}
