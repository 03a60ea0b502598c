//go:build linux

package kernel

import (
	"math/rand/v2"
	"syscall"
	"testing"
	"unsafe"
)

// edge is memory between two pages that nobody may touch: a read or write one
// element too far ends the program.
type edge struct{ data []float32 }

func newEdge(t *testing.T) edge {
	page, room := syscall.Getpagesize(), 1<<18
	mem, err := syscall.Mmap(-1, 0, room+2*page, syscall.PROT_READ|syscall.PROT_WRITE, syscall.MAP_PRIVATE|syscall.MAP_ANON)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { syscall.Munmap(mem) })
	for _, fence := range [][]byte{mem[:page], mem[page+room:]} {
		if err := syscall.Mprotect(fence, syscall.PROT_NONE); err != nil {
			t.Fatal(err)
		}
	}
	return edge{unsafe.Slice((*float32)(unsafe.Pointer(&mem[page])), room/4)}
}

// take is a slice at the end of the memory or at its start.
func (e edge) take(n int, end bool) []float32 {
	if end {
		return e.data[len(e.data)-n:]
	}
	return e.data[:n:n]
}

func (e edge) takeWords(n int, end bool) []uint16 {
	all := unsafe.Slice((*uint16)(unsafe.Pointer(&e.data[0])), 2*len(e.data))
	if end {
		return all[len(all)-n:]
	}
	return all[:n:n]
}

// TestEdges runs every kernel where the slices end, and where they start, at
// memory that cannot be touched.
func TestEdges(t *testing.T) {
	p, q, r, s := newEdge(t), newEdge(t), newEdge(t), newEdge(t)
	eachVersion(t, func(t *testing.T) {
		for _, end := range []bool{true, false} {
			for n := 1; n < 150; n++ {
				a, b, c, d := p.take(n, end), q.take(n, end), r.take(n, end), s.take(n, end)
				Add(a, b)
				Scale(a, 2)
				Axpy(a, 2, b)
				ELU(a, b)
				ELUGrad(a, b, c)
				MSEGrad(a, b, c, 1)
				SquaredError(a, b)
				Adamax(a, b, c, d, 1, 0.9, 0.9, 1)
				Dot(a, b)
				FromBytes(a, make([]byte, n))
				rows := q.take(5*n, end)
				AddBias(rows, a)
				AddBiasELU(rows, a)
				SumRows(a, rows)
				SquaredDistances(r.take(5, end), a, rows)
				Transpose(s.take(17*n, end), 17, q.take(17*n, end), n, 17, n)
				CopyRows(s.take(35*n-3, end), 35, q.take(33*n-1, end), 33, n, 32)
				const h, w = 5, 5
				bytes := unsafe.Slice((*uint8)(unsafe.Pointer(&d[0])), 4*n) // (h/2, w/2, n)
				MaxPool2x2(a[:0:0], bytes[:0], n, nil, 0, 0, n)
				MaxPool2x2(p.take(4*n, end), bytes, n, q.take(h*w*n, end), h, w, n)
				apart := unsafe.Slice((*uint8)(unsafe.Pointer(&s.take(n+3, end)[0])), 4*n+12)
				if end {
					apart = apart[3:]
				}
				MaxPool2x2(p.take(4*n+9, end), apart[:4*n+9], n+3, q.take(h*w*n, end), h, w, n)
				MaxPool2x2Grad(q.take(h*w*n, end), p.take(4*n, end), bytes, h, w, n)
			}
			rng := rand.New(rand.NewPCG(17, 18))
			for m := 1; m < 18; m++ {
				for n := 1; n < 100; n++ {
					k := 1 + rng.IntN(4)
					ldc, ldb := n+rng.IntN(2), n+rng.IntN(2)
					aRow, aCol := k, 1
					if rng.IntN(2) == 0 {
						aRow, aCol = 1, m
					}
					c := r.take((m-1)*ldc+n, end)
					BlockGemm(c, ldc, p.take(m*k, end), aRow, aCol, q.take((k-1)*ldb+n, end), ldb, []Block{{}}, m, n, k, rng.IntN(2) == 0)
				}
			}
		}
	})
}

