package safetensors

import (
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

// A mapped file is the file that Open reads, also where nothing is aligned.
func TestMap(t *testing.T) {
	path := filepath.Join(t.TempDir(), "x")
	odd := raw(`{"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},"x":{"dtype":"F32","shape":[2],"data_offsets":[1,9]}}`, 9)
	for _, b := range [][]byte{odd, write(t, &File{Metadata: map[string]string{"a": "b"},
		Tensors: append(FromStrings("s", []string{"x", "yz"}), FromFloats("x", []int{2}, []float32{1, 2}))})} {
		if err := os.WriteFile(path, b, 0o644); err != nil {
			t.Fatal(err)
		}
		want, err := Open(path)
		if err != nil {
			t.Fatal(err)
		}
		got, err := Map(path)
		if err != nil {
			t.Fatal(err)
		}
		if got.Mapped() != (runtime.GOOS != "windows") {
			t.Errorf("mapped: %v", got.Mapped())
		}
		if d := cmp.Diff(want, got, cmpopts.IgnoreUnexported(File{})); d != "" {
			t.Error(d)
		}
		x, err1 := want.Floats("x", 2)
		y, err2 := got.Floats("x", 2)
		if err1 != nil || err2 != nil || !cmp.Equal(x, y) {
			t.Error(x, err1, y, err2)
		}
		if err := os.Rename(path, path+".old"); err != nil { // it stays mapped
			t.Fatal(err)
		}
		if y, err = got.Floats("x"); err != nil || !cmp.Equal(x, y) {
			t.Error(y, err)
		}
		for range 2 {
			if err := got.Close(); err != nil || len(got.Tensors) != 0 {
				t.Error("not closed", err)
			}
		}
	}
}

// What Open refuses Map refuses in the same words.
func TestMapMalformed(t *testing.T) {
	path := filepath.Join(t.TempDir(), "x")
	for _, c := range malformed {
		if err := os.WriteFile(path, c.file, 0o644); err != nil {
			t.Fatal(err)
		}
		_, want := Open(path)
		got, err := Map(path)
		switch {
		case (want == nil) != (err == nil), want != nil && want.Error() != err.Error():
			t.Errorf("%s: %v, want %v", c.name, err, want)
		case err == nil:
			got.Close()
		}
	}
	if _, err := Map(filepath.Dir(path)); err == nil {
		t.Error("a folder was mapped")
	}
	if _, err := Map(path + ".none"); !errors.Is(err, os.ErrNotExist) {
		t.Error(err)
	}
}

func BenchmarkMap40MB(b *testing.B) {
	path := b.TempDir() + "/x"
	f := &File{Tensors: []Tensor{FromFloats("x", []int{10 << 20}, make([]float32, 10<<20))}}
	if err := f.Save(path); err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		f, err := Map(path)
		if err != nil {
			b.Fatal(err)
		}
		f.Close()
	}
}
