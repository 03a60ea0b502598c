package describe_test

import (
	"context"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"likeness/align"
	"likeness/describe"
	"likeness/parallel"
	"likeness/pix"
	"likeness/progress"
	"likeness/safetensors"
)

// noise is a smooth random picture.
func noise(seed uint64) *pix.Image {
	rng := rand.New(rand.NewPCG(seed, 1))
	m := pix.New(16, 16)
	for i := range m.Pix {
		m.Pix[i] = byte(rng.IntN(256))
	}
	return m.Resize(128, 128)
}

func mirrored(m *pix.Image) *pix.Image {
	out := pix.New(m.W, m.H)
	for y := range m.H {
		for x := range m.W {
			copy(out.Pix[(y*m.W+x)*3:][:3], m.Pix[(y*m.W+m.W-1-x)*3:][:3])
		}
	}
	return out
}

// The mirror image's code follows from the code.
func TestMirror(t *testing.T) {
	d := describe.New(nil)
	m := noise(1)
	at := align.Pose{X: 0.02, Y: -0.01, Turn: 0.1, Grow: 0.05}
	code := d.DescribeAt(m, at)
	want := d.DescribeAt(mirrored(m), align.Pose{X: -at.X, Y: at.Y, Turn: -at.Turn, Grow: at.Grow})
	swap := d.Mirror()
	if len(code) != d.Dim() || len(swap) != d.Dim() {
		t.Fatalf("%d numbers, a mirror of %d, expected %d", len(code), len(swap), d.Dim())
	}
	for i, j := range swap {
		if swap[j] != i {
			t.Fatalf("mirrored twice, number %d is number %d", i, swap[j])
		}
		if math.Abs(float64(code[j]-want[i])) > 2e-3 {
			t.Fatalf("number %d: %g, the mirrored picture has %g", i, code[j], want[i])
		}
	}
}

// Light does not change a code: neither its strength, where nothing is
// clipped, nor what it adds everywhere would.
func TestLight(t *testing.T) {
	d := describe.New(nil)
	m := noise(2)
	dim := pix.New(m.W, m.H)
	for i, v := range m.Pix {
		dim.Pix[i] = byte(float64(v)*0.5 + 0.5)
	}
	a, b, other := d.DescribeAt(m, align.Pose{}), d.DescribeAt(dim, align.Pose{}), d.DescribeAt(noise(3), align.Pose{})
	if near, far := distance(a, b), distance(a, other); !(near < 0.15*far) {
		t.Errorf("in half the light the code is %.3f away, that of another picture %.3f", near, far)
	}
}

func distance(a, b []float32) float64 {
	sum := 0.0
	for i := range a {
		d := float64(a[i] - b[i])
		sum += d * d
	}
	return math.Sqrt(sum)
}

// An edge gives to the direction in which it grows lighter.
func TestDirections(t *testing.T) {
	d := &describe.Describer{Prep: describe.DefaultPrep(), Bins: 8, Windows: []describe.Window{{Field: 1, Side: 32, Cell: 16}}}
	m := pix.New(32, 32)
	for y := range 32 {
		for x := range 32 {
			for c := range 3 {
				m.Pix[(y*32+x)*3+c] = byte(x * x / 5)
			}
		}
	}
	code := d.DescribeAt(m, align.Pose{})
	for i, v := range code {
		if bin := i % 8; (bin == 0) != (v > 0.1) {
			t.Errorf("cell %d, direction %d: %g for a picture that grows lighter to the right", i/8, bin, v)
		}
	}
	for i, v := range d.DescribeAt(pix.New(32, 32), align.Pose{}) {
		if v != 0 {
			t.Fatalf("number %d of a black picture: %g", i, v)
		}
	}
}

func TestFiles(t *testing.T) {
	d := describe.New(nil)
	file := &safetensors.File{Metadata: map[string]string{}}
	if err := d.AddTo(file); err != nil {
		t.Fatal(err)
	}
	got, err := describe.FromFile(file)
	if diff := cmp.Diff(d, got); diff != "" || err != nil {
		t.Error(diff, err)
	}
	other := describe.New(nil)
	other.Bins = 10
	if d.Fingerprint() != got.Fingerprint() || d.Fingerprint() == other.Fingerprint() {
		t.Errorf("fingerprints %s, %s from the file, %s with other settings", d.Fingerprint(), got.Fingerprint(), other.Fingerprint())
	}
	for _, c := range []string{
		`{}`, `{"prep":{"w":128,"h":64},"windows":[{"field":1,"side":8,"cell":8}],"bins":8}`,
		`{"prep":{"w":64,"h":64},"windows":[{"field":1,"side":9,"cell":8}],"bins":8}`,
		`{"prep":{"w":64,"h":64},"windows":[{"field":1,"side":8,"cell":8}],"bins":7}`,
		`{"prep":{"w":64,"h":64},"windows":[{"field":-1,"side":8,"cell":8}],"bins":8}`,
		`{"prep":{"w":64,"h":64},"windows":[],"bins":8}`,
		`{"prep":{"w":64,"h":64},"windows":[{"field":1,"side":512,"cell":2}],"bins":64}`,
	} {
		file.Metadata["describer"] = c
		if _, err := describe.FromFile(file); err == nil || !strings.Contains(err.Error(), "describes no faces") {
			t.Errorf("%s: %v", c, err)
		}
	}
	delete(file.Metadata, "describer")
	if _, err := describe.FromFile(file); err == nil {
		t.Error("no describer in a file is no error")
	}
}

func TestAllAndCancel(t *testing.T) {
	d := describe.New(nil)
	pictures := []*pix.Image{noise(1), noise(2), noise(3)}
	get := func(i int) *pix.Image { return pictures[i] }
	var steps []int
	count := func(s progress.Step) { steps = append(steps, int(s.Done)) } // one at a time
	codes, found, err := d.DescribeAll(parallel.WithThreads(context.Background(), 3), 3, get, count)
	if err != nil || len(found) != 3 || !slices.Equal(steps, []int{1, 2, 3}) {
		t.Fatal(steps, err)
	}
	if diff := cmp.Diff(d.DescribeAt(pictures[2], align.Pose{}), codes[2*d.Dim():]); diff != "" {
		t.Error(diff)
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, _, err := d.DescribeAll(ctx, 3, get, nil); err != context.Canceled {
		t.Errorf("cancelled: %v", err)
	}
}

func BenchmarkDescribe(b *testing.B) {
	d, m := describe.New(nil), noise(1)
	for b.Loop() {
		d.DescribeAt(m, align.Pose{})
	}
}
