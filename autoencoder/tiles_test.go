package autoencoder

import (
	"slices"
	"testing"

	"likeness/nn"
	"likeness/pix"
)

// gradient is a picture whose values all differ from their neighbours'.
func gradient(w, h int) *pix.Image {
	m := pix.New(w, h)
	for i := range m.Pix {
		m.Pix[i] = byte(i * 7)
	}
	return m
}

// The tiles of a kernel are its weights: the largest in size is black or white, and each
// lies where its filter, its channel and its place say.
func TestFilters(t *testing.T) {
	m, err := New("conv", pix.Prep{W: 32, H: 32}, 4, 5)
	if err != nil {
		t.Fatal(err)
	}
	list := m.Filters()
	var names []string
	for _, f := range list {
		names = append(names, f.Network+"/"+f.Layer)
		if len(f.Pix) != f.Rows*f.Columns*f.W*f.H*f.Channels {
			t.Errorf("%s: %d bytes for %d x %d tiles", f.Layer, len(f.Pix), f.Rows, f.Columns)
		}
		if least, most := slices.Min(f.Pix), slices.Max(f.Pix); least != 0 && most != 255 || f.Low != -f.High {
			t.Errorf("%s: bytes %d to %d, range %g to %g", f.Layer, least, most, f.Low, f.High)
		}
	}
	if want := []string{
		"encoder/conv2d", "encoder/conv2d_1", "encoder/conv2d_2", "encoder/conv2d_3",
		"decoder/conv2d_transpose", "decoder/conv2d_transpose_1", "decoder/conv2d_transpose_2", "decoder/conv2d_transpose_3",
	}; !slices.Equal(names, want) {
		t.Errorf("layers %q, want %q", names, want)
	}
	first, second, up, last := list[0], list[1], list[4], list[7]
	if first.Channels != 3 || first.Columns != 32 || last.Channels != 3 || last.Columns != 32 {
		t.Errorf("what looks at colours has %d tiles of %d, what paints them %d of %d", first.Columns, first.Channels, last.Columns, last.Channels)
	}
	if second.Rows != 16 || second.OfRows != 64 || second.Columns != 16 || second.OfColumns != 32 {
		t.Errorf("%d of %d filters, %d of %d channels", second.Rows, second.OfRows, second.Columns, second.OfColumns)
	}
	if up.OfRows != 128 || up.OfColumns != 256 {
		t.Errorf("a transposed convolution has %d filters of %d channels", up.OfRows, up.OfColumns)
	}
	near := func(what string, f Tiles, index int, weight float32) {
		t.Helper()
		if got := f.Low + (f.High-f.Low)*float64(f.Pix[index])/255; got-float64(weight) > f.High/100 || float64(weight)-got > f.High/100 {
			t.Errorf("%s shows %g, the weight is %g", what, got, weight)
		}
	}
	kernel := func(n *nn.Network, name string) []float32 {
		for _, p := range n.Params() {
			if p.Name == name+"/kernel" {
				return p.Value
			}
		}
		t.Fatalf("no kernel of %s", name)
		return nil
	}
	// Weight (y, x, in, out) of (3, 3, in, out), and (y, x, out, in) of a transposed one.
	near("conv2d", first, (7*9+2*3+1)*3+2, kernel(m.Encoder, "conv2d")[((2*3+1)*3+2)*32+7])
	near("conv2d_1", second, (5*16+3)*9+1*3+2, kernel(m.Encoder, "conv2d_1")[((1*3+2)*32+3)*64+5])
	near("conv2d_transpose", up, (5*16+3)*9+1*3+2, kernel(m.Decoder, "conv2d_transpose")[((1*3+2)*128+5)*256+3])
	near("conv2d_transpose_3", last, (7*9+2*3+1)*3+2, kernel(m.Decoder, "conv2d_transpose_3")[((2*3+1)*3+2)*32+7])
}

// The layers of pca see and paint whole pictures.
func TestFiltersOfWholePictures(t *testing.T) {
	m, err := New("pca", pix.Prep{W: 6, H: 4}, 3, 5)
	if err != nil {
		t.Fatal(err)
	}
	list := m.Filters()
	if len(list) != 2 {
		t.Fatalf("%d layers", len(list))
	}
	for _, f := range list {
		if f.W != 6 || f.H != 4 || f.Channels != 3 || f.Columns != 3 || len(f.Pix) != 3*72 {
			t.Errorf("%s: %d tiles of %dx%dx%d", f.Layer, f.Columns, f.W, f.H, f.Channels)
		}
	}
}

// Activations begin with the picture and end with what Reconstruct gives.
func TestActivations(t *testing.T) {
	for _, c := range []struct {
		arch   string
		code   int
		layers []string
	}{
		{"pca", 3, []string{"input", "dense", "dense", "reshape"}},
		{"conv", 4, []string{"input", "conv2d", "max_pooling2d", "conv2d_1", "max_pooling2d_1", "conv2d_2", "max_pooling2d_2", "conv2d_3",
			"max_pooling2d_3", "dense", "dense", "conv2d_transpose", "conv2d_transpose_1", "conv2d_transpose_2", "conv2d_transpose_3"}},
	} {
		m, err := New(c.arch, pix.Prep{W: 16, H: 16}, c.code, 5)
		if err != nil {
			t.Fatal(err)
		}
		picture := gradient(16, 16)
		list, err := m.Activations(t.Context(), picture)
		if err != nil {
			t.Fatal(err)
		}
		var names []string
		for _, a := range list {
			names = append(names, a.Layer)
			if len(a.Pix) != a.Columns*a.W*a.H*a.Channels {
				t.Errorf("%s: %d bytes", a.Layer, len(a.Pix))
			}
		}
		if !slices.Equal(names, c.layers) {
			t.Errorf("%s: layers %q, want %q", c.arch, names, c.layers)
		}
		if !slices.Equal(list[0].Pix, picture.Pix) {
			t.Errorf("%s: the input is not the picture", c.arch)
		}
		made, err := m.ReconstructImages(t.Context(), []*pix.Image{picture}, ReconstructOptions{})
		if err != nil {
			t.Fatal(err)
		}
		last := list[len(list)-1]
		for i, v := range made[0].Picture.Pix {
			if d := int(v) - int(last.Pix[i]); d < -1 || d > 1 {
				t.Fatalf("%s: value %d of the last picture is %d, Reconstruct gives %d", c.arch, i, last.Pix[i], v)
			}
		}
	}
}

// A denoiser without a code shows its layers too.
func TestActivationsOfADenoiser(t *testing.T) {
	m, err := New(Residual, pix.Prep{W: 16, H: 16}, 0, 5)
	if err != nil {
		t.Fatal(err)
	}
	m.Level = UnitNoise
	list, err := m.Activations(t.Context(), gradient(16, 16))
	if err != nil {
		t.Fatal(err)
	}
	if last := list[len(list)-1]; last.Channels != 3 || last.W != 16 {
		t.Errorf("the last layer shows %dx%dx%d", last.W, last.H, last.Channels)
	}
	if first := list[0]; first.Pix[5] != 35 {
		t.Errorf("the picture, scaled for its noise, shows %d for 35", first.Pix[5])
	}
	if len(m.Filters()) < 5 {
		t.Errorf("%d layers with filters", len(m.Filters()))
	}
}
