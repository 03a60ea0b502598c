package main

// The loops for NEON do what those of gen do, in the same order; the comments
// there hold here. A loop is unrolled where its own instructions would weigh
// more than the work.

func (n *neon) loops() {
	n.elementwise()
	n.eluGrad()
	n.adamax()
	n.addBias("addBias", false)
	n.addBias("addBiasELU", true)
	n.sumRows()
	n.reductions()
	n.pools()
	n.transpose()
	n.copies()
	n.peak()
}

func (n *neon) elementwise() {
	const dst, src, count = gp(0), gp(1), gp(2)
	const v, w, s = vec(0), vec(1), vec(2)
	n.function("add", "func(dst, src []float32)", "")
	n.slice("dst", dst)
	n.slice("src", src)
	n.length("dst", count)
	n.loop(count, []gp{dst, src}, 4, func(a nat) {
		a.load(dst, v)
		a.load(src, w)
		n.fadd(v, v, w)
		a.store(v, dst)
	})
	n.op("RET")

	n.function("scale", "func(dst []float32, s float32)", "")
	n.slice("dst", dst)
	n.broadcast("s", s)
	n.length("dst", count)
	n.loop(count, []gp{dst}, 4, func(a nat) {
		a.load(dst, v)
		n.fmul(v, v, s)
		a.store(v, dst)
	})
	n.op("RET")

	n.function("axpy", "func(dst []float32, a float32, x []float32)", "")
	n.slice("dst", dst)
	n.slice("x", src)
	n.broadcast("a", s)
	n.length("dst", count)
	n.loop(count, []gp{dst, src}, 4, func(a nat) {
		a.load(src, w)
		a.load(dst, v)
		n.fmul(w, w, s)
		n.fadd(v, v, w)
		a.store(v, dst)
	})
	n.op("RET")

	n.function("elu", "func(dst, x []float32)", "")
	n.slice("dst", dst)
	n.slice("x", src)
	n.length("dst", count)
	c := n.eluConstants()
	n.loop(count, []gp{dst, src}, 1, func(a nat) {
		a.load(src, v)
		n.elu(v, c)
		a.store(v, dst)
	})
	n.op("RET")
}

func (n *neon) eluGrad() {
	const dx, dy, y, count = gp(0), gp(1), gp(2), gp(3)
	const v, grad, factor, one, zero = vec(0), vec(1), vec(2), vec(3), vec(4)
	n.function("eluGrad", "func(dx, dy, y []float32)", "")
	n.slice("dx", dx)
	n.slice("dy", dy)
	n.slice("y", y)
	n.length("dx", count)
	n.float(one, 1)
	n.clear(zero)
	n.loop(count, []gp{dx, dy, y}, 2, func(a nat) {
		a.load(y, v)
		a.load(dy, grad)
		n.fadd(factor, v, one)
		n.fmul(factor, grad, factor)
		n.fcmgt(v, v, zero)
		n.choose(v, grad, factor)
		a.store(v, dx)
	})
	n.op("RET")
}

// choose is mask ? yes : no, lane by lane, in place of the mask.
func (n *neon) choose(mask, yes, no vec) { n.op("VBSL", no.bytes(), yes.bytes(), mask.bytes()) }

func (n *neon) adamax() {
	const p, m, u, g, count = gp(0), gp(1), gp(2), gp(3), gp(4)
	const vp, vm, vu, vg, t = vec(0), vec(1), vec(2), vec(3), vec(4)
	const step, beta1, rest1, beta2, eps = vec(16), vec(17), vec(18), vec(19), vec(20)
	n.function("adamax", "func(p, m, u, g []float32, step, beta1, rest1, beta2, eps float32)", "")
	n.slice("p", p)
	n.slice("m", m)
	n.slice("u", u)
	n.slice("g", g)
	n.length("p", count)
	for i, name := range []string{"step", "beta1", "rest1", "beta2", "eps"} {
		n.broadcast(name, step+vec(i))
	}
	n.loop(count, []gp{p, m, u, g}, 1, func(a nat) {
		a.load(g, vg)
		a.load(m, vm)
		a.load(u, vu)
		a.load(p, vp)
		n.fmul(vm, vm, beta1)
		n.fmul(t, vg, rest1)
		n.fadd(vm, vm, t)
		a.store(vm, m)
		// Not fmax: where either is NaN, |g| it is.
		n.fmul(vu, vu, beta2)
		n.fabs(vg, vg)
		n.fcmgt(t, vu, vg)
		n.choose(t, vu, vg)
		a.store(t, u)
		n.fmul(vm, vm, step)
		n.fadd(t, t, eps)
		n.fdiv(vm, vm, t)
		n.fsub(vp, vp, vm)
		a.store(vp, p)
	})
	n.op("RET")
}

