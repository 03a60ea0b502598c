package main

import (
	"fmt"
	"math"

	"github.com/mmcloughlin/avo/attr"
	"github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
	"github.com/mmcloughlin/avo/x86"
)

// gen writes one file for one instruction set: AVX-512 (wide) or AVX2.
type gen struct {
	*build.Context
	wide       bool
	lanes      int    // float32 values in a vector
	suffix     string // of function names
	suffixFile string // of file names
	labels     int
	masks      operand.Mem // AVX2: a window over ones, then zeros, is a tail mask
	constants  map[uint32]operand.Mem
}

func newGen(c *build.Context, wide bool) *gen {
	if wide {
		return &gen{Context: c, wide: true, lanes: 16, suffix: "AVX512", suffixFile: "avx512"}
	}
	return &gen{Context: c, lanes: 8, suffix: "AVX2", suffixFile: "avx2", constants: map[uint32]operand.Mem{}}
}

// tailMasks writes what AVX2 makes masks from, at the start of a file that needs
// them.
func (g *gen) tailMasks() {
	if g.wide {
		return
	}
	g.masks = g.StaticGlobal("masks")
	g.DataAttributes(attr.RODATA | attr.NOPTR)
	for i := range 2 * g.lanes {
		if i < g.lanes {
			g.AppendDatum(operand.U32(math.MaxUint32))
		} else {
			g.AppendDatum(operand.U32(0))
		}
	}
}

// function starts a function; none of them keeps its arguments. Without doc it
// is the kernel of the same name.
func (g *gen) function(name, signature, doc string) {
	if doc == "" {
		doc = fmt.Sprintf("is %s with %s.", name, map[bool]string{true: "AVX-512", false: "AVX2"}[g.wide])
	}
	g.Function(name + g.suffix)
	g.Attributes(attr.NOSPLIT)
	g.SignatureExpr(signature)
	g.Pragma("noescape")
	g.Doc(name + g.suffix + " " + doc)
}

func (g *gen) finish() {
	g.VZEROUPPER()
	g.RET()
}

// label returns a name no other label of the file has.
func (g *gen) label(name string) string {
	g.labels++
	return fmt.Sprintf("%s%d", name, g.labels)
}

func (g *gen) vec() reg.VecVirtual {
	if g.wide {
		return g.ZMM()
	}
	return g.YMM()
}

func (g *gen) zero() reg.VecVirtual {
	v := g.vec()
	g.clear(v)
	return v
}

// clear sets v to zero. VPXORD needs AVX-512F alone, where VXORPS would need
// AVX-512DQ, but avo has to be told that it does not read its operand.
func (g *gen) clear(v reg.VecVirtual) {
	if !g.wide {
		g.VXORPS(v, v, v)
		return
	}
	i, err := x86.VPXORD(v, v, v)
	if err != nil {
		panic(err)
	}
	i.CancellingInputs = true
	g.Instruction(i)
}

// bits is a vector with the same 32 bits in each lane.
func (g *gen) bits(b uint32) reg.VecVirtual {
	r, x, v := g.GP32(), g.XMM(), g.vec()
	g.MOVL(operand.U32(b), r)
	g.VMOVD(r, x)
	g.VPBROADCASTD(x, v)
	return v
}

func (g *gen) float(f float32) reg.VecVirtual { return g.bits(math.Float32bits(f)) }

// constant is float for a place where memory will do: AVX2 keeps it there.
func (g *gen) constant(f float32) operand.Op {
	if g.wide {
		return g.float(f)
	}
	b := math.Float32bits(f)
	m, ok := g.constants[b]
	if !ok {
		m = operand.NewDataAddr(operand.NewStaticSymbol(fmt.Sprintf("float%08x", b)), 0)
		g.constants[b] = m
		g.StaticGlobal(fmt.Sprintf("float%08x", b))
		g.DataAttributes(attr.RODATA | attr.NOPTR)
		for range g.lanes {
			g.AppendDatum(operand.U32(b))
		}
	}
	return m
}

// and is the bitwise a & b.
func (g *gen) and(a, b, dst reg.VecVirtual) {
	if g.wide {
		g.VPANDD(a, b, dst)
	} else {
		g.VPAND(a, b, dst)
	}
}

// slice loads the address of a slice parameter.
func (g *gen) slice(name string) reg.GPVirtual {
	r := g.GP64()
	g.Load(g.Param(name).Base(), r)
	return r
}

