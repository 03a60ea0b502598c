//go:build !amd64 || purego

package kernel

func panelsNear(near []uint32, q []int16, queries []PanelQuery, codes []int8, terms []float32, dim, panels int) {
	panelsNearPortable(near, q, queries, codes, terms, dim, panels)
}

func squaredDistancesAt(dst, q, rows []float32, at []uint32) {
	squaredDistancesAtEach(dst, q, rows, at)
}

func squaredDistance64(a, b []float32) float64 { return squaredDistance64Portable(a, b) }

func prefetch(x []uint32) {}
