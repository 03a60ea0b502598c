package dataset

import (
	"bytes"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"likeness/faces"
	"likeness/npy"
	"likeness/pix"
)

// values returns pictures of w x h in one of the ranges: value number i is i of 256, as a byte would be.
func values(n, h, w, channels int, scale, move float64) []float32 {
	out := make([]float32, n*h*w*channels)
	for i := range out {
		out[i] = float32((float64(i%256) - move) / scale)
	}
	return out
}

// arrayFile writes a file of arrays: []float32 or []byte of a shape, or strings.
func arrayFile(t *testing.T, name string, write func(w *npy.Writer) error) string {
	t.Helper()
	var b bytes.Buffer
	w := npy.NewWriter(&b)
	if err := write(w); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, b.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func loadArrays(t *testing.T, path string, prep pix.Prep) *faces.Set {
	t.Helper()
	s, err := Load(t.Context(), Name{Source: path}, faces.Options{NoCache: true, Prep: prep})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// Whatever numbers an array has, the pictures are those of the bytes.
func TestArrays(t *testing.T) {
	const n, h, w = 3, 4, 4
	prep := pix.Prep{W: w, H: h}
	bytesOf := make([]byte, n*h*w*3)
	for i := range bytesOf {
		bytesOf[i] = byte(i % 256)
	}
	for name, write := range map[string]func(w *npy.Writer) error{
		"bytes":  func(z *npy.Writer) error { return z.Bytes("images", []int{n, h, w, 3}, bytesOf) },
		"0 to 1": func(z *npy.Writer) error { return z.Floats("X", []int{n, h, w, 3}, values(n, h, w, 3, 255, 0)) },
		"-.5 to .5": func(z *npy.Writer) error {
			return z.Floats("pixels", []int{n, h, w, 3}, values(n, h, w, 3, 255, 127.5))
		},
		"-1 to 1": func(z *npy.Writer) error {
			return z.Floats("faces", []int{n, h, w, 3}, values(n, h, w, 3, 127.5, 127.5))
		},
		"0 to 255": func(z *npy.Writer) error { return z.Floats("data", []int{n, h, w, 3}, values(n, h, w, 3, 1, 0)) },
		"channels first": func(z *npy.Writer) error {
			first := make([]byte, len(bytesOf))
			for i, v := range bytesOf {
				picture, pixel, channel := i/(h*w*3), i/3%(h*w), i%3
				first[picture*h*w*3+channel*h*w+pixel] = v
			}
			return z.Bytes("images", []int{n, 3, h, w}, first)
		},
	} {
		s := loadArrays(t, arrayFile(t, "a.npz", write), prep)
		if !bytes.Equal(s.Pix, bytesOf) {
			t.Errorf("%s: other pictures", name)
		}
		if !slices.Equal(s.IDs, []string{"000000.png", "000001.png", "000002.png"}) || slices.ContainsFunc(s.People, func(p string) bool { return p != "" }) {
			t.Errorf("%s: ids %q, people %q", name, s.IDs, s.People)
		}
	}
	for name, shape := range map[string][]int{"grey": {n, h, w}, "one channel": {n, h, w, 1}} {
		s := loadArrays(t, arrayFile(t, "a.npz", func(z *npy.Writer) error { return z.Bytes("images", shape, bytesOf[:n*h*w]) }), prep)
		for i, v := range s.Pix {
			if v != bytesOf[i/3] {
				t.Fatalf("%s: value %d is %d, expected %d", name, i, v, bytesOf[i/3])
			}
		}
	}
}

func TestArraysNamed(t *testing.T) {
	pictures := make([]byte, 2*4*4*3)
	pictures[0] = 9
	ids := loadArrays(t, arrayFile(t, "a.npz", func(z *npy.Writer) error {
		if err := z.Bytes("images", []int{2, 4, 4, 3}, pictures); err != nil {
			return err
		}
		if err := z.Strings("labels", []string{"7", "Bo"}); err != nil {
			return err
		}
		return z.Strings("ids", []string{"2019/a.jpg", "b"})
	}), pix.Prep{W: 4, H: 4})
	if !slices.Equal(ids.IDs, []string{"2019/a.jpg", "b.png"}) || !slices.Equal(ids.People, []string{"7", "Bo"}) {
		t.Errorf("ids %q, people %q", ids.IDs, ids.People)
	}
	parts := loadArrays(t, arrayFile(t, "a.npz", func(z *npy.Writer) error {
		if err := z.Bytes("x_train", []int{2, 4, 4, 3}, pictures); err != nil {
			return err
		}
		if err := z.Bytes("x_test", []int{1, 4, 4, 3}, pictures[:48]); err != nil {
			return err
		}
		if err := z.Strings("y_train", []string{"Ada", "Bo"}); err != nil {
			return err
		}
		return z.Strings("y_test", []string{"Cy"})
	}), pix.Prep{W: 4, H: 4})
	if diff := cmp.Diff([]string{"x_train/000000.png", "x_train/000001.png", "x_test/000000.png"}, parts.IDs); diff != "" || !slices.Equal(parts.People, []string{"Ada", "Bo", "Cy"}) {
		t.Errorf("%s people %q", diff, parts.People)
	}
}

// The labels of an array whose name happens to have a line in it are called as those of any other.
func TestArraysOfAnyName(t *testing.T) {
	s := loadArrays(t, arrayFile(t, "a.npz", func(z *npy.Writer) error {
		if err := z.Bytes("my_faces", []int{2, 4, 4, 3}, make([]byte, 96)); err != nil {
			return err
		}
		return z.Strings("labels", []string{"Ada", "Bo"})
	}), pix.Prep{W: 4, H: 4})
	if !slices.Equal(s.People, []string{"Ada", "Bo"}) {
		t.Errorf("people %q", s.People)
	}
}

// Numbers of one kind mean the same in all arrays of a file, also in one that has few of them.
func TestArraysMeasuredTogether(t *testing.T) {
	test := make([]float32, 48)
	for i := range test {
		test[i] = -0.2 // of -1 to 1
	}
	s := loadArrays(t, arrayFile(t, "a.npz", func(z *npy.Writer) error {
		if err := z.Floats("x_train", []int{6, 4, 4, 3}, values(6, 4, 4, 3, 127.5, 127.5)); err != nil {
			return err
		}
		return z.Floats("x_test", []int{1, 4, 4, 3}, test)
	}), pix.Prep{W: 4, H: 4})
	if got := s.Image(6).Pix[0]; got != 102 { // (1-0.2) * 127.5
		t.Errorf("the test's pictures have the value %d, expected 102", got)
	}
}

func TestArrayErrors(t *testing.T) {
	pictures := make([]byte, 2*4*4*3)
	for want, write := range map[string]func(z *npy.Writer) error{
		"no array of pictures": func(z *npy.Writer) error { return z.Floats("codes", []int{2, 2}, make([]float32, 4)) },
		`array "labels" has 1 elements, "images" has 2 pictures`: func(z *npy.Writer) error {
			if err := z.Bytes("images", []int{2, 4, 4, 3}, pictures); err != nil {
				return err
			}
			return z.Strings("labels", []string{"a"})
		},
		`picture 1 is called "../x.png"`: func(z *npy.Writer) error {
			if err := z.Bytes("images", []int{2, 4, 4, 3}, pictures); err != nil {
				return err
			}
			return z.Strings("ids", []string{"a", "../x"})
		},
		`picture 1: value 0 is NaN`: func(z *npy.Writer) error {
			v := values(2, 4, 4, 3, 255, 0)
			v[48] = float32(math.NaN())
			return z.Floats("images", []int{2, 4, 4, 3}, v)
		},
		"has values from -3 to 0": func(z *npy.Writer) error {
			v := make([]float32, 96)
			v[5] = -3
			return z.Floats("images", []int{2, 4, 4, 3}, v)
		},
	} {
		path := arrayFile(t, "a.npz", write)
		_, err := Load(t.Context(), Name{Source: path}, faces.Options{NoCache: true})
		if err == nil || !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), path) {
			t.Errorf("want an error of the file that says %q, got %v", want, err)
		}
	}
}
