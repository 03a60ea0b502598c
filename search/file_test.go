package search

import (
	"bytes"
	"context"
	"encoding/binary"
	"math"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"likeness/safetensors"
	"likeness/safetensors/readtest"
)

func three(t testing.TB) *Exact {
	t.Helper()
	ix, err := NewExact(context.Background(), Euclidean{}, Entries{
		Dim:    2,
		Codes:  []float32{0, 0.5, 1, 0, 3, -4},
		IDs:    []string{"Ada_0001", "Ada_0002", "Jürgen_0001"},
		People: []string{"Ada", "Ada", ""},
	}, About{Model: "f00d", Arch: "conv", Prep: `{"w":32}`, Source: "lfw.tgz", ModelFile: "models/conv.safetensors"})
	if err != nil {
		t.Fatal(err)
	}
	return ix
}

func save(t testing.TB, ix *Exact) (path string) {
	t.Helper()
	path = filepath.Join(t.TempDir(), "faces.index")
	if err := ix.Save(path); err != nil {
		t.Fatal(err)
	}
	return path
}

func wantError(t *testing.T, err error, parts ...string) {
	t.Helper()
	if err == nil {
		t.Fatal("no error")
	}
	for _, p := range parts {
		if !strings.Contains(err.Error(), p) {
			t.Errorf("error %q does not say %q", err, p)
		}
	}
}

func TestSaveAndOpen(t *testing.T) {
	empty, err := NewExact(context.Background(), nil, Entries{Dim: 7}, About{})
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []*Exact{three(t), empty} {
		got, err := Open(context.Background(), save(t, want))
		if err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(want.About(), got.About()); d != "" {
			t.Error(d)
		}
		if d := cmp.Diff(len(want.Entries().IDs), len(got.Entries().IDs)); d != "" {
			t.Error(d)
		}
		if want.Len() > 0 {
			if d := cmp.Diff(want.Entries(), got.Entries()); d != "" {
				t.Error(d)
			}
		}
		if got.Dim() != want.Dim() || got.Space().Name() != "euclidean" {
			t.Errorf("opened with dimension %d, space %s", got.Dim(), got.Space().Name())
		}
		query := make([]float32, want.Dim())
		a, errA := want.Search(t.Context(), Query{Code: query, K: 5})
		b, errB := got.Search(t.Context(), Query{Code: query, K: 5})
		if d := cmp.Diff(a, b); d != "" || errA != nil || errB != nil {
			t.Error(d, errA, errB)
		}
	}
}

func TestSaveIsDeterministicAndTakesAnyPath(t *testing.T) {
	ix := three(t)
	ix.about.Source = "pictures\xff"
	a, err := os.ReadFile(save(t, ix))
	if err != nil {
		t.Fatal(err)
	}
	b, err := os.ReadFile(save(t, ix))
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(a, b) {
		t.Error("the same index gave different bytes")
	}
	got, err := Open(context.Background(), save(t, ix))
	if err != nil {
		t.Fatal(err)
	}
	if got.About().Source != "pictures\uFFFD" {
		t.Errorf("source %q", got.About().Source)
	}
}

func TestSaveError(t *testing.T) {
	path := filepath.Join(t.TempDir(), "none", "x")
	wantError(t, three(t).Save(path), path)
}

