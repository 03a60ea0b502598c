package faces

import (
	"context"
	"math"
	"testing"

	"likeness/faces/facestest"
)

// The numbers were measured with OpenCV, scikit-learn and PyTorch on the same archive.
func TestLFW(t *testing.T) {
	if testing.Short() {
		t.Skip("skipped: decodes all of LFW")
	}
	ctx := context.Background()
	opt := Options{Attributes: facestest.LFW(t, "lfw_attributes_binary.txt"), CacheDir: t.TempDir()}
	archive := facestest.LFW(t, "lfw.tgz")
	s, err := Load(ctx, archive, opt)
	if err != nil {
		t.Fatal(err)
	}
	if s.Len() != 13143 || len(s.Unlisted) != 90 || len(s.Missing) != 0 || len(s.Skipped) != 0 || len(s.Warnings) != 0 {
		t.Fatalf("%d pictures, %d unlisted, %d missing, %v skipped, %v", s.Len(), len(s.Unlisted), len(s.Missing), s.Skipped, s.Warnings)
	}
	if got := len(s.Attributes.Names); got != 73 || len(s.Attributes.Values) != 73*s.Len() {
		t.Errorf("%d attributes, %d values", got, len(s.Attributes.Values))
	}
	split, err := RandomSplit(s.Len(), 0.1, 42)
	if err != nil {
		t.Fatal(err)
	}
	train, test := s.AllFloats(split.Train), s.AllFloats(split.Test)
	if got := meanImageMSE(train, test, s.pixels()); math.Abs(got-0.02979) > 0.000005 {
		t.Errorf("the mean training image has a test MSE of %.6f, want 0.02979", got)
	} else {
		t.Logf("mean image: test MSE %.6f", got)
	}

	again, err := Load(ctx, archive, opt)
	if err != nil {
		t.Fatal(err)
	}
	sameSet(t, again, s)
}

// meanImageMSE is the error of answering every test picture with the mean of the training pictures.
func meanImageMSE(train, test []float32, n int) float64 {
	mean := make([]float64, n)
	for i, v := range train {
		mean[i%n] += float64(v)
	}
	for i := range mean {
		mean[i] /= float64(len(train) / n)
	}
	sum := 0.0
	for i, v := range test {
		d := float64(v) - mean[i%n]
		sum += d * d
	}
	return sum / float64(len(test))
}

// BenchmarkLFW is the time from nothing to the first batch of 32 pictures.
func BenchmarkLFW(b *testing.B) {
	var batch []int
	for i := range 32 {
		batch = append(batch, i)
	}
	archive := facestest.LFW(b, "lfw.tgz")
	for _, cached := range []bool{false, true} {
		name := "cold"
		if cached {
			name = "cached"
		}
		b.Run(name, func(b *testing.B) {
			opt := Options{Attributes: facestest.LFW(b, "lfw_attributes_binary.txt"), CacheDir: b.TempDir(), NoCache: !cached}
			if cached {
				if _, err := Load(context.Background(), archive, opt); err != nil {
					b.Fatal(err)
				}
			}
			for b.Loop() {
				s, err := Load(context.Background(), archive, opt)
				if err != nil {
					b.Fatal(err)
				}
				s.AllFloats(batch)
				b.ReportMetric(float64(s.Len()), "pictures")
			}
		})
	}
}
