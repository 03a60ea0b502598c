package align

import (
	"bytes"
	"context"
	"errors"
	"math"
	"math/rand/v2"
	"runtime"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"likeness/pix"
	"likeness/safetensors"
)

// face paints something with two eyes, a nose and a mouth, a little different
// for each seed, in a pose.
func face(seed uint64, at Pose) *pix.Image {
	const side = 96
	rng := rand.New(rand.NewPCG(seed, 7))
	jitter := func() float64 { return rng.NormFloat64() * 0.01 }
	type blob struct{ x, y, rx, ry, dark float64 }
	dark := func(mean float64) float64 { return mean * (0.5 + rng.Float64()) }
	eyes := dark(110)
	blobs := []blob{
		{0, 0, 0.34 + jitter(), 0.44 + jitter(), dark(-70)},
		{-0.15 + jitter(), -0.1 + jitter(), 0.07, 0.04, eyes},
		{0.15 + jitter(), -0.1 + jitter(), 0.07, 0.04, eyes},
		{-0.15, -0.2 + jitter(), 0.09, 0.02, dark(60)},
		{0.15, -0.2 + jitter(), 0.09, 0.02, dark(60)},
		{jitter(), 0.06, 0.03, 0.09, dark(50)},
		{jitter(), 0.24 + jitter(), 0.14, 0.035, dark(90)},
	}
	m := pix.New(side, side)
	w := at.window(side, 0.61)
	det := w.a*w.a + w.b*w.b
	for y := range side {
		for x := range side {
			dx, dy := float64(x)-w.x0, float64(y)-w.y0
			u, v := (w.a*dx+w.b*dy)/det, (-w.b*dx+w.a*dy)/det
			light := 90.0
			for _, b := range blobs {
				d := (u-b.x)*(u-b.x)/(b.rx*b.rx) + (v-b.y)*(v-b.y)/(b.ry*b.ry)
				light -= b.dark / (1 + math.Exp(8*(d-1)))
			}
			light += 3 * rng.NormFloat64()
			for c := range 3 {
				m.Pix[(y*side+x)*3+c] = byte(min(max(light, 0), 255))
			}
		}
	}
	return m
}

// crooked are faces in random poses, whose mean is about 0.
func crooked(n int) ([]*pix.Image, []Pose) {
	rng := rand.New(rand.NewPCG(3, 4))
	var pictures []*pix.Image
	var poses []Pose
	for i := range n {
		var v [poseParams]float64
		for j := range v {
			v[j] = spread[j] * 0.8 * rng.NormFloat64()
		}
		poses = append(poses, poseOf(v))
		pictures = append(pictures, face(uint64(i), poses[i]))
	}
	return pictures, poses
}

