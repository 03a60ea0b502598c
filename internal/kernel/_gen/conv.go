package main

import (
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// convs writes what networks from elsewhere need beside products.
func (g *gen) convs() {
	g.tailMasks()
	g.activations()
	g.depthwise()
	g.winogradInput()
	g.winogradOutput()
}

func (g *gen) activations() {
	g.function("maximum", "func(dst, src []float32)", "")
	dst, src := g.slice("dst"), g.slice("src")
	g.loop(g.length("dst"), 1, func(a at) {
		v, w := a.load(dst), a.load(src)
		g.VMAXPS(v, w, v) // dst where either is NaN
		a.store(v, dst)
	})
	g.finish()

	g.eachRow("addBiasClamp", "func(x, bias []float32, low, high float32)", func() func(a at, v reg.VecVirtual) {
		low, high := g.broadcast("low"), g.broadcast("high")
		return func(a at, v reg.VecVirtual) {
			g.VMAXPS(v, low, v) // NaN stays
			g.VMINPS(v, high, v)
		}
	})
	g.eachRow("addBiasSlope", "func(x, bias, slopes []float32)", func() func(a at, v reg.VecVirtual) {
		slopes, zero := g.slice("slopes"), g.zero()
		return func(a at, v reg.VecVirtual) {
			below := g.vec()
			g.VMINPS(v, zero, below)
			g.VMULPS(a.load(slopes), below, below)
			g.VMAXPS(v, zero, v)
			g.VADDPS(below, v, v)
		}
	})

	g.function("scaleShift", "func(dst, x, scale, shift []float32)", "")
	dst, x := g.slice("dst"), g.slice("x")
	scale, shift, cols := g.slice("scale"), g.slice("shift"), g.length("scale")
	end, row := g.length("x"), g.label("row")
	g.LEAQ(operand.Mem{Base: x, Index: end, Scale: 4}, end)
	g.Label(row)
	g.loop(cols, 1, func(a at) {
		v := a.load(x)
		g.VMULPS(a.load(scale), v, v)
		g.VADDPS(a.load(shift), v, v)
		a.store(v, dst)
	})
	g.LEAQ(operand.Mem{Base: x, Index: cols, Scale: 4}, x)
	g.LEAQ(operand.Mem{Base: dst, Index: cols, Scale: 4}, dst)
	g.CMPQ(x, end)
	g.JB(operand.LabelRef(row))
	g.finish()
}

// eachRow adds a bias to each row of x, and does more with the sums.
func (g *gen) eachRow(name, signature string, more func() func(a at, v reg.VecVirtual)) {
	g.function(name, signature, "")
	x, bias, cols := g.slice("x"), g.slice("bias"), g.length("bias")
	end := g.length("x")
	g.LEAQ(operand.Mem{Base: x, Index: end, Scale: 4}, end)
	do := more()
	row := g.label("row")
	g.Label(row)
	g.loop(cols, 1, func(a at) {
		v, b := a.load(x), a.load(bias)
		g.VADDPS(b, v, v)
		do(a, v)
		a.store(v, x)
	})
	g.LEAQ(operand.Mem{Base: x, Index: cols, Scale: 4}, x)
	g.CMPQ(x, end)
	g.JB(operand.LabelRef(row))
	g.finish()
}

// depthwise walks the channels by vectors, then the pixels by fours, then the taps.
func (g *gen) depthwise() {
	g.function("depthwise", "func(dst, x, w, bias *float32, blocks *int, nblocks, pixels, step, channels int, low, high float32)",
		"is Depthwise with channels between pixels of dst; all counts are at least 1.")
	channels := g.pointer("channels")
	low, high := g.broadcast("low"), g.broadcast("high")
	stride, step := g.GP64(), g.pointer("step")
	g.MOVQ(channels, stride)
	g.SHLQ(u8(2), stride)
	g.SHLQ(u8(2), step)
	step3 := g.GP64()
	g.LEAQ(operand.Mem{Base: step, Index: step, Scale: 2}, step3)
	i := g.GP64() // bytes of channels that are done
	g.XORQ(i, i)
	column := func(width int, tail *tailMask) {
		left, dst, x := g.GP64(), g.GP64(), g.GP64()
		g.Load(g.Param("dst"), dst)
		g.ADDQ(i, dst)
		g.Load(g.Param("x"), x)
		g.ADDQ(i, x)
		g.MOVQ(g.param("pixels"), left)
		for _, many := range []int{4, 1} {
			top, next := g.label("pixels"), g.label("next")
			g.Label(top)
			g.CMPQ(left, operand.I32(many))
			g.JL(operand.LabelRef(next))
			sums := make([][]reg.VecVirtual, many)
			bias := g.GP64()
			g.Load(g.Param("bias"), bias)
			for p := range sums {
				for v := range width {
					sums[p] = append(sums[p], g.vec())
					m := operand.Mem{Base: bias, Index: i, Scale: 1, Disp: 4 * g.lanes * v}
					if tail != nil {
						g.loadMasked(m, *tail, sums[p][v])
					} else {
						g.VMOVUPS(m, sums[p][v])
					}
				}
			}
			blk, taps := g.pointer("blocks"), g.pointer("nblocks")
			tap := g.label("tap")
			g.Label(tap)
			pa, pb := g.GP64(), g.GP64()
			g.MOVQ(operand.Mem{Base: blk}, pa)
			g.LEAQ(operand.Mem{Base: x, Index: pa, Scale: 4}, pa)
			g.MOVQ(operand.Mem{Base: blk, Disp: 8}, pb)
			w := g.GP64()
			g.Load(g.Param("w"), w)
			g.LEAQ(operand.Mem{Base: w, Index: pb, Scale: 4}, pb)
			g.ADDQ(i, pb)
			for v := range width {
				disp := 4 * g.lanes * v
				weights := g.vec()
				if tail != nil {
					g.loadMasked(operand.Mem{Base: pb, Disp: disp}, *tail, weights)
				} else {
					g.VMOVUPS(operand.Mem{Base: pb, Disp: disp}, weights)
				}
				for p := range many {
					m := operand.Mem{Base: pa, Disp: disp}
					switch p {
					case 1, 2:
						m.Index, m.Scale = step, uint8(p)
					case 3:
						m.Index, m.Scale = step3, 1
					}
					if tail != nil {
						t := g.vec()
						g.loadMasked(m, *tail, t)
						g.VFMADD231PS(t, weights, sums[p][v])
					} else {
						g.VFMADD231PS(m, weights, sums[p][v])
					}
				}
			}
			g.ADDQ(operand.I32(16), blk)
			g.DECQ(taps)
			g.JNZ(operand.LabelRef(tap))
			for p := range many {
				for v := range width {
					g.VMAXPS(sums[p][v], low, sums[p][v])
					g.VMINPS(sums[p][v], high, sums[p][v])
					m := operand.Mem{Base: dst, Disp: 4 * g.lanes * v}
					if tail != nil {
						g.storeMasked(sums[p][v], *tail, m)
					} else {
						g.VMOVUPS(sums[p][v], m)
					}
				}
				g.ADDQ(stride, dst)
				g.ADDQ(step, x)
			}
			g.SUBQ(operand.I32(many), left)
			g.JMP(operand.LabelRef(top))
			g.Label(next)
		}
	}
	for _, width := range []int{2, 1} {
		top, next := g.label("columns"), g.label("next")
		g.Label(top)
		g.CMPQ(channels, operand.I32(width*g.lanes))
		g.JL(operand.LabelRef(next))
		column(width, nil)
		g.ADDQ(operand.I32(4*width*g.lanes), i)
		g.SUBQ(operand.I32(width*g.lanes), channels)
		g.JMP(operand.LabelRef(top))
		g.Label(next)
	}
	done := g.label("done")
	g.TESTQ(channels, channels)
	g.JZ(operand.LabelRef(done))
	m := g.mask(channels)
	column(1, &m)
	g.Label(done)
	g.finish()
}

// six addresses six vectors that lie stride bytes apart.
func six(g *gen, base reg.GPVirtual, stride reg.GPVirtual) [6]operand.Mem {
	third := g.GP64()
	g.LEAQ(operand.Mem{Base: stride, Index: stride, Scale: 2}, third)
	g.ADDQ(base, third)
	var m [6]operand.Mem
	for i := range m {
		m[i] = operand.Mem{Base: base}
		if i >= 3 {
			m[i].Base = third
		}
		if i%3 > 0 {
			m[i].Index, m[i].Scale = stride, uint8(i%3)
		}
	}
	return m
}

// scratchAt is a vector in the place where a transform keeps what is half done.
func (g *gen) scratchAt(base reg.GPVirtual, i int) operand.Mem {
	return operand.Mem{Base: base, Disp: 4 * g.lanes * i}
}

// loadAt reads a vector that may be cut short.
func (g *gen) loadAt(m operand.Mem, tail *tailMask) reg.VecVirtual {
	v := g.vec()
	if tail != nil {
		g.loadMasked(m, *tail, v)
	} else {
		g.VMOVUPS(m, v)
	}
	return v
}

func (g *gen) storeAt(v reg.VecVirtual, m operand.Mem, tail *tailMask) {
	if tail != nil {
		g.storeMasked(v, *tail, m)
	} else {
		g.VMOVUPS(v, m)
	}
}

// winogradInput transforms columns, then rows. All multiplications are by constants in memory or
// registers; sums are not fused with them where that would cost another register.
func (g *gen) winogradInput() {
	g.function("winogradInput", "func(dst *float32, plane int, src *float32, row, pixel, channels int, scratch *float32)",
		"is WinogradInput; strides count elements; scratch has room for 36 vectors.")
	dst, plane, src := g.pointer("dst"), g.pointer("plane"), g.pointer("src")
	row, pixel, scratch := g.pointer("row"), g.pointer("pixel"), g.pointer("scratch")
	for _, r := range []reg.GPVirtual{plane, row, pixel} {
		g.SHLQ(u8(2), r)
	}
	two, three, four, five := g.constant(2), g.constant(3), g.constant(4), g.constant(5)
	transform := func(d [6]reg.VecVirtual) [6]reg.VecVirtual {
		// t0 = 4 d0 - 5 d2 + d4, t5 = 4 d1 - 5 d3 + d5
		var t [6]reg.VecVirtual
		for i, k := range []int{0, 5} {
			t[k] = g.vec()
			g.VMULPS(four, d[i], t[k])
			g.VFNMADD231PS(five, d[i+2], t[k])
			g.VADDPS(d[i+4], t[k], t[k])
		}
		// a = d4 - 4 d2, b = d3 - 4 d1: t1 = a + b, t2 = a - b
		g.VFNMADD231PS(four, d[2], d[4])
		a, b := d[4], g.vec()
		g.VMOVAPS(d[3], b)
		g.VFNMADD231PS(four, d[1], b)
		t[1], t[2] = g.vec(), g.vec()
		g.VADDPS(b, a, t[1])
		g.VSUBPS(b, a, t[2])
		// c = d4 - d2, e = 2 (d3 - d1): t3 = c + e, t4 = c - e
		g.VFMADD231PS(three, d[2], a) // d4 - d2
		g.VSUBPS(d[1], d[3], d[3])
		g.VMULPS(two, d[3], d[3])
		t[3], t[4] = g.vec(), g.vec()
		g.VADDPS(d[3], a, t[3])
		g.VSUBPS(d[3], a, t[4])
		return t
	}
	g.loop(g.pointer("channels"), 1, func(a at) {
		p := g.GP64()
		g.LEAQ(operand.Mem{Base: src, Index: a.i, Scale: 4}, p)
		for j := range 6 {
			var d [6]reg.VecVirtual
			for i, m := range six(g, p, row) {
				d[i] = g.loadAt(m, a.tail)
			}
			for i, t := range transform(d) {
				g.VMOVUPS(t, g.scratchAt(scratch, 6*i+j))
			}
			g.ADDQ(pixel, p)
		}
		q := g.GP64()
		g.LEAQ(operand.Mem{Base: dst, Index: a.i, Scale: 4}, q)
		for i := range 6 {
			var d [6]reg.VecVirtual
			for j := range d {
				d[j] = g.vec()
				g.VMOVUPS(g.scratchAt(scratch, 6*i+j), d[j])
			}
			t := transform(d)
			for j, m := range six(g, q, plane) {
				g.storeAt(t[j], m, a.tail)
			}
			if i < 5 {
				for range 6 {
					g.ADDQ(plane, q)
				}
			}
		}
	})
	g.finish()
}

func (g *gen) winogradOutput() {
	g.function("winogradOutput", "func(dst *float32, row, pixel int, src *float32, plane, channels int, scratch *float32)",
		"is WinogradOutput; strides count elements; scratch has room for 24 vectors.")
	dst, row, pixel := g.pointer("dst"), g.pointer("row"), g.pointer("pixel")
	src, plane, scratch := g.pointer("src"), g.pointer("plane"), g.pointer("scratch")
	for _, r := range []reg.GPVirtual{plane, row, pixel} {
		g.SHLQ(u8(2), r)
	}
	two, four, eight := g.constant(2), g.constant(4), g.constant(8)
	transform := func(m [6]reg.VecVirtual) [4]reg.VecVirtual {
		// a = m1 + m2, b = m1 - m2, c = m3 + m4, d = m3 - m4
		a, c := g.vec(), g.vec()
		g.VADDPS(m[2], m[1], a)
		g.VSUBPS(m[2], m[1], m[1])
		g.VADDPS(m[4], m[3], c)
		g.VSUBPS(m[4], m[3], m[3])
		b, d := m[1], m[3]
		g.VADDPS(a, m[0], m[0])
		g.VADDPS(c, m[0], m[0])
		y1 := g.vec()
		g.VMOVAPS(b, y1)
		g.VFMADD231PS(two, d, y1)
		g.VFMADD231PS(four, c, a)
		g.VADDPS(m[5], b, b)
		g.VFMADD231PS(eight, d, b)
		return [4]reg.VecVirtual{m[0], y1, a, b}
	}
	g.loop(g.pointer("channels"), 1, func(a at) {
		p := g.GP64()
		g.LEAQ(operand.Mem{Base: src, Index: a.i, Scale: 4}, p)
		// Plane 6i+j is row i and column j: the rows of a column lie six planes apart.
		rows := g.GP64()
		g.LEAQ(operand.Mem{Base: plane, Index: plane, Scale: 2}, rows)
		g.ADDQ(rows, rows)
		for j := range 6 {
			var m [6]reg.VecVirtual
			for i, at := range six(g, p, rows) {
				m[i] = g.loadAt(at, a.tail)
			}
			for i, y := range transform(m) {
				g.VMOVUPS(y, g.scratchAt(scratch, 6*i+j))
			}
			g.ADDQ(plane, p)
		}
		q := g.GP64()
		g.LEAQ(operand.Mem{Base: dst, Index: a.i, Scale: 4}, q)
		for i := range 4 {
			var m [6]reg.VecVirtual
			for j := range m {
				m[j] = g.vec()
				g.VMOVUPS(g.scratchAt(scratch, 6*i+j), m[j])
			}
			y := transform(m)
			third := g.GP64()
			g.LEAQ(operand.Mem{Base: pixel, Index: pixel, Scale: 2}, third)
			g.ADDQ(q, third)
			for j := range y {
				at := operand.Mem{Base: q}
				switch j {
				case 1, 2:
					at.Index, at.Scale = pixel, uint8(j)
				case 3:
					at.Base = third
				}
				g.storeAt(y[j], at, a.tail)
			}
			g.ADDQ(row, q)
		}
	})
	g.finish()
}
