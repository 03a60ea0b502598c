package pix

import (
	"bytes"
	"encoding/binary"
	"hash/crc32"
	"image"
	"image/color"
	"image/gif"
	"image/jpeg"
	"image/png"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

// TestDecodeAgreesWithReferences: NAME.png beside NAME is what libjpeg and
// libwebp make of it (testdata/reference.py). JPEG may differ by the inverse
// DCT's rounding: a level in Y, Cb and Cr, three at most in RGB.
func TestDecodeAgreesWithReferences(t *testing.T) {
	names, err := filepath.Glob("testdata/decode/*.png")
	if err != nil {
		t.Fatal(err)
	}
	tested := 0
	for _, ref := range names {
		name, ok := strings.CutSuffix(ref, ".png")
		if filepath.Ext(name) == "" || !ok {
			continue // itself a picture to decode
		}
		tested++
		t.Run(filepath.Base(name), func(t *testing.T) {
			got, err := Open(name)
			if err != nil {
				t.Fatal(err)
			}
			want, err := Open(ref)
			if err != nil {
				t.Fatal(err)
			}
			most, mean := 0, 0.0
			switch {
			case filepath.Base(name) == "cmyk.jpg":
				most, mean = 2, 2
			case filepath.Ext(name) == ".jpg":
				most, mean = 3, 0.15
			}
			checkNear(t, got, want, most, mean)
		})
	}
	if tested < 20 {
		t.Errorf("only %d pictures tested", tested)
	}
}

// checkNear compares sizes and pixels: the largest and the mean difference.
func checkNear(t *testing.T, got, want *Image, most int, mean float64) {
	t.Helper()
	if got.W != want.W || got.H != want.H || len(got.Pix) != len(want.Pix) {
		t.Fatalf("got %dx%d, want %dx%d", got.W, got.H, want.W, want.H)
	}
	largest, sum := 0, 0
	for i := range got.Pix {
		d := int(got.Pix[i]) - int(want.Pix[i])
		d = max(d, -d)
		largest, sum = max(largest, d), sum+d
	}
	if m := float64(sum) / float64(len(got.Pix)); largest > most || m > mean {
		t.Errorf("differs by up to %d (may %d), %.3f on average (may %.3f)", largest, most, m, mean)
	}
}

func TestDecodeTransparentOnWhite(t *testing.T) {
	pal := image.NewPaletted(image.Rect(0, 0, 2, 1), color.Palette{color.NRGBA{10, 20, 30, 0}, color.NRGBA{10, 20, 30, 255}})
	pal.Pix[1] = 1
	nrgba := image.NewNRGBA(image.Rect(0, 0, 2, 1))
	nrgba.Set(0, 0, color.NRGBA{10, 20, 30, 0})
	nrgba.Set(1, 0, color.NRGBA{10, 20, 30, 255})
	wide := image.NewNRGBA64(image.Rect(0, 0, 2, 1))
	wide.Set(1, 0, color.NRGBA64{10 << 8, 20 << 8, 30 << 8, 0xffff})
	want := []byte{255, 255, 255, 10, 20, 30}
	for name, src := range map[string]image.Image{"paletted": pal, "8 bits": nrgba, "16 bits": wide} {
		m, err := Decode(bytes.NewReader(encodePNG(t, src)))
		if err != nil {
			t.Fatal(name, err)
		}
		if !bytes.Equal(m.Pix, want) {
			t.Errorf("%s: got %v, want %v", name, m.Pix, want)
		}
	}
	half := image.NewNRGBA(image.Rect(0, 0, 1, 1))
	half.Set(0, 0, color.NRGBA{0, 100, 255, 128})
	m, err := Decode(bytes.NewReader(encodePNG(t, half)))
	if err != nil {
		t.Fatal(err)
	}
	if want := []byte{127, 177, 255}; !bytes.Equal(m.Pix, want) {
		t.Errorf("half transparent: got %v, want %v", m.Pix, want)
	}
}

func TestDecodeOnePixel(t *testing.T) {
	src := image.NewRGBA(image.Rect(0, 0, 1, 1))
	src.Set(0, 0, color.RGBA{100, 100, 100, 255})
	var j, g bytes.Buffer
	if err := jpeg.Encode(&j, src, nil); err != nil {
		t.Fatal(err)
	}
	if err := gif.Encode(&g, src, nil); err != nil {
		t.Fatal(err)
	}
	for name, data := range map[string][]byte{"jpeg": j.Bytes(), "gif": g.Bytes(), "png": encodePNG(t, src)} {
		m, err := Decode(bytes.NewReader(data))
		if err != nil {
			t.Fatal(name, err)
		}
		if m.W != 1 || m.H != 1 || max(m.Pix[0], 100)-min(m.Pix[0], 100) > 4 {
			t.Errorf("%s: got %+v", name, m)
		}
	}
}

// TestDecodeGIFScreen: a first frame smaller than the screen stands at its place
// on white, and only the first frame counts.
func TestDecodeGIFScreen(t *testing.T) {
	p := color.Palette{color.Black, color.RGBA{200, 0, 0, 255}}
	one := image.NewPaletted(image.Rect(1, 1, 3, 2), p)
	one.Pix[0], one.Pix[1] = 1, 0
	two := image.NewPaletted(image.Rect(0, 0, 4, 3), p)
	var b bytes.Buffer
	err := gif.EncodeAll(&b, &gif.GIF{Image: []*image.Paletted{one, two}, Delay: []int{1, 1}, Config: image.Config{Width: 4, Height: 3, ColorModel: p}})
	if err != nil {
		t.Fatal(err)
	}
	m, err := Decode(&b)
	if err != nil {
		t.Fatal(err)
	}
	want := New(4, 3)
	for i := range want.Pix {
		want.Pix[i] = 255
	}
	copy(want.Pix[(1*4+1)*3:], []byte{200, 0, 0, 0, 0, 0})
	checkNear(t, m, want, 0, 0)
}

func TestDecodeErrors(t *testing.T) {
	photo, err := os.ReadFile("testdata/decode/2x2.jpg")
	if err != nil {
		t.Fatal(err)
	}
	webp, err := os.ReadFile("testdata/decode/lossy-37x29.webp")
	if err != nil {
		t.Fatal(err)
	}
	pngFile := encodePNG(t, noise(20, 20).RGBA())
	var gifFile bytes.Buffer
	if err := WriteGIF(&gifFile, []*Image{noise(20, 20)}, 0); err != nil {
		t.Fatal(err)
	}
	animation := append([]byte("RIFF\x16\x00\x00\x00WEBPVP8X\x0a\x00\x00\x00\x02\x00\x00\x00"), make([]byte, 6)...)
	for _, c := range []struct {
		name string
		data []byte
		want string
	}{
		{"zero bytes", nil, "zero bytes"},
		{"text", []byte("Dear diary,\n"), "not a picture"},
		{"gzip", []byte("\x1f\x8b\x08\x00"), "but an archive (gzip): want JPEG"},
		{"tar", append(make([]byte, 257), "ustar\x0000"...), "but an archive (tar)"},
		{"photograph of a telephone", []byte("\x00\x00\x00\x24ftypheic\x00\x00"), "a HEIC picture without a picture"},
		{"HEIC sequence", []byte("\x00\x00\x00\x20ftypmsf1\x00\x00\x00\x00msf1hevc"), "a HEIF sequence without a picture"},
		{"AVIF sequence", []byte("\x00\x00\x00\x20ftypavis\x00\x00\x00\x00avifmsf1"), "an AVIF sequence without a picture"},
		{"HEIC of another brand", []byte("\x00\x00\x00\x20ftypmif1\x00\x00\x00\x00mif1heic"), "a HEIC picture without a picture"},
		{"raw photograph", []byte("\x00\x00\x00\x18ftypcrx \x00\x00\x00\x01crx isom"), "but a raw photograph (CR3)"},
		{"arithmetic JPEG", []byte("\xff\xd8\xff\xc9\x00\x0b\x08\x00\x10\x00\x10\x01\x01\x11\x00\xff\xda\x00\x08"), "arithmetic coding, which is not read"},
		{"film", []byte("\x00\x00\x00\x20ftypisom\x00\x00"), "but a film"},
		{"two bytes", []byte{0xff, 0xd8}, "cut short"},
		{"signature alone", pngFile[:8], "cut short"},
		{"half a JPEG", photo[:len(photo)/2], "cut short"},
		{"JPEG without its last bytes", photo[:len(photo)-2], "cut short"},
		{"half a PNG", pngFile[:len(pngFile)/2], "cut short"},
		{"half a GIF", gifFile.Bytes()[:gifFile.Len()/2], "cut short"},
		{"half a WebP", webp[:len(webp)/2], "cut short"},
		{"PNG of 30000x30000", headerPNG(30000, 30000), "30000x30000: more than 250 megapixels"},
		{"PNG of 10000x10000 in no bytes", headerPNG(10000, 10000), "cannot hold"},
		{"PNG with sides near 2^31", headerPNG(1<<31-1, 1<<31-1), "PNG: "},
		{"JPEG of 30000x30000", resizedHeaderJPEG(photo, 30000, 30000), "30000x30000: more than 250 megapixels"},
		{"JPEG of 9000x9000 in no bytes", resizedHeaderJPEG(photo, 9000, 9000), "cannot hold"},
		{"GIF of 30000x30000", []byte("GIF89a\x30\x75\x30\x75\x00\x00\x00"), "30000x30000: more than 250 megapixels"},
		{"GIF of 0x0", []byte("GIF89a\x00\x00\x00\x00\x00\x00\x00"), "no pixels"},
		{"animated WebP", animation, "animated"},
	} {
		t.Run(c.name, func(t *testing.T) {
			m, err := Decode(bytes.NewReader(c.data))
			if err == nil {
				t.Fatalf("no error, a picture of %dx%d", m.W, m.H)
			}
			if m != nil {
				t.Error("an error and a picture")
			}
			if !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %q, want it to say %q", err, c.want)
			}
			path := filepath.Join(t.TempDir(), "face.jpg")
			if err := os.WriteFile(path, c.data, 0o600); err != nil {
				t.Fatal(err)
			}
			if _, err := Open(path); err == nil || !strings.HasPrefix(err.Error(), path+": ") {
				t.Errorf("Open: got %v, want it to begin with the path", err)
			}
		})
	}
}

