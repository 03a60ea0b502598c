package autoencoder_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"likeness/autoencoder"
	"likeness/hyper"
	"likeness/nn"
	"likeness/pix"
)

// What is measured is complete and positive; how fast it is, is nobody's to say here.
func TestMeasureSpeed(t *testing.T) {
	o := autoencoder.SpeedOptions{Arch: "pca", Code: 4, Prep: pix.Prep{W: 8, H: 8}, Batch: 3, Seconds: 0.02, Threads: 2}
	s, err := autoencoder.MeasureSpeed(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	if s.Model != "pca" || s.Code != 4 || s.Width != 8 || s.Batch != 3 || s.Threads != 2 || s.Precision != string(nn.Float32) || s.Rounds != 3 || len(s.Layers) != 4 {
		t.Errorf("%+v", s)
	}
	for what, spread := range map[string]autoencoder.Spread{"training": s.Spread.Train, "forward": s.Spread.Forward, "peak": s.Spread.Peak} {
		if !(spread.Min > 0 && spread.Min <= spread.Median && spread.Median <= spread.Max) {
			t.Errorf("%s: %+v", what, spread)
		}
	}
	if s.TrainImages != s.Spread.Train.Median || s.TrainGFLOPS != s.TrainImages*float64(s.TrainFLOP)/1e9 || s.TrainFLOP <= s.ForwardFLOP {
		t.Errorf("%+v", s)
	}
}

func TestMeasureSpeedErrors(t *testing.T) {
	good := autoencoder.SpeedOptions{Arch: "pca", Code: 4, Prep: pix.Prep{W: 8, H: 8}, Batch: 3, Seconds: 0.02}
	for want, change := range map[string]func(*autoencoder.SpeedOptions){
		"batch 0: expected":    func(o *autoencoder.SpeedOptions) { o.Batch = 0 },
		"seconds 0: expected":  func(o *autoencoder.SpeedOptions) { o.Seconds = 0 },
		"threads -1: expected": func(o *autoencoder.SpeedOptions) { o.Threads = -1 },
		"unknown architecture": func(o *autoencoder.SpeedOptions) { o.Arch = "vgg" },
		"unknown precision":    func(o *autoencoder.SpeedOptions) { o.Precision = "float8" },
	} {
		o := good
		change(&o)
		_, err := autoencoder.MeasureSpeed(t.Context(), o)
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want one that says %q", err, want)
		}
		if value := (&hyper.ValueError{}); strings.Contains(want, "expected") != errors.As(err, &value) {
			t.Errorf("%s: a value error: %v", want, errors.As(err, &value))
		}
	}
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := autoencoder.MeasureSpeed(ended, good); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: error %v", err)
	}
}

// Info has what a file is made of; a new model has no fingerprint yet.
func TestInfo(t *testing.T) {
	m := newModel(t, "pca", 8, 8, 4)
	i := m.Info("pca")
	if i.Model != "pca" || i.Fingerprint != "" || i.Params != 2*192*4+4+192 || len(i.Encoder) != 2 || len(i.Decoder) != 2 {
		t.Errorf("%+v", i)
	}
	path := t.TempDir() + "/m.safetensors"
	if err := m.Save(path); err != nil {
		t.Fatal(err)
	}
	opened, err := autoencoder.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	if i := opened.Info(path); i.Fingerprint != m.Fingerprint() || i.Model != path {
		t.Errorf("opened: %+v", i)
	}
	denoiser, err := autoencoder.New(autoencoder.Residual, pix.Prep{W: 8, H: 8}, 0, 1)
	if err != nil {
		t.Fatal(err)
	}
	if i := denoiser.Info("denoiser"); i.Decoder != nil || len(i.Encoder) == 0 {
		t.Errorf("a denoiser: %+v", i)
	}
}
