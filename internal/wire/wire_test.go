package wire

import (
	"errors"
	"math"
	"slices"
	"testing"

	"google.golang.org/protobuf/encoding/protowire"
)

func TestFields(t *testing.T) {
	var b []byte
	b = protowire.AppendString(protowire.AppendTag(b, 1, protowire.BytesType), "text")
	b = protowire.AppendVarint(protowire.AppendTag(b, 2, protowire.VarintType), uint64(1<<64-3))
	b = protowire.AppendFixed32(protowire.AppendTag(b, 3, protowire.Fixed32Type), math.Float32bits(1.5))
	b = protowire.AppendFixed64(protowire.AppendTag(b, 4, protowire.Fixed64Type), math.Float64bits(-2.5))
	b = protowire.AppendBytes(protowire.AppendTag(b, 5, protowire.BytesType), []byte{1, 0x80, 0x01}) // 1, 128
	b = protowire.AppendVarint(protowire.AppendTag(b, 5, protowire.VarintType), 7)
	b = protowire.AppendBytes(protowire.AppendTag(b, 6, protowire.BytesType), []byte{1<<3 | 2, 1, 'x'})
	var text, inner string
	var whole int64
	var short float32
	var long float64
	var list []int64
	read := func(b []byte) error {
		return Each(b, func(f Field) error {
			switch f.Number {
			case 1:
				return f.Text(&text)
			case 2:
				return f.Int(&whole)
			case 3:
				return f.Float(&short)
			case 4:
				return f.Double(&long)
			case 5:
				return f.Ints(&list)
			case 6:
				return f.Message(func(f Field) error { return f.Text(&inner) })
			}
			return nil
		})
	}
	if err := read(b); err != nil {
		t.Fatal(err)
	}
	if text != "text" || whole != -3 || short != 1.5 || long != -2.5 || !slices.Equal(list, []int64{1, 128, 7}) || inner != "x" {
		t.Errorf("read %q, %d, %g, %g, %d, %q", text, whole, short, long, list, inner)
	}
	failures := 0
	for n := range b { // whatever is cut, nothing panics
		if read(b[:n]) != nil {
			failures++
		}
	}
	if failures < len(b)/2 {
		t.Errorf("only %d of %d messages that were cut are errors", failures, len(b))
	}
	for _, wrong := range [][]byte{{1 << 3, 5}, {2<<3 | 2, 0}, {3 << 3, 1}, {4<<3 | 5, 0, 0, 0, 0}, {5<<3 | 5, 0, 0, 0, 0}, {6 << 3, 1}, {1<<3 | 3}} {
		if err := read(wrong); !errors.Is(err, ErrKind) {
			t.Errorf("%v: error %v, expected %v", wrong, err, ErrKind)
		}
	}
}
