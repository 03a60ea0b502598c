package heif

import (
	"bytes"
	"os"
	"sync"
	"testing"
)

const samples = "../../pix/testdata/heif/"

func sample(t testing.TB, name string) []byte {
	t.Helper()
	data, err := os.ReadFile(samples + name)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// Several decoders work at the same time, each in memory of its own.
func TestDecodeAtOnce(t *testing.T) {
	hevc, av1 := sample(t, "plain.heic"), sample(t, "ten-bits.avif")
	const pixels = 61 * 43
	var group sync.WaitGroup
	for range 3 {
		group.Go(func() {
			if m, err := DecodeHEIC(hevc, pixels); err != nil || m.Bounds().Dx() != 61 {
				t.Error(m, err)
			}
		})
		group.Go(func() {
			if m, err := DecodeAVIF(av1, pixels); err != nil || m.Bounds().Dx() != 61 {
				t.Error(m, err)
			}
		})
	}
	group.Wait()
}

// A file that is damaged anywhere is an error or a picture of no more pixels than were allowed, never anything else.
func TestDamaged(t *testing.T) {
	const pixels = 61 * 43
	for _, name := range []string{"plain.heic", "ten-bits.avif"} {
		data := sample(t, name)
		for at := 17; at < len(data); at += len(data)/8 + 1 {
			bad := bytes.Clone(data)
			bad[at] ^= 0x55
			if name == "plain.heic" {
				if m, err := DecodeHEIC(bad, pixels); err == nil && m.Bounds().Dx()*m.Bounds().Dy() > pixels {
					t.Errorf("byte %d: %v", at, m.Bounds())
				}
			} else if m, err := DecodeAVIF(bad, pixels); err == nil && m.Rect.Dx()*m.Rect.Dy() > pixels {
				t.Errorf("byte %d: %v", at, m.Rect)
			}
		}
		// More pixels than were allowed.
		_, err1 := DecodeHEIC(data, 100)
		_, err2 := DecodeAVIF(data, 100)
		if err1 == nil || err2 == nil {
			t.Errorf("%s: 100 pixels are enough for 61x43", name)
		}
	}
}

func TestRead(t *testing.T) {
	for name, want := range map[string]File{
		"plain.heic":    {HEIC: true, W: 61, H: 43},
		"ten-bits.avif": {AVIF: true, W: 61, H: 43},
		"turned.avif":   {AVIF: true, W: 48, H: 32, Turns: []int{8, 8, 8}},
	} {
		got := Read(bytes.NewReader(sample(t, name)), false)
		if got.HEIC != want.HEIC || got.AVIF != want.AVIF || got.W != want.W || got.H != want.H || len(got.Turns) != len(want.Turns) {
			t.Errorf("%s: %+v", name, got)
		}
	}
	if f := Read(bytes.NewReader(sample(t, "turned.heic")), true); !bytes.HasPrefix(f.EXIF, []byte("II*\x00")) {
		t.Errorf("EXIF %q", f.EXIF)
	}
}

// FuzzRead: whatever the bytes, the boxes are read to their end, and no more than is there.
func FuzzRead(f *testing.F) {
	for _, name := range []string{"plain.heic", "ten-bits.avif", "turned.heic", "turned.avif"} {
		f.Add(sample(f, name))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		got := Read(bytes.NewReader(data), true)
		if got.W < 0 || got.H < 0 || got.HEIC && got.AVIF || len(got.EXIF) > len(data) {
			t.Errorf("%+v", got)
		}
		for _, turn := range got.Turns {
			if turn != 8 && turn != 4 && turn != 2 {
				t.Errorf("turn %d", turn)
			}
		}
	})
}
