package main

import (
	"fmt"
	"math/bits"

	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// tile holds what all tiles of a panel share.
type tile struct {
	pairs             bool          // of bf16 in the lanes of a and b, not float32
	scale             uint8         // bytes of an element of a and b
	c, a              reg.GPVirtual // of the tile's first row
	aRow, aRow3, aCol reg.GPVirtual // bytes
	ldb               reg.GPVirtual // bytes
	mask              tailMask
}

// gemm writes one function that computes a panel of C: rows x (vecs vectors, the
// last one masked). It walks the rows of the panel by tiles whose sums stay in
// registers over all blocks and all of k. A tile of R rows and V vectors does
// R*V multiply-adds for R+V loads, and R*V of at least 8 hides their latency of
// 4 cycles at two a cycle:
//
//	AVX-512: 8 x 2 of 32 registers; for at most 4 rows also 4 x 4
//	AVX2:    6 x 2 of 16 registers, 8 x 1 at the right edge
func (g *gen) gemm() {
	g.function("gemmPanel",
		"func(c *float32, ldc int, a *float32, aRow, aCol int, b *float32, ldb int, blocks *int, nblocks, k, rows, vecs, last int, accumulate bool)",
		"computes rows x vecs vectors of C, the last vector with only its first last lanes. Strides count elements; "+
			"blocks are pairs of offsets; rows, vecs, last, nblocks and k are at least 1.")
	g.panels(tile{scale: 4})
}

// gemmBF16 writes the same for pairs of bf16: a step of k is two elements wide,
// a 32-bit lane holds a pair, and the instruction that multiplies and adds them
// does so twice. It takes 6 cycles, so that 12 sums hide it, and 8 hide most.
func (g *gen) gemmBF16() {
	g.function("gemmPanelBF16",
		"func(c *float32, ldc int, a *uint16, aRow int, b *uint16, ldb int, blocks *int, nblocks, pairs, rows, vecs, last int, accumulate bool)",
		"is gemmPanelAVX512 for BlockGemmBF16, with k = 2*pairs.")
	g.panels(tile{pairs: true, scale: 2})
}

func (g *gen) panels(t tile) {
	t.c, t.a, t.aRow = g.pointer("c"), g.pointer("a"), g.pointer("aRow")
	strides := []reg.GPVirtual{t.aRow}
	if !t.pairs {
		t.aCol = g.pointer("aCol")
		strides = append(strides, t.aCol)
	}
	t.ldb, t.aRow3 = g.pointer("ldb"), g.GP64()
	for _, r := range append(strides, t.ldb) {
		g.SHLQ(u8(uint8(bits.TrailingZeros8(t.scale))), r)
	}
	g.LEAQ(operand.Mem{Base: t.aRow, Index: t.aRow, Scale: 2}, t.aRow3)
	t.mask = g.mask(g.pointer("last"))

	maxRows, widths := 4, []int{2, 1}
	if g.wide {
		maxRows, widths = 8, []int{2, 1, 4}
	}
	vecs := g.GP64()
	for i, width := range widths {
		if i > 0 {
			g.Label(panel(width))
		}
		if i+1 < len(widths) {
			g.Load(g.Param("vecs"), vecs)
			g.CMPQ(vecs, operand.I32(width))
			g.JNE(operand.LabelRef(panel(widths[i+1])))
		}
		top := maxRows
		switch {
		case width == 4:
			top = 4
		case width == 1: // as many sums as hide the latency
			top = 8
		case !g.wide:
			top = 6
		}
		g.panel(t, top, width)
	}
}

func panel(width int) string { return fmt.Sprintf("panel%d", width) }

// panel writes the walk over rows: full tiles, then one for what is left.
func (g *gen) panel(t tile, maxRows, width int) {
	// The rows left lie in the parameter's place: registers are for the tile.
	left := g.param("rows")
	full, done := g.label("tiles"), g.label("done")
	g.Label(full)
	// Seven and eight rows go by fours: two rows alone would wait for their sums.
	four := ""
	if maxRows == 6 {
		four = g.label("four")
	}
	for rows := maxRows; rows >= 1; rows-- {
		next := g.label("fewer")
		g.CMPQ(left, operand.I32(rows))
		g.JL(operand.LabelRef(next))
		if rows == 6 && four != "" {
			for _, n := range []int{7, 8} {
				g.CMPQ(left, operand.I32(n))
				g.JE(operand.LabelRef(four))
			}
		}
		if rows == 4 && four != "" {
			g.Label(four)
		}
		g.tile(t, rows, width)
		if rows == maxRows || rows == 4 && four != "" {
			g.SUBQ(operand.I32(rows), left)
			r := g.GP64()
			g.Load(g.Param("ldc"), r)
			g.SHLQ(u8(2), r)
			g.IMUL3Q(operand.I32(rows), r, r)
			g.ADDQ(r, t.c)
			g.IMUL3Q(operand.I32(rows), t.aRow, r)
			g.ADDQ(r, t.a)
			g.JMP(operand.LabelRef(full))
		} else {
			g.JMP(operand.LabelRef(done))
		}
		g.Label(next)
	}
	g.Label(done)
	g.finish()
}

func (g *gen) tile(t tile, rows, width int) {
	g.Comment(fmt.Sprintf("%d rows, %d vectors", rows, width))
	sums := make([][]reg.VecVirtual, rows)
	for i := range sums {
		for range width {
			sums[i] = append(sums[i], g.vec())
		}
	}
	g.tileStart(t, sums)

	blk, blocksLeft := g.pointer("blocks"), g.pointer("nblocks")
	pa, pa4, pb, k := g.GP64(), g.GP64(), g.GP64(), g.GP64()
	block, step := g.label("block"), g.label("k")
	g.Label(block)
	g.MOVQ(operand.Mem{Base: blk}, pa)
	g.LEAQ(operand.Mem{Base: t.a, Index: pa, Scale: t.scale}, pa)
	if rows > 4 {
		g.LEAQ(operand.Mem{Base: pa, Index: t.aRow, Scale: 4}, pa4)
	}
	g.MOVQ(operand.Mem{Base: blk, Disp: 8}, pb)
	g.Load(g.Param("b"), k)
	g.LEAQ(operand.Mem{Base: k, Index: pb, Scale: t.scale}, pb)
	g.MOVQ(g.param(t.steps()), k)

	g.Label(step)
	var b []reg.VecVirtual
	for v := range width {
		b = append(b, g.vec())
		g.loadVector(t, operand.Mem{Base: pb}, v, width, b[v])
	}
	for i := range rows {
		a := g.vec()
		g.VBROADCASTSS(row(i, pa, pa4, t.aRow, t.aRow3), a)
		for v := range width {
			if t.pairs {
				g.dotPairs(b[v], a, sums[i][v])
			} else {
				g.VFMADD231PS(b[v], a, sums[i][v])
			}
		}
	}
	g.ADDQ(t.stepA(), pa)
	if rows > 4 {
		g.ADDQ(t.stepA(), pa4)
	}
	g.ADDQ(t.ldb, pb)
	g.DECQ(k)
	g.JNZ(operand.LabelRef(step))
	g.ADDQ(operand.I32(16), blk)
	g.DECQ(blocksLeft)
	g.JNZ(operand.LabelRef(block))

	g.eachC(t, sums, func(m operand.Mem, v int, sum reg.VecVirtual) {
		if g.masked(v, width) {
			g.storeMasked(sum, t.mask, m)
		} else {
			g.VMOVUPS(sum, m)
		}
	})
}

// steps names the parameter that counts the steps of k.
func (t tile) steps() string {
	if t.pairs {
		return "pairs"
	}
	return "k"
}

// stepA is how far a step of k goes in A.
func (t tile) stepA() operand.Op {
	if t.pairs {
		return operand.I32(4)
	}
	return t.aCol
}

// tileStart sets the sums to zero or to what C holds.
func (g *gen) tileStart(t tile, sums [][]reg.VecVirtual) {
	width := len(sums[0])
	load, ready := g.label("load"), g.label("ready")
	g.CMPB(g.param("accumulate"), u8(0))
	g.JNE(operand.LabelRef(load))
	for i := range sums {
		for _, s := range sums[i] {
			g.clear(s)
		}
	}
	g.JMP(operand.LabelRef(ready))
	g.Label(load)
	g.eachC(t, sums, func(m operand.Mem, v int, sum reg.VecVirtual) {
		if g.masked(v, width) {
			g.loadMasked(m, t.mask, sum)
		} else {
			g.VMOVUPS(m, sum)
		}
	})
	g.Label(ready)
}

// eachC visits the vectors of the tile in C.
func (g *gen) eachC(t tile, sums [][]reg.VecVirtual, visit func(m operand.Mem, v int, sum reg.VecVirtual)) {
	c, ldc := g.GP64(), g.GP64()
	g.MOVQ(t.c, c)
	g.Load(g.Param("ldc"), ldc)
	for i := range sums {
		for v, s := range sums[i] {
			visit(operand.Mem{Base: c, Disp: 4 * g.lanes * v}, v, s)
		}
		if i+1 < len(sums) {
			g.LEAQ(operand.Mem{Base: c, Index: ldc, Scale: 4}, c)
		}
	}
}

// masked says which vectors of a panel may be cut short: the last. But panels
// four wide, and AVX2's two wide, are for whole vectors; VMASKMOVPS is slow.
func (g *gen) masked(v, width int) bool {
	return v == width-1 && (width == 1 || width == 2 && g.wide)
}

func (g *gen) loadVector(t tile, m operand.Mem, v, width int, dst reg.VecVirtual) {
	m.Disp += 4 * g.lanes * v
	if g.masked(v, width) {
		g.loadMasked(m, t.mask, dst)
	} else {
		g.VMOVUPS(m, dst)
	}
}

// row addresses A's element in row i of a tile from two pointers.
func row(i int, pa, pa4, aRow, aRow3 reg.GPVirtual) operand.Mem {
	m := operand.Mem{Base: pa}
	if i >= 4 {
		m.Base = pa4
	}
	switch i % 4 {
	case 1:
		m.Index, m.Scale = aRow, 1
	case 2:
		m.Index, m.Scale = aRow, 2
	case 3:
		m.Index, m.Scale = aRow3, 1
	}
	return m
}
