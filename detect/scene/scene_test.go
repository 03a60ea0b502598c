package scene_test

import (
	"bytes"
	"math"
	"sync"
	"testing"

	"likeness/detect/scene"
	"likeness/faces/drawn"
	"likeness/pix"
)

// portraits draws some people at half size.
var portraits = sync.OnceValue(func() (list []*scene.Portrait) {
	people := drawn.People(drawn.Options{People: 6, PerPerson: 1, Seed: 8})
	for i := range people {
		shot := people[i].Shot(1)
		list = append(list, scene.Drawn(&people[i], &shot, 125))
	}
	return list
})

func TestComposeRepeats(t *testing.T) {
	plan := scene.Plan{W: 160, H: 120, Smallest: 20, Largest: 60, People: 3}
	a, b := scene.New(portraits(), nil), scene.New(portraits(), nil)
	for n := range uint64(20) {
		p, q := a.Compose(n, plan), b.Compose(n, plan)
		if !bytes.Equal(p.Image.Pix, q.Image.Pix) || len(p.Faces) != len(q.Faces) {
			t.Fatalf("photograph %d differs", n)
		}
	}
	if p, q := a.Compose(1, plan), a.Compose(2, plan); bytes.Equal(p.Image.Pix, q.Image.Pix) {
		t.Error("two numbers give one photograph")
	}
}

// The faces are where the photograph says: cut out of it, upright and at the portrait's size, each looks like one of the
// portraits, and more so than half an eye's distance beside.
func TestComposeKnowsWhereFacesLie(t *testing.T) {
	c := scene.New(portraits(), nil)
	const side = 32
	grey := func(m *pix.Image, f pix.Frame) (list [side * side]float64) {
		cut := m.Cut(f, side)
		mean, squares := 0.0, 0.0
		for i := range list {
			list[i] = float64(cut.Pix[3*i]) + float64(cut.Pix[3*i+1]) + float64(cut.Pix[3*i+2])
			mean += list[i] / (side * side)
		}
		for i := range list {
			list[i] -= mean
			squares += list[i] * list[i]
		}
		for i := range list {
			list[i] /= math.Sqrt(squares) + 1
		}
		return list
	}
	like := func(m *pix.Image, f pix.Frame) float64 {
		a, best := grey(m, f), -1.0
		for _, p := range portraits() {
			for _, mirrored := range []bool{false, true} {
				b := grey(p.Image, p.Face.Frame().Part(0.45))
				sum := 0.0
				for y := range side {
					for x := range side {
						at := x
						if mirrored {
							at = side - 1 - x
						}
						sum += a[y*side+x] * b[y*side+at]
					}
				}
				best = max(best, sum)
			}
		}
		return best
	}
	looked, worse, sum := 0, 0, 0.0
	for n := range uint64(60) {
		p := c.Compose(n, scene.Plan{W: 200, H: 200, Smallest: 40, Largest: 90, People: 2})
		for _, f := range p.Faces {
			frame := f.Frame().Part(0.45)
			here := like(p.Image, frame)
			frame.X += 0.2 * f.Side
			looked++
			sum += here
			if like(p.Image, frame) > here {
				worse++
			}
		}
	}
	if looked < 60 || sum/float64(looked) < 0.7 || worse > looked/20 {
		t.Errorf("%d faces, like a portrait by %.3f on average, %d of them less than beside them", looked, sum/float64(looked), worse)
	}
}

func TestPhotographsWithoutPeople(t *testing.T) {
	c := scene.New(portraits(), []*pix.Image{pix.New(50, 50)})
	for n := range uint64(40) {
		p := c.Compose(n, scene.Plan{W: 33, H: 21})
		if len(p.Faces) != 0 || p.Image.W != 33 || p.Image.H != 21 {
			t.Fatalf("photograph %d: %d faces, %dx%d", n, len(p.Faces), p.Image.W, p.Image.H)
		}
	}
}

func BenchmarkCompose(b *testing.B) {
	c := scene.New(portraits(), nil)
	n := uint64(0)
	for b.Loop() {
		c.Compose(n, scene.Plan{W: 96, H: 96, Smallest: 13, Largest: 44, People: int(n % 4)})
		n++
	}
}
