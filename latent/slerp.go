package latent

import "math"

// Likely is MorphMany along a path on which codes stay likely. A straight line between two
// codes passes through the middle, where few codes lie and faces are averages. Here, in
// the white coordinates of w, the direction turns evenly from one end to the other
// (spherical linear interpolation, Shoemake 1985) and the distance from the mean changes
// evenly, so that the path stays on the shell where codes lie. The ends are the codes
// themselves. Between opposite directions, and from the mean itself, the path is
// straight.
func (w *Whitening) Likely(codes [][]float32, steps int) ([][]float32, error) {
	path, err := MorphMany(codes, steps) // checks, and the straight path
	if err != nil {
		return nil, err
	}
	for i := range len(codes) - 1 {
		from, to := w.White(codes[i]), w.White(codes[i+1])
		for s := 1; s < steps-1; s++ {
			frame := &path[i*(steps-1)+s]
			*frame = w.moveTo(*frame, turned(from, to, float64(s)/float64(steps-1)))
		}
	}
	return path, nil
}

// moveTo moves a code to other white coordinates. Along axes without a coordinate it stays
// where it is.
func (w *Whitening) moveTo(code, white []float32) []float32 {
	step := w.White(code)
	for k, v := range white {
		step[k] = v - step[k]
	}
	return w.Shift(code, step)
}

// turned returns the point at share a of the way from one point to another, by angle and
// by length.
func turned(from, to []float32, a float64) []float32 {
	n, m := length(from), length(to)
	p, q := 1-a, a // of from and to, for a straight line
	const faint = 1e-6
	if n > faint && m > faint {
		cos := min(max(dot(from, to)/(n*m), -1), 1)
		angle := math.Acos(cos)
		if sin := math.Sin(angle); sin > 1e-4 {
			reach := (1-a)*n + a*m
			p = math.Sin((1-a)*angle) / sin * reach / n
			q = math.Sin(a*angle) / sin * reach / m
		}
	}
	out := make([]float32, len(from))
	for i := range out {
		out[i] = float32(float64(p*float64(from[i])) + float64(q*float64(to[i])))
	}
	return out
}
