package main

import (
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// pools writes the kernels for one row of 2x2 squares: top and bottom are two
// rows of the large picture. They need c >= lanes, for the last channels of a
// square are done as one full vector that ends with the last channel, some of
// it for the second time.
func (g *gen) pools() {
	const needs = "does one row of squares; their results lie step values apart; squares >= 1, step >= c and c >= the vector width."
	g.function("maxPoolRow", "func(dst *float32, winner *uint8, top, bottom *float32, squares, c, step int)", needs)
	small, winner := g.pointer("dst"), g.pointer("winner")
	var places [4]reg.VecVirtual
	for i := range places {
		places[i] = g.bits(uint32(i))
	}
	g.poolLoop(small, winner, func(large [4]operand.Mem, small, winner operand.Mem) {
		best, win := g.vec(), g.vec()
		g.VMOVUPS(large[0], best)
		g.VMOVUPS(places[0], win)
		for i := 1; i < 4; i++ {
			v := g.vec()
			g.VMOVUPS(large[i], v)
			if g.wide {
				k := g.K()
				g.VCMPPS(u8(greater), best, v, k)
				g.VMOVAPS(v, k, best)
				g.VMOVAPS(places[i], k, win)
			} else {
				m := g.vec()
				g.VCMPPS(u8(greater), best, v, m)
				g.VBLENDVPS(m, v, best, best)
				g.VBLENDVPS(m, places[i], win, win)
			}
		}
		g.VMOVUPS(best, small)
		if g.wide {
			x := g.XMM()
			g.VPMOVDB(win, x)
			g.VMOVUPS(x, winner)
		} else {
			high := g.XMM()
			g.VEXTRACTI128(u8(1), win, high)
			g.VPACKUSDW(high, win.AsX(), high)
			g.VPACKUSWB(high, high, high)
			g.VMOVQ(high, winner)
		}
	})

	g.function("maxPoolGradRow", "func(top, bottom, dy *float32, winner *uint8, squares, c, step int)", needs)
	small, winner = g.pointer("dy"), g.pointer("winner")
	for i := range places {
		places[i] = g.bits(uint32(i))
	}
	g.poolLoop(small, winner, func(large [4]operand.Mem, small, winner operand.Mem) {
		grad, win := g.vec(), g.vec()
		g.VMOVUPS(small, grad)
		g.VPMOVZXBD(winner, win)
		for i, m := range large {
			out := g.vec()
			if g.wide {
				k := g.K()
				g.VPCMPEQD(places[i], win, k)
				g.VMOVAPS_Z(grad, k, out)
			} else {
				g.VPCMPEQD(places[i], win, out)
				g.VPAND(grad, out, out)
			}
			g.VMOVUPS(out, m)
		}
	})
}

// poolLoop walks the squares of a row and the vectors of a square.
func (g *gen) poolLoop(small, winner reg.GPVirtual, body func(large [4]operand.Mem, small, winner operand.Mem)) {
	top, bottom := g.pointer("top"), g.pointer("bottom")
	squares, c := g.pointer("squares"), g.pointer("c")
	top1, bottom1 := g.GP64(), g.GP64()
	i, last := g.GP64(), g.GP64()
	g.LEAQ(operand.Mem{Base: c, Disp: -g.lanes}, last)
	square, vectors, next := g.label("square"), g.label("vectors"), g.label("next")

	g.Label(square)
	g.LEAQ(operand.Mem{Base: top, Index: c, Scale: 4}, top1)
	g.LEAQ(operand.Mem{Base: bottom, Index: c, Scale: 4}, bottom1)
	g.XORQ(i, i)
	g.Label(vectors)
	var large [4]operand.Mem
	for j, p := range []reg.GPVirtual{top, top1, bottom, bottom1} {
		large[j] = operand.Mem{Base: p, Index: i, Scale: 4}
	}
	body(large, operand.Mem{Base: small, Index: i, Scale: 4}, operand.Mem{Base: winner, Index: i, Scale: 1})
	g.CMPQ(i, last)
	g.JE(operand.LabelRef(next))
	g.ADDQ(operand.I32(g.lanes), i)
	g.CMPQ(i, last)
	g.CMOVQGT(last, i)
	g.JMP(operand.LabelRef(vectors))

	g.Label(next)
	g.LEAQ(operand.Mem{Base: top1, Index: c, Scale: 4}, top)
	g.LEAQ(operand.Mem{Base: bottom1, Index: c, Scale: 4}, bottom)
	step := g.pointer("step")
	g.LEAQ(operand.Mem{Base: small, Index: step, Scale: 4}, small)
	g.ADDQ(step, winner)
	g.DECQ(squares)
	g.JNZ(operand.LabelRef(square))
	g.finish()
}
