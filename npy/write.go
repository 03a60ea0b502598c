package npy

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"fmt"
	"io"
	"math"
	"slices"
	"strings"
	"time"
	"unicode/utf8"
)

// Writer writes the arrays of a .npz file one after the other. Equal arrays are equal bytes.
type Writer struct{ zip *zip.Writer }

// NewWriter begins a .npz file.
func NewWriter(w io.Writer) *Writer { return &Writer{zip.NewWriter(w)} }

// Comment sets the comment of the zip, by which the program that wrote it knows it again.
func (w *Writer) Comment(text string) error { return w.zip.SetComment(text) }

// Close ends the file. It does not close what it was written to.
func (w *Writer) Close() error { return w.zip.Close() }

// array writes an array; fill writes the elements.
func (w *Writer) array(name, descr string, shape []int, fill func(io.Writer) error) error {
	f, err := w.zip.CreateHeader(&zip.FileHeader{Name: name + ".npy", Method: zip.Deflate})
	if err != nil {
		return err
	}
	if _, err := f.Write(header(descr, shape)); err != nil {
		return err
	}
	return fill(f)
}

// header returns what stands before the elements.
func header(descr string, shape []int) []byte {
	var sides strings.Builder
	for _, d := range shape {
		fmt.Fprintf(&sides, "%d,", d)
	}
	text := fmt.Sprintf("{'descr': '%s', 'fortran_order': False, 'shape': (%s), }", descr, sides.String())
	for (len(magic)+4+len(text)+1)%64 != 0 {
		text += " "
	}
	b := append([]byte(magic), 1, 0)
	b = binary.LittleEndian.AppendUint16(b, uint16(len(text)+1))
	return append(append(b, text...), '\n')
}

// Floats writes an array of float32. It panics unless there are as many values as the shape
// says.
func (w *Writer) Floats(name string, shape []int, values []float32) error {
	if (Header{Shape: shape}).Elements() != len(values) {
		panic("npy: not as many values as the shape says")
	}
	return w.array(name, "<f4", shape, func(f io.Writer) error {
		var b []byte
		for part := range slices.Chunk(values, 1<<14) {
			b = b[:0]
			for _, v := range part {
				b = binary.LittleEndian.AppendUint32(b, math.Float32bits(v))
			}
			if _, err := f.Write(b); err != nil {
				return err
			}
		}
		return nil
	})
}

// Bytes writes an array of uint8. It panics unless there are as many values as the shape
// says.
func (w *Writer) Bytes(name string, shape []int, values []byte) error {
	if (Header{Shape: shape}).Elements() != len(values) {
		panic("npy: not as many values as the shape says")
	}
	return w.array(name, "|u1", shape, func(f io.Writer) error {
		_, err := f.Write(values)
		return err
	})
}

// Strings writes an array of strings in one dimension. Bytes that are not UTF-8 become
// U+FFFD.
func (w *Writer) Strings(name string, values []string) error {
	longest := 1
	for _, s := range values {
		longest = max(longest, utf8.RuneCountInString(s))
	}
	return w.array(name, fmt.Sprintf("<U%d", longest), []int{len(values)}, func(f io.Writer) error {
		b := make([]byte, 4*longest)
		for _, s := range values {
			clear(b)
			i := 0
			for _, r := range s {
				binary.LittleEndian.PutUint32(b[4*i:], uint32(r))
				i++
			}
			if _, err := f.Write(b); err != nil {
				return err
			}
		}
		return nil
	})
}

// Times writes an array of datetime64[s] in one dimension. Zero times are NaT.
func (w *Writer) Times(name string, values []time.Time) error {
	return w.array(name, "<M8[s]", []int{len(values)}, func(f io.Writer) error {
		var b bytes.Buffer
		for _, t := range values {
			seconds := int64(math.MinInt64)
			if !t.IsZero() {
				seconds = t.Unix()
			}
			if err := binary.Write(&b, binary.LittleEndian, seconds); err != nil {
				return err
			}
		}
		_, err := f.Write(b.Bytes())
		return err
	})
}
