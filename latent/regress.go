package latent

import (
	"math"

	"gonum.org/v1/gonum/mat"

	"likeness/internal/kernel"
)

// Method is a method of fitting a direction.
type Method string

// The methods are least squares on +1 and -1, and logistic regression, both with a
// penalty on the squared weights.
const (
	Ridge    Method = "ridge"
	Logistic Method = "logistic"
)

// Recipe is a method with the strength of its penalty. It minimises, over the rows,
//
//	ridge     mean((w.z + b - y)^2) + Penalty |w|^2
//	logistic  mean(log(1 + exp(-y (w.z + b)))) + Penalty/2 |w|^2
//
// with y of +1 and -1. The bias b is not penalised.
type Recipe struct {
	Method  Method  `json:"method"`
	Penalty float64 `json:"penalty"`
}

// problem holds rows of width numbers with labels of +1 and -1.
type problem struct {
	width int
	z     []float32
	y     []float32
}

func (p *problem) len() int { return len(p.y) }

func (p *problem) row(i int) []float32 { return p.z[i*p.width : (i+1)*p.width] }

// sumChunk is the number of rows that are summed in float32 before the sum is added in
// float64.
const sumChunk = 128

// weighted returns the sum over rows of share(i) times row i.
func (p *problem) weighted(share func(i int) float64) []float64 {
	sum, part := make([]float64, p.width), make([]float32, p.width)
	for first := 0; first < p.len(); first += sumChunk {
		clear(part)
		for i := first; i < min(first+sumChunk, p.len()); i++ {
			if s := share(i); s != 0 {
				kernel.Axpy(part, float32(s), p.row(i))
			}
		}
		for j, v := range part {
			sum[j] += float64(v)
		}
	}
	return sum
}

// gram is the part of ridge regression that depends on the rows alone: their mean, and
// the eigenvectors and eigenvalues of their covariance.
type gram struct {
	mean    []float64
	vectors *mat.Dense // columns
	values  []float64
}

func (p *problem) gram() *gram {
	n, k := float64(p.len()), p.width
	g := &gram{mean: p.weighted(func(int) float64 { return 1 })}
	for j := range g.mean {
		g.mean[j] /= n
	}
	c := mat.NewSymDense(k, nil)
	for i := range k {
		row := p.weighted(func(r int) float64 { return float64(p.row(r)[i]) - g.mean[i] })
		for j := i; j < k; j++ {
			c.SetSym(i, j, row[j]/n)
		}
	}
	var eig mat.EigenSym
	if !eig.Factorize(c, true) {
		panic("latent: a covariance of finite numbers has no eigenvectors")
	}
	g.values, g.vectors = eig.Values(nil), &mat.Dense{}
	eig.VectorsTo(g.vectors)
	return g
}

// ridge returns the weights of ridge regression.
func (p *problem) ridge(g *gram, penalty float64) []float32 {
	n, label := float64(p.len()), 0.0
	for _, y := range p.y {
		label += float64(y) / n
	}
	c := p.weighted(func(i int) float64 { return float64(p.y[i]) - label })
	rotated := mat.NewVecDense(p.width, nil)
	rotated.MulVec(g.vectors.T(), mat.NewVecDense(p.width, c))
	for j, v := range g.values {
		rotated.SetVec(j, rotated.AtVec(j)/n/(max(v, 0)+penalty))
	}
	var w mat.VecDense
	w.MulVec(g.vectors, rotated)
	out := make([]float32, p.width)
	for j := range out {
		out[j] = float32(w.AtVec(j))
	}
	return out
}

// Newton's method stops when the gradient is shorter than newtonTolerance, or after
// newtonSteps. Each step finds its direction by conjugate gradients.
const (
	newtonTolerance = 1e-6
	newtonSteps     = 30
	gradientSteps   = 40
)

// logistic fits by Newton's method with conjugate gradients. It begins with start, width+1
// numbers with the bias last, and writes the result to it.
func (p *problem) logistic(penalty float64, start []float64) {
	n, k := float64(p.len()), p.width
	w32 := make([]float32, k)
	curve := make([]float64, p.len()) // second derivatives by row
	slope := make([]float64, p.len())
	measure := func(w []float64) float64 {
		for j := range w32 {
			w32[j] = float32(w[j])
		}
		loss := 0.0
		for i, y := range p.y {
			m := float64(y) * (float64(kernel.Dot(w32, p.row(i))) + w[k])
			s := 1 / (1 + math.Exp(m)) // 1 - the probability of the label
			slope[i], curve[i] = -s*float64(y), s*(1-s)
			if m > 0 {
				loss += math.Log1p(math.Exp(-m))
			} else {
				loss += math.Log1p(math.Exp(m)) - m
			}
		}
		loss /= n
		for _, v := range w[:k] {
			loss += penalty / 2 * v * v
		}
		return loss
	}
	loss := measure(start)
	for range newtonSteps {
		grad := append(p.weighted(func(i int) float64 { return slope[i] }), 0)
		for _, s := range slope {
			grad[k] += s
		}
		for j := range grad {
			grad[j] /= n
			if j < k {
				grad[j] += penalty * start[j]
			}
		}
		if norm(grad) < newtonTolerance {
			return
		}
		step := p.newtonStep(grad, curve, penalty)
		// Half the step until the loss falls; far from the end Newton may overshoot.
		next, moved := make([]float64, k+1), false
		for t := 1.0; t > 1e-4; t /= 2 {
			for j := range next {
				next[j] = start[j] - t*step[j]
			}
			if l := measure(next); l < loss {
				loss, moved = l, true
				copy(start, next)
				break
			}
		}
		if !moved {
			return // as near as float32 rows allow
		}
	}
}

// newtonStep solves H s = grad by conjugate gradients, where H is the matrix of second
// derivatives of the logistic loss.
func (p *problem) newtonStep(grad, curve []float64, penalty float64) []float64 {
	n, k := float64(p.len()), p.width
	d32, along := make([]float32, k), make([]float64, p.len())
	times := func(d []float64) []float64 {
		for j := range d32 {
			d32[j] = float32(d[j])
		}
		bias := 0.0
		for i := range along {
			along[i] = curve[i] * (float64(kernel.Dot(d32, p.row(i))) + d[k])
			bias += along[i]
		}
		out := append(p.weighted(func(i int) float64 { return along[i] }), bias)
		for j := range out {
			out[j] /= n
			if j < k {
				out[j] += penalty * d[j]
			}
		}
		return out
	}
	step, left := make([]float64, k+1), append([]float64(nil), grad...)
	d := append([]float64(nil), grad...)
	size := dot64(left, left)
	stop := size * 1e-6
	for range gradientSteps {
		h := times(d)
		a := size / max(dot64(d, h), math.SmallestNonzeroFloat64)
		for j := range step {
			step[j] += a * d[j]
			left[j] -= a * h[j]
		}
		next := dot64(left, left)
		if next <= stop {
			break
		}
		for j := range d {
			d[j] = left[j] + next/size*d[j]
		}
		size = next
	}
	return step
}

func dot64(a, b []float64) float64 {
	sum := 0.0
	for i, v := range a {
		sum += v * b[i]
	}
	return sum
}

func norm(a []float64) float64 { return math.Sqrt(dot64(a, a)) }