// Every change to a right file that makes it wrong is found, by a message that
// names the file.
func TestOpenErrors(t *testing.T) {
	tensor := func(name string, to ...safetensors.Tensor) func(f *safetensors.File) {
		return func(f *safetensors.File) {
			var rest []safetensors.Tensor
			for _, x := range f.Tensors {
				if x.Name != name {
					rest = append(rest, x)
				}
			}
			f.Tensors = append(rest, to...)
		}
	}
	meta := func(key, value string) func(f *safetensors.File) {
		return func(f *safetensors.File) { f.Metadata[key] = value }
	}
	without := func(key string) func(f *safetensors.File) {
		return func(f *safetensors.File) { delete(f.Metadata, key) }
	}
	codes := func(shape []int, x ...float32) func(f *safetensors.File) {
		return tensor("codes", safetensors.FromFloats("codes", shape, x))
	}
	nan, inf := float32(math.NaN()), float32(math.Inf(1))
	for _, c := range []struct {
		name   string
		change func(f *safetensors.File)
		want   string
	}{
		{"foreign", func(f *safetensors.File) { f.Metadata = nil }, "not a likeness index: the metadata have no format"},
		{"model file", meta("format", "likeness model 1"), `the format is "likeness model 1", expected "likeness index 1"`},
		{"newer", meta("format", "likeness index 2"), `the format is "likeness index 2"`},
		{"no space", without("space"), `no metadata "space"`},
		{"unknown space", meta("space", "hyperbolic"), `space "hyperbolic" is not known`},
		{"no model", without("model"), `no metadata "model"`},
		{"no prep", without("prep"), `no metadata "prep"`},
		{"no codes", tensor("codes"), `no tensor "codes"`},
		{"no ids", tensor("ids"), `no tensor "ids"`},
		{"no people", tensor("people.ends"), `no tensor "people.ends"`},
		{"NaN", codes([]int{3, 2}, 0, 1, 2, nan, 4, 5), `code 1 ("Ada_0002") has NaN at place 1`},
		{"infinite", codes([]int{3, 2}, 0, 1, 2, 3, 4, inf), `code 2 ("Jürgen_0001") has +Inf at place 1`},
		{"flat codes", codes([]int{6}, 0, 1, 2, 3, 4, 5), `"codes" has shape [6]`},
		{"too few codes", codes([]int{2, 2}, 0, 1, 2, 3), `"ids.ends" has shape [3], expected [2]`},
		{"codes of no numbers", codes([]int{3, 0}), "codes of 0 numbers"},
		{"byte codes", tensor("codes", safetensors.FromBytes("codes", []int{3, 2}, make([]byte, 6))), `"codes" is U8`},
		{"rows beyond", tensor("rows", safetensors.FromInts("rows", []int{3}, []int64{0, 1, 3})), "entry 2 has code 3, expected one from 0 to 2"},
		{"rows out of turn", tensor("rows", safetensors.FromInts("rows", []int{3}, []int64{0, 2, 1})), "entry 1 has code 2, expected one from 0 to 1"},
		{"negative rows", tensor("rows", safetensors.FromInts("rows", []int{3}, []int64{0, -1, 1})), "entry 1 has code -1"},
		{"unused codes", tensor("rows", safetensors.FromInts("rows", []int{3}, []int64{0, 1, 1})), "2 of 3 codes are used"},
		{"too few hashes", tensor("hashes", safetensors.FromBytes("hashes", []int{2, 16}, make([]byte, 32))), `"hashes" has shape [2 16], expected [3 16]`},
		{"ids out of order", tensor("ids.ends", safetensors.FromInts("ids.ends", []int{3}, []int64{9, 3, 20})), "string 1 ends at 3"},
	} {
		t.Run(c.name, func(t *testing.T) {
			path := save(t, three(t))
			f, err := safetensors.Open(path)
			if err != nil {
				t.Fatal(err)
			}
			c.change(f)
			if err := os.Remove(path); err != nil { // files replace their kind alone
				t.Fatal(err)
			}
			if err := f.Save(path); err != nil {
				t.Fatal(err)
			}
			_, err = Open(context.Background(), path)
			wantError(t, err, path, c.want)
			_, err2 := OpenFile(path)
			if err2 == nil || err2.Error() != err.Error() {
				t.Errorf("mapped: %v", err2)
			}
			if strings.Count(err.Error(), path) != 1 {
				t.Errorf("error %q names the file more than once", err)
			}
		})
	}
}

func TestOpenCutShort(t *testing.T) {
	path := save(t, three(t))
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for n := 0; n < len(whole); n += 7 {
		if err := os.WriteFile(path, whole[:n], 0o644); err != nil {
			t.Fatal(err)
		}
		_, err := Open(context.Background(), path)
		wantError(t, err, path)
		_, err = OpenFile(path)
		wantError(t, err, path)
	}
}

// A header that is longer than the file, or than any may be, takes no memory.
func TestOpenHugeHeader(t *testing.T) {
	path := filepath.Join(t.TempDir(), "huge.safetensors")
	for _, n := range []uint64{1 << 20, 100_000_001, 1 << 62, math.MaxUint64} {
		b := append(binary.LittleEndian.AppendUint64(nil, n), `{"codes":`...)
		if err := os.WriteFile(path, b, 0o644); err != nil {
			t.Fatal(err)
		}
		_, err := OpenFile(path)
		wantError(t, err, path, "header")
	}
}

// A few bytes may not ask for terabytes of codes.
func TestOpenTooManyEqual(t *testing.T) {
	path := save(t, doubled(t))
	f, err := safetensors.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	for i := range f.Tensors {
		switch n := 1 << 20; f.Tensors[i].Name {
		case "codes":
			f.Tensors[i] = safetensors.FromFloats("codes", []int{1, n}, make([]float32, n))
		case "rows":
			f.Tensors[i] = safetensors.FromInts("rows", []int{n}, make([]int64, n))
		}
	}
	if err := f.Save(path); err != nil {
		t.Fatal(err)
	}
	_, err = OpenFile(path)
	wantError(t, err, path, "too many")
}

// doubled has a picture under two names.
func doubled(t testing.TB) *Exact {
	t.Helper()
	ix, err := NewExact(context.Background(), nil, Entries{
		Dim: 2, Codes: []float32{1, 2, 3, 4, 1, 2, 5, 6}, IDs: []string{"a", "b", "also a", "c"},
	}, About{Model: "f00d"})
	if err != nil {
		t.Fatal(err)
	}
	return ix
}