// TestDecodeEveryCut: no beginning of a JPEG, PNG or WebP is taken for a picture.
func TestDecodeEveryCut(t *testing.T) {
	for _, name := range []string{"2x2.jpg", "2x2-progressive.jpg", "gray.jpg", "rgb16.png", "lossy-37x29.webp", "lossless-alpha.webp"} {
		data, err := os.ReadFile("testdata/decode/" + name)
		if err != nil {
			t.Fatal(err)
		}
		for n := range len(data) {
			if _, err := Decode(bytes.NewReader(data[:n])); err == nil {
				t.Errorf("%s: the first %d of %d bytes are taken for a picture", name, n, len(data))
			}
		}
	}
}

func TestDecodeLimitsMemory(t *testing.T) {
	for _, side := range []uint32{10_000, 30_000} {
		data := headerPNG(side, side)
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		_, err := Decode(bytes.NewReader(data))
		runtime.ReadMemStats(&after)
		if err == nil {
			t.Fatal("no error")
		}
		if n := after.TotalAlloc - before.TotalAlloc; n > 1<<20 {
			t.Errorf("a header alone, %dx%d, takes %d bytes", side, side, n)
		}
	}
}

func TestOpenErrorsNameThePath(t *testing.T) {
	dir := t.TempDir()
	for _, path := range []string{dir, filepath.Join(dir, "missing.jpg")} {
		_, err := Open(path)
		if err == nil || strings.Count(err.Error(), path) != 1 {
			t.Errorf("got %v, want it to name %s once", err, path)
		}
	}
}

