package main

import (
	"fmt"
	"log"

	"github.com/mmcloughlin/avo/ir"
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// evexCode is the part of an EVEX encoding that tells one instruction of 512
// bits and W = 0, opcode map 0F38, from another (Intel SDM volume 2, 2.7.1).
type evexCode struct{ prefix, opcode byte }

const (
	prefixF3 byte = 2
	prefixF2 byte = 3
)

// bf16Codes are the instructions of AVX512_BF16. Neither avo 0.6.0 nor Go's
// assembler knows them: to avo they are instructions without an encoding until
// registers are allocated, then spell writes them as numbers.
var bf16Codes = map[string]evexCode{
	"VDPBF16PS":      {prefixF3, 0x52},
	"VCVTNE2PS2BF16": {prefixF2, 0x72},
}

// dotPairs adds to each lane of sum the two products of a's and b's pairs there.
func (g *gen) dotPairs(b, a, sum reg.VecVirtual) {
	g.bf16("VDPBF16PS", []operand.Op{b, a, sum}, b, a, sum)
}

// toPairs rounds low into the lower half of a vector and high into the upper.
func (g *gen) toPairs(low, high, dst reg.VecVirtual) {
	g.bf16("VCVTNE2PS2BF16", []operand.Op{low, high, dst}, low, high)
}

func (g *gen) bf16(opcode string, operands []operand.Op, inputs ...operand.Op) {
	g.Instruction(&ir.Instruction{
		Opcode:   opcode,
		Operands: operands,
		Inputs:   inputs,
		Outputs:  operands[2:],
		ISA:      []string{"AVX512F", "AVX512_BF16"},
	})
}

// spell replaces the instructions of AVX512_BF16 by their bytes.
func spell(file *ir.File) {
	for _, f := range file.Functions() {
		for _, i := range f.Instructions() {
			code, ok := bf16Codes[i.Opcode]
			if !ok {
				continue
			}
			var z [3]byte
			for n, op := range i.Operands {
				p, ok := op.(reg.VecPhysical)
				if !ok || p.Size() != 64 {
					log.Fatalf("%s: operand %s is no register of 512 bits", i.Opcode, op.Asm())
				}
				z[n] = byte(p.PhysicalIndex())
			}
			b := code.bytes(z[0], z[1], z[2])
			i.Operands = []operand.Op{numbers(fmt.Sprintf("$0x%02x%02x%02x%02x; WORD $0x%02x%02x // %s %s, %s, %s",
				b[3], b[2], b[1], b[0], b[5], b[4], i.Opcode, i.Operands[0].Asm(), i.Operands[1].Asm(), i.Operands[2].Asm()))}
			i.Opcode = "LONG"
		}
	}
}

// bytes encodes the instruction for three registers from 0 to 31, in the order
// of Go's assembler: last the destination (ModRM.reg), before it the first
// source (vvvv), first the second source (ModRM.rm). The prefix holds the upper
// bits of their numbers inverted.
func (c evexCode) bytes(src2, src1, dst byte) [6]byte {
	bit := func(r byte, n int) byte { return r >> n & 1 }
	r, r2 := 1^bit(dst, 3), 1^bit(dst, 4)
	x, b := 1^bit(src2, 4), 1^bit(src2, 3)
	v, v2 := 15^src1&15, 1^bit(src1, 4)
	const map0F38, w0, length512 = 2, 0, 2
	return [6]byte{
		0x62,
		r<<7 | x<<6 | b<<5 | r2<<4 | map0F38,
		w0<<7 | v<<3 | 1<<2 | c.prefix,
		length512<<5 | v2<<3,
		c.opcode,
		3<<6 | dst&7<<3 | src2&7,
	}
}

// numbers is an operand that is printed as it is.
type numbers string

func (n numbers) Asm() string { return string(n) }
