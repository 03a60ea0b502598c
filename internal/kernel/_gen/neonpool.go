package main

// pools need c >= 4; see gen.pools.
func (n *neon) pools() {
	const needs = "does one row of squares; their results lie step values apart; squares >= 1, step >= c and c >= 4."
	const best, win, v, mask, places = vec(0), vec(1), vec(2), vec(3), vec(16)
	const small, winner = gp(0), gp(1)
	n.function("maxPoolRow", "func(dst *float32, winner *uint8, top, bottom *float32, squares, c, step int)", needs)
	n.pointer("dst", small)
	n.pointer("winner", winner)
	n.poolLoop(small, winner, places, func(large [4]gp, offset gp, winner string) {
		n.loadAt(large[0], offset, best)
		n.clear(win)
		for i := 1; i < 4; i++ {
			n.loadAt(large[i], offset, v)
			n.fcmgt(mask, v, best)
			n.op("VBIT", mask.bytes(), v.bytes(), best.bytes())
			n.op("VBIT", mask.bytes(), (places + vec(i)).bytes(), win.bytes())
		}
		n.storeAt(best, small, offset)
		n.word1(0x0e612800, "xtn", "4h", "4s", win, win)
		n.word1(0x0e212800, "xtn", "8b", "8h", win, win)
		n.op("FMOVS", win.f(), winner)
	})

	n.function("maxPoolGradRow", "func(top, bottom, dy *float32, winner *uint8, squares, c, step int)", needs)
	n.pointer("dy", small)
	n.pointer("winner", winner)
	n.poolLoop(small, winner, places, func(large [4]gp, offset gp, winner string) {
		n.loadAt(small, offset, best)
		n.op("FMOVS", winner, win.f())
		n.op("VUXTL", win.String()+".B8", win.String()+".H8")
		n.op("VUXTL", win.String()+".H4", win.s4())
		for i, p := range large {
			n.op("VCMEQ", (places + vec(i)).s4(), win.s4(), mask.s4())
			n.op("VAND", best.bytes(), mask.bytes(), v.bytes())
			n.storeAt(v, p, offset)
		}
	})
}

// poolLoop walks the squares of a row and the vectors of a square; the last one
// overlaps the one before. places are set to 0 to 3.
func (n *neon) poolLoop(small, winner gp, places vec, body func(large [4]gp, offset gp, winner string)) {
	const top, bottom, squares, c = gp(2), gp(3), gp(4), gp(5)
	const top1, bottom1, i, offset, last, step = gp(6), gp(7), gp(8), gp(9), gp(10), gp(11)
	n.pointer("top", top)
	n.pointer("bottom", bottom)
	n.pointer("squares", squares)
	n.pointer("c", c)
	n.pointer("step", step)
	for i := range 4 {
		n.bits(places+vec(i), uint32(i))
	}
	n.op("SUB", 4, c, last)
	square, vectors, next := n.newLabel("square"), n.newLabel("vectors"), n.newLabel("next")
	n.label(square)
	n.op("ADD", scaled(c), top, top1)
	n.op("ADD", scaled(c), bottom, bottom1)
	n.op("MOVD", "ZR", i)
	n.label(vectors)
	n.op("LSL", 2, i, offset)
	body([4]gp{top, top1, bottom, bottom1}, offset, indexed(winner, i))
	n.op("CMP", last, i)
	n.op("BEQ", next)
	n.op("ADD", 4, i, i)
	n.op("CMP", last, i)
	n.op("CSEL", "GT", last, i, i)
	n.op("B", vectors)
	n.label(next)
	n.op("ADD", scaled(c), top1, top)
	n.op("ADD", scaled(c), bottom1, bottom)
	n.op("ADD", scaled(step), small, small)
	n.op("ADD", step, winner, winner)
	n.op("SUBS", 1, squares, squares)
	n.op("BNE", square)
	n.op("RET")
}
