package kernel

// PanelQuery says which rows PanelsNear shall report to a query.
type PanelQuery struct{ Scale, Slack, Limit float32 }

// PanelsNear estimates from codes of 8 bits which rows of a matrix may be near
// to each of some queries: bit r of near[i*panels+p] says so of row r of panel p
// and query i. Where the estimate is NaN the row is near.
//
// A panel is 32 rows of dim bytes, interleaved in pairs: element (r, j) lies at
// j/2*64 + 2*r + j%2. Its terms are two times 32 floats, what is added to a row's
// estimate, and what, times slack, is taken from it. q has one row for each
// query; dim, its length, is even. The sums must stay within an int32.
//
//	for i, a := range queries {
//		for p := range panels {
//			near[i*panels+p] = 0
//			for r := range 32 {
//				sum := int32(0)
//				for j := range dim {
//					sum += int32(q[i*dim+j]) * int32(codes[p*32*dim+j/2*64+2*r+j%2])
//				}
//				estimate := float32(sum)*a.Scale + terms[p*64+r] - terms[p*64+32+r]*a.Slack
//				if !(estimate > a.Limit) {
//					near[i*panels+p] |= 1 << r
//				}
//			}
//		}
//	}
func PanelsNear(near []uint32, q []int16, queries []PanelQuery, codes []int8, terms []float32) {
	if len(queries) == 0 || len(terms) == 0 {
		return
	}
	dim, panels := len(q)/len(queries), len(terms)/64
	if dim == 0 || dim%2 != 0 || len(q) != dim*len(queries) {
		panic("kernel: PanelsNear: queries are not of one even length")
	}
	if len(terms) != 64*panels || len(codes) != 32*dim*panels || len(near) != len(queries)*panels {
		panic("kernel: PanelsNear: near, codes or terms do not fit the panels")
	}
	panelsNear(near, q, queries, codes, terms, dim, panels)
}

// SquaredDistancesAt is SquaredDistances for chosen rows, each of len(q) floats.
//
//	for i, r := range at {
//		sum := float32(0)
//		for j, v := range q {
//			d := v - rows[int(r)*len(q)+j]
//			sum += d * d
//		}
//		dst[i] = sum
//	}
func SquaredDistancesAt(dst, q, rows []float32, at []uint32) {
	if len(dst) != len(at) {
		panic(errLength)
	}
	if len(at) == 0 {
		return
	}
	if len(q) == 0 {
		panic("kernel: SquaredDistancesAt: rows of no elements")
	}
	last := uint32(0)
	for _, r := range at {
		last = max(last, r)
	}
	if (int(last)+1)*len(q) > len(rows) {
		panic("kernel: SquaredDistancesAt: row beyond the end")
	}
	squaredDistancesAt(dst, q, rows, at)
}

// Prefetch says that the first 128 bytes of x will be read soon. It computes
// nothing.
func Prefetch(x []uint32) {
	if len(x) > 0 {
		prefetch(x)
	}
}

// SquaredDistance64 sums in float64, in an order that does not depend on the
// version: element i goes to sum i%16, up to the last whole 16; then sums of
// 8, 4, 2 and 1 apart are added, and then the elements that are left.
//
//	sum := 0.0
//	for i, v := range a {
//		d := float64(v) - float64(b[i])
//		sum += d * d
//	}
//	return sum
func SquaredDistance64(a, b []float32) float64 {
	if len(a) != len(b) {
		panic(errLength)
	}
	whole, sum := len(a)&^15, 0.0
	if whole > 0 {
		sum = squaredDistance64(a[:whole], b[:whole])
	}
	for i, v := range a[whole:] {
		d := float64(v) - float64(b[whole+i])
		sum += float64(d * d) // the conversion keeps the compiler from an FMA
	}
	return sum
}

func panelsNearPortable(near []uint32, q []int16, queries []PanelQuery, codes []int8, terms []float32, dim, panels int) {
	for p := range panels {
		panel, added, taken := codes[p*32*dim:][:32*dim], terms[p*64:][:32], terms[p*64+32:][:32]
		for i, a := range queries {
			var sums [32]int32
			for j, v := range q[i*dim:][:dim] {
				for r := range sums {
					sums[r] += int32(v) * int32(panel[j/2*64+2*r+j%2])
				}
			}
			mask := uint32(0)
			for r, sum := range sums {
				estimate := float32(float32(sum)*a.Scale) + added[r]
				if !(estimate-float32(taken[r]*a.Slack) > a.Limit) {
					mask |= 1 << r
				}
			}
			near[i*panels+p] = mask
		}
	}
}

func squaredDistancesAtEach(dst, q, rows []float32, at []uint32) {
	for i, r := range at {
		squaredDistances(dst[i:i+1], q, rows[int(r)*len(q):][:len(q)])
	}
}

func squaredDistance64Portable(a, b []float32) float64 {
	var sums [16]float64
	for i := 0; i < len(a); i += 16 {
		x, y := a[i:i+16], b[i:i+16]
		for l := range sums {
			d := float64(x[l]) - float64(y[l])
			sums[l] += float64(d * d)
		}
	}
	for step := 8; step > 0; step /= 2 {
		for l := range step {
			sums[l] += sums[l+step]
		}
	}
	return sums[0]
}
