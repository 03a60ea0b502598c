package main

import (
	"github.com/mmcloughlin/avo/attr"
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// halves are masks for the first n of 32 places: of the lanes of two vectors of
// float32, and of the words of the one vector they are rounded to.
type halves struct{ low, high, words reg.OpmaskVirtual }

// halves leaves n as it is; 0 <= n <= 32.
func (g *gen) halves(n reg.GPVirtual) halves {
	m, r := halves{g.K(), g.K(), g.K()}, g.GP64()
	g.MOVQ(operand.I32(-1), r)
	g.BZHIQ(n, r, r)
	g.KMOVD(r.As32(), m.words)
	g.KMOVW(r.As32(), m.low)
	g.SHRQ(u8(16), r)
	g.KMOVW(r.As32(), m.high)
	return m
}

// loadMasked2 loads up to 32 floats; what the masks leave out is zero.
func (g *gen) loadMasked2(p reg.Register, m halves) (low, high reg.VecVirtual) {
	low, high = g.vec(), g.vec()
	g.VMOVUPS_Z(operand.Mem{Base: p}, m.low, low)
	g.VMOVUPS_Z(operand.Mem{Base: p, Disp: 64}, m.high, high)
	return low, high
}

// toBF16 rounds 32 values at a time.
func (g *gen) toBF16() {
	g.function("toBF16", "func(dst []uint16, src []float32)", "")
	dst, src, n := g.slice("dst"), g.slice("src"), g.length("src")
	top, rest, done, v := g.label("vectors"), g.label("rest"), g.label("done"), g.vec()
	g.Label(top)
	g.CMPQ(n, operand.I32(32))
	g.JL(operand.LabelRef(rest))
	low, high := g.vec(), g.vec()
	g.VMOVUPS(operand.Mem{Base: src}, low)
	g.VMOVUPS(operand.Mem{Base: src, Disp: 64}, high)
	g.toPairs(low, high, v)
	g.VMOVDQU16(v, operand.Mem{Base: dst})
	g.ADDQ(operand.I32(128), src)
	g.ADDQ(operand.I32(64), dst)
	g.SUBQ(operand.I32(32), n)
	g.JMP(operand.LabelRef(top))
	g.Label(rest)
	g.TESTQ(n, n)
	g.JZ(operand.LabelRef(done))
	m := g.halves(n)
	low, high = g.loadMasked2(src, m)
	g.toPairs(low, high, v)
	g.VMOVDQU16(v, m.words, operand.Mem{Base: dst})
	g.Label(done)
	g.finish()
}

// packBF16 rounds 16 columns of two rows into one vector, the upper row in its
// lower half, and then orders its words in pairs.
func (g *gen) packBF16() {
	g.function("packBF16", "func(dst *uint16, top, bottom *float32, step, pairs, cols int)",
		"packs cols <= 32 columns of pairs of rows; step floats lie from pair to pair; pairs >= 1.")
	dst, top, bottom, step, pairs := g.pointer("dst"), g.pointer("top"), g.pointer("bottom"), g.pointer("step"), g.pointer("pairs")
	g.SHLQ(u8(2), step)
	m := g.halves(g.pointer("cols"))
	order := g.StaticGlobal("pairOrder")
	g.DataAttributes(attr.RODATA | attr.NOPTR)
	for i := range 16 {
		g.AppendDatum(operand.U16(i))
		g.AppendDatum(operand.U16(i + 16))
	}
	words, next := g.vec(), g.label("pair")
	g.VMOVDQU16(order, words)
	g.Label(next)
	top0, top1 := g.loadMasked2(top, m)
	bottom0, bottom1 := g.loadMasked2(bottom, m)
	for i, rows := range [][2]reg.VecVirtual{{top0, bottom0}, {top1, bottom1}} {
		v := g.vec()
		g.toPairs(rows[0], rows[1], v)
		g.VPERMW(v, words, v)
		g.VMOVDQU16(v, operand.Mem{Base: dst, Disp: 64 * i})
	}
	g.ADDQ(step, top)
	g.ADDQ(step, bottom)
	g.ADDQ(operand.I32(128), dst)
	g.DECQ(pairs)
	g.JNZ(operand.LabelRef(next))
	g.finish()
}

// packTransposedBF16 takes 16 columns, which lie as rows in src, and 32 rows at
// a time. Rounded, each column is 16 pairs, and the square of 16 x 16 pairs is
// transposed in four rounds of shuffles.
func (g *gen) packTransposedBF16() {
	g.function("packTransposedBF16", "func(dst *uint16, src *float32, lds, rows int)",
		"packs 16 columns of rows >= 1 rows; lds floats lie from column to column.")
	dst, src, lds, rows := g.pointer("dst"), g.pointer("src"), g.pointer("lds"), g.pointer("rows")
	g.SHLQ(u8(2), lds)
	block, done, n, p := g.label("block"), g.label("done"), g.GP64(), g.GP64()
	g.Label(block)
	g.MOVQ(operand.I32(32), n)
	g.CMPQ(rows, n)
	g.CMOVQLT(rows, n)
	m := g.halves(n)
	g.MOVQ(src, p)
	var v [16]reg.VecVirtual
	for i := range v {
		low, high := g.loadMasked2(p, m)
		v[i] = g.vec()
		g.toPairs(low, high, v[i])
		g.ADDQ(lds, p)
	}
	v = g.transpose16(v)
	for i := range v {
		g.VMOVDQU16(v[i], operand.Mem{Base: dst, Disp: 128 * i})
		if i < 15 {
			g.CMPQ(n, operand.I32(2*i+2))
			g.JLE(operand.LabelRef(done))
		}
	}
	g.ADDQ(operand.I32(128), src)
	g.ADDQ(operand.I32(16*128), dst)
	g.SUBQ(operand.I32(32), rows)
	g.JG(operand.LabelRef(block))
	g.Label(done)
	g.finish()
}

// transpose16 transposes a square of 32-bit lanes: twice within the quarters of
// 128 bits, then the quarters.
func (g *gen) transpose16(v [16]reg.VecVirtual) [16]reg.VecVirtual {
	pair := func(i, j, a, b int, w *[16]reg.VecVirtual, low, high func(y, x, dst operand.Op)) {
		w[i], w[j] = g.vec(), g.vec()
		low(v[b], v[a], w[i])
		high(v[b], v[a], w[j])
	}
	quarters := func(which uint8) func(y, x, dst operand.Op) {
		return func(y, x, dst operand.Op) { g.VSHUFI32X4(u8(which), y, x, dst) }
	}
	unpack := func(f func(...operand.Op)) func(y, x, dst operand.Op) {
		return func(y, x, dst operand.Op) { f(y, x, dst) }
	}
	even, odd := quarters(0x88), quarters(0xdd)
	var w [16]reg.VecVirtual
	for i := 0; i < 16; i += 2 {
		pair(i, i+1, i, i+1, &w, unpack(g.VPUNPCKLDQ), unpack(g.VPUNPCKHDQ))
	}
	v, w = w, v
	for i := 0; i < 16; i += 4 {
		pair(i, i+1, i, i+2, &w, unpack(g.VPUNPCKLQDQ), unpack(g.VPUNPCKHQDQ))
		pair(i+2, i+3, i+1, i+3, &w, unpack(g.VPUNPCKLQDQ), unpack(g.VPUNPCKHQDQ))
	}
	// Now quarter q of v[4*i+c] holds lane 4*q+c of the vectors 4*i to 4*i+3.
	v, w = w, v
	for c := range 4 {
		pair(c, c+4, c, c+4, &w, even, odd)
		pair(c+8, c+12, c+8, c+12, &w, even, odd)
	}
	v, w = w, v
	for c := range 4 {
		pair(c, c+8, c, c+8, &w, even, odd)
		pair(c+4, c+12, c+4, c+12, &w, even, odd)
	}
	return w
}

// peakBF16 is peak for VDPBF16PS, with 16 sums for its latency of six.
func (g *gen) peakBF16() {
	g.function("peakBF16", "func(rounds int)", "does 16 vector VDPBF16PS in each round.")
	rounds := g.pointer("rounds")
	x, y := g.bits(0x3f803f80), g.zero()
	var sums []reg.VecVirtual
	for range 16 {
		sums = append(sums, g.zero())
	}
	top := g.label("round")
	g.Label(top)
	for _, s := range sums {
		g.dotPairs(x, y, s)
	}
	g.DECQ(rounds)
	g.JNZ(operand.LabelRef(top))
	g.finish()
}