func (n *neon) addBias(name string, elu bool) {
	const x, bias, cols, end, pb, count = gp(0), gp(1), gp(2), gp(3), gp(4), gp(5)
	const v, w = vec(0), vec(1)
	n.function(name, "func(x, bias []float32)", "")
	n.slice("x", x)
	n.slice("bias", bias)
	n.length("bias", cols)
	n.length("x", end)
	n.op("ADD", scaled(end), x, end)
	unroll := 4
	var c neonELU
	if elu {
		c, unroll = n.eluConstants(), 1
	}
	row := n.newLabel("row")
	n.label(row)
	n.op("MOVD", bias, pb)
	n.op("MOVD", cols, count)
	n.loop(count, []gp{x, pb}, unroll, func(a nat) {
		a.load(x, v)
		a.load(pb, w)
		n.fadd(v, v, w)
		if elu {
			n.elu(v, c)
		}
		a.store(v, x)
	})
	n.op("CMP", end, x)
	n.op("BLO", row)
	n.op("RET")
}

func (n *neon) sumRows() {
	const dst, x, cols, end, stride, p = gp(0), gp(1), gp(2), gp(3), gp(4), gp(5)
	t := tail3{o1: 6, o2: 7, p: 8}
	n.function("sumRows", "func(dst, x []float32)", "")
	n.slice("dst", dst)
	n.slice("x", x)
	n.length("dst", cols)
	n.length("x", end)
	n.op("ADD", scaled(end), x, end)
	n.op("LSL", 2, cols, stride)
	column := func(width int, load func(p gp, u int, v vec), store func(v vec, u int)) {
		for u := range width {
			load(dst, u, vec(u))
		}
		row := n.newLabel("row")
		n.op("MOVD", x, p)
		n.label(row)
		for u := range width {
			load(p, u, vec(16+u))
		}
		for u := range width {
			n.fadd(vec(u), vec(u), vec(16+u))
		}
		n.op("ADD", stride, p, p)
		n.op("CMP", end, p)
		n.op("BLO", row)
		for u := range width {
			store(vec(u), u)
		}
	}
	for _, width := range []int{8, 1} {
		top, next := n.newLabel("columns"), n.newLabel("next")
		n.label(top)
		n.op("CMP", 4*width, cols)
		n.op("BLT", next)
		column(width,
			func(p gp, u int, v vec) { nat{n: n, u: u}.load(p, v) },
			func(v vec, u int) { nat{n: n, u: u}.store(v, dst) })
		n.op("ADD", 16*width, dst, dst)
		n.op("ADD", 16*width, x, x)
		// x is past the first row's columns, but end still bounds all rows.
		n.op("SUB", 4*width, cols, cols)
		n.op("B", top)
		n.label(next)
	}
	done := n.newLabel("done")
	n.op("CBZ", cols, done)
	t.set(n, cols)
	column(1,
		func(p gp, _ int, v vec) { t.load(n, p, v) },
		func(v vec, _ int) { t.store(n, v, dst) })
	n.label(done)
	n.op("RET")
}

// peak has 24 multiply-adds that do not wait for one another: enough for four a
// cycle with a latency of up to six.
func (n *neon) peak() {
	n.function("peak", "func(rounds int)", "does 24 vector FMAs in each round.")
	n.pointer("rounds", 0)
	n.float(0, 1)
	n.clear(1)
	for i := range 24 {
		n.clear(vec(8 + i))
	}
	top := n.newLabel("round")
	n.label(top)
	for i := range 24 {
		n.fmla(vec(8+i), 0, 1)
	}
	n.op("SUBS", 1, gp(0), gp(0))
	n.op("BNE", top)
	n.op("RET")
}