func TestEqualCodesAreStoredOnce(t *testing.T) {
	want := doubled(t)
	path := save(t, want)
	raw, err := safetensors.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	if x, err := raw.Floats("codes", 3, 2); err != nil || !cmp.Equal(x, []float32{1, 2, 3, 4, 5, 6}) {
		t.Error(x, err)
	}
	got, err := Open(context.Background(), path)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(want.Entries(), got.Entries()); d != "" {
		t.Error(d)
	}
	found, err := got.Search(t.Context(), Query{Code: []float32{1, 2}, K: 2})
	if err != nil || len(found) != 2 || found[0].ID != "a" || found[1].ID != "also a" {
		t.Error(found, err)
	}
}

// What a file holds comes back, mapped, and outlives what replaces it.
func TestOpenFile(t *testing.T) {
	ix := three(t)
	want := File{Entries: ix.Entries(), Hashes: []Hash{HashOf(nil), {1}, {2}}, Space: Cosine{}, About: ix.About()}
	want.Entries.Taken = []time.Time{time.Date(1969, 7, 20, 20, 17, 40, 0, time.UTC), {}, time.Date(2019, 5, 17, 22, 4, 59, 0, time.UTC)}
	if err := want.Build(t.Context(), KindHNSW, nil); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "x")
	if err := want.Save(path); err != nil {
		t.Fatal(err)
	}
	got, err := OpenFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := doubled(t).Save(path); err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(want, *got, cmpopts.IgnoreUnexported(File{}, Built{})); d != "" {
		t.Error(d)
	}
	if runtime.GOOS == "linux" && !got.file.Mapped() {
		t.Error("not mapped")
	}
	wantError(t, got.CheckModel("beef"), "f00d", "beef")
	for range 2 {
		if err := got.Close(); err != nil {
			t.Error(err)
		}
	}
}

// FuzzOpen: no header and no data make opening, or a search after it, panic.
// The two are apart so that the fuzzer need not find the header's length.
func FuzzOpen(f *testing.F) {
	whole, err := os.ReadFile(save(f, three(f)))
	if err != nil {
		f.Fatal(err)
	}
	header, data := readtest.Split(whole)
	f.Add(header, data)
	f.Add(header, bytes.Repeat([]byte{0xff}, len(data))) // NaN, and ends of -1
	f.Add(bytes.Replace(header, []byte("euclidean"), []byte("cosine"), 1), data)
	codes, names := crowd(3, 2, 4)
	space, err := FitSpace(context.Background(), "within-mirror", codes, 4, SpaceOptions{Swap: pairSwap(4), People: names})
	if err != nil {
		f.Fatal(err)
	}
	fittedIndex, err := NewExact(context.Background(), space, Entries{Dim: 4, Codes: codes, IDs: names, People: names}, About{})
	if err != nil {
		f.Fatal(err)
	}
	if whole, err = os.ReadFile(save(f, fittedIndex)); err != nil {
		f.Fatal(err)
	}
	header, data = readtest.Split(whole)
	f.Add(header, data)
	twice, err := os.ReadFile(save(f, doubled(f)))
	if err != nil {
		f.Fatal(err)
	}
	header, data = readtest.Split(twice)
	f.Add(header, data)
	f.Fuzz(func(t *testing.T, header, data []byte) {
		file, err := readtest.Read(header, data)
		if err != nil {
			return
		}
		opened, err := fromFile(file)
		if err != nil {
			return
		}
		ix, err := opened.Exact(context.Background())
		if err != nil {
			t.Fatal(err)
		}
		if size := ix.Len() * ix.Dim() * 4; size > 16*len(data) && size > 256<<20 {
			t.Fatalf("%d x %d codes from %d bytes", ix.Len(), ix.Dim(), len(data))
		}
		if ix.Len() == 0 {
			return // of any dimension
		}
		if _, err := ix.Search(t.Context(), Query{Code: make([]float32, ix.Dim()), K: 3}); err != nil {
			t.Fatal(err)
		}
	})
}

// big is a file of a million codes of 32.
func big(b *testing.B) (path string) {
	const n = 1_000_000
	f := &File{Entries: Entries{Dim: 32, Codes: make([]float32, n*32), IDs: make([]string, n)}}
	for i := range f.Entries.Codes {
		f.Entries.Codes[i] = float32(i % 999983)
	}
	path = filepath.Join(b.TempDir(), "x")
	if err := f.Save(path); err != nil {
		b.Fatal(err)
	}
	return path
}

func BenchmarkOpenCopied(b *testing.B) {
	path := big(b)
	for b.Loop() {
		if _, err := Open(context.Background(), path); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkOpenMapped(b *testing.B) {
	path := big(b)
	for b.Loop() {
		f, err := OpenFile(path)
		if err != nil {
			b.Fatal(err)
		}
		f.Close()
	}
}

func BenchmarkSaveMillion(b *testing.B) {
	f, err := OpenFile(big(b))
	if err != nil {
		b.Fatal(err)
	}
	defer f.Close()
	path := filepath.Join(b.TempDir(), "x")
	for b.Loop() {
		if err := f.Save(path); err != nil {
			b.Fatal(err)
		}
	}
}
