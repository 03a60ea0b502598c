package main

import "fmt"

// The registers all tiles of a panel share. Strides are in bytes.
const (
	gemmC, gemmLdc          = gp(0), gp(1) // of the tile's first row
	gemmA, gemmARow, gemmAK = gp(2), gp(3), gp(4)
	gemmB, gemmLdb          = gp(5), gp(6)
	gemmRows                = gp(7) // left
	gemmBlock, gemmBlocks   = gp(8), gp(9)
	gemmK, gemmPB           = gp(10), gp(11)
	gemmAt                  = gp(12) // how far along its rows A is read
	gemmSums                = vec(16)
)

// gemmPA point at A's rows in a tile.
var gemmPA = []gp{13, 14, 15, 19, 20, 21, 22, 23}

var gemmTail = tail3{o1: 16, o2: 17, p: 24}

// gemm writes one function that computes a panel of C, or several of the same
// width side by side. A tile's sums stay in registers over all blocks and all of
// k. The two full tiles, 8 rows x 2 vectors and 4 x 4, have 16 sums: with a
// latency of 4 cycles that keeps four multipliers busy (docs/KERNELS.md has the
// sources). B comes in pairs of vectors; A lies in lanes, from which fmla takes
// any one.
func (n *neon) gemm() {
	n.function("gemmPanel",
		"func(c *float32, ldc int, a *float32, aRow, aCol int, b *float32, ldb int, blocks *int, nblocks, k, rows, vecs, panels, last int, accumulate bool)",
		"computes rows x vecs vectors of C, panels times side by side. vecs is 4, 2 or 1; with 1 a single panel may have "+
			"only the first last lanes. Strides count elements; blocks are pairs of offsets; rows, panels, last, nblocks and k are at least 1.")
	for _, s := range []struct {
		name string
		r    gp
	}{{"ldc", gemmLdc}, {"aRow", gemmARow}, {"aCol", gemmAK}, {"ldb", gemmLdb}} {
		n.pointer(s.name, s.r)
		n.op("LSL", 2, s.r, s.r)
	}
	n.pointer("vecs", gemmRows)
	n.op("CMP", 4, gemmRows)
	n.op("BEQ", "panel4")
	n.op("CMP", 2, gemmRows)
	n.op("BEQ", "panel2")
	n.pointer("last", gemmRows)
	n.op("CMP", 4, gemmRows)
	n.op("BEQ", "panel1")
	gemmTail.set(n, gemmRows)
	for _, width := range []int{0, 1, 2, 4} {
		n.panel(width)
	}
}

// panel writes the walk over rows, then over panels. Width 0 is the tail.
func (n *neon) panel(width int) {
	top := fmt.Sprintf("panel%d", width)
	n.label(top)
	n.pointer("c", gemmC)
	n.pointer("a", gemmA)
	n.pointer("b", gemmB)
	n.pointer("rows", gemmRows)
	heights := []int{8, 4, 2, 1}
	if width == 4 {
		heights = []int{4, 3, 2, 1} // 3 is for the channels of a picture
	}
	for i, rows := range heights {
		tile, next := n.newLabel("tile"), n.newLabel("fewer")
		n.op("CMP", rows, gemmRows)
		n.op("BLT", next)
		n.label(tile)
		n.tile(rows, width)
		n.op("MOVD", rows, gemmAt)
		n.op("MADD", gemmAt, gemmC, gemmLdc, gemmC)
		n.op("MADD", gemmAt, gemmA, gemmARow, gemmA)
		n.op("SUB", rows, gemmRows, gemmRows)
		if i == 0 {
			n.op("CMP", rows, gemmRows)
			n.op("BGE", tile)
		}
		n.label(next)
	}
	if width > 1 {
		done := n.newLabel("done")
		n.pointer("panels", gemmRows)
		n.op("SUBS", 1, gemmRows, gemmRows)
		n.op("BEQ", done)
		n.op("MOVD", gemmRows, n.param("panels"))
		for _, name := range []string{"c", "b"} {
			n.pointer(name, gemmAt)
			n.op("ADD", 16*width, gemmAt, gemmAt)
			n.op("MOVD", gemmAt, n.param(name))
		}
		n.op("B", top)
		n.label(done)
	}
	n.op("RET")
}

