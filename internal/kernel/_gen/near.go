package main

import (
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// near writes the kernels of search.
func (g *gen) near() {
	g.tailMasks()
	g.squaredDistancesAt()
	if !g.wide {
		g.prefetch()
	}
	g.squaredDistance64()
	if g.wide {
		g.panelsNear("panelsNear4", 4)
	} else {
		g.panelsNear("panelsNear2", 2)
	}
	g.panelsNear("panelsNear1", 1)
}

// panelsNear does a number of queries with each panel of 32 rows. A pair of
// bytes becomes a pair of words, one multiplication does both.
func (g *gen) panelsNear(name string, queries int) {
	g.function(name, "func(near *uint32, nearRow int, q *int16, pairs int, about, terms *float32, codes *int8, panels int)",
		"is PanelsNear for so many queries; nearRow counts panels. pairs and panels are at least 1.")
	near, nearRow := g.pointer("near"), g.pointer("nearRow")
	q, qRow := g.pointer("q"), g.pointer("pairs")
	about, terms, codes, panels := g.pointer("about"), g.pointer("terms"), g.pointer("codes"), g.pointer("panels")
	g.SHLQ(u8(2), nearRow)
	g.SHLQ(u8(2), qRow)
	rowsOf := func(base, third, stride reg.GPVirtual, i int) operand.Mem {
		switch i {
		case 0:
			return operand.Mem{Base: base}
		case 3:
			return operand.Mem{Base: third}
		}
		return operand.Mem{Base: base, Index: stride, Scale: uint8(i)}
	}
	vecs := 32 / g.lanes
	top, pair := g.label("panel"), g.label("pair")
	g.Label(top)
	sums := make([][]reg.VecVirtual, queries)
	for i := range sums {
		sums[i] = g.sums(vecs)
	}
	at, at3, end := g.GP64(), g.GP64(), g.GP64()
	g.MOVQ(q, at)
	g.LEAQ(operand.Mem{Base: q, Index: qRow, Scale: 1}, end)
	if queries > 3 {
		g.LEAQ(operand.Mem{Base: end, Index: qRow, Scale: 2}, at3)
	}
	g.Label(pair)
	var factors []reg.VecVirtual
	for i := range queries {
		factors = append(factors, g.vec())
		g.VPBROADCASTD(rowsOf(at, at3, qRow, i), factors[i])
	}
	for v := range vecs {
		x, product := g.vec(), g.vec()
		g.VPMOVSXBW(operand.Mem{Base: codes, Disp: 2 * g.lanes * v}, x)
		for i := range queries {
			g.VPMADDWD(factors[i], x, product)
			g.VPADDD(product, sums[i][v], sums[i][v])
		}
	}
	g.ADDQ(operand.I32(64), codes)
	g.ADDQ(operand.I32(4), at)
	if queries > 3 {
		g.ADDQ(operand.I32(4), at3)
	}
	g.CMPQ(at, end)
	g.JNE(operand.LabelRef(pair))

	if queries > 3 {
		g.LEAQ(operand.Mem{Base: near, Index: nearRow, Scale: 2}, at3)
		g.ADDQ(nearRow, at3)
	}
	for i := range queries {
		var terms3 [3]reg.VecVirtual // scale, slack, limit
		for t := range terms3 {
			terms3[t] = g.vec()
			g.VBROADCASTSS(operand.Mem{Base: about, Disp: 12*i + 4*t}, terms3[t])
		}
		mask := g.GP64()
		for v := range vecs {
			e, r := sums[i][v], g.vec()
			g.VCVTDQ2PS(e, e)
			g.VMULPS(terms3[0], e, e)
			g.VADDPS(operand.Mem{Base: terms, Disp: 4 * g.lanes * v}, e, e)
			g.VMULPS(operand.Mem{Base: terms, Disp: 128 + 4*g.lanes*v}, terms3[1], r)
			g.VSUBPS(r, e, e)
			const notGreater = 0x1a
			bits := g.GP64()
			if g.wide {
				k := g.K()
				g.VCMPPS(u8(notGreater), terms3[2], e, k)
				g.KMOVW(k, bits.As32())
			} else {
				g.VCMPPS(u8(notGreater), terms3[2], e, e)
				g.VMOVMSKPS(e, bits.As32())
			}
			if v == 0 {
				g.MOVQ(bits, mask)
			} else {
				g.SHLQ(u8(uint8(g.lanes*v)), bits)
				g.ORQ(bits, mask)
			}
		}
		g.MOVL(mask.As32(), rowsOf(near, at3, nearRow, i))
	}
	g.ADDQ(operand.I32(4), near)
	g.ADDQ(operand.I32(256), terms)
	g.DECQ(panels)
	g.JNZ(operand.LabelRef(top))
	g.finish()
}

func (g *gen) squaredDistancesAt() {
	g.function("squaredDistancesAt", "func(dst, q, rows []float32, at []uint32)", "")
	dst, q, rows, n := g.slice("dst"), g.slice("q"), g.slice("rows"), g.length("q")
	list, count := g.slice("at"), g.length("at")
	rowBytes := g.GP64()
	g.MOVQ(n, rowBytes)
	g.SHLQ(u8(2), rowBytes)
	// All rows are asked for before the first is waited for.
	ask, next, left := g.label("ask"), g.GP64(), g.GP64()
	g.MOVQ(list, next)
	g.MOVQ(count, left)
	g.Label(ask)
	to := g.GP64()
	g.MOVL(operand.Mem{Base: next}, to.As32())
	g.IMULQ(rowBytes, to)
	g.PREFETCHT0(operand.Mem{Base: rows, Index: to, Scale: 1})
	g.PREFETCHT0(operand.Mem{Base: rows, Index: to, Scale: 1, Disp: 64})
	g.ADDQ(operand.I32(4), next)
	g.DECQ(left)
	g.JNZ(operand.LabelRef(ask))
	row := g.label("row")
	g.Label(row)
	p := g.GP64()
	g.MOVL(operand.Mem{Base: list}, p.As32())
	g.IMULQ(rowBytes, p)
	g.ADDQ(rows, p)
	sums := g.sums(4)
	g.loop(n, 4, func(a at) {
		v, w := a.load(q), a.load(p)
		g.VSUBPS(w, v, v)
		g.VFMADD231PS(v, v, sums[a.u])
	})
	g.VMOVSS(g.total(sums), operand.Mem{Base: dst})
	g.ADDQ(operand.I32(4), dst)
	g.ADDQ(operand.I32(4), list)
	g.DECQ(count)
	g.JNZ(operand.LabelRef(row))
	g.finish()
}

// squaredDistance64 keeps 16 sums, of each sixteenth element, whatever the width
// of vectors, so that all versions agree to the bit.
func (g *gen) squaredDistance64() {
	g.function("squaredDistance64", "func(a, b *float32, n int) float64", "is SquaredDistance64 for n a multiple of 16, at least 16.")
	pa, pb, n := g.pointer("a"), g.pointer("b"), g.pointer("n")
	half := g.lanes / 2
	sums := g.sums(16 / half)
	top := g.label("block")
	g.Label(top)
	for u := range sums {
		v, w := g.vec(), g.vec()
		g.VCVTPS2PD(operand.Mem{Base: pa, Disp: 4 * half * u}, v)
		g.VCVTPS2PD(operand.Mem{Base: pb, Disp: 4 * half * u}, w)
		g.VSUBPD(w, v, v)
		g.VMULPD(v, v, v)
		g.VADDPD(v, sums[u], sums[u])
	}
	g.ADDQ(operand.I32(64), pa)
	g.ADDQ(operand.I32(64), pb)
	g.SUBQ(operand.I32(16), n)
	g.JNZ(operand.LabelRef(top))
	for step := len(sums) / 2; step > 0; step /= 2 {
		for u := range step {
			g.VADDPD(sums[u+step], sums[u], sums[u])
		}
	}
	x, z := g.quarter(sums[0], g.VADDPD), g.XMM()
	g.VUNPCKHPD(x, x, z)
	g.VADDSD(z, x, x)
	g.Store(x, g.ReturnIndex(0))
	g.finish()
}

// prefetch asks for two lines.
func (g *gen) prefetch() {
	g.function("prefetch", "func(x *uint32)", "asks for two lines of 64 bytes.")
	x := g.pointer("x")
	g.PREFETCHT0(operand.Mem{Base: x})
	g.PREFETCHT0(operand.Mem{Base: x, Disp: 64})
	g.RET()
}
