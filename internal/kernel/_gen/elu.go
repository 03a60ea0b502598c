package main

import (
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

func u8(v uint8) operand.Constant { return operand.U8(v) }

// eluConstants are in registers for AVX-512; AVX2's registers are too few and
// most stay in memory.
type eluConstants struct {
	low, zero                          reg.VecVirtual
	log2e, magic, ln2High, ln2Low, one operand.Op
	poly                               [6]operand.Op
}

// The constants of exp(x)-1, for every instruction set.
const (
	eluLow   = -30 // exp(-30) is far below half an ulp of 1
	eluLog2e = 1.44269504
	// Adding 1.5*2^23 rounds to a whole number and leaves it in the low bits.
	eluMagic = 12582912
	// ln 2 in two parts, the first short enough for exact products (Cephes).
	eluLn2High = 0.693359375
	eluLn2Low  = -2.12194440e-4
)

// Cephes's expf: exp(r) = 1 + r + r^2*P(r) for |r| <= ln(2)/2.
var eluPoly = [6]float32{1.9875691500e-4, 1.3981999507e-3, 8.3334519073e-3, 4.1665795894e-2, 1.6666665459e-1, 5.0000001201e-1}

func (g *gen) eluConstants() eluConstants {
	c := eluConstants{
		low:     g.float(eluLow),
		log2e:   g.constant(eluLog2e),
		magic:   g.constant(eluMagic),
		ln2High: g.constant(eluLn2High),
		ln2Low:  g.constant(eluLn2Low),
		one:     g.constant(1),
		zero:    g.zero(),
	}
	for i, f := range eluPoly {
		c.poly[i] = g.constant(f)
	}
	return c
}

// elu is x > 0 ? x : exp(x)-1. With x = n*ln2 + r it takes
//
//	exp(x)-1 = 2^n * (exp(r)-1) + (2^n-1),
//
// where 2^n-1 is exact and is 0 for the small x that would otherwise lose
// digits. NaN passes, for VMAXPS gives its second operand then and nothing
// compares greater.
func (g *gen) elu(x reg.VecVirtual, c eluConstants) reg.VecVirtual {
	r, n, two := g.vec(), g.vec(), g.vec()
	g.VMAXPS(x, c.low, r)
	g.VMOVAPS(c.magic, n)
	g.VFMADD231PS(c.log2e, r, n)
	g.VPSLLD(u8(23), n, two)
	g.VPADDD(c.one, two, two) // the bits of 1, so 2^n
	g.VSUBPS(c.magic, n, n)
	g.VFNMADD231PS(c.ln2High, n, r)
	g.VFNMADD231PS(c.ln2Low, n, r)

	p, rr := g.vec(), g.vec()
	g.VMOVAPS(c.poly[0], p)
	for _, q := range c.poly[1:] {
		g.VFMADD213PS(q, r, p)
	}
	g.VMULPS(r, r, rr)
	g.VFMADD213PS(r, rr, p) // exp(r)-1

	less := g.vec()
	g.VSUBPS(c.one, two, less)
	g.VFMADD213PS(less, two, p)
	return g.choose(x, c.zero, x, p)
}
