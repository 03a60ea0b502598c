package detect

import (
	"context"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"likeness/pix"
	"likeness/safetensors"
)

// random returns a detector with random weights whose proposer proposes now and then.
func random() *Detector {
	d := New()
	d.Proposer.Init(3)
	d.Refiner.Init(4)
	params := d.Proposer.Params()
	params[len(params)-1].Value[0] = -0.2
	d.Proposer.Pack()
	return d
}

func noise(w, h int, seed uint64) *pix.Image {
	m := pix.New(w, h)
	rng := rand.New(rand.NewPCG(seed, 1))
	for i := range m.Pix {
		m.Pix[i] = byte(rng.Uint32())
	}
	return m.Resize(w/3+1, h/3+1).Resize(w, h)
}

func TestFile(t *testing.T) {
	d := random()
	d.Training = &Training{Seed: 5, Drawn: 7}
	path := filepath.Join(t.TempDir(), "d.safetensors")
	if err := d.Save(path); err != nil {
		t.Fatal(err)
	}
	got, err := Open(path)
	if err != nil {
		t.Fatal(err)
	}
	if got.Fingerprint() != d.Fingerprint() || got.Training.Seed != 5 || !slices.Equal(got.Refiner.Weights(), d.Refiner.Weights()) {
		t.Error("what was read is not what was written")
	}
	// One bit of a weight.
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	data[len(data)-7] ^= 1
	if err := os.WriteFile(path, data, 0o666); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(path); err == nil || !strings.Contains(err.Error(), "corrupted") || !strings.Contains(err.Error(), path) {
		t.Errorf("a flipped bit passes: %v", err)
	}
}

func TestFileWithoutATensor(t *testing.T) {
	file := &safetensors.File{Metadata: map[string]string{"format": Format, "training": "null"}}
	if _, err := FromFile(file); err == nil || !strings.Contains(err.Error(), "proposer/conv2d/kernel") {
		t.Errorf("an empty detector passes: %v", err)
	}
	file.Metadata["format"] = "likeness finder 1"
	if _, err := FromFile(file); err == nil {
		t.Error("a finder passes for a detector")
	}
}

// A picture that is larger than a tile is looked at in tiles, with the values that it would have in one piece.
func TestTilesAreSeamless(t *testing.T) {
	d := random()
	m := noise(tileSide*2+90, tileSide+40, 1)
	l := Level{m, 1, true}
	got, err := d.proposeAt(context.Background(), l, logit(proposed))
	if err != nil {
		t.Fatal(err)
	}
	w, h := roundUp(m.W+2*margin), roundUp(m.H+2*margin)
	maps, rows, cols, err := d.Proposer.PredictPicture(context.Background(), l.floats(-margin, -margin, w, h), h, w)
	if err != nil {
		t.Fatal(err)
	}
	want := 0
	for row := range rows {
		for col := range cols {
			if maps[(row*cols+col)*ProposerMaps] < logit(proposed) {
				continue
			}
			want++
			f, v := BoxAt(maps[(row*cols+col)*ProposerMaps:], col, row)
			f.X, f.Y, f.Score = f.X-margin, f.Y-margin, sigmoid(v)
			if !slices.ContainsFunc(got, func(g Face) bool {
				return math.Abs(g.X-f.X) < 1e-9 && math.Abs(g.Y-f.Y) < 1e-9 && g.Side == f.Side && g.Score == f.Score
			}) {
				t.Fatalf("tiles lack %+v", f)
			}
		}
	}
	if want < 100 || len(got) != want {
		t.Errorf("%d boxes in tiles, %d in one piece", len(got), want)
	}
}

// Any size works, and no answer depends on what else runs.
func TestFindTakesAnySize(t *testing.T) {
	d := random()
	for _, size := range [][2]int{{1, 1}, {1, 900}, {7, 5}, {24, 24}, {92, 112}, {250, 250}, {641, 33}, {300, 401}} {
		m := noise(size[0], size[1], 9)
		a, err := d.FindScored(context.Background(), m, 0.1)
		if err != nil {
			t.Fatal(err)
		}
		b, err := d.FindScored(context.Background(), m, 0.1)
		if err != nil || !slices.Equal(a, b) {
			t.Errorf("%v: two answers: %v", size, err)
		}
		for _, f := range a {
			for _, v := range []float64{f.X, f.Y, f.Side, f.Score, f.Landmarks[3].X} {
				if math.IsNaN(v) || math.IsInf(v, 0) {
					t.Errorf("%v: %+v", size, f)
				}
			}
		}
	}
}

func TestFindStops(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := random().Find(ctx, noise(300, 300, 2)); err != context.Canceled {
		t.Errorf("error %v", err)
	}
}

// The landmarks that the refiner has to give are those that are read out of it.
func TestLandmarkTargets(t *testing.T) {
	w := pix.Frame{X: 40, Y: 70, Side: 33, Turn: 0.4}
	marks := [NumLandmarks]Point{{30, 61}, {48, 66}, {39, 70}, {32, 80}, {45, 83}}
	out := make([]float32, RefinerMaps)
	LandmarkTargets(out[1:], marks, w)
	for i, p := range LandmarksIn(out, w) {
		if math.Hypot(p.X-marks[i].X, p.Y-marks[i].Y) > 1e-4 {
			t.Errorf("landmark %d at %v, expected %v", i, p, marks[i])
		}
	}
}

func TestOverlap(t *testing.T) {
	f := Face{X: 10, Y: 10, Side: 4}
	for _, c := range []struct {
		g    Face
		want float64
	}{{f, 1}, {Face{X: 12, Y: 10, Side: 4}, 1.0 / 3}, {Face{X: 14, Y: 10, Side: 4}, 0}, {Face{X: 10, Y: 10, Side: 2}, 0.25}} {
		if got := f.Overlap(c.g); math.Abs(got-c.want) > 1e-12 {
			t.Errorf("%+v: %g, expected %g", c.g, got, c.want)
		}
	}
}

func FuzzFromFile(f *testing.F) {
	path := filepath.Join(f.TempDir(), "d.safetensors")
	if err := random().Save(path); err != nil {
		f.Fatal(err)
	}
	data, err := os.ReadFile(path)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(data[:4000])
	f.Add(data[:40])
	f.Fuzz(func(t *testing.T, data []byte) {
		if file, err := safetensors.Parse("fuzzed", data); err == nil {
			FromFile(file)
		}
	})
}