func TestEdgesBF16(t *testing.T) {
	p, q, r := newEdge(t), newEdge(t), newEdge(t)
	eachVersion(t, func(t *testing.T) {
		for _, end := range []bool{true, false} {
			for n := 1; n < 150; n++ {
				ToBF16(q.takeWords(n, end), p.take(n, end))
				dst := q.takeWords((n+1)/2*64, end)
				for cols := range 33 {
					lds := cols + n%2
					PackBF16(dst, p.take((n-1)*lds+cols, end), lds, n, cols)
					if cols > 0 {
						lds = n + cols%2
						PackTransposedBF16(dst, p.take((cols-1)*lds+n, end), lds, n, cols)
					}
				}
			}
			rng := rand.New(rand.NewPCG(27, 28))
			for m := 1; m < 18; m++ {
				for n := 1; n < 100; n++ {
					k := 2 + 2*rng.IntN(3)
					ldc, aRow, ldb := n+rng.IntN(2), k+rng.IntN(2), 2*n+rng.IntN(2)
					c, a, b := r.take((m-1)*ldc+n, end), p.takeWords((m-1)*aRow+k, end), q.takeWords((k/2-1)*ldb+2*n, end)
					BlockGemmBF16(c, ldc, a, aRow, b, ldb, []Block{{}}, m, n, k, rng.IntN(2) == 0)
				}
			}
		}
	})
}

// TestPooledGradsEdges is TestEdges for the kernels behind the winners of a pooling.
func TestPooledGradsEdges(t *testing.T) {
	p, q, r, s := newEdge(t), newEdge(t), newEdge(t), newEdge(t)
	eachVersion(t, func(t *testing.T) {
		rng := rand.New(rand.NewPCG(23, 24))
		for _, end := range []bool{true, false} {
			winners := func(from []uint8) []uint8 {
				n := len(from)
				w := s.take((n+3)/4, end)
				bytes := unsafe.Slice((*uint8)(unsafe.Pointer(&w[0])), 4*len(w))
				if end {
					bytes = bytes[len(bytes)-n:]
				}
				copy(bytes, from)
				return bytes[:n:n]
			}
			for n := 1; n < 70; n++ {
				Patches(p.take(2*n*32, end), q.take(4*(n+2)*3, end), 2, n)
				for _, k := range sparseKernels {
					c := newSparseCall(rng, k, n, 1+n%7)
					k.run(p.take(len(c.dst.data), end), q.take(len(c.x.data), end), c.xRow, r.take(len(c.dy.data), end), winners(c.winner), c.sites, n, c.accumulate)
				}
				c := newScatterCall(rng, n, 1+n%7)
				PooledInputGrad(q.take(len(c.dst.data), end), c.xRow, p.take(len(c.w.data), end), r.take(len(c.dy.data), end), winners(c.winner), c.sites, n)
			}
		}
	})
}

// TestNearEdges is TestEdges for the kernels of search.
func TestNearEdges(t *testing.T) {
	p, q, r, s, u := newEdge(t), newEdge(t), newEdge(t), newEdge(t), newEdge(t)
	eachVersion(t, func(t *testing.T) {
		rng := rand.New(rand.NewPCG(47, 48))
		for _, end := range []bool{true, false} {
			for n := 1; n < 150; n++ {
				SquaredDistancesAt(r.take(3, end), p.take(n, end), q.take(7*n, end), []uint32{6, 0, 6})
				SquaredDistance64(p.take(n, end), q.take(n, end))
				links := s.take(n, end)
				Prefetch(unsafe.Slice((*uint32)(unsafe.Pointer(&links[0])), n))
			}
			for queries := 1; queries < 10; queries++ {
				for dim := 2; dim < 40; dim += 2 {
					c := newPanelsCall(rng, queries, dim, 1+dim%3)
					words := p.takeWords(len(c.q), end)
					near := s.take(len(c.near), end)
					about := u.take(3*queries, end)
					codes := q.take(len(c.codes)/4, end)
					PanelsNear(unsafe.Slice((*uint32)(unsafe.Pointer(&near[0])), len(near)),
						unsafe.Slice((*int16)(unsafe.Pointer(&words[0])), len(words)),
						unsafe.Slice((*PanelQuery)(unsafe.Pointer(&about[0])), queries),
						unsafe.Slice((*int8)(unsafe.Pointer(&codes[0])), len(c.codes)), r.take(len(c.terms), end))
				}
			}
		}
	})
}
