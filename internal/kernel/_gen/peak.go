package main

import (
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// peak writes a loop of 12 multiply-adds that do not wait for one another:
// enough for two a cycle with a latency of up to six.
func (g *gen) peak() {
	g.function("peak", "func(rounds int)", "does 12 vector FMAs in each round.")
	rounds := g.pointer("rounds")
	x, y := g.float(1), g.zero()
	var sums []reg.VecVirtual
	for range 12 {
		sums = append(sums, g.zero())
	}
	top := g.label("round")
	g.Label(top)
	for _, s := range sums {
		g.VFMADD231PS(x, y, s)
	}
	g.DECQ(rounds)
	g.JNZ(operand.LabelRef(top))
	g.finish()
}
