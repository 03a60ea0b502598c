package train_test

import (
	"context"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"likeness/baseline"
	"likeness/train"
)

// The final weights are the average that float64 finds from the weights after
// each step, measuring uses them, and the steps go on from the others.
func TestAverage(t *testing.T) {
	const decay = 0.6 // above the beginning's lower decays, which end at step 13
	plain := run(t)
	plain.Epochs = 5
	if _, err := plain.Do(context.Background()); err != nil {
		t.Fatal(err)
	}
	r := run(t)
	r.Epochs, r.Average = 5, decay
	var want []float64
	for _, w := range weights(r.Model) {
		want = append(want, float64(w))
	}
	steps := 0
	var last []float32
	r.Events = func(e train.Event) {
		if e.EpochDone {
			return
		}
		steps++
		d := min(decay, float64(1+steps)/float64(10+steps))
		last = weights(r.Model)
		for i, w := range last {
			want[i] = d*want[i] + (1-d)*float64(w)
		}
	}
	story, err := r.Do(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	if steps != 20 {
		t.Fatalf("%d steps", steps)
	}
	if !slices.Equal(last, weights(plain.Model)) {
		t.Error("averaging changed the course of the training")
	}
	got := weights(r.Model)
	if slices.Equal(got, last) {
		t.Error("the final weights are no average")
	}
	for i, w := range got {
		if !(math.Abs(float64(w)-want[i]) < 1e-6) {
			t.Fatalf("weight %d is %g, want %g", i, w, want[i])
		}
	}
	clean := r.Data.AllFloats(r.Split.Test)
	if mse := must(r.Model.MSE(context.Background(), baseline.Corrupted(clean, r.Corruption, r.Model.Prep, r.Seed), clean)); mse != story.History[4].TestLoss {
		t.Errorf("the model's error is %g, its story says %g", mse, story.History[4].TestLoss)
	}
	if story.Average != decay {
		t.Errorf("the story says %g", story.Average)
	}
}

// mirrors is a corruption that remembers which pictures it saw, and which were
// turned.
type mirrors struct {
	t      *testing.T
	data   map[string]int // pictures and, from 1000, their mirror images
	pixels func(x []float32) string
	place  []int
}

func (m *mirrors) Corrupt(x []float32, _, _ int, _ *rand.Rand) {
	i, ok := m.data[m.pixels(x)]
	if !ok {
		m.t.Error("a picture is neither one of the set nor mirrored")
	}
	m.place = append(m.place, i)
}

func (*mirrors) String() string { return "mirrors" }

// About half of the training pictures are mirrored, others in each epoch, the
// same for the same seed; never a test picture.
func TestMirror(t *testing.T) {
	seen := func(seed uint64) []int {
		r := run(t)
		r.Seed, r.Mirror, r.Epochs = seed, true, 6
		m := &mirrors{t: t, data: map[string]int{}, pixels: func(x []float32) string {
			b := make([]byte, len(x))
			for i, v := range x {
				b[i] = byte(math.Round(float64(v+0.5) * 255))
			}
			return string(b)
		}}
		for i := range r.Data.Len() {
			p := r.Data.Image(i).Pix
			turned := slices.Clone(p)
			for y := range 16 {
				for x := range 16 {
					copy(turned[(y*16+x)*3:][:3], p[(y*16+15-x)*3:][:3])
				}
			}
			m.data[string(p)], m.data[string(turned)] = i, 1000+i
		}
		r.Corruption = m
		if _, err := r.Do(context.Background()); err != nil {
			t.Fatal(err)
		}
		for _, i := range m.place[:len(r.Split.Test)] {
			if i >= 1000 {
				t.Error("a test picture is mirrored")
			}
		}
		return m.place[len(r.Split.Test):]
	}
	a := seen(42)
	turned, both := 0, map[int]int{}
	for _, i := range a {
		if i >= 1000 {
			turned++
		}
		both[i]++
	}
	if share := float64(turned) / float64(len(a)); !(math.Abs(share-0.5) < 0.1) {
		t.Errorf("%.2f of the pictures are mirrored", share)
	}
	if n := len(both); n < len(a)/6*19/10 { // of 63 pictures in 6 epochs 2 stay as they are
		t.Errorf("only %d of %d pictures and mirror images were seen", n, len(a)/3)
	}
	if !slices.Equal(a, seen(42)) {
		t.Error("the same seed mirrors others")
	}
	if slices.Equal(a, seen(43)) {
		t.Error("another seed mirrors the same")
	}
}
