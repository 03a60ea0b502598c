package nn

// Layer is the declaration of one layer, a plain struct literal: the shape that it
// gives and the parameters that it needs. How it runs is planned when a Network is made
// of it. The set of layers is closed: it consists of the types of this package.
type Layer interface {
	// Kind returns Keras's class name, such as "Conv2D".
	Kind() string
	// Output returns the shape that the layer makes of one sample of shape in, or an
	// error where it cannot take that shape.
	Output(in Shape) (Shape, error)

	params(in Shape) []paramSpec
	plan(in Shape, params []*Param, precision Precision) op
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

// paramSpec is one parameter of a layer. With fans of zero it begins at zero, or at one.
type paramSpec struct {
	name          string
	shape         []int
	fanIn, fanOut int
	one           bool
}
