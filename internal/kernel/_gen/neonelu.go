package main

// neonELU are the registers of gen.eluConstants, all of them from V16 on.
type neonELU struct {
	low, zero, log2e, magic, ln2High, ln2Low, one vec
	poly                                          [6]vec
}

func (n *neon) eluConstants() neonELU {
	c := neonELU{low: 16, zero: 17, log2e: 18, magic: 19, ln2High: 20, ln2Low: 21, one: 22}
	n.float(c.low, eluLow)
	n.clear(c.zero)
	n.float(c.log2e, eluLog2e)
	n.float(c.magic, eluMagic)
	n.float(c.ln2High, eluLn2High)
	n.float(c.ln2Low, eluLn2Low)
	n.float(c.one, 1)
	for i, f := range eluPoly {
		c.poly[i] = vec(23 + i)
		n.float(c.poly[i], f)
	}
	return c
}

// elu is gen.elu in place, operation by operation, so that its bits are the
// same; NaN passes, for fmax keeps it and it does not compare greater. It uses
// V2 to V7.
func (n *neon) elu(x vec, c neonELU) {
	const r, k, two, p, q, rr = vec(2), vec(3), vec(4), vec(5), vec(6), vec(7)
	n.fmax(r, x, c.low)
	n.move(k, c.magic)
	n.fmla(k, r, c.log2e)
	n.op("VSHL", 23, k.s4(), two.s4())
	n.op("VADD", c.one.s4(), two.s4(), two.s4())
	n.fsub(k, k, c.magic)
	n.fmls(r, k, c.ln2High)
	n.fmls(r, k, c.ln2Low)

	// NEON adds the product to what is there, so each step starts from its coefficient.
	sum, next := p, q
	n.move(sum, c.poly[0])
	step := func(plus vec, a, b vec) {
		n.move(next, plus)
		n.fmla(next, a, b)
		sum, next = next, sum
	}
	for _, coefficient := range c.poly[1:] {
		step(coefficient, sum, r)
	}
	n.fmul(rr, r, r)
	step(r, sum, rr)
	n.fsub(next, two, c.one)
	n.fmla(next, sum, two)
	n.fcmgt(r, x, c.zero)
	n.op("VBIF", r.bytes(), next.bytes(), x.bytes()) // where x is not greater
}