// FuzzDecode: whatever the bytes, a whole picture or an error.
func FuzzDecode(f *testing.F) {
	names, err := filepath.Glob("testdata/decode/*")
	if err != nil {
		f.Fatal(err)
	}
	for _, name := range names {
		data, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
	}
	f.Add(headerPNG(30000, 30000))
	f.Add([]byte("GIF89a\x02\x00\x01\x00\x80\x00\x00\x00\x00\x00\xff\xff\xff,\x00\x00\x00\x00\x02\x00\x01\x00\x00\x02\x02\x04\x0a\x00;"))
	f.Add(withEXIF(f, "testdata/decode/2x2.jpg", tiff(binary.BigEndian, 6)))
	f.Fuzz(func(t *testing.T, data []byte) {
		m, err := decode(data, 1<<20)
		if err != nil {
			if m != nil {
				t.Error("an error and a picture")
			}
			return
		}
		if m.W < 1 || m.H < 1 || m.W*m.H > 1<<20 || len(m.Pix) != m.W*m.H*3 {
			t.Fatalf("%dx%d with %d bytes", m.W, m.H, len(m.Pix))
		}
		samePrep(t, data, m, Prep{W: 5, H: 7, Auto: true})
	})
}

func BenchmarkDecode(b *testing.B) {
	var buf bytes.Buffer
	if err := jpeg.Encode(&buf, noise(25, 25).Resize(250, 250).RGBA(), nil); err != nil {
		b.Fatal(err)
	}
	prep := Prep{W: 32, H: 32, Auto: true}
	for _, way := range []struct {
		name string
		do   func() error
	}{
		{"whole", func() error { _, err := Decode(bytes.NewReader(buf.Bytes())); return err }},
		{"prepared", func() error { _, _, _, err := prep.Decode(buf.Bytes()); return err }},
		{"examined", func() error { _, _, err := Examine(buf.Bytes()); return err }},
	} {
		b.Run(way.name, func(b *testing.B) {
			b.SetBytes(250 * 250 * 3)
			for b.Loop() {
				if err := way.do(); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func encodePNG(t testing.TB, m image.Image) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, m); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// headerPNG is a PNG that promises a size and holds next to nothing.
func headerPNG(w, h uint32) []byte {
	ihdr := binary.BigEndian.AppendUint32(nil, w)
	ihdr = binary.BigEndian.AppendUint32(ihdr, h)
	ihdr = append(ihdr, 8, 2, 0, 0, 0)
	data := appendChunk([]byte("\x89PNG\r\n\x1a\n"), "IHDR", ihdr)
	return appendChunk(data, "IDAT", []byte{0x78, 0x9c, 1, 0, 0, 0xff, 0xff})
}

func appendChunk(b []byte, name string, data []byte) []byte {
	b = binary.BigEndian.AppendUint32(b, uint32(len(data)))
	at := len(b)
	b = append(append(b, name...), data...)
	return binary.BigEndian.AppendUint32(b, crc32.ChecksumIEEE(b[at:]))
}

// resizedHeaderJPEG lies about the size of a baseline JPEG.
func resizedHeaderJPEG(data []byte, w, h uint16) []byte {
	data = bytes.Clone(data)
	at := bytes.Index(data, []byte{0xff, 0xc0})
	binary.BigEndian.PutUint16(data[at+5:], h)
	binary.BigEndian.PutUint16(data[at+7:], w)
	return data
}
