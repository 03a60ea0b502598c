package main

import "github.com/mmcloughlin/avo/reg"

func (g *gen) elementwise() {
	g.function("add", "func(dst, src []float32)", "")
	dst, src := g.slice("dst"), g.slice("src")
	g.loop(g.length("dst"), 1, func(a at) {
		v, w := a.load(dst), a.load(src)
		g.VADDPS(w, v, v)
		a.store(v, dst)
	})
	g.finish()

	g.function("scale", "func(dst []float32, s float32)", "")
	dst = g.slice("dst")
	s := g.broadcast("s")
	g.loop(g.length("dst"), 1, func(a at) {
		v := a.load(dst)
		g.VMULPS(s, v, v)
		a.store(v, dst)
	})
	g.finish()

	// Product and sum apart, as in the portable version, for equal bits: the
	// loop waits for memory either way.
	g.function("axpy", "func(dst []float32, a float32, x []float32)", "")
	dst, x := g.slice("dst"), g.slice("x")
	s = g.broadcast("a")
	g.loop(g.length("dst"), 1, func(a at) {
		v, w := a.load(dst), a.load(x)
		g.VMULPS(s, w, w)
		g.VADDPS(w, v, v)
		a.store(v, dst)
	})
	g.finish()

	g.function("elu", "func(dst, x []float32)", "")
	dst, x = g.slice("dst"), g.slice("x")
	c := g.eluConstants()
	g.loop(g.length("dst"), 1, func(a at) {
		a.store(g.elu(a.load(x), c), dst)
	})
	g.finish()

	g.eluGrad()
	g.adamax()
}

func (g *gen) eluGrad() {
	g.function("eluGrad", "func(dx, dy, y []float32)", "")
	dx, dy, y := g.slice("dx"), g.slice("dy"), g.slice("y")
	one, zero := g.float(1), g.zero()
	g.loop(g.length("dx"), 1, func(a at) {
		v, grad, factor := a.load(y), a.load(dy), g.vec()
		g.VADDPS(one, v, factor)
		g.VMULPS(grad, factor, factor)
		a.store(g.choose(v, zero, grad, factor), dx)
	})
	g.finish()
}

const greater = 0x1e // VCMPPS: greater, ordered, quiet

// choose is a > b ? yes : no. It may write into no.
func (g *gen) choose(a, b, yes, no reg.VecVirtual) reg.VecVirtual {
	if g.wide {
		k := g.K()
		g.VCMPPS(u8(greater), b, a, k)
		g.VMOVAPS(yes, k, no)
		return no
	}
	m, out := g.vec(), g.vec()
	g.VCMPPS(u8(greater), b, a, m)
	g.VBLENDVPS(m, yes, no, out)
	return out
}

// adamax rounds each product and sum as the portable version does. VMAXPS gives
// its second operand, here |g|, when either is NaN.
func (g *gen) adamax() {
	g.function("adamax", "func(p, m, u, g []float32, step, beta1, rest1, beta2, eps float32)", "")
	p, m, u, grad := g.slice("p"), g.slice("m"), g.slice("u"), g.slice("g")
	step, beta1, rest1 := g.broadcast("step"), g.broadcast("beta1"), g.broadcast("rest1")
	beta2, eps := g.broadcast("beta2"), g.broadcast("eps")
	noSign := g.bits(1<<31 - 1)
	g.loop(g.length("p"), 1, func(a at) {
		vg, vm, vu, vp := a.load(grad), a.load(m), a.load(u), a.load(p)
		t := g.vec()
		g.VMULPS(beta1, vm, vm)
		g.VMULPS(rest1, vg, t)
		g.VADDPS(t, vm, vm)
		a.store(vm, m)
		g.VMULPS(beta2, vu, vu)
		g.and(noSign, vg, vg)
		g.VMAXPS(vg, vu, vu)
		a.store(vu, u)
		g.VMULPS(step, vm, vm)
		g.VADDPS(eps, vu, vu)
		g.VDIVPS(vu, vm, vm)
		g.VSUBPS(vm, vp, vp)
		a.store(vp, p)
	})
	g.finish()
}
