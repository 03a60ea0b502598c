package drawn

import (
	"image"
	"testing"
)

func difference(a, b *image.RGBA, r image.Rectangle) float64 {
	sum := 0.0
	for y := r.Min.Y; y < r.Max.Y; y++ {
		for x := r.Min.X; x < r.Max.X; x++ {
			p, q := a.RGBAAt(x, y), b.RGBAAt(x, y)
			for _, d := range []int{int(p.R) - int(q.R), int(p.G) - int(q.G), int(p.B) - int(q.B)} {
				sum += float64(d * d)
			}
		}
	}
	return sum / float64(r.Dx()*r.Dy()*3) / (255 * 255)
}

var (
	eyes   = image.Rect(90, 98, 160, 126)
	mouth  = image.Rect(100, 140, 150, 172)
	skull  = image.Rect(80, 40, 170, 80)
	centre = image.Rect(80, 80, 170, 170)
)

// What a parameter says must be seen where it belongs.
func TestParametersAreSeen(t *testing.T) {
	people := People(Options{People: 12})
	for i := range people {
		p := &people[i]
		s := p.Shot(1)
		s.Eyewear, s.Hat, s.Mono, s.Open, s.Smile, s.EyeOpen, s.Blur = NoGlasses, NoHat, false, 0, 0, 1, 0
		plain := Draw(p, &s)
		for _, c := range []struct {
			name   string
			change func(s *Shot)
			where  image.Rectangle
			least  float64
		}{
			{"sunglasses", func(s *Shot) { s.Eyewear = Sunglasses }, eyes, 0.01},
			{"eyeglasses", func(s *Shot) { s.Eyewear = Eyeglasses }, eyes, 0.0005},
			{"open mouth", func(s *Shot) { s.Open = 0.9 }, mouth, 0.002},
			{"smile", func(s *Shot) { s.Smile = 1 }, mouth, 0.0003},
			{"shut eyes", func(s *Shot) { s.EyeOpen = 0 }, eyes, 0.001},
			{"hat", func(s *Shot) { s.Hat = Beanie }, skull, 0.001},
			{"light", func(s *Shot) { s.LightX = -s.LightX - 0.5 }, centre, 0.0002},
			{"pose", func(s *Shot) { s.Yaw += 0.3 }, centre, 0.001},
		} {
			other := s
			c.change(&other)
			if d := difference(plain, Draw(p, &other), c.where); d < c.least {
				t.Errorf("%s: %s changes its place by only %.5f", p.Name, c.name, d)
			}
		}
		s.Mono = true
		m := Draw(p, &s)
		for k := 0; k < len(m.Pix); k += 4 {
			if m.Pix[k] != m.Pix[k+1] || m.Pix[k] != m.Pix[k+2] {
				t.Fatalf("%s: a black-and-white photograph has colour at pixel %d", p.Name, k/4)
			}
		}
	}
}

// shrink is the centre of a picture as a model sees it, 30x30 by averaging.
func shrink(m *image.RGBA) []float64 {
	var out []float64
	for y := 80; y < 170; y += 3 {
		for x := 80; x < 170; x += 3 {
			for k := range 3 {
				sum := 0
				for j := range 3 {
					for i := range 3 {
						sum += int(m.Pix[(y+j)*m.Stride+(x+i)*4+k])
					}
				}
				out = append(out, float64(sum)/(9*255))
			}
		}
	}
	return out
}

func meanSquare(a, b []float64) float64 {
	sum := 0.0
	for i := range a {
		sum += (a[i] - b[i]) * (a[i] - b[i])
	}
	return sum / float64(len(a))
}

// Photographs of one person are nearer to each other than to others', and the
// whole set varies about as much as LFW does (0.030 around its mean).
func TestVariety(t *testing.T) {
	const people, each = 60, 4
	var all [][]float64
	list := People(Options{People: people})
	for i := range list {
		for n := 1; n <= each; n++ {
			s := list[i].Shot(n)
			all = append(all, shrink(Draw(&list[i], &s)))
		}
	}
	var same, other, variance float64
	var sames, others int
	mean := make([]float64, len(all[0]))
	for _, v := range all {
		for k := range v {
			mean[k] += v[k] / float64(len(all))
		}
	}
	for i, v := range all {
		variance += meanSquare(v, mean) / float64(len(all))
		for j := range i {
			if i/each == j/each {
				same += meanSquare(v, all[j])
				sames++
			} else {
				other += meanSquare(v, all[j])
				others++
			}
		}
	}
	same, other = same/float64(sames), other/float64(others)
	t.Logf("mean square distance %.4f within a person, %.4f between people; %.4f around the mean", same, other, variance)
	if same > 0.7*other {
		t.Errorf("photographs of one person differ by %.4f, those of two by %.4f", same, other)
	}
	if variance < 0.02 || variance > 0.05 {
		t.Errorf("the set varies by %.4f around its mean", variance)
	}
}

func BenchmarkDraw(b *testing.B) {
	people := People(Options{People: 100})
	c := newCanvas()
	dst := image.NewRGBA(image.Rect(0, 0, Size, Size))
	for i := 0; b.Loop(); i++ {
		p := &people[i%len(people)]
		s := p.Shot(i / len(people))
		c.draw(dst, p, &s)
	}
}
