package drawn

import "sync"

const grainSide = 256

// grain is a fixed table of uniform numbers in [0, 1): all texture in the
// pictures is read from it at places that the seeds choose.
var grain = sync.OnceValue(func() *[grainSide * grainSide]float32 {
	t := new([grainSide * grainSide]float32)
	d := newDice(1, 2, 3)
	for i := range t {
		t[i] = d.Float32()
	}
	return t
})

// field is smooth noise with its own origin in the table.
type field struct {
	t      *[grainSide * grainSide]float32
	ox, oy float32
}

func newField(seed uint64) field {
	m := mix64(seed)
	return field{grain(), float32(m & 255), float32(m >> 8 & 255)}
}

// at is smooth noise in [0, 1) with one random value at each whole number.
func (f field) at(x, y float64) float32 {
	a, b := float32(x)+f.ox+1024, float32(y)+f.oy+1024
	i, j := int(a), int(b)
	u, v := a-float32(i), b-float32(j)
	u, v = u*u*(3-2*u), v*v*(3-2*v)
	i0, i1 := i&(grainSide-1), (i+1)&(grainSide-1)
	r0, r1 := f.t[(j&(grainSide-1))*grainSide:], f.t[((j+1)&(grainSide-1))*grainSide:]
	p := r0[i0] + (r0[i1]-r0[i0])*u
	q := r1[i0] + (r1[i1]-r1[i0])*u
	return p + (q-p)*v
}
