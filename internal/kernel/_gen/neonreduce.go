package main

func (n *neon) reductions() {
	const pa, pb, count = gp(0), gp(1), gp(2)
	const v, w, sums = vec(0), vec(1), vec(16)
	n.function("dot", "func(a, b []float32) float32", "")
	n.slice("a", pa)
	n.slice("b", pb)
	n.length("a", count)
	n.clearAll(sums, 8)
	n.loop(count, []gp{pa, pb}, 8, func(a nat) {
		a.load(pa, v)
		a.load(pb, w)
		n.fmla(sums+vec(a.u), v, w)
	})
	n.total(sums)
	n.op("FMOVS", sums.f(), n.result())
	n.op("RET")

	const dst, rows, q, left, cols, pq = gp(3), gp(4), gp(5), gp(6), gp(7), gp(8)
	n.function("squaredDistances", "func(dst, q, rows []float32)", "")
	n.slice("dst", dst)
	n.slice("q", q)
	n.slice("rows", rows)
	n.length("q", cols)
	n.length("dst", left)
	row := n.newLabel("row")
	n.label(row)
	n.op("MOVD", q, pq)
	n.op("MOVD", cols, count)
	n.clearAll(sums, 8)
	n.loop(count, []gp{pq, rows}, 8, func(a nat) {
		a.load(pq, v)
		a.load(rows, w)
		n.fsub(v, v, w)
		n.fmla(sums+vec(a.u), v, v)
	})
	n.total(sums)
	n.op("FMOVS", sums.f(), mem(dst, 0))
	n.op("ADD", 4, dst, dst)
	n.op("SUBS", 1, left, left)
	n.op("BNE", row)
	n.op("RET")

	n.function("mseGrad", "func(grad, y, t []float32, scale float32) float64", "")
	n.squares(true)
	n.function("squaredError", "func(y, t []float32) float64", "")
	n.squares(false)
}

func (n *neon) clearAll(first vec, count int) {
	for i := range count {
		n.clear(first + vec(i))
	}
}

// total adds eight vectors and then their lanes into the first.
func (n *neon) total(s vec) {
	for _, half := range []int{4, 2, 1} {
		for i := range half {
			n.fadd(s+vec(i), s+vec(i), s+vec(i+half))
		}
	}
	n.word(0x6e20d400, "faddp", "4s", s, s, s)
	n.word1(0x7e30d800, "faddp", "s", "2s", s, s)
}

// squares sums (y-t)^2 in float64, the halves of each vector apart, and with
// grad writes scale*(y-t). Two vectors a round have two sums each.
func (n *neon) squares(grad bool) {
	const y, t, out, count = gp(0), gp(1), gp(2), gp(3)
	const d, w, low, high, scale, sums = vec(0), vec(1), vec(2), vec(3), vec(4), vec(16)
	n.slice("y", y)
	n.slice("t", t)
	n.length("y", count)
	pointers := []gp{y, t}
	if grad {
		n.slice("grad", out)
		n.broadcast("scale", scale)
		pointers = append(pointers, out)
	}
	n.clearAll(sums, 4)
	n.loop(count, pointers, 2, func(a nat) {
		a.load(y, d)
		a.load(t, w)
		n.fsub(d, d, w)
		if grad {
			n.fmul(w, d, scale)
			a.store(w, out)
		}
		n.word1(0x0e617800, "fcvtl", "2d", "2s", low, d)
		n.word1(0x4e617800, "fcvtl2", "2d", "4s", high, d)
		for i, v := range []vec{low, high} {
			sum := sums + vec(2*a.u+i)
			n.op("VFMLA", v.d2(), v.d2(), sum.d2())
		}
	})
	add := func(i, j int) { n.word(0x4e60d400, "fadd", "2d", sums+vec(i), sums+vec(i), sums+vec(j)) }
	add(0, 2)
	add(1, 3)
	add(0, 1)
	n.word1(0x7e70d800, "faddp", "d", "2d", sums, sums)
	n.op("FMOVD", sums.f(), n.result())
	n.op("RET")
}
