package main

import (
	"fmt"

	"github.com/mmcloughlin/avo/attr"
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// A winnerList of the package: where each entry's weights lie, the gradients,
// then four counts of a byte.
const (
	listRoom  = 48
	listGrads = 4 * listRoom
	listCount = 8 * listRoom
	listBytes = listCount + 8

	weightBytes = 4 * 9 * 32 // of an output channel
)

// scatter writes the kernels behind PooledInputGrad.
func (g *gen) scatter() {
	if g.wide {
		g.winnerLists()
	}
	g.inputGrad()
}

// winnerLists sorts 32 output channels by their winners.
func (g *gen) winnerLists() {
	g.function("winnerLists", "func(lists *uint32, dy *float32, winner *uint8, sites *int, nsites int)",
		"writes a list for each site, of 32 channels; nsites is at least 1.")
	list, dy, winner := g.pointer("lists"), g.pointer("dy"), g.pointer("winner")
	site, left := g.pointer("sites"), g.pointer("nsites")
	var from, grad, win [2]reg.VecVirtual
	step, lane := g.bits(16*weightBytes), g.vec()
	lanes := g.StaticGlobal("weightOffsets")
	g.DataAttributes(attr.RODATA | attr.NOPTR)
	for i := range 16 {
		g.AppendDatum(operand.U32(i * weightBytes))
	}
	g.VMOVUPS(lanes, lane)
	from[0], from[1] = lane, g.vec()
	g.VPADDD(step, lane, from[1])
	var places [4]reg.VecVirtual
	for i := range places {
		places[i] = g.bits(uint32(i))
	}
	three := places[3]
	top := g.label("site")
	g.Label(top)
	b, to, count := g.GP64(), g.GP64(), g.GP64()
	g.MOVQ(operand.Mem{Base: site, Disp: 8}, b)
	for h := range 2 {
		win[h], grad[h] = g.vec(), g.vec()
		g.VPMOVZXBD(operand.Mem{Base: winner, Index: b, Scale: 1, Disp: 16 * h}, win[h])
		g.VPANDD(three, win[h], win[h])
		g.VMOVUPS(operand.Mem{Base: dy, Index: b, Scale: 4, Disp: 64 * h}, grad[h])
	}
	g.MOVQ(list, to)
	for p := range 4 {
		for h := range 2 {
			k, f, d, n := g.K(), g.vec(), g.vec(), g.GP64()
			g.VPCMPEQD(places[p], win[h], k)
			g.KMOVW(k, n.As32())
			g.POPCNTL(n.As32(), n.As32())
			g.VPCOMPRESSD_Z(from[h], k, f)
			g.VMOVUPS(f, operand.Mem{Base: to})
			g.VPCOMPRESSD_Z(grad[h], k, d)
			g.VMOVUPS(d, operand.Mem{Base: to, Disp: listGrads})
			g.LEAQ(operand.Mem{Base: to, Index: n, Scale: 4}, to)
			if h == 0 {
				g.MOVQ(n, count)
			} else {
				g.ADDQ(n, count)
			}
		}
		g.MOVB(count.As8(), operand.Mem{Base: list, Disp: listCount + p})
	}
	g.ADDQ(operand.I32(16), site)
	g.ADDQ(operand.I32(listBytes), list)
	g.DECQ(left)
	g.JNZ(operand.LabelRef(top))
	g.finish()
}

// inputGrad holds 3 rows of 4 pixels in registers: what two winners side by side
// reach. AVX-512 does 32 channels of a pixel, AVX2 8.
func (g *gen) inputGrad() {
	vecs, doc := 1, "is PooledInputGrad for 8 input channels and the output channels in the lists."
	if g.wide {
		vecs, doc = 2, "is PooledInputGrad for the output channels in the lists."
	}
	g.function("pooledInputGrad", "func(dst *float32, xRow int, w *float32, lists *uint32, sites *int, nsites int)", doc+
		" nsites is at least 1.")
	dst, xRow, w := g.pointer("dst"), g.pointer("xRow"), g.pointer("w")
	list, site, left := g.pointer("lists"), g.pointer("sites"), g.pointer("nsites")
	g.SHLQ(u8(2), xRow)
	top := g.label("site")
	counts, p, at := g.GP64(), g.GP64(), g.GP64()
	g.Label(top)
	g.MOVL(operand.Mem{Base: list, Disp: listCount}, counts.As32())
	g.MOVQ(operand.Mem{Base: site}, p)
	g.LEAQ(operand.Mem{Base: dst, Index: p, Scale: 4}, p)
	g.MOVQ(list, at)
	var next [4]reg.GPVirtual
	for i := range next {
		next[i] = g.GP64()
		g.MOVL(operand.Mem{Base: at, Disp: 4 * i}, next[i].As32())
	}
	for above := range 2 {
		var sums [3][4][2]reg.VecVirtual
		each := func(do func(m operand.Mem, sum *reg.VecVirtual)) {
			for r := range 3 {
				for c := range 4 {
					for v := range vecs {
						m := operand.Mem{Base: p, Disp: 128*c + 4*g.lanes*v}
						if r > 0 {
							m.Index, m.Scale = xRow, uint8(r)
						}
						do(m, &sums[r][c][v])
					}
				}
			}
		}
		each(func(m operand.Mem, sum *reg.VecVirtual) {
			*sum = g.vec()
			g.VMOVUPS(m, *sum)
		})
		for side := range 2 {
			g.Comment(fmt.Sprintf("winner %d", 2*above+side))
			entry, none := g.label("entry"), g.label("none")
			left := g.GP64()
			g.MOVBLZX(counts.As8(), left.As32())
			g.SHRL(u8(8), counts.As32())
			g.TESTL(left.As32(), left.As32())
			g.JZ(operand.LabelRef(none))
			g.Label(entry)
			weights, dy := g.GP64(), g.vec()
			g.LEAQ(operand.Mem{Base: w, Index: next[0], Scale: 1}, weights)
			for i := range len(next) - 1 {
				g.MOVQ(next[i+1], next[i])
			}
			g.MOVL(operand.Mem{Base: at, Disp: 4 * len(next)}, next[len(next)-1].As32())
			g.VBROADCASTSS(operand.Mem{Base: at, Disp: listGrads}, dy)
			for r := range 3 {
				for c := range 3 {
					for v := range vecs {
						g.VFMADD231PS(operand.Mem{Base: weights, Disp: 128*(3*r+c) + 4*g.lanes*v}, dy, sums[r][c+side][v])
					}
				}
			}
			g.ADDQ(operand.I32(4), at)
			g.DECL(left.As32())
			g.JNZ(operand.LabelRef(entry))
			g.Label(none)
		}
		each(func(m operand.Mem, sum *reg.VecVirtual) { g.VMOVUPS(*sum, m) })
		if above == 0 {
			g.ADDQ(xRow, p)
		}
	}
	g.ADDQ(operand.I32(16), site)
	g.ADDQ(operand.I32(listBytes), list)
	g.DECQ(left)
	g.JNZ(operand.LabelRef(top))
	g.finish()
}
