// Package half converts between float32 and the two formats of 16 bits: IEEE 754's binary16
// (float16) and bfloat16.
package half

import "math"

// From returns the value of a binary16 number; every one has an exact float32.
func From(h uint16) float32 {
	sign := uint32(h>>15) << 31
	exp := uint32(h>>10) & 31
	frac := uint32(h) & 0x3ff
	switch exp {
	case 0: // zero and the subnormals: frac * 2^-24
		v := float32(frac) * (1.0 / (1 << 24))
		return math.Float32frombits(sign | math.Float32bits(v))
	case 31: // infinity and NaN
		return math.Float32frombits(sign | 0xff<<23 | frac<<13)
	}
	return math.Float32frombits(sign | (exp+127-15)<<23 | frac<<13)
}

// To rounds to the nearest binary16 number, of two as near to the even one.
func To(v float32) uint16 {
	bits := math.Float32bits(v)
	sign, exp, frac := uint16(bits>>31)<<15, int(bits>>23&0xff), bits&0x7fffff
	switch {
	case exp == 0xff && frac != 0:
		return sign | 0x7e00 // NaN
	case exp == 0xff:
		return sign | 0x7c00
	}
	e := exp - 127 + 15
	shift := 13
	if e < 1 { // subnormal, or zero
		if e < -10 {
			return sign
		}
		frac |= 0x800000
		shift += 1 - e
		e = 0
	}
	h := uint32(e)<<10 + roundShift(frac, shift)
	return sign | uint16(min(h, 0x7c00)) // a carry makes the next exponent, and infinity at the end
}

// FromBrain returns the value of a bfloat16 number, the upper half of a float32.
func FromBrain(b uint16) float32 { return math.Float32frombits(uint32(b) << 16) }

// ToBrain rounds to the nearest bfloat16 number.
func ToBrain(v float32) uint16 {
	bits := math.Float32bits(v)
	if v != v {
		return uint16(bits>>16) | 0x40
	}
	return uint16(roundShift(bits, 16))
}

// roundShift is v >> n, rounded to the nearest, halves to the even number.
func roundShift(v uint32, n int) uint32 {
	down, rest, half := v>>n, v&(1<<n-1), uint32(1)<<(n-1)
	if rest > half || rest == half && down&1 == 1 {
		down++
	}
	return down
}
