package exchange_test

import (
	"path/filepath"
	"runtime"
	"testing"

	"likeness/exchange"
	"likeness/keras"
	"likeness/nn"
)

// A network with a large code and few weights costs little: to see which architecture it has, none is made.
func TestImportLargeCode(t *testing.T) {
	folder := t.TempDir()
	code := nn.Shape{32, 32, 8}
	encoder, err := nn.New("encoder", nn.Shape{64, 64, 3}, nn.Conv2D{Filters: 8, Kernel: 3, Stride: 2}, nn.Flatten{})
	if err != nil {
		t.Fatal(err)
	}
	decoder, err := nn.New("decoder", nn.Shape{code.Size()}, nn.Reshape{Shape: code}, nn.Conv2DTranspose{Filters: 3, Kernel: 3, Stride: 2})
	if err != nil {
		t.Fatal(err)
	}
	o := said
	o.Activation, o.CodeActivation, o.DenseActivation = "", "", ""
	for _, n := range []*nn.Network{encoder, decoder} {
		data, err := keras.LegacyWeights(n)
		o.Files = append(o.Files, write(t, folder, n.Name+".h5", data, err))
	}
	o.Out = filepath.Join(folder, "model.safetensors")
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	r, err := exchange.Import(t.Context(), o)
	runtime.ReadMemStats(&after)
	if err != nil || r.Code != code.Size() {
		t.Fatalf("%+v, %v", r, err)
	}
	if taken := after.TotalAlloc - before.TotalAlloc; taken > 64<<20 {
		t.Errorf("%d bytes were taken", taken)
	}
}
