package nn

import "fmt"

// Layer is the declaration of one layer, a plain struct literal. It says what
// it makes of a shape and which parameters it needs; how it runs is planned
// when a Network is made of it. The set of layers is closed: it consists of
// the types of this package.
type Layer interface {
	// Kind is Keras's class name, such as "Conv2D".
	Kind() string
	// Output is the shape the layer makes of one sample of shape in, or an
	// error that says why it cannot take that shape.
	Output(in Shape) (Shape, error)

	params(in Shape) []paramSpec
	plan(in Shape, params []*Param) op
}

// Activation is the function that follows a layer's sum.
type Activation string

const (
	Linear Activation = ""    // y = x
	ELU    Activation = "elu" // y = x for x > 0, exp(x)-1 otherwise (Clevert et al. 2015, alpha 1)
)

func (a Activation) check(kind string) error {
	if a != Linear && a != ELU {
		return fmt.Errorf("%s: unknown activation %q, known are %q and %q", kind, string(a), string(Linear), string(ELU))
	}
	return nil
}

// Param is one array of weights of a network in Keras's layout: (in, units)
// for a Dense kernel, (kh, kw, in, out) for Conv2D, (kh, kw, out, in) for
// Conv2DTranspose, (units) for a bias.
type Param struct {
	Name  string // such as "conv2d_1/kernel"
	Shape []int
	Value []float32 // part of the network's one slab of weights

	offset int // where Value begins in the slab
}

// paramSpec is what a layer asks for. A fan of zero means: start at zero.
type paramSpec struct {
	name          string
	shape         []int
	fanIn, fanOut int
}

// op runs one layer on one shard of images. All state that changes from call
// to call lies in the buffers, so one op serves any number of shards at once;
// what pack prepares from the weights is only read by forward and backward.
type op interface {
	// pack prepares the weights for the kernels; called once after they change.
	pack()
	// forward computes y from x for n images.
	forward(n int, x, y buffer, winner []uint8)
	// backward turns dy, which it may overwrite, into dx (left alone when
	// dx.data is nil) and writes the shard's parameter gradients into grad.
	backward(n int, x, y, dy, dx buffer, winner []uint8, grad [][]float32)
}

// buffer holds one value array per image, stride apart.
type buffer struct {
	data   []float32
	size   int // values in one image
	stride int // values from one image to the next, >= size
}

func (b buffer) image(i int) []float32 { return b.data[i*b.stride : i*b.stride+b.size] }

// ShardImages is the number of images that one shard of a batch holds. It
// depends on nothing, so that neither do the sums over a batch's shards.
const ShardImages = 8

// bufferStride is the distance between images of the given size. It is padded
// so that the same pixel of neighbouring images does not fall into the same
// cache set: a picture's size is often a multiple of 4096 bytes.
func bufferStride(size int) int {
	stride := (size + 15) &^ 15
	if stride >= 256 {
		stride += 16
	}
	return stride
}

// newBuffer takes memory for one shard of images of the given size.
func newBuffer(size int) buffer {
	stride := bufferStride(size)
	return buffer{data: make([]float32, ShardImages*stride), size: size, stride: stride}
}
