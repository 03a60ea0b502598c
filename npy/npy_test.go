package npy_test

import (
	"archive/zip"
	"bytes"
	"errors"
	"io"
	"io/fs"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"likeness/npy"
)

func open(t *testing.T, path string) *npy.File {
	t.Helper()
	f, err := npy.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.Close() })
	return f
}

func array(t *testing.T, f *npy.File, name string) *npy.Array {
	t.Helper()
	a, err := f.Array(name)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// NumPy's own files, of every type and order.
func TestReadNumPy(t *testing.T) {
	f := open(t, "testdata/arrays.npz")
	numbers := []float32{-2, -1, 0, 1, 2, 3}
	for _, name := range []string{"f2", "f4", "f8", "big", "i1", "i2", "i4", "i8"} {
		a := array(t, f, name)
		got, err := a.Floats()
		if diff := cmp.Diff(numbers, got); err != nil || diff != "" || !cmp.Equal(a.Shape, []int{2, 3}) {
			t.Errorf("%s: shape %v, %v %s", name, a.Shape, err, diff)
		}
	}
	for name, want := range map[string][]float32{
		"half": {0.33325195, 65504, 1.0 / (1 << 24), float32(math.Inf(-1))}, "u1": {255}, "u2": {65535}, "u4": {7}, "u8": {8}, "truth": {1, 0}, "one": {3.5}, "none": {},
		"columns": {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23},
	} {
		if got, err := array(t, f, name).Floats(); err != nil || !cmp.Equal(want, got) {
			t.Errorf("%s: %v %v, want %v", name, got, err, want)
		}
	}
	for name, want := range map[string][]string{"words": {"Ada", "", "Zoë 😀"}, "swapped": {"ab"}, "raw": {"x", "yz"}, "i2": {"-2", "-1", "0", "1", "2", "3"}, "u2": {"65535"}} {
		if got, err := array(t, f, name).Strings(); err != nil || !cmp.Equal(want, got) {
			t.Errorf("%s: %q %v, want %q", name, got, err, want)
		}
	}
	for name, want := range map[string][]time.Time{
		"days": {time.Date(2024, 2, 29, 0, 0, 0, 0, time.UTC), {}}, "ns": {time.Date(1969, 12, 31, 23, 59, 59, 0, time.UTC)},
	} {
		if got, err := array(t, f, name).Times(); err != nil || !cmp.Equal(want, got) {
			t.Errorf("%s: %v %v, want %v", name, got, err, want)
		}
	}
	single := open(t, "testdata/fortran.npy")
	h, err := single.Header(npy.OnlyArray)
	if err != nil || !h.Fortran || h.Type.String() != "float32" {
		t.Errorf("header %+v, error %v", h, err)
	}
	if got, err := array(t, single, npy.OnlyArray).Floats(); err != nil || !cmp.Equal(numbers, got) {
		t.Errorf("by columns: %v %v", got, err)
	}
	if _, err := f.Array("nothing"); !errors.Is(err, fs.ErrNotExist) || !strings.Contains(err.Error(), `no array "nothing"`) {
		t.Errorf("an array that is not there: %v", err)
	}
	if _, err := array(t, f, "words").Floats(); err == nil || !strings.Contains(err.Error(), "expected numbers") {
		t.Errorf("words are numbers: %v", err)
	}
	if _, err := array(t, f, "f4").Strings(); err == nil || !strings.Contains(err.Error(), "expected strings") {
		t.Errorf("numbers are words: %v", err)
	}
}

// write writes a file of each kind of array.
func write(t *testing.T, path string) {
	t.Helper()
	var b bytes.Buffer
	w := npy.NewWriter(&b)
	for _, err := range []error{
		w.Floats("codes", []int{2, 2}, []float32{1, -0.5, float32(math.Inf(1)), 3}),
		w.Bytes("pictures", []int{1, 1, 2, 3}, []byte{0, 1, 2, 253, 254, 255}),
		w.Strings("ids", []string{"a//b.jpg", "Zoë 😀"}),
		w.Strings("none", nil),
		w.Times("taken", []time.Time{time.Date(2024, 2, 29, 12, 0, 1, 0, time.UTC), {}}),
		w.Close(),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := os.WriteFile(path, b.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
}

func TestWriteRead(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.npz")
	write(t, path)
	f := open(t, path)
	if got, err := array(t, f, "codes").Floats(); err != nil || !cmp.Equal(got, []float32{1, -0.5, float32(math.Inf(1)), 3}) {
		t.Errorf("codes: %v %v", got, err)
	}
	if got, err := array(t, f, "ids").Strings(); err != nil || !cmp.Equal(got, []string{"a//b.jpg", "Zoë 😀"}) {
		t.Errorf("ids: %q %v", got, err)
	}
	if got, err := array(t, f, "taken").Times(); err != nil || !got[1].IsZero() || got[0].Unix() != 1709208001 {
		t.Errorf("taken: %v %v", got, err)
	}
	if got := f.Names(); !cmp.Equal(got, []string{"codes", "pictures", "ids", "none", "taken"}) {
		t.Errorf("names: %q", got)
	}
}

// NumPy reads what is written.
func TestForeignNumPy(t *testing.T) {
	if os.Getenv("LIKENESS_FOREIGN") == "" {
		t.Skip("LIKENESS_FOREIGN is not set: NumPy is not asked")
	}
	path := filepath.Join(t.TempDir(), "a.npz")
	write(t, path)
	out, err := exec.CommandContext(t.Context(), "/usr/bin/python3", "testdata/check.py", path).CombinedOutput()
	want := `codes float32 (2, 2) True [[1.0, -0.5], [inf, 3.0]]
pictures uint8 (1, 1, 2, 3) True [[[[0, 1, 2], [253, 254, 255]]]]
ids <U8 (2,) True ['a//b.jpg', 'Zoë 😀']
none <U1 (0,) True []
taken datetime64[s] (2,) True [datetime.datetime(2024, 2, 29, 12, 0, 1), None]
`
	if diff := cmp.Diff(want, string(out)); err != nil || diff != "" {
		t.Errorf("%v %s", err, diff)
	}
}

// header is a .npy file with a header of its own.
func header(text string, rest string) []byte {
	return append([]byte("\x93NUMPY\x01\x00"+string([]byte{byte(len(text)), byte(len(text) >> 8)})+text), rest...)
}

func TestErrors(t *testing.T) {
	var bomb bytes.Buffer
	z := zip.NewWriter(&bomb)
	m, err := z.Create("codes.npy")
	if err != nil {
		t.Fatal(err)
	}
	_, _ = m.Write(header("{'descr': '<f4', 'fortran_order': False, 'shape': (100000, 1000), }", ""))
	for range 400 {
		_, _ = m.Write(make([]byte, 1<<20))
	}
	_ = z.Close()
	read := func(name string) []byte {
		b, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	var other, twice, short bytes.Buffer
	z = zip.NewWriter(&other)
	_, _ = z.Create("mimetype")
	_ = z.Close()
	z = zip.NewWriter(&twice)
	_, _ = z.Create("a.npy")
	_, _ = z.Create("a.npy")
	_ = z.Close()
	z = zip.NewWriter(&short)
	m, _ = z.Create("a.npy")
	_, _ = m.Write(header("{'descr': '<f4', 'fortran_order': False, 'shape': (1000000, 512), }", "1234"))
	_ = z.Close()
	stored := func(rest string) []byte {
		var b bytes.Buffer
		z := zip.NewWriter(&b)
		m, _ := z.CreateHeader(&zip.FileHeader{Name: "a.npy", Method: zip.Store})
		_, _ = m.Write(header("{'descr': '<f4', 'fortran_order': False, 'shape': (2,), }", rest))
		_ = z.Close()
		return b.Bytes()
	}
	var lie bytes.Buffer
	z = zip.NewWriter(&lie)
	m, _ = z.CreateRaw(&zip.FileHeader{Name: "a.npy", Method: zip.Store, CompressedSize64: 1 << 34, UncompressedSize64: 1 << 34})
	_, _ = m.Write(header("{'descr': '<f4', 'fortran_order': False, 'shape': (1000000000, 4), }", ""))
	_ = z.Close()
	for _, c := range []struct {
		name, want string
		file       []byte
	}{
		{"a damaged number", "checksum", bytes.Replace(stored("12345678"), []byte("12345678"), []byte("12355678"), 1)},
		{"more numbers", "more bytes than its header says", stored("123456789")},
		{"a size that is no file's", `array "a" of 17179869184 bytes in a file of`, lie.Bytes()},
		{"nothing", "neither a NumPy array nor a zip", nil},
		{"a text", "neither a NumPy array nor a zip", []byte("id,person\n")},
		{"objects", "(a pickle) and is never read", read("testdata/objects.npy")},
		{"records", "array of records", read("testdata/records.npy")},
		{"version", "version 9", []byte("\x93NUMPY\x09\x00\x00\x00")},
		{"long header", "longer than", []byte("\x93NUMPY\x02\x00\xff\xff\xff\xff")},
		{"cut header", "cut short", []byte("\x93NUMPY\x01\x00\x76\x00{'descr'")},
		{"cut", "has 24 bytes, the file has 20", read("testdata/fortran.npy")[:128+20]},
		{"negative", "is none", header("{'descr': '<f4', 'fortran_order': False, 'shape': (-1, 2), }", "")},
		{"huge", "too large", header("{'descr': '<f4', 'fortran_order': False, 'shape': (4611686018427387904, 4), }", "")},
		{"no strings", "not read", header("{'descr': '|S0', 'fortran_order': False, 'shape': (1000000000,), }", "")},
		{"complex", "not read", header("{'descr': '<c8', 'fortran_order': False, 'shape': (1,), }", "12345678")},
		{"a program", "not that of an array", header("{'descr': '<f4', 'fortran_order': exit(), 'shape': (1,), }", "1234")},
		{"no dictionary", "not that of an array", header("no", "")},
		{"half a dictionary", "not that of an array", header("{'descr': '<f4'}", "")},
		{"other zip", "without a NumPy array", other.Bytes()},
		{"twice", "two arrays", twice.Bytes()},
		{"zip bomb", "zip bomb", bomb.Bytes()},
		{"short in zip", "has 2048000000 bytes, its file has", short.Bytes()},
	} {
		path := filepath.Join(t.TempDir(), "a.npz")
		if err := os.WriteFile(path, c.file, 0o600); err != nil {
			t.Fatal(err)
		}
		f, err := npy.Open(path)
		if err == nil {
			_, err = f.Array(f.Names()[0])
			f.Close()
		}
		if err == nil || !strings.Contains(err.Error(), c.want) || !strings.HasPrefix(err.Error(), path+": ") {
			t.Errorf("%s: want an error of the file that says %q, got %v", c.name, c.want, err)
		}
	}
}

func FuzzOpen(f *testing.F) {
	for _, name := range []string{"arrays.npz", "fortran.npy", "objects.npy"} {
		b, err := os.ReadFile(filepath.Join("testdata", name))
		if err != nil {
			f.Fatal(err)
		}
		f.Add(b)
	}
	f.Add(header("{'descr': '<U2', 'fortran_order': True, 'shape': (2, 1), }", strings.Repeat("a\x00\x00\x00", 4)))
	dir := f.TempDir()
	f.Fuzz(func(t *testing.T, data []byte) {
		file, err := os.CreateTemp(dir, "")
		if err != nil {
			t.Fatal(err)
		}
		defer os.Remove(file.Name())
		if _, err := io.Copy(file, bytes.NewReader(data)); err != nil {
			t.Fatal(err)
		}
		file.Close()
		opened, err := npy.Open(file.Name())
		if err != nil {
			return
		}
		defer opened.Close()
		for _, name := range opened.Names() {
			a, err := opened.Array(name)
			if err != nil {
				continue
			}
			_, _ = a.Floats()
			_, _ = a.Strings()
			_, _ = a.Times()
		}
	})
}
