package onnx

import (
	"encoding/binary"
	"fmt"

	"likeness/internal/wire"

	"google.golang.org/protobuf/encoding/protowire"
)

func (t *Tensor) parse(data []byte) error {
	var kind, location int64
	var typed []byte // elements of other fields than raw
	segment := false
	err := wire.Each(data, func(f wire.Field) error {
		switch f.Number {
		case 1:
			if err := f.Ints(&t.Dims); err != nil {
				return err
			}
			if len(t.Dims) > mostDims {
				return fmt.Errorf("more than %d dimensions", mostDims)
			}
		case 2:
			err := f.Int(&kind)
			t.Type = DataType(kind)
			return err
		case 3:
			segment = true
		case 4:
			return f.Packed(protowire.Fixed32Type, func(v uint64) error {
				typed = binary.LittleEndian.AppendUint32(typed, uint32(v))
				return nil
			})
		case 5, 7, 11:
			return f.Packed(protowire.VarintType, func(v uint64) error {
				var b [8]byte
				binary.LittleEndian.PutUint64(b[:], v)
				typed = append(typed, b[:max(1, dataTypes[t.Type].size)]...)
				return nil
			})
		case 10:
			return f.Packed(protowire.Fixed64Type, func(v uint64) error {
				typed = binary.LittleEndian.AppendUint64(typed, v)
				return nil
			})
		case 8:
			return f.Text(&t.Name)
		case 9:
			t.Raw = f.Bytes
			return f.Expect(protowire.BytesType)
		case 13:
			t.External = true
		case 14:
			return f.Int(&location)
		}
		return nil
	})
	if t.Raw == nil {
		t.Raw = typed
	}
	t.External = t.External || location == 1
	switch {
	case err != nil:
		return fmt.Errorf("tensor %q: %w", t.Name, err)
	case segment:
		return fmt.Errorf("tensor %q is a segment of one, which is not read", t.Name)
	case t.External && len(t.Raw) > 0:
		return fmt.Errorf("tensor %q has its numbers here and in another file", t.Name)
	}
	if t.Type == String { // texts are of no use to a network; who meets one says so
		return nil
	}
	return t.check()
}