func fit(t testing.TB, pictures []*pix.Image) *Aligner {
	t.Helper()
	a, err := Fit(context.Background(), len(pictures), func(i int) *pix.Image { return pictures[i] }, Options{})
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// What alignment undoes is known, so it is seen whether it does.
func TestFindsThePose(t *testing.T) {
	pictures, poses := crooked(200)
	a := fit(t, pictures[:160])
	found, err := a.FindAll(context.Background(), 40, func(i int) *pix.Image { return pictures[160+i] })
	if err != nil {
		t.Fatal(err)
	}
	var before, after, shift [poseParams]float64
	for i, f := range found { // the usual place is only known up to a constant
		got, want := f.numbers(), poses[160+i].numbers()
		for j := range shift {
			shift[j] += (got[j] - want[j]) / float64(len(found))
		}
	}
	for i, f := range found {
		got, want := f.numbers(), poses[160+i].numbers()
		for j := range got {
			d, w := (got[j]-shift[j]-want[j])/spread[j], want[j]/spread[j]
			after[j] += d * d / float64(len(found))
			before[j] += w * w / float64(len(found))
		}
		if f.Unexplained > f.Before {
			t.Errorf("picture %d was made worse: %g, before %g", i, f.Unexplained, f.Before)
		}
	}
	for j := range after {
		if !(math.Sqrt(after[j]) < 0.6*math.Sqrt(before[j])) {
			t.Errorf("number %d of poses: error %.3f spreads, %.3f without alignment", j, math.Sqrt(after[j]), math.Sqrt(before[j]))
		}
	}
}

// A picture in which nothing is to be seen stays where it is.
func TestNothingToAlign(t *testing.T) {
	pictures, _ := crooked(80)
	a := fit(t, pictures)
	if f := a.Find(pix.New(96, 96)); f.Pose != (Pose{}) || math.IsNaN(f.Unexplained) {
		t.Errorf("a black picture was moved: %+v", f)
	}
	if f := a.Find(pix.New(1, 1)); f.Pose != (Pose{}) {
		t.Errorf("a picture of one pixel was moved: %+v", f)
	}
}

func TestThreadsAndFiles(t *testing.T) {
	pictures, _ := crooked(80)
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	a := fit(t, pictures)
	runtime.GOMAXPROCS(3)
	b := fit(t, pictures)
	if d := cmp.Diff(a, b); d != "" {
		t.Fatal("the number of threads changes the result:", d)
	}
	file := &safetensors.File{Metadata: map[string]string{}}
	if err := a.AddTo(file); err != nil {
		t.Fatal(err)
	}
	c, err := FromFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(a, c); d != "" {
		t.Error("the file changes the aligner:", d)
	}
	var x, y bytes.Buffer
	a.Hash(&x)
	c.Stages[0].Components[5] += 1e-3
	c.Hash(&y)
	if bytes.Equal(x.Bytes(), y.Bytes()) {
		t.Error("the hash does not see a changed component")
	}
}

func TestWrongFiles(t *testing.T) {
	pictures, _ := crooked(80)
	a := fit(t, pictures)
	for _, c := range []struct{ text, want string }{
		{`{}`, "no aligner's"},
		{`[`, "metadata aligner"},
		{`{"side":96,"window":32,"field":0.6,"pull":0.02,"stages":[{"blur":0.1,"steps":3,"components":0}]}`, "stage 0"},
		{`{"side":96,"window":32,"field":0.6,"pull":0.02,"stages":[{"blur":0.1,"steps":3,"components":9}]}`, "align/0/components"},
		{`{"side":96,"window":31,"field":0.6,"pull":0.02,"stages":[{"blur":0.1,"steps":3,"components":8}]}`, "align/0/mean"},
		{`{"side":960000,"window":32,"field":0.6,"pull":0.02,"stages":[{"blur":0.1,"steps":3,"components":8}]}`, "no aligner's"},
	} {
		file := &safetensors.File{Metadata: map[string]string{}}
		if err := a.AddTo(file); err != nil {
			t.Fatal(err)
		}
		file.Metadata[metaKey] = c.text
		if _, err := FromFile(file); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: error %v, expected one with %q", c.text, err, c.want)
		}
	}
	if a, err := FromFile(&safetensors.File{}); a != nil || err != nil {
		t.Errorf("a file without an aligner: %v, %v", a, err)
	}
}

func TestFitErrors(t *testing.T) {
	pictures, _ := crooked(64)
	get := func(i int) *pix.Image { return pictures[i] }
	if _, err := Fit(context.Background(), 63, get, Options{}); err == nil || !strings.Contains(err.Error(), "at least 64") {
		t.Errorf("63 pictures: %v", err)
	}
	if _, err := Fit(context.Background(), 64, func(int) *pix.Image { return pix.New(20, 20) }, Options{}); err == nil || !strings.Contains(err.Error(), "do not differ") {
		t.Errorf("black pictures: %v", err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	_, err := Fit(ctx, 64, get, Options{Progress: func(done, _ int) {
		if done == 2 {
			cancel()
		}
	}})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
}

// The sampled window is the picture itself where the window is the picture.
func TestSample(t *testing.T) {
	m := face(1, Pose{})
	p := Grey(m)
	got := make([]float32, 96*96)
	p.Sample(got, 96, Pose{}, 1)
	for i, v := range got {
		if math.Abs(float64(v-p.V[i])) > 1e-5 {
			t.Fatalf("pixel %d: %g, expected %g", i, v, p.V[i])
		}
	}
	// A quarter turn: the window's right is the picture's bottom.
	p.Sample(got, 96, Pose{Turn: math.Pi / 2}, 1)
	for y := range 96 {
		for x := range 96 {
			if want := p.V[x*96+95-y]; math.Abs(float64(got[y*96+x]-want)) > 1e-4 {
				t.Fatalf("turned, pixel %d, %d: %g, expected %g", x, y, got[y*96+x], want)
			}
		}
	}
	// Beyond the edge its pixels repeat, also where the window is far away.
	p.Sample(got, 96, Pose{X: 9}, 1)
	if got[0] != p.V[95] {
		t.Errorf("far to the right: %g, expected %g", got[0], p.V[95])
	}
}

// A wide blur comes close to the gaussian it stands for.
func TestSoften(t *testing.T) {
	p := Plane{41, make([]float32, 41*41)}
	p.V[20*41+20] = 1
	sigma := math.Sqrt(20) // of three means over 9
	got, want := p.soften(sigma), p.blur(sigma)
	for i := range got.V {
		if d := math.Abs(float64(got.V[i] - want.V[i])); d > 0.15*float64(want.V[20*41+20]) {
			t.Fatalf("pixel %d: %g, a gaussian has %g", i, got.V[i], want.V[i])
		}
	}
}

func BenchmarkFind(b *testing.B) {
	pictures, _ := crooked(80)
	a := fit(b, pictures)
	for b.Loop() {
		a.Find(pictures[7])
	}
}
