package runtime

import (
	"math"
	"slices"

	"likeness/onnx"
)

// kind is what the numbers of a value are.
type kind int

const (
	single kind = iota // float32
	double             // float64
	integer
	boolean // 0 and 1
)

func (k kind) String() string { return [...]string{"float32", "float64", "integer", "bool"}[k] }

// kindOf returns the kind of a type of elements; ok is false for texts and the like.
func kindOf(t onnx.DataType) (k kind, ok bool) {
	switch t {
	case onnx.Float, onnx.Float16, onnx.BFloat16:
		return single, true
	case onnx.Double:
		return double, true
	case onnx.Bool:
		return boolean, true
	case onnx.Uint8, onnx.Int8, onnx.Uint16, onnx.Int16, onnx.Int32, onnx.Int64, onnx.Uint32, onnx.Uint64:
		return integer, true
	}
	return 0, false
}

// batch stands for the number of images in constants that follow from shapes: a number that no
// file has for another reason.
const batch = -0x5ba7c4_5ba7c4_5ba7

// value is a value of the graph: a constant, or what the network computes for each image.
type value struct {
	kind kind
	dims []int // of a constant all dimensions, else those of one image
	con  *constant
	// Of what is computed:
	mem    *storage
	last   bool   // (C, H, W) that lies as (H, W, C)
	shared bool   // more than one node reads the storage
	other  *value // the same in the other layout, once that was needed
}

// constant holds the numbers of a constant, in the field of its kind.
type constant struct {
	f []float32
	d []float64
	i []int64 // of integer and boolean
}

// rank is the number of dimensions, with the batch.
func (v *value) rank() int {
	if v.con != nil {
		return len(v.dims)
	}
	return len(v.dims) + 1
}

// size is the number of elements, of one image for what is computed.
func (v *value) size() int { return product(v.dims) }

func product(dims []int) int {
	n := 1
	for _, d := range dims {
		n *= d
	}
	return n
}

// rowMajor returns the distance between neighbours along each dimension of a plain array.
func rowMajor(dims []int) []int {
	s := make([]int, len(dims))
	n := 1
	for i := len(dims) - 1; i >= 0; i-- {
		s[i] = n
		n *= dims[i]
	}
	return s
}

// strides returns the distances between neighbours as the value lies in memory.
func (v *value) strides() []int {
	if v.last {
		return []int{1, v.dims[2] * v.dims[0], v.dims[0]}
	}
	return rowMajor(v.dims)
}

// eitherWay says that both layouts are the same.
func (v *value) eitherWay() bool {
	return len(v.dims) == 3 && (v.dims[0] == 1 || v.dims[1]*v.dims[2] == 1)
}

// picture says that the value is (C, H, W).
func (v *value) picture() bool { return v.con == nil && len(v.dims) == 3 }

// row returns the length of what follows one another in memory along one dimension: the channels
// of pictures with channels last, else the last dimension.
func (v *value) row() int {
	switch {
	case v.last:
		return v.dims[0]
	case len(v.dims) == 0:
		return 1
	}
	return v.dims[len(v.dims)-1]
}

// sameShape says that two computed values have the same dimensions.
func sameShape(a, b *value) bool { return slices.Equal(a.dims, b.dims) }

// numbers returns a constant's numbers as float64.
func (v *value) numbers() []float64 {
	var out []float64
	switch v.kind {
	case single:
		out = make([]float64, len(v.con.f))
		for i, x := range v.con.f {
			out[i] = float64(x)
		}
	case double:
		out = v.con.d
	default:
		out = make([]float64, len(v.con.i))
		for i, x := range v.con.i {
			out[i] = float64(x)
		}
	}
	return out
}

// constantOf returns a constant of a kind with numbers.
func constantOf(k kind, dims []int, numbers []float64) *value {
	v := &value{kind: k, dims: dims, con: &constant{}}
	switch k {
	case single:
		v.con.f = make([]float32, len(numbers))
		for i, x := range numbers {
			v.con.f[i] = float32(x)
		}
	case double:
		v.con.d = numbers
	default:
		v.con.i = make([]int64, len(numbers))
		for i, x := range numbers {
			v.con.i[i] = toInt(x)
		}
	}
	return v
}

// toInt rounds towards zero and keeps within what an int64 holds.
func toInt(x float64) int64 {
	switch {
	case x != x:
		return 0
	case x >= math.MaxInt64:
		return math.MaxInt64
	case x <= -math.MaxInt64:
		return -math.MaxInt64
	}
	return int64(x)
}

// integers returns a constant of integers.
func integers(dims []int, list []int64) *value {
	return &value{kind: integer, dims: dims, con: &constant{i: list}}
}

// pick returns the constant that has number table[i] of v at i; below 0 fill.
func (v *value) pick(dims []int, table []int32, fill float64) *value {
	out := &value{kind: v.kind, dims: dims, con: &constant{}}
	switch v.kind {
	case single:
		out.con.f = picked(v.con.f, table, float32(fill))
	case double:
		out.con.d = picked(v.con.d, table, fill)
	default:
		out.con.i = picked(v.con.i, table, toInt(fill))
	}
	return out
}

func picked[T any](from []T, table []int32, fill T) []T {
	out := make([]T, len(table))
	for i, at := range table {
		if at < 0 {
			out[i] = fill
		} else {
			out[i] = from[at]
		}
	}
	return out
}
