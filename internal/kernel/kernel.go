package kernel

const errLength = "kernel: slices differ in length"

// AddBias adds bias to each row of x; the rows are len(bias) long.
//
//	for i := range x {
//		x[i] += bias[i%len(bias)]
//	}
func AddBias(x, bias []float32) {
	checkRows(x, bias)
	if len(x) > 0 {
		addBias(x, bias)
	}
}

// AddBiasELU is AddBias followed by ELU in place.
//
//	for i := range x {
//		v := x[i] + bias[i%len(bias)]
//		if !(v > 0) {
//			v = exp(v) - 1
//		}
//		x[i] = v
//	}
func AddBiasELU(x, bias []float32) {
	checkRows(x, bias)
	if len(x) > 0 {
		addBiasELU(x, bias)
	}
}

// ELU is the exponential linear unit with alpha 1 (Clevert, Unterthiner and
// Hochreiter 2015). dst may be x. NaN stays NaN, -Inf gives -1.
//
//	for i, v := range x {
//		if !(v > 0) {
//			v = exp(v) - 1
//		}
//		dst[i] = v
//	}
func ELU(dst, x []float32) {
	if len(dst) != len(x) {
		panic(errLength)
	}
	if len(x) > 0 {
		elu(dst, x)
	}
}

// ELUGrad takes the gradient back through ELU; y is ELU's output, whence the
// derivative for y <= 0 is exp(x) = y+1. dx may be dy or y.
//
//	for i := range dx {
//		if y[i] > 0 {
//			dx[i] = dy[i]
//		} else {
//			dx[i] = dy[i] * (y[i] + 1)
//		}
//	}
func ELUGrad(dx, dy, y []float32) {
	if len(dx) != len(dy) || len(dx) != len(y) {
		panic(errLength)
	}
	if len(dx) > 0 {
		eluGrad(dx, dy, y)
	}
}

// SumRows adds the rows of x, len(dst) long, to dst in order; the gradient of a
// bias.
//
//	for i := range x {
//		dst[i%len(dst)] += x[i]
//	}
func SumRows(dst, x []float32) {
	checkRows(x, dst)
	if len(x) > 0 {
		sumRows(dst, x)
	}
}

// MaxPool2x2 takes the largest value of each 2x2 square of one picture, channel
// by channel: x is (h, w, c); an odd last row or column is left out. The results
// lie step >= c values apart in dst and winner: with step = c both are (h/2, w/2,
// c). winner says which of the four it was, the first where several are equal: 0
// and 1 above, 2 and 3 below. A NaN wins only in place 0.
//
//	for y := range h / 2 {
//		for q := range w / 2 {
//			for ch := range c {
//				best, win := x[(2*y*w+2*q)*c+ch], 0
//				for i := 1; i < 4; i++ {
//					if v := x[((2*y+i/2)*w+2*q+i%2)*c+ch]; v > best {
//						best, win = v, i
//					}
//				}
//				dst[(y*(w/2)+q)*step+ch], winner[(y*(w/2)+q)*step+ch] = best, uint8(win)
//			}
//		}
//	}
func MaxPool2x2(dst []float32, winner []uint8, step int, x []float32, h, w, c int) {
	if step < c {
		panic("kernel: MaxPool2x2: results overlap")
	}
	checkPool(dst, winner, step, x, h, w, c)
	if h >= 2 && w >= 2 && c > 0 {
		maxPool2x2(dst, winner, step, x, h, w, c)
	}
}

// MaxPool2x2Grad takes the gradient back through MaxPool2x2: dx is (h, w, c), dy
// and winner are (h/2, w/2, c). All of dx is written; what did not win gets 0.
//
//	clear(dx)
//	for y := range h / 2 {
//		for q := range w / 2 {
//			for ch := range c {
//				o := (y*(w/2)+q)*c + ch
//				i := int(winner[o])
//				dx[((2*y+i/2)*w+2*q+i%2)*c+ch] = dy[o]
//			}
//		}
//	}
func MaxPool2x2Grad(dx, dy []float32, winner []uint8, h, w, c int) {
	checkPool(dy, winner, c, dx, h, w, c)
	if len(dy) > 0 {
		maxPool2x2Grad(dx, dy, winner, h, w, c)
	}
	// What no square covers: the odd last column, then the odd last row.
	if w%2 == 1 {
		for y := range h {
			clear(dx[(y*w+w-1)*c : (y+1)*w*c])
		}
	}
	if h%2 == 1 {
		clear(dx[(h-1)*w*c:])
	}
}

// MSEGrad writes the gradient of a squared error and returns the error itself,
// summed in float64 over lanes in a fixed order.
//
//	for i := range grad {
//		d := y[i] - t[i]
//		grad[i] = scale * d
//		sum += float64(d) * float64(d)
//	}
func MSEGrad(grad, y, t []float32, scale float32) float64 {
	if len(grad) != len(y) || len(grad) != len(t) {
		panic(errLength)
	}
	if len(grad) == 0 {
		return 0
	}
	return mseGrad(grad, y, t, scale)
}

