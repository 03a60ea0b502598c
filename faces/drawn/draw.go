package drawn

import (
	"image"
	"math"
)

// Draw paints one photograph of the person, Size pixels wide and high.
func Draw(p *Person, s *Shot) *image.RGBA {
	dst := image.NewRGBA(image.Rect(0, 0, Size, Size))
	newCanvas().draw(dst, p, s)
	return dst
}

// draw paints from the back to the front, then develops the picture into dst.
func (c *canvas) draw(dst *image.RGBA, p *Person, s *Shot) {
	c.reset()
	h := newHead(p, s)
	hair := newHairdo(h)
	c.paintBackground(s)
	c.paintBackHair(hair)
	c.paintNeck(h)
	c.paintClothes(h)
	if s.Hat != Scarf {
		c.paintEars(h)
	}
	c.paintHead(h)
	c.paintBeard(h)
	c.paintMarks(h)
	c.paintNose(h)
	c.paintMouth(h)
	c.paintEyes(h)
	c.paintBrows(h)
	c.paintHair(hair)
	c.paintHat(h)
	c.paintGlasses(h)
	c.develop(dst, s)
}

// develop is the camera: softness, exposure, colour and grain.
func (c *canvas) develop(dst *image.RGBA, s *Shot) {
	for range s.Blur {
		c.blur()
	}
	curve := toneCurve(s)
	t := grain()
	place := uint32(mix64(s.NoiseSeed))
	// The sum of two uniform numbers in [0, 1) has the deviation 1/sqrt(6).
	noise := float32(s.Noise * 255 * 2.449 * 256)
	sat := float32(s.Saturation)
	if s.Mono {
		sat = 0
	}
	for y := range Size {
		src := c.pix[y*Size*3 : (y+1)*Size*3]
		out := dst.Pix[y*dst.Stride : y*dst.Stride+Size*4]
		row := (place + uint32(y)*2654435761) >> 3
		for x := range Size {
			p := src[x*3 : x*3+3 : x*3+3]
			q := out[x*4 : x*4+4 : x*4+4]
			l := 0.3*p[0] + 0.59*p[1] + 0.11*p[2]
			k := row + uint32(x)
			n := int32((t[k&0xffff]+t[(k*3+7)&0xffff]-1)*noise) + 128
			q[0] = level(curve, l+(p[0]-l)*sat, n)
			q[1] = level(curve, l+(p[1]-l)*sat, n)
			q[2] = level(curve, l+(p[2]-l)*sat, n)
			q[3] = 255
		}
	}
}

const (
	curveLen = 1024
	curveTop = 1.6 // the brightest value of the canvas that the curve knows
)

// toneCurve maps 0 to curveTop to levels in 1/256: exposure, contrast around
// the middle, and a soft shoulder instead of clipped whites.
func toneCurve(s *Shot) *[curveLen]int32 {
	t := new([curveLen]int32)
	for i := range t {
		v := float64(i) / (curveLen - 1) * curveTop * s.Exposure
		v = 0.42 + (v-0.42)*s.Contrast
		if v > 0.75 {
			v = 0.75 + 0.25*(1-math.Exp(-(v-0.75)/0.25))
		}
		t[i] = int32(255 * 256 * clamp(v, 0, 1))
	}
	return t
}

func level(t *[curveLen]int32, v float32, noise int32) uint8 {
	i := int32(v * ((curveLen - 1) / curveTop))
	if uint32(i) >= curveLen {
		if i < 0 {
			i = 0
		} else {
			i = curveLen - 1
		}
	}
	o := (t[i] + noise) >> 8
	if uint32(o) > 255 {
		if o < 0 {
			return 0
		}
		return 255
	}
	return uint8(o)
}

// blur softens the whole picture by the kernel 1 2 1 in both directions.
func (c *canvas) blur() {
	const n = Size * 3
	for y := range Size {
		src, dst := c.pix[y*n:(y+1)*n], c.tmp[y*n:(y+1)*n]
		copy(dst[:3], src[:3])
		copy(dst[n-3:], src[n-3:])
		for i := 3; i < n-3; i++ {
			dst[i] = 0.25*(src[i-3]+src[i+3]) + 0.5*src[i]
		}
	}
	for y := range Size {
		a, b, d := c.tmp[max(0, y-1)*n:][:n], c.tmp[y*n:][:n], c.tmp[min(Size-1, y+1)*n:][:n]
		dst := c.pix[y*n:][:n]
		for i := range dst {
			dst[i] = 0.25*(a[i]+d[i]) + 0.5*b[i]
		}
	}
}
