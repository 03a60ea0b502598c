package runtime

// naive computes a convolution of one image in float64: x is (c, h, w), weights (o, c/groups, kh, kw).
type naive struct {
	cin, h, w, cout, kh, kw, groups int
	stride, dilation, before, after [2]int
}

func (p naive) out() (oh, ow int) {
	return (p.h+p.before[0]+p.after[0]-(p.kh-1)*p.dilation[0]-1)/p.stride[0] + 1,
		(p.w+p.before[1]+p.after[1]-(p.kw-1)*p.dilation[1]-1)/p.stride[1] + 1
}

func (p naive) conv(x, weights, bias []float32) []float32 {
	oh, ow := p.out()
	y := make([]float32, p.cout*oh*ow)
	each, per := p.cin/p.groups, p.cout/p.groups
	for o := range p.cout {
		for r := range oh {
			for q := range ow {
				sum := float64(bias[o])
				for c := range each {
					for ky := range p.kh {
						for kx := range p.kw {
							iy, ix := r*p.stride[0]-p.before[0]+ky*p.dilation[0], q*p.stride[1]-p.before[1]+kx*p.dilation[1]
							if iy < 0 || ix < 0 || iy >= p.h || ix >= p.w {
								continue
							}
							sum += float64(x[((o/per*each+c)*p.h+iy)*p.w+ix]) * float64(weights[((o*each+c)*p.kh+ky)*p.kw+kx])
						}
					}
				}
				y[(o*oh+r)*ow+q] = float32(sum)
			}
		}
	}
	return y
}

// transposed adds each input pixel times the kernel to the output; weights are (c, o/groups, kh, kw).
// before and after are cut off.
func (p naive) transposed(x, weights, bias []float32) []float32 {
	fh, fw := (p.h-1)*p.stride[0]+(p.kh-1)*p.dilation[0]+1, (p.w-1)*p.stride[1]+(p.kw-1)*p.dilation[1]+1
	oh, ow := fh-p.before[0]-p.after[0], fw-p.before[1]-p.after[1]
	sums := make([]float64, p.cout*oh*ow)
	each, per := p.cin/p.groups, p.cout/p.groups
	for c := range p.cin {
		for o := range per {
			for iy := range p.h {
				for ix := range p.w {
					for ky := range p.kh {
						for kx := range p.kw {
							r, q := iy*p.stride[0]+ky*p.dilation[0]-p.before[0], ix*p.stride[1]+kx*p.dilation[1]-p.before[1]
							if r < 0 || q < 0 || r >= oh || q >= ow {
								continue
							}
							sums[((c/each*per+o)*oh+r)*ow+q] += float64(x[(c*p.h+iy)*p.w+ix]) * float64(weights[((c*per+o)*p.kh+ky)*p.kw+kx])
						}
					}
				}
			}
		}
	}
	y := make([]float32, len(sums))
	for i, v := range sums {
		y[i] = float32(v + float64(bias[i/(oh*ow)]))
	}
	return y
}
