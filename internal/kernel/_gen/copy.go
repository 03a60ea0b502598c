package main

import "github.com/mmcloughlin/avo/operand"

// copies writes the moves of small pieces that Go's copy spends more time on
// calling than on copying. They are AVX2 only: memory is the limit.
func (g *gen) copies() {
	if g.wide {
		return
	}
	g.function("copyRows", "func(dst *float32, ldd int, src *float32, lds, rows int)",
		"copies rows of 32 floats; ldd and lds floats lie from row to row; rows >= 1.")
	dst, ldd, src, lds, rows := g.pointer("dst"), g.pointer("ldd"), g.pointer("src"), g.pointer("lds"), g.pointer("rows")
	g.SHLQ(u8(2), ldd)
	g.SHLQ(u8(2), lds)
	top := g.label("row")
	g.Label(top)
	for i := range 4 {
		v := g.vec()
		g.VMOVUPS(operand.Mem{Base: src, Disp: 4 * g.lanes * i}, v)
		g.VMOVUPS(v, operand.Mem{Base: dst, Disp: 4 * g.lanes * i})
	}
	g.ADDQ(lds, src)
	g.ADDQ(ldd, dst)
	g.DECQ(rows)
	g.JNZ(operand.LabelRef(top))
	g.finish()
}
