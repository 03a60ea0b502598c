package kernel

import "math"

// The portable versions. They are the only ones on most kinds of machine, and on
// amd64 and arm64 the measure of the assembly. Callers have checked all lengths.
// An explicit float32() around a product keeps the compiler from fusing it with
// the sum that follows, where the result is to be the same on every machine. The
// long sums (BlockGemm, Dot, SquaredDistances) leave that to the compiler: fused
// they are faster and no less exact.

func blockGemmPortable(c []float32, ldc int, a []float32, aRow, aCol int, b []float32, ldb int, blocks []Block, m, n, k int, accumulate bool) {
	for i := range m {
		row := c[i*ldc:][:n]
		if !accumulate {
			clear(row)
		}
		for _, bl := range blocks {
			pa, pb := bl.A+i*aRow, bl.B
			kk := k
			// Four steps of k for each pass over the row, in the same order as one by one.
			for ; kk >= 4; kk -= 4 {
				a0, a1, a2, a3 := a[pa], a[pa+aCol], a[pa+2*aCol], a[pa+3*aCol]
				b0, b1, b2, b3 := b[pb:][:n], b[pb+ldb:][:n], b[pb+2*ldb:][:n], b[pb+3*ldb:][:n]
				for j, s := range row {
					s += a0 * b0[j]
					s += a1 * b1[j]
					s += a2 * b2[j]
					s += a3 * b3[j]
					row[j] = s
				}
				pa, pb = pa+4*aCol, pb+4*ldb
			}
			for ; kk > 0; kk-- {
				a0, b0 := a[pa], b[pb:][:n]
				for j := range row {
					row[j] += a0 * b0[j]
				}
				pa, pb = pa+aCol, pb+ldb
			}
		}
	}
}

func addBiasPortable(x, bias []float32) {
	for len(x) > 0 {
		row := x[:len(bias)]
		for j, b := range bias {
			row[j] += b
		}
		x = x[len(bias):]
	}
}

func addBiasELUPortable(x, bias []float32) {
	for len(x) > 0 {
		row := x[:len(bias)]
		for j, b := range bias {
			row[j] = elu1(row[j] + b)
		}
		x = x[len(bias):]
	}
}

func eluPortable(dst, x []float32) {
	for i, v := range x {
		dst[i] = elu1(v)
	}
}

func elu1(v float32) float32 {
	if v > 0 {
		return v
	}
	return float32(math.Expm1(float64(v)))
}

func eluGradPortable(dx, dy, y []float32) {
	for i, v := range y {
		g := dy[i]
		if !(v > 0) {
			g *= v + 1
		}
		dx[i] = g
	}
}

func sumRowsPortable(dst, x []float32) {
	for len(x) > 0 {
		row := x[:len(dst)]
		for j, v := range row {
			dst[j] += v
		}
		x = x[len(dst):]
	}
}

func maxPool2x2Portable(dst []float32, winner []uint8, step int, x []float32, h, w, c int) {
	o := 0
	for y := range h / 2 {
		for q := range w / 2 {
			i := (2*y*w + 2*q) * c
			poolSquare(dst[o:o+c], winner[o:o+c], x[i:i+c], x[i+c:i+2*c], x[i+w*c:i+w*c+c], x[i+w*c+c:i+w*c+2*c])
			o += step
		}
	}
}

func poolSquare(dst []float32, winner []uint8, x0, x1, x2, x3 []float32) {
	for ch, best := range x0 {
		win := uint8(0)
		if v := x1[ch]; v > best {
			best, win = v, 1
		}
		if v := x2[ch]; v > best {
			best, win = v, 2
		}
		if v := x3[ch]; v > best {
			best, win = v, 3
		}
		dst[ch], winner[ch] = best, win
	}
}

func maxPool2x2GradPortable(dx, dy []float32, winner []uint8, h, w, c int) {
	o := 0
	for y := range h / 2 {
		for q := range w / 2 {
			i := (2*y*w + 2*q) * c
			x0, x1, x2, x3 := dx[i:i+c], dx[i+c:i+2*c], dx[i+w*c:i+w*c+c], dx[i+w*c+c:i+w*c+2*c]
			for ch := range c {
				var g [4]float32
				g[winner[o]&3] = dy[o]
				x0[ch], x1[ch], x2[ch], x3[ch] = g[0], g[1], g[2], g[3]
				o++
			}
		}
	}
}

func mseGradPortable(grad, y, t []float32, scale float32) float64 {
	sum := 0.0
	for i, v := range y {
		d := v - t[i]
		grad[i] = scale * d
		sum += float64(float64(d) * float64(d))
	}
	return sum
}

func squaredErrorPortable(y, t []float32) float64 {
	sum := 0.0
	for i, v := range y {
		d := float64(v - t[i])
		sum += float64(d * d)
	}
	return sum
}

func adamaxPortable(p, m, u, g []float32, step, beta1, rest1, beta2, eps float32) {
	for i, gi := range g {
		mi := float32(beta1*m[i]) + float32(rest1*gi)
		// Not the built-in max: like the assembly's VMAXPS this takes |g| when either is NaN.
		ui := math.Float32frombits(math.Float32bits(gi) &^ (1 << 31))
		if v := beta2 * u[i]; v > ui {
			ui = v
		}
		m[i], u[i] = mi, ui
		p[i] -= float32(step*mi) / (ui + eps)
	}
}

func addPortable(dst, src []float32) {
	for i, v := range src {
		dst[i] += v
	}
}

func scalePortable(dst []float32, s float32) {
	for i := range dst {
		dst[i] *= s
	}
}

func axpyPortable(dst []float32, a float32, x []float32) {
	for i, v := range x {
		dst[i] += float32(a * v)
	}
}

func dotPortable(a, b []float32) float32 {
	// Four sums: a single one would wait for each addition.
	var s0, s1, s2, s3 float32
	for len(a) >= 4 {
		b4 := b[:4]
		s0 += a[0] * b4[0]
		s1 += a[1] * b4[1]
		s2 += a[2] * b4[2]
		s3 += a[3] * b4[3]
		a, b = a[4:], b[4:]
	}
	for i, v := range a {
		s0 += v * b[i]
	}
	return (s0 + s1) + (s2 + s3)
}

func squaredDistancesPortable(dst, q, rows []float32) {
	for i := range dst {
		row := rows[i*len(q):][:len(q)]
		var s [4]float32
		for j, v := range q {
			d := v - row[j]
			s[j&3] += d * d
		}
		dst[i] = (s[0] + s[1]) + (s[2] + s[3])
	}
}

// transposePortable turns the part of src from row i0 and column j0 on; it goes
// by squares so that both sides stay within a few cache lines.
func transposePortable(dst []float32, ldd int, src []float32, lds, rows, cols, i0, j0 int) {
	const side = 16
	for ; i0 < rows; i0 += side {
		i1 := min(i0+side, rows)
		for j1 := j0; j1 < cols; j1 += side {
			for j := j1; j < min(j1+side, cols); j++ {
				out := dst[j*ldd+i0 : j*ldd+i1]
				for i := range out {
					out[i] = src[(i0+i)*lds+j]
				}
			}
		}
	}
}
