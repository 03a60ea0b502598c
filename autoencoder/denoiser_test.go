package autoencoder_test

import (
	"context"
	"math"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"testing"

	"likeness/autoencoder"
	"likeness/nn"
	"likeness/nn/nntest"
	"likeness/pix"
	"likeness/progress"
)

// restless is an untrained denoiser whose layers all have weights; one that is
// new leaves pictures as they are.
func restless(t testing.TB, w, h int) *autoencoder.Model {
	t.Helper()
	m := newModel(t, autoencoder.Residual, w, h, 0)
	rng := rand.New(rand.NewPCG(1, 2))
	params := m.Encoder.Params()
	for k, p := range params {
		if len(p.Shape) == 4 {
			scale := 1 / math.Sqrt(float64(p.Shape[0]*p.Shape[1]*p.Shape[2]))
			if k == len(params)-2 { // the last: answers lie mostly in the range of pictures
				scale *= restlessness
			}
			for i := range p.Value {
				p.Value[i] = float32(scale * rng.NormFloat64())
			}
		}
	}
	m.Encoder.Pack()
	return m
}

// restlessness is how large what the restless network adds to a picture is, in units of
// what random weights give.
const restlessness = 0.02

func noisePicture(w, h int) []float32 {
	rng := rand.New(rand.NewPCG(uint64(w), uint64(h)))
	x := make([]float32, w*h*3)
	for i := range x {
		x[i] = rng.Float32() - 0.5
	}
	return x
}

func TestUntrainedDenoiserLeavesPictures(t *testing.T) {
	m := newModel(t, autoencoder.Residual, 32, 32, 0)
	x := noisePicture(32, 32)
	if !slices.Equal(must(m.Reconstruct(context.Background(), x)), x) {
		t.Error("it changed the picture")
	}
	if len(m.Networks()) != 1 || m.Decoder != nil {
		t.Error("a denoiser is one network")
	}
}

// The whole network of a denoiser has the gradient of the naive layers.
func TestDenoiserGradient(t *testing.T) {
	if testing.Short() {
		t.Skip("naive layers take their time")
	}
	nntest.Check(t, nn.Shape{8, 4, 3}, autoencoder.DenoiserLayers(4, 6)...)
}

// Pictures of any size keep it; where the network has that size, the result is
// the network's own.
func TestDenoiseSizes(t *testing.T) {
	m := restless(t, 32, 32)
	d, err := autoencoder.NewDenoiser(m)
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range [][2]int{{32, 32}, {1, 1}, {2, 7}, {33, 18}, {160, 3}, {257, 5}, {3, 400}} {
		x := noisePicture(s[0], s[1])
		keep := slices.Clone(x)
		y, err := d.Denoise(context.Background(), x, s[0], s[1], 0.1, nil)
		if err != nil {
			t.Fatal(err)
		}
		if len(y) != len(x) || !slices.Equal(x, keep) {
			t.Errorf("%v: %d values became %d, or changed", s, len(x), len(y))
		}
		if slices.Contains(y, 0) { // a pixel that no tile gave
			t.Errorf("%v: some values are zero", s)
		}
		if s == [2]int{32, 32} && !slices.Equal(y, must(m.Reconstruct(context.Background(), x))) {
			t.Error("another result than the network's")
		}
	}
	if _, err := autoencoder.NewDenoiser(newModel(t, "conv", 32, 32, 8)); err == nil {
		t.Error("a model with a code was taken")
	}
}

