package nn

import (
	"cmp"
	"math"
	"slices"

	"likeness/internal/kernel"
)

// Muon moves the weights of a layer as the matrix that they are (Jordan et al.
// 2024, "Muon: An optimizer for hidden layers in neural networks"): the running
// mean of the gradient, looked one step ahead as by Nesterov, is brought near the
// orthogonal matrix closest to it, so that a step goes equally far along all
// directions that the layer knows and not along the strongest alone:
//
//	m = Momentum*m + (1-Momentum)*g
//	w = w - Rate*Size*sqrt(max(rows, cols)) * orthogonal(Momentum*m + (1-Momentum)*g)
//
// An orthogonal matrix of rows x cols has elements of about 1/sqrt(max(rows, cols))
// (their root mean square), so weights move by about Rate*Size whatever their
// layer's shape. A convolution's kernel is a matrix with as many columns as the
// last of its axes.
//
// Muon does not move biases and the kernel that makes the output; Others does.
type Muon struct {
	Momentum float64
	Size     float64
	Others   Adamax
}

// DefaultMuon returns the Muon that goes with learning rates like those of Adamax.
// RESULTS.md says how it was found.
func DefaultMuon() Muon { return Muon{Momentum: 0.95, Size: 0.05, Others: DefaultAdamax()} }

// The polynomial a*s + b*s^3 + c*s^5 of Jordan et al., which taken muonRounds times
// brings singular values s in (0, 1] near 1, to between 0.7 and 1.2 from about
// 0.002 on.
const (
	muonA, muonB, muonC = 3.4445, -4.7750, 2.0315
	muonRounds          = 5
)

// muonMatrix is a kernel that Muon moves, and the memory that this takes.
type muonMatrix struct {
	net, offset, rows, cols int
	packs                   []func() // of its pieces

	gradient []float32 // complete before it moves
	tall     []float32 // the matrix or, where it is wide, its transpose
	turned   []float32 // as long, for wide ones alone
	// Matrices of as many rows and columns as the smaller side has.
	gram, p, q, spare []float32
}

// planMuon takes the kernels that Muon moves out of the hands of the pieces. The state
// keeps Muon's running mean in M.
func (s *Step) planMuon() {
	last := len(s.nets) - 1
	for k, n := range s.nets {
		var kernels []*Param
		for _, p := range n.Params() {
			if len(p.Shape) > 1 && len(s.piecesOf(k, p)) > 0 {
				kernels = append(kernels, p)
			}
		}
		if k == last && len(kernels) > 0 {
			kernels = kernels[:len(kernels)-1]
		}
		for _, p := range kernels {
			cols := p.Shape[len(p.Shape)-1]
			matrix := &muonMatrix{net: k, offset: p.offset, rows: len(p.Value) / cols, cols: cols}
			matrix.plan()
			for _, i := range s.piecesOf(k, p) {
				s.pieces[i].matrix = matrix
				if pack := s.pieces[i].pack; pack != nil {
					matrix.packs = append(matrix.packs, pack)
				}
			}
			s.matrices = append(s.matrices, matrix)
		}
	}
	// The longest first, as the pieces.
	slices.SortStableFunc(s.matrices, func(a, b *muonMatrix) int { return cmp.Compare(b.cost(), a.cost()) })
}

// piecesOf returns the places of a kernel's pieces: none when it is frozen.
func (s *Step) piecesOf(net int, p *Param) (list []int) {
	for i, q := range s.pieces {
		if q.net == net && !q.bias && q.offset >= p.offset && q.offset < p.offset+len(p.Value) {
			list = append(list, i)
		}
	}
	return list
}

func (m *muonMatrix) short() int { return min(m.rows, m.cols) }
func (m *muonMatrix) long() int  { return max(m.rows, m.cols) }

// cost returns the number of multiply-adds in a move.
func (m *muonMatrix) cost() int {
	n := m.short()
	return n * n * (2*m.long() + 4*muonRounds*n)
}

