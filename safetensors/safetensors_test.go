package safetensors

import (
	"bytes"
	"encoding/binary"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

var bitwise = cmp.Comparer(func(a, b float32) bool { return math.Float32bits(a) == math.Float32bits(b) })

func write(t testing.TB, f *File) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := f.Write(&b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func read(b []byte) (*File, error) { return Read(bytes.NewReader(b), int64(len(b))) }

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

// portable runs a test a second time on the code for machines whose numbers do
// not lie in memory as in the file.
func portable(t *testing.T, test func(t *testing.T)) {
	t.Run("host", test)
	t.Run("portable", func(t *testing.T) {
		was := littleEndian
		littleEndian = false
		defer func() { littleEndian = was }()
		test(t)
	})
}

// The file was written by testdata/numpy_safetensors.py in the layout of the
// reference implementation: every type is read as NumPy means it, and written
// back to the same bytes.
func TestNumPyFile(t *testing.T) {
	portable(t, func(t *testing.T) {
		path := filepath.Join("testdata", "numpy.safetensors")
		f, err := Open(path)
		if err != nil {
			t.Fatal(err)
		}
		wantMeta := map[string]string{"arch": "pca", "note": `a "quoted" <text> & ü`}
		if d := cmp.Diff(wantMeta, f.Metadata); d != "" {
			t.Error(d)
		}
		inf, nan := float32(math.Inf(1)), math.Float32frombits(0x7fc00000)
		for _, c := range []struct {
			name  string
			shape []int
			want  []float32
		}{
			{"dense/kernel", []int{2, 3}, []float32{0, 0.25, 0.5, 0.75, 1, 1.25}},
			{"dense/bias", []int{3}, []float32{-1.5, 3e-40, 3.4e38}},
			{"half", []int{11}, []float32{0, float32(math.Copysign(0, -1)), 1, -2, 65504, 1.0 / (1 << 14), 1.0 / (1 << 24), 3.0 / (1 << 24), inf, -inf, nan}},
			{"brain", []int{4}, []float32{1, -2.5, 0, math.Float32frombits(0x7f61 << 16)}},
			{"double", []int{2, 1}, []float32{0.1, -inf}},
			{"one", []int{}, []float32{7}},
			{"none", []int{0, 5}, []float32{}},
		} {
			got, err := f.Floats(c.name, c.shape...)
			if err != nil {
				t.Error(err)
			}
			if d := cmp.Diff(c.want, got, bitwise); d != "" {
				t.Errorf("%s: %s", c.name, d)
			}
		}
		pixels, err := f.Bytes("pixels", 2, 2, 3)
		if d := cmp.Diff([]byte{0, 20, 40, 60, 80, 100, 120, 140, 160, 180, 200, 220}, pixels); d != "" || err != nil {
			t.Error(d, err)
		}
		steps, err := f.Ints("steps", 2)
		if d := cmp.Diff([]int64{-1, 1 << 62}, steps); d != "" || err != nil {
			t.Error(d, err)
		}

		want, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if got := write(t, f); !bytes.Equal(got, want) {
			t.Errorf("written back as\n%q, want\n%q", got, want)
		}
	})
}

func TestRoundTrip(t *testing.T) {
	portable(t, func(t *testing.T) {
		f := &File{
			Metadata: map[string]string{"k": "v", "empty": ""},
			Tensors: []Tensor{
				FromBytes("b", []int{3}, []byte{1, 2, 255}),
				FromFloats("f", []int{2, 1}, []float32{1.5, float32(math.NaN())}),
				FromInts("i", []int{1}, []int64{math.MinInt64}),
				FromFloats("empty", []int{0}, nil),
				FromFloats("scalar", nil, []float32{3}),
			},
		}
		b := write(t, f)
		got, err := read(b)
		if err != nil {
			t.Fatal(err)
		}
		byName := cmpopts.SortSlices(func(a, b Tensor) bool { return a.Name < b.Name })
		if d := cmp.Diff(f, got, byName, cmpopts.IgnoreUnexported(File{}), cmpopts.EquateEmpty()); d != "" {
			t.Error(d)
		}
		x, err := got.Floats("f")
		if err != nil || x[0] != 1.5 || x[1] == x[1] {
			t.Error(x, err)
		}
		i, err := got.Ints("i")
		if err != nil || i[0] != math.MinInt64 {
			t.Error(i, err)
		}
		if (int(binary.LittleEndian.Uint64(b))+8)%8 != 0 {
			t.Error("the data does not begin at a multiple of 8")
		}
	})
}

func TestBytesDoNotDependOnOrder(t *testing.T) {
	a, b := FromFloats("a", []int{1}, []float32{1}), FromFloats("b", []int{1}, []float32{2})
	c := FromBytes("0", []int{1}, []byte{9})
	meta := map[string]string{}
	for i := range 20 {
		meta[strings.Repeat("m", i+1)] = "v"
	}
	want := write(t, &File{Metadata: meta, Tensors: []Tensor{a, b, c}})
	for range 5 {
		got := write(t, &File{Metadata: meta, Tensors: []Tensor{c, b, a}})
		if !bytes.Equal(got, want) {
			t.Fatalf("got %q, want %q", got, want)
		}
	}
}

func TestUnalignedTensor(t *testing.T) {
	want := []float32{1.5, -2}
	raw := FromFloats("x", []int{2}, want).Data
	shifted := append([]byte{0}, raw...)[1:]
	got, err := (&Tensor{Name: "x", DType: F32, Shape: []int{2}, Data: shifted}).Floats()
	if d := cmp.Diff(want, got); d != "" || err != nil {
		t.Error(d, err)
	}
}

func TestSaveAndAccessErrors(t *testing.T) {
	path := filepath.Join(t.TempDir(), "m.safetensors")
	f := &File{Metadata: map[string]string{"a": "b"}, Tensors: []Tensor{
		FromFloats("x", []int{2, 3}, make([]float32, 6)),
		FromInts("i", []int{1}, []int64{4}),
		FromBytes("u", []int{1}, []byte{4}),
	}}
	if err := f.Save(path); err != nil {
		t.Fatal(err)
	}
	f, err := Open(path)
	if err != nil {
		t.Fatal(err)
	}
	for _, shape := range [][]int{nil, {2, 3}, {-1, 3}, {-1, -1}} {
		if _, err := f.Floats("x", shape...); err != nil {
			t.Error(err)
		}
	}
	_, err = f.Tensor("y")
	wantError(t, err, path, `no tensor "y"`)
	_, err = f.Floats("y")
	wantError(t, err, path, `no tensor "y"`)
	_, err = f.Floats("x", -1, 4)
	wantError(t, err, path, `"x"`, "[2 3]", "[-1 4]")
	_, err = f.Floats("x", 6)
	wantError(t, err, path, `"x"`, "[2 3]", "[6]")
	_, err = f.Floats("u")
	wantError(t, err, path, `"u" is U8`, "F32")
	_, err = f.Ints("x")
	wantError(t, err, path, `"x" is F32`, "I64")
	_, err = f.Ints("i", 2)
	wantError(t, err, path, `"i"`, "[2]")
	_, err = f.Bytes("i")
	wantError(t, err, path, `"i" is I64`, "U8")
	_, err = f.Bytes("u", 9)
	wantError(t, err, path, `"u"`, "[9]")
	if s, err := f.Meta("a"); s != "b" || err != nil {
		t.Error(s, err)
	}
	_, err = f.Meta("z")
	wantError(t, err, path, `no metadata "z"`)
}

func TestOpenErrors(t *testing.T) {
	dir := t.TempDir()
	_, err := Open(dir)
	wantError(t, err, dir, "folder")
	_, err = Open(filepath.Join(dir, "none"))
	wantError(t, err, filepath.Join(dir, "none"))
	if !os.IsNotExist(unwrapAll(err)) {
		t.Errorf("%v is not os.ErrNotExist", err)
	}
	empty := filepath.Join(dir, "empty")
	if err := os.WriteFile(empty, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	_, err = Open(empty)
	wantError(t, err, empty, "0 bytes")
}

func unwrapAll(err error) error {
	for {
		u, ok := err.(interface{ Unwrap() error })
		if !ok {
			return err
		}
		err = u.Unwrap()
	}
}

func TestStrings(t *testing.T) {
	for _, list := range [][]string{{}, {""}, {"a", "", "bü\n", "\xff\x00"}} {
		f, err := read(write(t, &File{Tensors: FromStrings("ids", list)}))
		if err != nil {
			t.Fatal(err)
		}
		for _, n := range []int{-1, len(list)} {
			got, err := f.Strings("ids", n)
			if d := cmp.Diff(list, got); d != "" || err != nil {
				t.Error(d, err)
			}
		}
		_, err = f.Strings("ids", len(list)+1)
		wantError(t, err, `"ids.ends"`)
	}
}

func TestBadStrings(t *testing.T) {
	joined := FromBytes("s", []int{4}, []byte("abcd"))
	for _, c := range []struct {
		ends []int64
		want string
	}{
		{[]int64{2, 1, 4}, "string 1 ends at 1, expected 2 to 4"},
		{[]int64{-1, 4}, "string 0 ends at -1"},
		{[]int64{2, 5}, "string 1 ends at 5"},
		{[]int64{2, 3}, "end at 3, expected 4"},
		{nil, "end at 0, expected 4"},
	} {
		f := &File{path: "f", Tensors: []Tensor{joined, FromInts("s.ends", []int{len(c.ends)}, c.ends)}}
		_, err := f.Strings("s", -1)
		wantError(t, err, "f: ", c.want)
	}
	_, err := (&File{}).Strings("s", -1)
	wantError(t, err, `"s"`)
	_, err = (&File{Tensors: []Tensor{joined}}).Strings("s", -1)
	wantError(t, err, `"s.ends"`)
}

func TestWriteErrors(t *testing.T) {
	x := FromBytes("x", []int{1}, []byte{1})
	for _, c := range []struct {
		f    File
		want string
	}{
		{File{Tensors: []Tensor{x, x}}, `"x" is used twice`},
		{File{Tensors: []Tensor{FromBytes("__metadata__", []int{0}, nil)}}, `"__metadata__" is used twice or reserved`},
		{File{Tensors: []Tensor{FromBytes("\xff", []int{0}, nil)}}, "UTF-8"},
		{File{Tensors: []Tensor{{Name: "x", DType: F32, Shape: []int{2}, Data: make([]byte, 7)}}}, `"x" has 7 bytes, expected 8`},
		{File{Tensors: []Tensor{{Name: "x", DType: "F33"}}}, `"F33" is not known`},
		{File{Tensors: []Tensor{{Name: "x", DType: U8, Shape: []int{-1}}}}, "negative"},
		{File{Metadata: map[string]string{"k": "\xff"}}, `"k" is not UTF-8`},
	} {
		var b bytes.Buffer
		wantError(t, c.f.Write(&b), c.want)
		if b.Len() > 0 {
			t.Errorf("%s: %d bytes written all the same", c.want, b.Len())
		}
	}
}

func TestWrongShapePanics(t *testing.T) {
	for _, mistake := range []func(){
		func() { FromFloats("x", []int{2}, []float32{1}) },
		func() { FromBytes("x", []int{-1, -1}, []byte{1}) },
		func() { FromInts("x", []int{math.MaxInt, math.MaxInt}, nil) },
	} {
		func() {
			defer func() {
				if recover() == nil {
					t.Error("no panic")
				}
			}()
			mistake()
		}()
	}
}