// length loads the length of a slice parameter.
func (g *gen) length(name string) reg.GPVirtual {
	r := g.GP64()
	g.Load(g.Param(name).Len(), r)
	return r
}

// pointer loads a pointer or int parameter.
func (g *gen) pointer(name string) reg.GPVirtual {
	r := g.GP64()
	g.Load(g.Param(name), r)
	return r
}

// broadcast loads a float32 parameter into all lanes.
func (g *gen) broadcast(name string) reg.VecVirtual {
	v := g.vec()
	g.VBROADCASTSS(g.param(name), v)
	return v
}

// param is where a parameter lies in memory.
func (g *gen) param(name string) operand.Mem {
	b, err := g.Param(name).Resolve()
	if err != nil {
		panic(err)
	}
	return b.Addr
}

// tailMask is a mask of the first n lanes, 0 < n < lanes (or = lanes).
type tailMask struct {
	k reg.OpmaskVirtual
	v reg.VecVirtual
}

func (g *gen) mask(n reg.GPVirtual) tailMask {
	r := g.GP64()
	if g.wide {
		m := tailMask{k: g.K()}
		g.MOVQ(operand.I32(-1), r)
		g.BZHIQ(n, r, r)
		g.KMOVW(r.As32(), m.k)
		return m
	}
	m := tailMask{v: g.vec()}
	table := g.GP64()
	g.MOVQ(operand.I32(g.lanes), r)
	g.SUBQ(n, r)
	g.LEAQ(g.masks, table)
	g.VMOVUPS(operand.Mem{Base: table, Index: r, Scale: 4}, m.v)
	return m
}

func (g *gen) loadMasked(m operand.Mem, t tailMask, v reg.VecVirtual) {
	if g.wide {
		g.VMOVUPS_Z(m, t.k, v)
	} else {
		g.VMASKMOVPS(m, t.v, v)
	}
}

func (g *gen) storeMasked(v reg.VecVirtual, t tailMask, m operand.Mem) {
	if g.wide {
		g.VMOVUPS(v, t.k, m)
	} else {
		g.VMASKMOVPS(v, t.v, m)
	}
}

// at is one vector's place in a loop over slices: element i + u*lanes.
type at struct {
	g    *gen
	i    reg.GPVirtual
	u    int
	tail *tailMask
}

func (a at) mem(base reg.Register) operand.Mem {
	return operand.Mem{Base: base, Index: a.i, Scale: 4, Disp: 4 * a.u * a.g.lanes}
}

// load reads a vector; lanes past the end read as 0, and nothing there is touched.
func (a at) load(base reg.Register) reg.VecVirtual {
	v := a.g.vec()
	if a.tail != nil {
		a.g.loadMasked(a.mem(base), *a.tail, v)
	} else {
		a.g.VMOVUPS(a.mem(base), v)
	}
	return v
}

func (a at) store(v reg.VecVirtual, base reg.Register) {
	if a.tail != nil {
		a.g.storeMasked(v, *a.tail, a.mem(base))
	} else {
		a.g.VMOVUPS(v, a.mem(base))
	}
}

// loop writes body for n elements: unroll vectors at a time, then one at a
// time, then the masked tail. body(a) handles the vector a.u of a round.
func (g *gen) loop(n reg.GPVirtual, unroll int, body func(a at)) {
	i, rest := g.GP64(), g.GP64()
	g.XORQ(i, i)
	g.MOVQ(n, rest)
	steps := []int{unroll}
	if unroll > 1 {
		steps = append(steps, 1)
	}
	for _, step := range steps {
		top, next := g.label("vectors"), g.label("next")
		g.Label(top)
		g.CMPQ(rest, operand.I32(step*g.lanes))
		g.JL(operand.LabelRef(next))
		for u := range step {
			body(at{g: g, i: i, u: u})
		}
		g.ADDQ(operand.I32(step*g.lanes), i)
		g.SUBQ(operand.I32(step*g.lanes), rest)
		g.JMP(operand.LabelRef(top))
		g.Label(next)
	}
	done := g.label("done")
	g.TESTQ(rest, rest)
	g.JZ(operand.LabelRef(done))
	m := g.mask(rest)
	body(at{g: g, i: i, tail: &m})
	g.Label(done)
}
