package train

import (
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"likeness/faces"
	"likeness/hyper"
	"likeness/pix"
)

// around makes photographs of smooth waves, plain and with their surroundings.
func around(t *testing.T) (plain, wide *faces.Set) {
	t.Helper()
	prep := pix.Prep{W: 32, H: 32, Auto: true}
	plain, wide = &faces.Set{W: 32, H: 32, Prep: prep, Source: "waves"}, &faces.Set{Prep: prep.Surroundings()}
	wide.W, wide.H = wide.Prep.W, wide.Prep.H
	for i := range 3 {
		photo := pix.New(250, 250)
		for p := range photo.Pix {
			x, y := float64(p/3%250-125), float64(p/750-125)
			photo.Pix[p] = byte(128 + 90*math.Sin(x/9+float64(i))*math.Cos(y/(7+float64(p%3))))
		}
		for _, s := range []*faces.Set{plain, wide} {
			m, err := s.Prep.Apply(photo)
			if err != nil {
				t.Fatal(err)
			}
			s.Pix, s.IDs = append(s.Pix, m.Pix...), append(s.IDs, string(rune('a'+i)))
		}
	}
	return plain, wide
}

func largest(a, b []float32) float64 {
	most := 0.0
	for i := range a {
		most = max(most, math.Abs(float64(a[i]-b[i])))
	}
	return most
}

// Left alone, the middle of the surroundings is the plain picture; moved by whole
// pixels of it, the plain picture moved.
func TestSample(t *testing.T) {
	plain, wide := around(t)
	want, got := make([]float32, 32*32*3), make([]float32, 32*32*3)
	n := wide.W * wide.H * 3
	for row := range plain.IDs {
		plain.Floats(want, row)
		s := surroundings{pix: wide.Pix[row*n:][:n], w: wide.W, h: wide.H}
		s.sample(got, 32, 32, 0, 1, 0, 0)
		if d := largest(got, want); d > 1.01/255 {
			t.Errorf("picture %d: left alone it differs by %g levels", row, 255*d)
		}
		s.sample(got, 32, 32, 0, 1, 3.0/32, -2.0/32)
		for y := 2; y < 32; y++ { // moved right by 3 and up by 2
			for x := range 3 * 29 {
				if d := math.Abs(float64(got[y*96+x] - want[(y-2)*96+x+9])); d > 1.01/255 {
					t.Fatalf("picture %d, row %d: moved it differs by %g levels", row, y, 255*d)
				}
			}
		}
		s.sample(got, 32, 32, 0.1, 1, 0, 0)
		s.sample(want, 32, 32, 0, 1.1, 0, 0)
		if largest(got, want) < 0.05 {
			t.Error("turning and growing change nothing")
		}
	}
}

// A jitter stays within its bounds, differs from picture to picture and follows
// from its random numbers.
func TestJitterDraw(t *testing.T) {
	plain, wide := around(t)
	r := &Run{Data: plain, Around: wide, Parameters: hyper.Parameters{Jitter: 1}}
	if err := r.checkJitter(); err != nil {
		t.Fatal(err)
	}
	a, b, c, still := make([]float32, 3072), make([]float32, 3072), make([]float32, 3072), make([]float32, 3072)
	r.jittered(a, 1, rand.New(rand.NewPCG(1, 2)))
	r.jittered(b, 1, rand.New(rand.NewPCG(1, 2)))
	r.jittered(c, 1, rand.New(rand.NewPCG(1, 3)))
	plain.Floats(still, 1)
	if largest(a, b) != 0 || largest(a, c) == 0 || largest(a, still) == 0 {
		t.Error("pictures do not follow from their random numbers")
	}
	r.Jitter = 0.01
	r.jittered(b, 1, rand.New(rand.NewPCG(1, 2)))
	if d := largest(b, still); d == 0 || d > 0.02 {
		t.Errorf("a jitter of 0.01 changes a picture by %g", d)
	}
}

func TestJitterCheck(t *testing.T) {
	plain, wide := around(t)
	other := *wide
	other.IDs = []string{"a", "c", "b"}
	few := *wide
	few.IDs = few.IDs[:2]
	for want, around := range map[string]*faces.Set{
		"jitter needs":                nil,
		"needs the pictures with":     plain,
		"2 pictures with":             &few,
		"picture 2 is b, with its su": &other,
	} {
		r := &Run{Data: plain, Around: around, Parameters: hyper.Parameters{Jitter: 1}}
		if err := r.checkJitter(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want one that says %q", err, want)
		}
	}
	if got := JitterMemory(plain.Prep, 1000); got != 116*116*3*1000 {
		t.Errorf("1000 pictures take %d bytes", got)
	}
}