func (m *muonMatrix) plan() {
	size, square := m.rows*m.cols, m.short()*m.short()
	m.gradient, m.tall = make([]float32, size), make([]float32, size)
	if m.rows < m.cols {
		m.turned = make([]float32, size)
	}
	for _, p := range []*[]float32{&m.gram, &m.p, &m.q, &m.spare} {
		*p = make([]float32, square)
	}
}

// move takes the step with the gradient that m holds.
func (s *Step) move(m *muonMatrix, rate float64) {
	size := m.rows * m.cols
	w, mean := s.nets[m.net].slab[m.offset:][:size], s.states[m.net].M[m.offset:][:size]
	momentum := float32(s.muon.Momentum)
	kernel.Scale(mean, momentum)
	kernel.Axpy(mean, 1-momentum, m.gradient)
	ahead := m.gradient
	kernel.Scale(ahead, 1-momentum)
	kernel.Axpy(ahead, momentum, mean)
	if s.keep != 1 {
		kernel.Scale(w, s.keep)
	}
	if m.orthogonalize() {
		step := float32(-rate * s.muon.Size * math.Sqrt(float64(m.long())))
		kernel.Axpy(w, step, m.gradient)
	}
	for _, pack := range m.packs {
		pack()
	}
}

// orthogonalize replaces the gradient by the orthogonal matrix near to it. It
// reports whether there is one: there is none when the gradient is zero.
//
// With X the tall matrix, all the rounds of the polynomial make X times a matrix Q
// that is a polynomial of G = X'X. So they are taken with Q and G, which are small,
// and X is multiplied once: a round makes P = a + bG + cGG, then Q = QP and G = PPG.
// All of these are symmetric, and each may stand on either side of another.
func (m *muonMatrix) orthogonalize() bool {
	g, n, long := m.gradient, m.short(), m.long()
	square := 0.0
	for _, v := range g {
		square += float64(float64(v) * float64(v))
	}
	if !(square > 0) {
		return false
	}
	kernel.Scale(g, float32(1/math.Sqrt(square)))
	flush(g)
	tall, wide := m.tall, m.rows < m.cols
	if wide {
		kernel.Transpose(tall, m.rows, g, m.cols, m.rows, m.cols)
	} else {
		copy(tall, g)
	}
	matmul(m.gram, tall, 1, n, tall, n, n, long)
	flush(m.gram)
	q, p, spare := m.q, m.p, m.spare
	clear(q)
	for i := range n {
		q[i*n+i] = 1
	}
	for range muonRounds {
		matmul(p, m.gram, n, 1, m.gram, n, n, n)
		kernel.Scale(p, muonC)
		kernel.Axpy(p, muonB, m.gram)
		for i := range n {
			p[i*n+i] += muonA
		}
		flush(p)
		matmul(spare, q, n, 1, p, n, n, n)
		q, spare = spare, q
		matmul(spare, p, n, 1, m.gram, n, n, n)
		matmul(m.gram, p, n, 1, spare, n, n, n)
		flush(q)
		flush(m.gram)
	}
	if wide {
		matmul(m.turned, tall, n, 1, q, long, n, n)
		kernel.Transpose(g, long, m.turned, n, long, n)
	} else {
		matmul(g, tall, n, 1, q, long, n, n)
	}
	return true
}

// flush makes zeros of what no sum here notices. Channels that learn nothing have
// such numbers, their products are denormal, and those take the processor a
// hundred times as long: a step would become four times as slow as training goes on.
func flush(x []float32) {
	least := math.Float32bits(1e-15) // the norm of the gradient is 1
	for i, v := range x {
		bits := math.Float32bits(v)
		if bits&^(1<<31) < least { // a conditional move: no branch to guess wrong
			bits = 0
		}
		x[i] = math.Float32frombits(bits)
	}
}

// matmul is c = ab, with c of rows x cols and k elements in a sum. a has the
// given strides, b and c lie row behind row.
func matmul(c, a []float32, aRow, aCol int, b []float32, rows, cols, k int) {
	kernel.BlockGemm(c, cols, a, aRow, aCol, b, cols, oneBlock, rows, cols, k, false)
}
