package main

// sparse and scatter do what those of gen do, in the same order of sums; the
// comments there hold here.
func (n *neon) sparse() {
	n.winnerRows()
	n.patchRow()
	n.walk("pooledFilterGrad", "does one row of taps of PooledFilterGrad for up to 16 channels: dst, 3 x 96 floats a channel, and x start at that row.",
		walk{rows: 1, width: 96, stride: 3 * 96, group: 1})
	n.walk("pooledPatchGrad", "is PooledPatchGrad for a multiple of 2 channels, up to 16.",
		walk{rows: 1, width: 32, stride: 32, group: 2})
}

// winnerRows looks the winners up with TBL: first it repeats each winner, times
// 4, in the bytes of a lane, then those bytes and 0 to 3 pick the table's.
func (n *neon) winnerRows() {
	const rows, dy, winner, site, left, a, b, p, word = gp(0), gp(1), gp(2), gp(3), gp(4), gp(5), gp(6), gp(7), gp(8)
	const win, base, grad = vec(0), vec(1), vec(2) // 4 of grad
	const from, repeat = vec(16), vec(20)          // 4 of each
	const table, three, count = vec(24), vec(25), vec(26)
	n.function("winnerRows", "func(rows, shift *uint32, dy *float32, winner *uint8, sites *int, nsites int)",
		"writes a row for each site, of 16 channels; nsites is at least 1.")
	n.pointer("shift", p)
	n.op("FMOVQ", mem(p, 0), table.f())
	n.pointer("rows", rows)
	n.pointer("dy", dy)
	n.pointer("winner", winner)
	n.pointer("sites", site)
	n.pointer("nsites", left)
	n.bits(three, 0x03030303)
	n.bits(count, 0x03020100)
	n.bits(win, 0x04040404)
	for i, quads := range []string{"$0x0101010100000000", "$0x0303030302020202"} {
		n.op("MOVD", quads, word)
		n.op("VMOV", word, repeat.double(i))
	}
	for i := range vec(3) {
		n.op("VADD", win.bytes(), (repeat + i).bytes(), (repeat + i + 1).bytes())
	}
	top := n.newLabel("site")
	n.label(top)
	n.op("LDP.P", mem(site, 16), pairOf(a, b))
	n.loadAt(winner, b, win)
	n.op("ADD", scaled(b), dy, p)
	n.op("FLDPQ", mem(p, 0), pair(grad))
	n.op("FLDPQ", mem(p, 32), pair(grad+2))
	n.op("VAND", three.bytes(), win.bytes(), win.bytes())
	n.op("VSHL", 2, win.bytes(), win.bytes())
	n.op("VDUP", a, base.s4())
	for f := from; f < from+4; f++ {
		n.op("VTBL", (repeat + f - from).bytes(), "["+win.bytes()+"]", f.bytes())
		n.op("VADD", count.bytes(), f.bytes(), f.bytes())
		n.op("VTBL", f.bytes(), "["+table.bytes()+"]", f.bytes())
		n.op("VADD", base.s4(), f.s4(), f.s4())
	}
	for i := range 2 {
		n.op("FSTPQ", pair(from+vec(2*i)), mem(rows, 32*i))
		n.op("FSTPQ", pair(grad+vec(2*i)), mem(rows, rowGrads+32*i))
	}
	n.op("ADD", rowBytes, rows, rows)
	n.op("SUBS", 1, left, left)
	n.op("BNE", top)
	n.op("RET")
}

