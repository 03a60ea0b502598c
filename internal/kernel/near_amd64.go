//go:build !purego

package kernel

import "golang.org/x/sys/cpu"

// wideWords is whether there are vectors of 64 bytes and words.
var wideWords = cpu.X86.HasAVX512BW

func panelsNear(near []uint32, q []int16, queries []PanelQuery, codes []int8, terms []float32, dim, panels int) {
	if running == none {
		panelsNearPortable(near, q, queries, codes, terms, dim, panels)
		return
	}
	for i := 0; i < len(queries); {
		n, q, about := &near[i*panels], &q[i*dim], &queries[i].Scale
		switch left := len(queries) - i; {
		case running == avx512 && wideWords && left >= 4:
			panelsNear4AVX512(n, panels, q, dim/2, about, &terms[0], &codes[0], panels)
			i += 4
		case running == avx512 && wideWords:
			panelsNear1AVX512(n, panels, q, dim/2, about, &terms[0], &codes[0], panels)
			i++
		case left >= 2:
			panelsNear2AVX2(n, panels, q, dim/2, about, &terms[0], &codes[0], panels)
			i += 2
		default:
			panelsNear1AVX2(n, panels, q, dim/2, about, &terms[0], &codes[0], panels)
			i++
		}
	}
}

func squaredDistancesAt(dst, q, rows []float32, at []uint32) {
	switch running {
	case avx512:
		squaredDistancesAtAVX512(dst, q, rows, at)
	case avx2:
		squaredDistancesAtAVX2(dst, q, rows, at)
	default:
		squaredDistancesAtEach(dst, q, rows, at)
	}
}

func squaredDistance64(a, b []float32) float64 {
	switch running {
	case avx512:
		return squaredDistance64AVX512(&a[0], &b[0], len(a))
	case avx2:
		return squaredDistance64AVX2(&a[0], &b[0], len(a))
	default:
		return squaredDistance64Portable(a, b)
	}
}

func prefetch(x []uint32) {
	if running != none {
		prefetchAVX2(&x[0])
	}
}
