package safetensors

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"strconv"
	"strings"
	"testing"
)

// raw makes a file from a header as text and some data.
func raw(header string, data int) []byte {
	b := binary.LittleEndian.AppendUint64(nil, uint64(len(header)))
	b = append(b, header...)
	return append(b, make([]byte, data)...)
}

// one is a header with the single tensor x.
func one(dtype, shape, offsets string) string {
	return `{"x":{"dtype":"` + dtype + `","shape":` + shape + `,"data_offsets":` + offsets + `}}`
}

var malformed = []struct {
	name string
	file []byte
	want string // "" is a right file
}{
	{"minimal", raw(`{}`, 0), ""},
	{"padded", raw("{} \n ", 0), ""},
	{"right", raw(one("F32", "[2,1]", "[0,8]"), 8), ""},
	{"unknown key", raw(`{"x":{"dtype":"U8","more":[{}],"shape":[1],"data_offsets":[0,1]}}`, 1), ""},
	{"empty tensor of huge shape", raw(one("U8", "[0,2147483647]", "[0,0]"), 0), ""},

	{"no bytes", nil, "0 bytes"},
	{"seven bytes", make([]byte, 7), "7 bytes"},
	{"length only", raw("", 0), "begin with {"},
	{"length beyond the end", raw("{}", 0)[:9], "header of 2 bytes, but only 1 follow"},
	{"absurd length", append(bytes.Repeat([]byte{0xff}, 8), '{', '}'), "not begin with the length of a header"},
	{"a picture", append([]byte("\xff\xd8\xff\xe0\x00\x10JFIF"), make([]byte, 100)...), "is a JPEG picture"},
	{"an array", raw(`[]`, 0), "begin with {"},
	{"leading space", raw(` {}`, 0), "begin with {"},
	{"open object", raw(`{`, 0), "cut short or not JSON"},
	{"open after a tensor", raw(`{"x":{"dtype":"U8","shape":[],"data_offsets":[0,1]}`, 1), "cut short or not JSON"},
	{"two objects", raw(`{}{}`, 0), "continues after"},
	{"text behind", raw(`{}x`, 0), "continues after"},
	{"not UTF-8", raw("{\"\xff\":1}", 0), "UTF-8"},
	{"twice", raw(`{"x":{"dtype":"U8","shape":[0],"data_offsets":[0,0]},"x":{"dtype":"U8","shape":[0],"data_offsets":[0,0]}}`, 0), `"x" twice`},
	{"metadata twice", raw(`{"__metadata__":{},"__metadata__":{}}`, 0), `"__metadata__" twice`},
	{"metadata key twice", raw(`{"__metadata__":{"a":"","a":""}}`, 0), `"a" twice`},
	{"metadata number", raw(`{"__metadata__":{"a":1}}`, 0), `key "a"`},
	{"metadata null", raw(`{"__metadata__":null}`, 0), "no object"},
	{"metadata cut", raw(`{"__metadata__":{"a":`, 0), "__metadata__"},
	{"metadata nested", raw(`{"__metadata__":{"a":{"b":"c"}}}`, 0), `key "a"`},

	{"tensor null", raw(`{"x":null}`, 0), `"x" has no dtype`},
	{"tensor text", raw(`{"x":"y"}`, 0), `tensor "x"`},
	{"no dtype", raw(`{"x":{"shape":[],"data_offsets":[0,1]}}`, 1), `"x" has no dtype`},
	{"no shape", raw(`{"x":{"dtype":"U8","data_offsets":[0,1]}}`, 1), `"x" has no shape`},
	{"no offsets", raw(`{"x":{"dtype":"U8","shape":[]}}`, 1), `"x" has no data_offsets`},
	{"three offsets", raw(one("U8", "[1]", "[0,1,1]"), 1), `"x" has no data_offsets of two`},
	{"strange dtype", raw(one("U9", "[1]", "[0,1]"), 1), `"U9" is not known`},
	{"negative dimension", raw(one("U8", "[-1]", "[0,1]"), 1), `tensor "x": -1 where`},
	{"two negative dimensions", raw(one("U8", "[-1,-1]", "[0,1]"), 1), `tensor "x": -1 where`},
	{"fraction", raw(one("U8", "[1.5]", "[0,1]"), 1), "1.5 where"},
	{"exponent", raw(one("U8", "[1e0]", "[0,1]"), 1), "1e0 where"},
	{"null dimension", raw(one("U8", "[null]", "[0,0]"), 0), "null where"},
	{"text dimension", raw(one("U8", `["1"]`, "[0,1]"), 1), `"1" where`},
	{"dimension over 64 bits", raw(one("U8", "[18446744073709551617]", "[0,1]"), 1), "where a whole number"},
	{"product over 64 bits", raw(one("F32", "[4611686018427387904,4]", "[0,0]"), 0), "too large"},
	{"product wraps to the right length", raw(one("U8", "[4294967296,4294967296]", "[0,0]"), 0), "too large"},
	{"larger than the file", raw(one("U8", "[1000000000]", "[0,1000000000]"), 1), "cut short"},
	{"shape longer than the bytes", raw(one("F32", "[3]", "[0,8]"), 8), "bytes 0 to 8, expected 12"},
	{"shape shorter than the bytes", raw(one("F32", "[1]", "[0,8]"), 8), "bytes 0 to 8, expected 4"},
	{"backwards", raw(one("U8", "[1]", "[1,0]"), 1), "bytes 1 to 0"},
	{"negative offset", raw(one("U8", "[1]", "[-1,0]"), 1), "-1 where"},
	{"gap in front", raw(one("U8", "[1]", "[1,2]"), 2), `"x" begins at byte 1, expected 0: a gap`},
	{"cut short", raw(one("F32", "[2]", "[0,8]"), 7), "cut short"},
	{"trailing", raw(one("F32", "[2]", "[0,8]"), 9), "1 bytes follow"},
	{"data without tensors", raw(`{}`, 3), "3 bytes follow"},
	{"overlap", raw(`{"a":{"dtype":"U8","shape":[2],"data_offsets":[0,2]},"b":{"dtype":"U8","shape":[2],"data_offsets":[1,3]}}`, 3), `"b" begins at byte 1, inside tensor "a" which ends at 2`},
	{"same place", raw(`{"a":{"dtype":"U8","shape":[2],"data_offsets":[0,2]},"b":{"dtype":"U8","shape":[2],"data_offsets":[0,2]}}`, 2), `"b" begins at byte 0, inside tensor "a"`},
	{"gap between", raw(`{"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},"b":{"dtype":"U8","shape":[1],"data_offsets":[2,3]}}`, 3), `"b" begins at byte 2, expected 1: a gap`},
	{"deep", raw(`{"x":`+strings.Repeat("[", 20000), 0), `tensor "x"`},
}

