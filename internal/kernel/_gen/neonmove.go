package main

// transpose does 4 columns, 4 rows at a time.
func (n *neon) transpose() {
	const dst, ldd, src, lds, squares, p = gp(0), gp(1), gp(2), gp(3), gp(4), gp(5)
	n.function("transposeStrip", "func(dst *float32, ldd int, src *float32, lds, squares int)",
		"transposes 4 columns of 4*squares rows; ldd and lds floats lie from row to row; squares >= 1.")
	n.pointer("dst", dst)
	n.pointer("ldd", ldd)
	n.pointer("src", src)
	n.pointer("lds", lds)
	n.pointer("squares", squares)
	top := n.newLabel("square")
	n.label(top)
	for i := range 4 {
		n.op("FMOVQ", mem(src, 0), vec(i).f())
		n.op("ADD", scaled(lds), src, src)
	}
	for i := range 2 { // pairs of rows: even columns, then odd ones
		n.op("VTRN1", vec(2*i+1).s4(), vec(2*i).s4(), vec(4+2*i).s4())
		n.op("VTRN2", vec(2*i+1).s4(), vec(2*i).s4(), vec(5+2*i).s4())
	}
	for i := range 2 {
		n.op("VTRN1", vec(6+i).d2(), vec(4+i).d2(), vec(i).d2())
		n.op("VTRN2", vec(6+i).d2(), vec(4+i).d2(), vec(2+i).d2())
	}
	n.op("MOVD", dst, p)
	for i := range 4 {
		n.op("FMOVQ", vec(i).f(), mem(p, 0))
		if i < 3 {
			n.op("ADD", scaled(ldd), p, p)
		}
	}
	n.op("ADD", 16, dst, dst)
	n.op("SUBS", 1, squares, squares)
	n.op("BNE", top)
	n.op("RET")
}

// copies moves rows of 32 floats, which Go's copy spends more time on calling
// than on copying.
func (n *neon) copies() {
	const dst, ldd, src, lds, rows = gp(0), gp(1), gp(2), gp(3), gp(4)
	n.function("copyRows", "func(dst *float32, ldd int, src *float32, lds, rows int)",
		"copies rows of 32 floats; ldd and lds floats lie from row to row; rows >= 1.")
	n.pointer("dst", dst)
	n.pointer("ldd", ldd)
	n.pointer("src", src)
	n.pointer("lds", lds)
	n.pointer("rows", rows)
	top := n.newLabel("row")
	n.label(top)
	for i := range 4 {
		n.op("FLDPQ", mem(src, 32*i), pair(vec(2*i)))
	}
	n.op("ADD", scaled(lds), src, src)
	for i := range 4 {
		n.op("FSTPQ", pair(vec(2*i)), mem(dst, 32*i))
	}
	n.op("ADD", scaled(ldd), dst, dst)
	n.op("SUBS", 1, rows, rows)
	n.op("BNE", top)
	n.op("RET")
}