// patchRow gathers three runs of 9 floats into 32: two vectors and one float each.
func (n *neon) patchRow() {
	const dst, x, xRow, left, p, v, zero = gp(0), gp(1), gp(2), gp(3), gp(4), vec(0), vec(3)
	n.function("patchRow", "func(dst, x *float32, xRow, w int)", "does one row of Patches, w at least 1; xRow counts floats.")
	n.pointer("dst", dst)
	n.pointer("x", x)
	n.pointer("xRow", xRow)
	n.pointer("w", left)
	n.clear(zero)
	top := n.newLabel("pixel")
	n.label(top)
	n.op("FSTPQ", "("+zero.f()+", "+zero.f()+")", mem(dst, 4*24))
	n.op("MOVD", x, p)
	for r := range 3 {
		n.op("FLDPQ", mem(p, 0), pair(v))
		n.op("FMOVS", mem(p, 32), (v + 2).f())
		n.op("FMOVQ", v.f(), mem(dst, 36*r))
		n.op("FMOVQ", (v + 1).f(), mem(dst, 36*r+16))
		n.op("FMOVS", (v + 2).f(), mem(dst, 36*r+32))
		if r < 2 {
			n.op("ADD", scaled(xRow), p, p)
		}
	}
	n.op("ADD", 4*3, x, x)
	n.op("ADD", 4*32, dst, dst)
	n.op("SUBS", 1, left, left)
	n.op("BNE", top)
	n.op("RET")
}

// walk has its sums in the registers from 0 on. What it multiplies comes in
// pairs of vectors through the six registers from 24 on, and the gradients of a
// group are lanes of one register. Where to read is loaded one row ahead.
func (n *neon) walk(name, doc string, t walk) {
	const dst, x, row, left, at, sites, flag = gp(0), gp(1), gp(2), gp(3), gp(4), gp(5), gp(6)
	next, p := []gp{7, 8}[:t.group], []gp{9, 10}
	const taps, dy = vec(24), vec(30)
	n.function(name, "func(dst, x *float32, rows *uint32, nrows, channels int, accumulate bool)", doc+
		" Reads one row more than nrows, which is at least 1.")
	n.pointer("dst", dst)
	n.pointer("x", x)
	n.pointer("rows", row)
	n.pointer("channels", left)
	n.op("MOVBU", n.param("accumulate"), flag)
	channels, load, ready, top := n.newLabel("channels"), n.newLabel("load"), n.newLabel("ready"), n.newLabel("site")
	n.label(channels)
	vecs := t.width / 4
	eachPair := func(do func(at string, sums string)) {
		for i := 0; i < t.group*vecs; i += 2 {
			do(mem(dst, 4*(i/vecs*t.stride+i%vecs*4)), pair(vec(i)))
		}
	}
	n.op("CBNZ", flag, load)
	n.clearAll(0, t.group*vecs)
	n.op("B", ready)
	n.label(load)
	eachPair(func(at, sums string) { n.op("FLDPQ", at, sums) })
	n.label(ready)

	offsets := func() {
		if t.group == 1 {
			n.op("MOVWU.P", mem(at, rowBytes), next[0])
		} else {
			n.op("LDPW.P", mem(at, rowBytes), pairOf(next[0], next[1]))
		}
	}
	n.op("MOVD", row, at)
	n.pointer("nrows", sites)
	offsets()
	n.label(top)
	for o, next := range next {
		n.op("ADD", scaled(next), x, p[o])
	}
	n.op([]string{"FMOVS", "FMOVD"}[t.group-1], mem(at, rowGrads-rowBytes), dy.f())
	offsets()
	for i := 0; i < t.group*vecs; i += 2 {
		o, b := i/vecs, taps+vec(i%6)
		n.op("FLDPQ", mem(p[o], i%vecs*16), pair(b))
		n.fmlaLane(vec(i), b, dy, o)
		n.fmlaLane(vec(i+1), b+1, dy, o)
	}
	n.op("SUBS", 1, sites, sites)
	n.op("BNE", top)
	eachPair(func(at, sums string) { n.op("FSTPQ", sums, at) })
	n.op("ADD", 4*t.stride*t.group, dst, dst)
	n.op("ADD", 4*t.group, row, row)
	n.op("SUBS", t.group, left, left)
	n.op("BNE", channels)
	n.op("RET")
}
