package drawn

import "image"

// Landmarks returns where the middles of the eyes (of the openings between the lids, whatever way the eyes look), the tip of
// the nose and the corners of the mouth lie in Draw's picture, in pixels as [x, y]: those on the left of the picture first.
// The middle of the upper left pixel is (0, 0).
func Landmarks(p *Person, s *Shot) [5][2]float64 {
	h := newHead(p, s)
	l := newLips(h)
	corners := h.cornersOf(l)
	points := [5]pt{
		h.at(-p.EyeSpacing, -0.014, 0.03), h.at(p.EyeSpacing, -0.014, 0.03),
		h.at(0, noseBase(p)-0.06, 0.27),
		corners[0], corners[1],
	}
	var out [5][2]float64
	for i, q := range points {
		out[i] = [2]float64{q.x - 0.5, q.y - 0.5}
	}
	return out
}

// cornersOf returns the corners of the mouth, the left one of the picture first.
func (h *head) cornersOf(l lips) [2]pt { return [2]pt{l.upper[0], l.upper[len(l.upper)-1]} }

// DrawBackground paints what stands behind somebody, without anybody.
func DrawBackground(s *Shot) *image.RGBA {
	dst := image.NewRGBA(image.Rect(0, 0, Size, Size))
	c := newCanvas()
	c.reset()
	c.paintBackground(s)
	c.develop(dst, s)
	return dst
}