// Tiles do not show: a picture in many has the very values of one in a piece.
func TestDenoiseTiles(t *testing.T) {
	const w, h = 400, 299
	m := restless(t, 32, 32)
	m.Mirror = true
	x := noisePicture(w, h)
	whole, err := autoencoder.NewWholeDenoiser(m).Denoise(context.Background(), x, w, h, 0.1, nil)
	if err != nil {
		t.Fatal(err)
	}
	d, _ := autoencoder.NewDenoiser(m)
	var told [][2]int
	tell := func(s progress.Step) { told = append(told, [2]int{int(s.Done), int(s.Total)}) }
	tiled, err := d.Denoise(context.Background(), x, w, h, 0.1, tell)
	if err != nil {
		t.Fatal(err)
	}
	// 2 x 2 tiles in one go, each looked at twice.
	if want := [][2]int{{0, 8}, {4, 8}, {8, 8}}; !slices.Equal(told, want) {
		t.Errorf("progress %v, want %v", told, want)
	}
	for i := range whole {
		if !(math.Abs(float64(whole[i]-tiled[i])) <= 1e-5) {
			t.Fatalf("pixel %d,%d: %g in tiles, %g in one piece", i/3%w, i/3/w, tiled[i], whole[i])
		}
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := d.Denoise(ctx, x, w, h, 0.1, nil); err == nil {
		t.Error("a context that ended was not noticed")
	}
	// It is noticed between the two looks, not only when a batch of tiles is done.
	ctx, cancel = context.WithCancel(context.Background())
	told = nil
	stop := func(s progress.Step) {
		if told = append(told, [2]int{int(s.Done), int(s.Total)}); s.Done > 0 {
			cancel()
		}
	}
	if _, err := d.Denoise(ctx, x, w, h, 0.1, stop); err == nil || len(told) != 2 {
		t.Errorf("stopped after %v: %v", told, err)
	}
}

// With Mirror the answer is the mean of two looks, in tiles and in one piece, and
// the mirror image has the mirrored answer.
func TestMirror(t *testing.T) {
	m := restless(t, 32, 32)
	x := noisePicture(32, 32)
	turned := slices.Clone(x)
	pix.Mirror(turned, 32)
	want, other := must(m.Encoder.Predict(context.Background(), x)), must(m.Encoder.Predict(context.Background(), turned))
	pix.Mirror(other, 32)
	if slices.Equal(want, other) {
		t.Fatal("the network makes no difference between left and right")
	}
	m.Mirror = true
	got, back := must(m.Reconstruct(context.Background(), x)), must(m.Reconstruct(context.Background(), turned))
	pix.Mirror(back, 32)
	for i := range want {
		if math.Abs(float64(got[i]-clamped((want[i]+other[i])/2))) > 1e-6 {
			t.Fatalf("value %d: %g, the looks say %g and %g", i, got[i], want[i], other[i])
		}
	}
	if !slices.Equal(got, back) {
		t.Error("the mirror image has another answer")
	}
	path := filepath.Join(t.TempDir(), "m.safetensors")
	if err := m.Save(path); err != nil {
		t.Fatal(err)
	}
	if same, err := autoencoder.Open(path); err != nil || !same.Mirror || same.Fingerprint() != m.Fingerprint() {
		t.Errorf("saved and opened it looks once, or is another (%v)", err)
	}
	d, err := autoencoder.NewDenoiser(m)
	if err != nil {
		t.Fatal(err)
	}
	if y, err := d.Denoise(context.Background(), x, 32, 32, 0.1, nil); err != nil || !slices.Equal(y, got) {
		t.Errorf("Denoise has another result (%v)", err)
	}
}

// Answers are cut to the range of pictures, and most lie within it.
func TestRange(t *testing.T) {
	m := restless(t, 32, 32)
	x := noisePicture(32, 32)
	cut := 0
	answer := must(m.Reconstruct(context.Background(), x))
	for i, v := range must(m.Encoder.Predict(context.Background(), x)) {
		if v != clamped(v) {
			cut++
		}
		if got := answer[i]; got != clamped(v) {
			t.Fatalf("value %d: %g, the network says %g", i, got, v)
		}
	}
	if share := float64(cut) / float64(len(x)); share < 0.01 || share > 0.5 {
		t.Errorf("%.3f of the network's values lie outside: the tests of this file want some, not most", share)
	}
}

// clamped returns a value as a restored picture has it.
func clamped(v float32) float32 { return min(max(v, -0.5), 0.5) }

// A picture is denoised at the contrast that its noise asks for, and one without
// noise stays as it is.
func TestLevel(t *testing.T) {
	m := restless(t, 32, 32)
	m.Level = autoencoder.UnitNoise
	d, err := autoencoder.NewDenoiser(m)
	if err != nil {
		t.Fatal(err)
	}
	x := make([]float32, m.Values()) // gray stripes
	for i := range x {
		x[i] = float32(i/3%5)/5 - 0.5
	}
	if !slices.Equal(must(m.Reconstruct(context.Background(), x)), x) {
		t.Error("a clean picture did not stay as it was")
	}
	pix.Gaussian{Sigma: 0.2}.Corrupt(x, 32, 32, rand.New(rand.NewPCG(1, 1)))
	level := pix.NoiseLevel(x, 32, 32)
	y, err := d.Denoise(context.Background(), x, 32, 32, level, nil)
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(y, must(m.Reconstruct(context.Background(), x))) {
		t.Error("Denoise and Reconstruct differ")
	}
	plain := restless(t, 32, 32)
	scaled, target := slices.Clone(x), slices.Clone(x)
	if got := m.Scale(scaled, target); got != level {
		t.Errorf("scaled for noise of %g, it is %g", got, level)
	}
	if !slices.Equal(scaled, target) || math.Abs(float64(scaled[0])-float64(x[0])*autoencoder.UnitNoise/level) > 1e-5 {
		t.Errorf("%g was scaled to %g and %g, its noise is %g", x[0], scaled[0], target[0], level)
	}
	for i, v := range must(plain.Encoder.Predict(context.Background(), scaled)) {
		if want := clamped(v * float32(level/autoencoder.UnitNoise)); math.Abs(float64(want-y[i])) > 1e-5 {
			t.Fatalf("value %d: %g, the network says %g", i, y[i], want)
		}
	}
	if flat := make([]float32, m.Values()); m.Scale(flat, slices.Clone(flat)) != 0.01 || plain.Scale(flat, flat) != 0 {
		t.Error("a clean picture was not scaled for the least level, or scaled by a model that has none")
	}
	// Half the least level: a quarter of the correction.
	for i := range scaled {
		scaled[i] = x[i] * autoencoder.UnitNoise / 0.01
	}
	full := must(plain.Encoder.Predict(context.Background(), scaled))
	some, _ := d.Denoise(context.Background(), x, 32, 32, 0.005, nil)
	for i := range x {
		all := full[i] * 0.01 / autoencoder.UnitNoise
		if want := clamped(x[i] + (all-x[i])/4); math.Abs(float64(some[i]-want)) > 1e-4 {
			t.Fatalf("value %d: %g with half the level, %g with all of it, was %g", i, some[i], all, x[i])
		}
	}
}
