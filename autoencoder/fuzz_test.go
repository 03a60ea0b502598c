package autoencoder_test

import (
	"bytes"
	"context"
	"testing"

	"likeness/autoencoder"
	"likeness/safetensors/readtest"
)

// use has a model that could be opened do what models do. Its answers may be
// anything, for its weights may be, but there must be some.
func use(t *testing.T, m *autoencoder.Model) {
	if m.Values() > 1<<12 {
		return
	}
	x := make([]float32, m.Values())
	if got := must(m.Reconstruct(context.Background(), x)); len(got) != len(x) {
		t.Fatalf("a picture of %d values became %d", len(x), len(got))
	}
	if m.Decoder == nil {
		return
	}
	if got := must(m.Encode(context.Background(), x)); len(got) != m.Code {
		t.Fatalf("a code of %d has %d numbers", m.Code, len(got))
	}
	_, _ = m.Summary(), m.Fingerprint()
}

// No header and no data make opening a model, or using it, panic. The two are
// apart so that the fuzzer need not find the header's length; the models are small,
// so that many fit into a second.
func FuzzFromFile(f *testing.F) {
	m := newModel(f, "pca", 2, 2, 2)
	x := []float32{12: 0.2, 17: -0.4, 23: 0.1}
	if err := m.FitCorrection(context.Background(), x, 3); err != nil {
		f.Fatal(err)
	}
	if m.Correction == nil {
		f.Fatal("no correction: its reader would not be tried")
	}
	for _, m := range []*autoencoder.Model{m, foreign(f)} {
		file, err := m.File()
		if err != nil {
			f.Fatal(err)
		}
		var b bytes.Buffer
		if err := file.Write(&b); err != nil {
			f.Fatal(err)
		}
		header, body := readtest.Split(b.Bytes())
		f.Add(header, body)
	}
	f.Fuzz(func(t *testing.T, header, body []byte) {
		file, err := readtest.Read(header, body)
		if err != nil {
			return
		}
		if m, err := autoencoder.FromFile(file); err == nil {
			use(t, m)
		}
	})
}