func (n *neon) tile(rows, width int) {
	if width > 0 {
		n.comment(fmt.Sprintf("%d rows, %d vectors", rows, width))
	} else {
		n.comment(fmt.Sprintf("%d rows, 1 to 3 columns", rows))
	}
	n.tileStart(rows, width)
	block, step, next := n.newLabel("block"), n.newLabel("k"), n.newLabel("nextBlock")
	n.pointer("blocks", gemmBlock)
	n.pointer("nblocks", gemmBlocks)
	n.label(block)
	n.op("LDP.P", mem(gemmBlock, 16), pairOf(gemmPA[0], gemmPB))
	n.op("ADD", scaled(gemmPA[0]), gemmA, gemmPA[0])
	n.op("ADD", scaled(gemmPB), gemmB, gemmPB)
	n.pointer("k", gemmK)
	fast := rows == 8 || rows*width == 16
	if fast {
		n.acrossRows(rows, width, next)
	}
	for i := 1; i < rows; i++ {
		n.op("ADD", gemmARow, gemmPA[i-1], gemmPA[i])
	}
	n.op("MOVD", "ZR", gemmAt)
	if fast {
		n.alongRows(rows, width, step, next)
	}

	// Any strides: one element of A from each row.
	n.label(step)
	n.loadB(width, 0)
	for i := range rows {
		n.op("FMOVS", indexed(gemmPA[i], gemmAt), vec(4+i).f())
	}
	for i := range rows {
		n.multiplyRow(i, width, 0, vec(4+i), 0)
	}
	n.op("ADD", gemmAK, gemmAt, gemmAt)
	n.op("SUBS", 1, gemmK, gemmK)
	n.op("BNE", step)
	n.label(next)
	n.op("SUBS", 1, gemmBlocks, gemmBlocks)
	n.op("BNE", block)

	n.eachC(rows, width, func(p gp, v vec, u int) {
		if width == 0 {
			gemmTail.store(n, v, p)
		} else {
			n.op("FMOVQ", v.f(), mem(p, 16*u))
		}
	})
}

// acrossRows is the loop over k where the tile's rows of A lie side by side, as
// for a gradient of weights: the elements of one step are whole vectors.
func (n *neon) acrossRows(rows, width int, done string) {
	other, step := n.newLabel("along"), n.newLabel("across")
	n.op("CMP", 4, gemmARow)
	n.op("BNE", other)
	n.label(step)
	n.loadB(width, 0)
	if rows == 8 {
		n.op("FLDPQ", mem(gemmPA[0], 0), pair(4))
	} else {
		n.op("FMOVQ", mem(gemmPA[0], 0), vec(4).f())
	}
	n.op("ADD", gemmAK, gemmPA[0], gemmPA[0])
	for i := range rows {
		n.multiplyRow(i, width, 0, vec(4+i/4), i%4)
	}
	n.op("SUBS", 1, gemmK, gemmK)
	n.op("BNE", step)
	n.op("B", done)
	n.label(other)
}

// alongRows is the loop over k where A's rows are contiguous: four steps for one
// vector of each row. What is left of k it leaves to the general loop.
func (n *neon) alongRows(rows, width int, rest, done string) {
	quad, few := n.newLabel("four"), n.newLabel("few")
	n.op("CMP", 4, gemmAK)
	n.op("BNE", rest)
	n.op("SUBS", 4, gemmK, gemmK)
	n.op("BLT", few)
	n.label(quad)
	for i := range rows {
		n.loadAt(gemmPA[i], gemmAt, vec(4+i))
	}
	n.op("ADD", 16, gemmAt, gemmAt)
	for lane := range 4 {
		// Two sets of registers for B, so that it may be read ahead.
		b := vec(lane % 2 * 12)
		n.loadB(width, b)
		for i := range rows {
			n.multiplyRow(i, width, b, vec(4+i), lane)
		}
	}
	n.op("SUBS", 4, gemmK, gemmK)
	n.op("BGE", quad)
	n.label(few)
	n.op("ADDS", 4, gemmK, gemmK)
	n.op("BEQ", done)
}

// loadB reads a row of B into registers from first on, and goes to the next.
func (n *neon) loadB(width int, first vec) {
	switch width {
	case 0:
		gemmTail.load(n, gemmPB, first)
	case 1:
		n.op("FMOVQ", mem(gemmPB, 0), first.f())
	default:
		for u := 0; u < width; u += 2 {
			n.op("FLDPQ", mem(gemmPB, 16*u), pair(first+vec(u)))
		}
	}
	n.op("ADD", gemmLdb, gemmPB, gemmPB)
}

func (n *neon) multiplyRow(i, width int, b, a vec, lane int) {
	for u := range max(1, width) {
		n.fmlaLane(gemmSum(i, u, width), b+vec(u), a, lane)
	}
}

func gemmSum(row, u, width int) vec { return gemmSums + vec(row*max(1, width)+u) }

func pair(v vec) string { return fmt.Sprintf("(%s, %s)", v.f(), (v + 1).f()) }

func pairOf(a, b gp) string { return fmt.Sprintf("(%v, %v)", a, b) }

// tileStart sets the sums to zero or to what C holds.
func (n *neon) tileStart(rows, width int) {
	load, ready := n.newLabel("load"), n.newLabel("ready")
	n.op("MOVBU", n.param("accumulate"), gemmAt)
	n.op("CBNZ", gemmAt, load)
	n.clearAll(gemmSums, rows*max(1, width))
	n.op("B", ready)
	n.label(load)
	n.eachC(rows, width, func(p gp, v vec, u int) {
		if width == 0 {
			gemmTail.load(n, p, v)
		} else {
			n.op("FMOVQ", mem(p, 16*u), v.f())
		}
	})
	n.label(ready)
}

// eachC visits the vectors of the tile in C.
func (n *neon) eachC(rows, width int, visit func(p gp, v vec, u int)) {
	const p = gemmAt
	n.op("MOVD", gemmC, p)
	for i := range rows {
		for u := range max(1, width) {
			visit(p, gemmSum(i, u, width), u)
		}
		if i+1 < rows {
			n.op("ADD", gemmLdc, p, p)
		}
	}
}