func TestMalformed(t *testing.T) {
	for _, c := range malformed {
		t.Run(c.name, func(t *testing.T) {
			_, err := read(c.file)
			if c.want == "" {
				if err != nil {
					t.Error(err)
				}
				return
			}
			wantError(t, err, c.want)
		})
	}
}

// Every beginning of a right file is an error.
func TestEveryTruncation(t *testing.T) {
	b := write(t, &File{Metadata: map[string]string{"a": "b"}, Tensors: []Tensor{
		FromFloats("x", []int{3}, []float32{1, 2, 3}), FromBytes("y", []int{2}, []byte{1, 2})}})
	for n := range b {
		if _, err := read(b[:n]); err == nil {
			t.Errorf("%d of %d bytes were taken for a file", n, len(b))
		}
	}
}

func TestHeaderOverTheLimit(t *testing.T) {
	n := int64(MaxHeader + 1)
	b := binary.LittleEndian.AppendUint64(nil, uint64(n))
	r := sparse{prefix: b}
	_, err := Read(r, n+8)
	wantError(t, err, strconv.Itoa(MaxHeader+1), "more than the 100000000 allowed")
}

// The file may be cut while it is being read.
func TestShrinkingFile(t *testing.T) {
	b := write(t, &File{Tensors: []Tensor{FromFloats("x", []int{3}, []float32{1, 2, 3})}})
	for n := range b {
		_, err := Read(bytes.NewReader(b[:n]), int64(len(b)))
		if !errors.Is(err, io.ErrUnexpectedEOF) {
			t.Errorf("cut at %d: %v, want an unexpected end", n, err)
		}
	}
}

// sparse is a prefix followed by whatever was in the buffer.
type sparse struct{ prefix []byte }

func (s sparse) ReadAt(b []byte, at int64) (int, error) {
	if at == 0 {
		copy(b, s.prefix)
	}
	return len(b), nil
}

// FuzzRead: no input may panic or take memory beyond its size, and what is
// read is written and read again as the same file.
func FuzzRead(f *testing.F) {
	for _, c := range malformed {
		if len(c.file) < 1000 { // the long one would only slow it down
			f.Add(c.file)
		}
	}
	f.Add(write(f, &File{Metadata: map[string]string{"a": "b"}, Tensors: append(FromStrings("s", []string{"x", "", "yz"}),
		FromFloats("f", []int{2, 1}, []float32{1, 2}), FromInts("i", nil, []int64{3}))}))
	f.Fuzz(func(t *testing.T, b []byte) {
		first, err := read(b)
		if err != nil {
			return
		}
		total := 0
		for _, x := range first.Tensors {
			total += len(x.Data)
			x.Floats()
			x.Ints()
			x.Bytes()
		}
		if total > len(b) {
			t.Fatalf("%d bytes of tensors from %d", total, len(b))
		}
		first.Strings("s", -1)
		again := write(t, first)
		second, err := read(again)
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(again, write(t, second)) {
			t.Fatal("the bytes changed when written a second time")
		}
	})
}

func BenchmarkSave40MB(b *testing.B) {
	path := b.TempDir() + "/x"
	f := &File{Tensors: []Tensor{FromBytes("pixels", []int{40 << 20}, make([]byte, 40<<20))}}
	b.SetBytes(40 << 20)
	for b.Loop() {
		if err := f.Save(path); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkOpen40MB(b *testing.B) {
	path := b.TempDir() + "/x"
	f := &File{Tensors: []Tensor{FromFloats("x", []int{10 << 20}, make([]float32, 10<<20))}}
	if err := f.Save(path); err != nil {
		b.Fatal(err)
	}
	b.SetBytes(40 << 20)
	for b.Loop() {
		f, err := Open(path)
		if err != nil {
			b.Fatal(err)
		}
		if _, err := f.Floats("x"); err != nil {
			b.Fatal(err)
		}
	}
}
