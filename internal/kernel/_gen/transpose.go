package main

import (
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// transpose writes the 8 x 8 transpose in three rounds of eight shuffles. There
// is no AVX-512 version: memory, not shuffling, is the limit.
func (g *gen) transpose() {
	if g.wide {
		return
	}
	g.function("transposeStrip", "func(dst *float32, ldd int, src *float32, lds, squares int)",
		"transposes 8 columns of 8*squares rows; ldd and lds floats lie from row to row; squares >= 1.")
	dst, ldd, src, lds, squares := g.pointer("dst"), g.pointer("ldd"), g.pointer("src"), g.pointer("lds"), g.pointer("squares")
	ldd3, lds3 := g.GP64(), g.GP64()
	for _, s := range [][2]reg.GPVirtual{{ldd, ldd3}, {lds, lds3}} {
		g.SHLQ(u8(2), s[0])
		g.LEAQ(operand.Mem{Base: s[0], Index: s[0], Scale: 2}, s[1])
	}
	top, p := g.label("square"), g.GP64()
	g.Label(top)
	var in, pairs, quads, out [8]reg.VecVirtual
	g.LEAQ(operand.Mem{Base: src, Index: lds, Scale: 4}, p)
	for i := range in {
		in[i] = g.vec()
		g.VMOVUPS(row(i, src, p, lds, lds3), in[i])
	}
	for i := 0; i < 8; i += 2 {
		pairs[i], pairs[i+1] = g.vec(), g.vec()
		g.VUNPCKLPS(in[i+1], in[i], pairs[i])
		g.VUNPCKHPS(in[i+1], in[i], pairs[i+1])
	}
	for i := 0; i < 8; i += 4 {
		for j := range 2 {
			a, b := pairs[i+j], pairs[i+j+2]
			quads[i+2*j], quads[i+2*j+1] = g.vec(), g.vec()
			g.VSHUFPS(u8(0x44), b, a, quads[i+2*j])
			g.VSHUFPS(u8(0xee), b, a, quads[i+2*j+1])
		}
	}
	for i := range 4 {
		out[i], out[i+4] = g.vec(), g.vec()
		g.VPERM2F128(u8(0x20), quads[i+4], quads[i], out[i])
		g.VPERM2F128(u8(0x31), quads[i+4], quads[i], out[i+4])
	}
	g.LEAQ(operand.Mem{Base: dst, Index: ldd, Scale: 4}, p)
	for i, v := range out {
		g.VMOVUPS(v, row(i, dst, p, ldd, ldd3))
	}
	g.LEAQ(operand.Mem{Base: src, Index: lds, Scale: 8}, src)
	g.ADDQ(operand.I32(4*g.lanes), dst)
	g.DECQ(squares)
	g.JNZ(operand.LabelRef(top))
	g.finish()
}
