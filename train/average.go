package train

import (
	"context"

	"likeness/internal/kernel"
	"likeness/nn"
	"likeness/parallel"
)

// average is an exponential moving average of the weights of some networks
// (Polyak and Juditsky 1992, in the form that TensorFlow made usual):
//
//	d = min(decay, (1+t)/(10+t))
//	a = d*a + (1-d)*w
//
// after step t, counted from 1; a begins as the weights before the first step.
// The rising decay makes a short run forget where it began. A nil average
// averages nothing.
type average struct {
	decay  float64
	nets   []*nn.Network
	values [][]float32 // as long as the weights of each network
	pieces []averaged
}

// averaged are two equally long pieces, of an average and of the weights.
type averaged struct{ a, w []float32 }

// averagePiece is small enough for a processor's second cache and long enough
// to be worth handing to another thread.
const averagePiece = 1 << 15

func newAverage(decay float64, nets []*nn.Network) *average {
	if decay == 0 {
		return nil
	}
	v := &average{decay: decay, nets: nets}
	for _, n := range nets {
		w := n.Weights()
		a := append([]float32(nil), w...)
		v.values = append(v.values, a)
		for from := 0; from < len(w); from += averagePiece {
			to := min(from+averagePiece, len(w))
			v.pieces = append(v.pieces, averaged{a[from:to], w[from:to]})
		}
	}
	return v
}

// update takes in the weights after step t.
func (v *average) update(t int) {
	if v == nil {
		return
	}
	d := float32(min(v.decay, float64(1+t)/float64(10+t)))
	// Each weight has a sum of its own, so the threads do not matter. It cannot
	// fail without a context that ends.
	_ = parallel.Each(context.Background(), len(v.pieces), func(i int) {
		p := v.pieces[i]
		kernel.Scale(p.a, d)
		kernel.Axpy(p.a, 1-d, p.w)
	})
}

// swap exchanges the average and the weights of the networks; a second call
// puts them back.
func (v *average) swap() {
	if v == nil {
		return
	}
	for i, n := range v.nets {
		a, w := v.values[i], n.Weights()
		for k := range a {
			a[k], w[k] = w[k], a[k]
		}
		n.Pack()
	}
}
