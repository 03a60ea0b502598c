package main

import "fmt"

func (n *neon) scatter() {
	n.winnerMasks()
	n.inputGrad()
}

// winnerMasks: where a winner's bytes are equal each keeps the bit of its place
// among eight; three rounds of sums of neighbours bring eight to one byte, and the
// four winners' bytes behind one another.
func (n *neon) winnerMasks() {
	const masks, winner, site, left, b, word = gp(0), gp(1), gp(2), gp(3), gp(4), gp(5)
	const win, won, bits, places = vec(0), vec(2), vec(16), vec(20) // win 2, won 8, places 4
	n.function("winnerMasks", "func(masks *uint32, winner *uint8, sites *int, nsites int)",
		"writes four masks for each site, of 32 channels; nsites is at least 1.")
	n.pointer("masks", masks)
	n.pointer("winner", winner)
	n.pointer("sites", site)
	n.pointer("nsites", left)
	n.op("MOVD", "$0x0102040810204080", word)
	n.op("VDUP", word, bits.d2())
	for p := range vec(4) {
		n.bits(places+p, uint32(p)*0x01010101)
	}
	top := n.newLabel("site")
	n.label(top)
	n.op("MOVD", mem(site, 8), b)
	n.op("ADD", b, winner, b)
	n.op("FLDPQ", mem(b, 0), pair(win))
	for h := range vec(2) {
		n.op("VAND", (places + 3).bytes(), (win + h).bytes(), (win + h).bytes())
	}
	for p := range vec(4) {
		for h := range vec(2) {
			v := won + 2*p + h
			n.op("VCMEQ", (places + p).bytes(), (win + h).bytes(), v.bytes())
			n.op("VAND", bits.bytes(), v.bytes(), v.bytes())
		}
	}
	for _, left := range []vec{4, 2, 1} {
		for i := range left {
			n.op("VADDP", (won + 2*i + 1).bytes(), (won + 2*i).bytes(), (won + i).bytes())
		}
	}
	n.op("VREV32", won.bytes(), won.bytes())
	n.op("FMOVQ", won.f(), mem(masks, 0))
	n.op("ADD", 16, site, site)
	n.op("ADD", 16, masks, masks)
	n.op("SUBS", 1, left, left)
	n.op("BNE", top)
	n.op("RET")
}

// inputGrad holds 3 rows of 4 pixels x 8 channels, what two winners side by side
// reach, in the registers from 0 on, and reads filters in pairs of vectors through
// the six from 24 on. It walks the bits of a mask: a list would have to be sorted
// one by one.
func (n *neon) inputGrad() {
	const dst, xRow, w, dys, masks, site, left = gp(0), gp(1), gp(2), gp(3), gp(4), gp(5), gp(6)
	const mask, o, first, bit, size, weights, pdy = gp(7), gp(8), gp(9), gp(10), gp(11), gp(12), gp(13)
	row := []gp{14, 15, 16}
	const filter, dy = vec(24), vec(30)
	// So far into a filter w points: then all of it is within reach of a load.
	const middle = 512
	n.function("pooledInputGrad", "func(dst *float32, xRow int, w, dy *float32, masks *uint32, sites *int, nsites int)",
		"is PooledInputGrad for 8 input channels and the output channels in the masks. nsites is at least 1.")
	n.pointer("dst", dst)
	n.pointer("xRow", xRow)
	n.pointer("w", w)
	n.pointer("dy", dys)
	n.pointer("masks", masks)
	n.pointer("sites", site)
	n.pointer("nsites", left)
	n.op("LSL", 2, xRow, xRow)
	n.op("ADD", middle, w, w)
	n.op("MOVD", "$0x80000000", first)
	n.op("MOVD", weightBytes, size)
	top := n.newLabel("site")
	n.label(top)
	n.op("LDP.P", mem(site, 16), pairOf(row[0], pdy))
	n.op("ADD", scaled(row[0]), dst, row[0])
	n.op("ADD", scaled(pdy), dys, pdy)
	sum := func(r, c int) vec { return vec(2 * (4*r + c)) }
	eachPair := func(do func(at, sums string)) {
		for r := range 3 {
			for c := range 4 {
				do(mem(row[r], 128*c), pair(sum(r, c)))
			}
		}
	}
	for above := range 2 {
		for r := range 2 {
			n.op("ADD", xRow, row[r], row[r+1])
		}
		eachPair(func(at, sums string) { n.op("FLDPQ", at, sums) })
		for side := range 2 {
			n.comment(fmt.Sprintf("winner %d", 2*above+side))
			entry, none := n.newLabel("entry"), n.newLabel("none")
			n.op("MOVWU.P", mem(masks, 4), mask)
			n.op("CBZ", mask, none)
			n.label(entry)
			n.op("CLZW", mask, o)
			n.op("LSR", o, first, bit)
			n.op("BIC", bit, mask, mask)
			n.op("MADD", size, w, o, weights)
			n.op("FMOVS", "("+pdy.String()+")("+scaled(o)+")", dy.f())
			for r := range 3 {
				for c := range 3 {
					f := filter + vec(2*c)
					n.op("FLDPQ", mem(weights, 128*(3*r+c)-middle), pair(f))
					for u := range vec(2) {
						n.fmlaLane(sum(r, c+side)+u, f+u, dy, 0)
					}
				}
			}
			n.op("CBNZ", mask, entry)
			n.label(none)
		}
		eachPair(func(at, sums string) { n.op("FSTPQ", sums, at) })
		if above == 0 {
			n.op("MOVD", row[1], row[0])
		}
	}
	n.op("SUBS", 1, left, left)
	n.op("BNE", top)
	n.op("RET")
}
