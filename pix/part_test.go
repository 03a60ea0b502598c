package pix

import (
	"bytes"
	"encoding/binary"
	"image"
	"image/jpeg"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"
)

var subsamplings = []image.YCbCrSubsampleRatio{
	image.YCbCrSubsampleRatio444, image.YCbCrSubsampleRatio422, image.YCbCrSubsampleRatio420,
	image.YCbCrSubsampleRatio440, image.YCbCrSubsampleRatio411, image.YCbCrSubsampleRatio410,
}

// TestPartOfYCbCr: every part of a small picture, converted alone, equals that part
// of the whole, whatever the subsampling and where the picture lies in its planes.
func TestPartOfYCbCr(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	random := func(b []byte) {
		for i := range b {
			b[i] = byte(rng.Uint32())
		}
	}
	for _, ratio := range subsamplings {
		for _, size := range []image.Point{{1, 1}, {2, 3}, {4, 4}, {5, 5}, {7, 2}, {9, 8}, {13, 6}} {
			planes := image.NewYCbCr(image.Rect(0, 0, size.X+8, size.Y+8), ratio)
			random(planes.Y)
			random(planes.Cb)
			random(planes.Cr)
			for _, at := range []image.Point{{0, 0}, {8, 4}} {
				src := yCbCr{planes.SubImage(image.Rectangle{at, at.Add(size)}).(*image.YCbCr)}
				full := whole(src)
				for x0 := range size.X {
					for y0 := range size.Y {
						for w := 1; w <= size.X-x0; w++ {
							for h := 1; h <= size.Y-y0; h++ {
								if !bytes.Equal(src.rgb(x0, y0, w, h).Pix, full.part(x0, y0, w, h).Pix) {
									t.Fatalf("%v, %v at %v: the part of %dx%d at (%d, %d) differs", ratio, size, at, w, h, x0, y0)
								}
							}
						}
					}
				}
			}
		}
	}
}

// samePrep holds Prep.Decode and Examine against Decode and Apply; m is what data
// decodes to.
func samePrep(t *testing.T, data []byte, m *Image, p Prep) {
	t.Helper()
	if w, h, err := Examine(data); err != nil || w != m.W || h != m.H {
		t.Errorf("Examine: %dx%d, %v; the picture is %dx%d", w, h, err, m.W, m.H)
	}
	want, wantErr := p.Apply(m)
	got, w, h, err := p.Decode(data)
	switch {
	case wantErr != nil:
		if err == nil || err.Error() != wantErr.Error() || got != nil {
			t.Errorf("%+v: got %v, want the error %v", p, err, wantErr)
		}
	case err != nil:
		t.Errorf("%+v: %v", p, err)
	case w != m.W || h != m.H:
		t.Errorf("%+v: a picture of %dx%d, want %dx%d", p, w, h, m.W, m.H)
	case got.W != want.W || got.H != want.H || !bytes.Equal(got.Pix, want.Pix):
		t.Errorf("%+v: other pixels than Decode and Apply give", p)
	}
}

func TestPrepDecode(t *testing.T) {
	files := map[string][]byte{}
	names, err := filepath.Glob("testdata/decode/*")
	if err != nil || len(names) == 0 {
		t.Fatal(names, err)
	}
	for _, name := range names {
		if files[name], err = os.ReadFile(name); err != nil {
			t.Fatal(err)
		}
	}
	var lfw bytes.Buffer
	if err := jpeg.Encode(&lfw, noise(50, 50).Resize(250, 250).RGBA(), nil); err != nil {
		t.Fatal(err)
	}
	files["as large as LFW's"] = lfw.Bytes()
	for o := range orientations {
		files["turned "+string(rune('0'+o))] = withEXIF(t, "testdata/decode/2x2.jpg", tiff(binary.BigEndian, uint16(o)))
	}
	decoded := 0
	for name, data := range files {
		m, err := Decode(bytes.NewReader(data))
		if err != nil {
			_, _, _, prepErr := Prep{W: 4, H: 4}.Decode(data)
			_, _, examineErr := Examine(data)
			if prepErr == nil || prepErr.Error() != err.Error() || examineErr == nil || examineErr.Error() != err.Error() {
				t.Errorf("%s: %v and %v, want %v", name, prepErr, examineErr, err)
			}
			continue
		}
		decoded++
		for _, p := range []Prep{
			{W: 32, H: 32, Auto: true}, {W: 8, H: 9}, {W: 8, H: 8, DX: 3, DY: 1}, {W: m.W, H: m.H, DX: 1}, {W: 8, H: 8, DX: 80, DY: 80}, {},
		} {
			samePrep(t, data, m, p)
		}
	}
	if decoded < 10 {
		t.Errorf("only %d pictures", decoded)
	}
}
