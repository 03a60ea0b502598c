package npy

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"
)

// magic begins every .npy file.
const magic = "\x93NUMPY"

// mostHeader bounds the header, mostDims the dimensions, which NumPy bounds likewise.
const (
	mostHeader = 1 << 16
	mostDims   = 32
)

// Type is the type of an array's elements.
type Type struct {
	Kind byte   // 'f' floats, 'i' and 'u' integers, 'b' bool, 'U' and 'S' strings, 'M' times
	Size int    // bytes of an element
	Unit string // of times: "D", "s", "ms", "us" or "ns"

	big bool // the bytes are big-endian
}

// String returns the type as NumPy writes it, such as "float32" or "<U12".
func (t Type) String() string {
	switch t.Kind {
	case 'f':
		return fmt.Sprintf("float%d", 8*t.Size)
	case 'i':
		return fmt.Sprintf("int%d", 8*t.Size)
	case 'u':
		return fmt.Sprintf("uint%d", 8*t.Size)
	case 'b':
		return "bool"
	case 'U':
		return fmt.Sprintf("<U%d", t.Size/4)
	case 'M':
		return "datetime64[" + t.Unit + "]"
	}
	return fmt.Sprintf("|S%d", t.Size)
}

// Header says what an array is.
type Header struct {
	Type    Type
	Shape   []int
	Fortran bool // the first dimension runs fastest
}

// Elements returns the number of elements.
func (h Header) Elements() int {
	n := 1
	for _, d := range h.Shape {
		n *= d
	}
	return n
}

// Bytes returns the number of bytes of all elements.
func (h Header) Bytes() int64 { return int64(h.Elements()) * int64(h.Type.Size) }

// readHeader reads what stands before the elements.
func readHeader(r io.Reader) (Header, error) {
	var start [8]byte
	if _, err := io.ReadFull(r, start[:]); err != nil || string(start[:6]) != magic {
		return Header{}, errors.New("it does not begin as a NumPy array does")
	}
	length := 0
	switch version := start[6]; version {
	case 1:
		var b [2]byte
		if _, err := io.ReadFull(r, b[:]); err != nil {
			return Header{}, errShort
		}
		length = int(binary.LittleEndian.Uint16(b[:]))
	case 2, 3:
		var b [4]byte
		if _, err := io.ReadFull(r, b[:]); err != nil {
			return Header{}, errShort
		}
		length = int(binary.LittleEndian.Uint32(b[:]))
	default:
		return Header{}, fmt.Errorf("a NumPy file of version %d, expected 1 to 3", version)
	}
	if length > mostHeader {
		return Header{}, fmt.Errorf("its header of %d bytes is longer than %d", length, mostHeader)
	}
	text := make([]byte, length)
	if _, err := io.ReadFull(r, text); err != nil {
		return Header{}, errShort
	}
	return parseHeader(string(text))
}

var errShort = errors.New("it is cut short")

// parseHeader reads the dictionary of a header, a Python literal.
func parseHeader(text string) (Header, error) {
	var h Header
	fail := func() (Header, error) {
		return Header{}, fmt.Errorf("its header %.200q is not that of an array", strings.TrimSpace(text))
	}
	body, opened := strings.CutPrefix(strings.TrimSpace(text), "{")
	body, closed := strings.CutSuffix(body, "}")
	if !opened || !closed {
		return fail()
	}
	seen := map[string]bool{}
	for body = strings.TrimSpace(body); body != ""; body = strings.TrimLeft(body, ", ") {
		quote := body[0]
		if quote != '\'' && quote != '"' {
			return fail()
		}
		key, rest, ok := strings.Cut(body[1:], string(quote))
		rest = strings.TrimLeft(rest, " ")
		value, colon := strings.CutPrefix(rest, ":")
		if value = strings.TrimLeft(value, " "); !ok || !colon || value == "" || seen[key] {
			return fail()
		}
		seen[key] = true
		switch key {
		case "descr":
			if value[0] == '[' {
				return Header{}, errors.New("an array of records: save each of its fields as an array")
			}
			var descr string
			if descr, body, ok = strings.Cut(value[1:], value[:1]); !ok {
				return fail()
			}
			var err error
			if h.Type, err = parseType(descr); err != nil {
				return Header{}, err
			}
		case "fortran_order":
			switch {
			case strings.HasPrefix(value, "True"):
				h.Fortran, body = true, value[len("True"):]
			case strings.HasPrefix(value, "False"):
				body = value[len("False"):]
			default:
				return fail()
			}
		case "shape":
			inside, after, ok := strings.Cut(value, ")")
			inside, opened := strings.CutPrefix(inside, "(")
			if body = after; !ok || !opened {
				return fail()
			}
			var err error
			if h.Shape, err = parseShape(inside); err != nil {
				return Header{}, err
			}
		default:
			return fail()
		}
	}
	if len(seen) != 3 {
		return fail()
	}
	n := int64(max(h.Type.Size, 1))
	for _, d := range h.Shape {
		if d > 0 && n > math.MaxInt64/16/int64(d) {
			return Header{}, fmt.Errorf("the shape %v is too large", h.Shape)
		}
		n *= int64(max(d, 1))
	}
	return h, nil
}

func parseShape(text string) ([]int, error) {
	shape := []int{}
	for part := range strings.SplitSeq(text, ",") {
		if part = strings.TrimSuffix(strings.TrimSpace(part), "L"); part == "" {
			continue
		}
		d, err := strconv.Atoi(part)
		if err != nil || d < 0 || len(shape) == mostDims {
			return nil, fmt.Errorf("the shape (%.100s) is none", text)
		}
		shape = append(shape, d)
	}
	return shape, nil
}

// parseType reads a type such as "<f4".
func parseType(text string) (Type, error) {
	unknown := fmt.Errorf("elements of type %.40q are not read: expected numbers, strings, or times", text)
	if strings.TrimLeft(text, "|<>=") == "O" {
		return Type{}, errors.New("an array of Python objects, which only runs as a program (a pickle) and is never read: save numbers and strings, such as with astype(str)")
	}
	if len(text) < 3 {
		return Type{}, unknown
	}
	t := Type{big: text[0] == '>', Kind: text[1]}
	digits := text[2:]
	if t.Kind == 'M' {
		size, unit, ok := strings.Cut(digits, "[")
		unit, closed := strings.CutSuffix(unit, "]")
		if !ok || !closed || unitSeconds[unit] == 0 {
			return Type{}, unknown
		}
		digits, t.Unit = size, unit
	}
	size, err := strconv.Atoi(digits)
	if err != nil || size < 0 || size > 1<<20 || !strings.ContainsRune("|<>=", rune(text[0])) {
		return Type{}, unknown
	}
	t.Size = size
	allowed := false
	switch t.Kind {
	case 'f':
		allowed = size == 2 || size == 4 || size == 8
	case 'i', 'u':
		allowed = size == 1 || size == 2 || size == 4 || size == 8
	case 'b':
		allowed = size == 1
	case 'M':
		allowed = size == 8
	case 'U':
		allowed = size > 0
		t.Size = 4 * size
	case 'S':
		allowed = size > 0
	}
	if !allowed {
		return Type{}, unknown
	}
	return t, nil
}

// unitSeconds has the units of times that are read.
var unitSeconds = map[string]float64{"D": 86400, "s": 1, "ms": 1e-3, "us": 1e-6, "ns": 1e-9}