// SquaredError returns the squared distance of y and t, summed in float64 over
// lanes in a fixed order.
//
//	for i := range y {
//		d := y[i] - t[i]
//		sum += float64(d) * float64(d)
//	}
func SquaredError(y, t []float32) float64 {
	if len(y) != len(t) {
		panic(errLength)
	}
	if len(y) == 0 {
		return 0
	}
	return squaredError(y, t)
}

// Adamax makes one step of the optimiser of Kingma and Ba 2014 (section 7.1) as
// Keras writes it. p are the parameters, m and u the moments, g the gradient;
// step is lr/(1-beta1^t) for step number t from 1.
//
//	for i := range p {
//		m[i] = beta1*m[i] + (1-beta1)*g[i]
//		u[i] = max(beta2*u[i], abs(g[i]))
//		p[i] -= step * m[i] / (u[i] + eps)
//	}
func Adamax(p, m, u, g []float32, step, beta1, beta2, eps float32) {
	if len(p) != len(m) || len(p) != len(u) || len(p) != len(g) {
		panic(errLength)
	}
	if len(p) > 0 {
		adamax(p, m, u, g, step, beta1, 1-beta1, beta2, eps)
	}
}

// Add adds src to dst.
//
//	for i := range dst {
//		dst[i] += src[i]
//	}
func Add(dst, src []float32) {
	if len(dst) != len(src) {
		panic(errLength)
	}
	if len(dst) > 0 {
		add(dst, src)
	}
}

// Scale multiplies dst by s.
//
//	for i := range dst {
//		dst[i] *= s
//	}
func Scale(dst []float32, s float32) {
	if len(dst) > 0 {
		scale(dst, s)
	}
}

// Axpy adds a times x to dst. Product and sum are rounded one after the other.
//
//	for i := range dst {
//		dst[i] += a * x[i]
//	}
func Axpy(dst []float32, a float32, x []float32) {
	if len(dst) != len(x) {
		panic(errLength)
	}
	if len(dst) > 0 {
		axpy(dst, a, x)
	}
}

// Dot returns the inner product, summed over lanes in a fixed order.
//
//	for i := range a {
//		sum += a[i] * b[i]
//	}
func Dot(a, b []float32) float32 {
	if len(a) != len(b) {
		panic(errLength)
	}
	if len(a) == 0 {
		return 0
	}
	return dot(a, b)
}

// SquaredDistances measures q against each row of rows, len(q) long; dst gets
// one squared distance for each row, summed over lanes in a fixed order that
// does not depend on the row's place.
//
//	for i := range dst {
//		sum := float32(0)
//		for j := range q {
//			d := q[j] - rows[i*len(q)+j]
//			sum += d * d
//		}
//		dst[i] = sum
//	}
func SquaredDistances(dst, q, rows []float32) {
	if len(rows) != len(dst)*len(q) {
		panic("kernel: SquaredDistances: rows is not len(dst) x len(q)")
	}
	if len(q) == 0 {
		clear(dst)
		return
	}
	if len(dst) > 0 {
		squaredDistances(dst, q, rows)
	}
}

// Transpose turns the rows x cols matrix src, lds floats from row to row, into
// the cols x rows matrix dst, ldd floats from row to row. They must not overlap.
//
//	for i := range rows {
//		for j := range cols {
//			dst[j*ldd+i] = src[i*lds+j]
//		}
//	}
func Transpose(dst []float32, ldd int, src []float32, lds, rows, cols int) {
	if rows < 0 || cols < 0 || ldd < rows || lds < cols {
		panic("kernel: Transpose: a row is shorter than the matrix is wide")
	}
	if rows == 0 || cols == 0 {
		return
	}
	if len(src) < span(rows, lds, 0, 0)+cols || len(dst) < span(cols, ldd, 0, 0)+rows {
		panic("kernel: Transpose: dst or src is too short")
	}
	transpose(dst, ldd, src, lds, rows, cols)
}

// FromBytes turns bytes into floats from -0.5 to 0.5.
//
//	for i := range dst {
//		dst[i] = float32(src[i])/255 - 0.5
//	}
func FromBytes(dst []float32, src []byte) {
	if len(dst) != len(src) {
		panic(errLength)
	}
	for i, v := range src {
		dst[i] = byteValues[v]
	}
}

var byteValues = func() (t [256]float32) {
	for i := range t {
		t[i] = float32(i)/255 - 0.5
	}
	return t
}()

func checkRows(x, row []float32) {
	if len(row) == 0 && len(x) > 0 || len(row) > 0 && len(x)%len(row) != 0 {
		panic("kernel: length is not a whole number of rows")
	}
}

func checkPool(small []float32, winner []uint8, step int, large []float32, h, w, c int) {
	if h < 0 || w < 0 || c < 0 || len(large) != h*w*c || len(winner) != len(small) {
		panic("kernel: MaxPool2x2: slices are not (h, w, c) and (h/2, w/2, c)")
	}
	if n := (h / 2) * (w / 2); len(small) != n*step && (n == 0 || len(small) < span(n, step, 0, 0)+c) {
		panic("kernel: MaxPool2x2: slices are not (h, w, c) and (h/2, w/2, c)")
	}
}
