// Package keras reads networks that Keras wrote, and writes weights that Keras reads.
//
// Read are the .h5 files of Keras 2 and 3, weights alone and whole models, and Keras 3's
// .weights.h5 and .keras. A whole model says its layers: Sequential and Functional, one
// within the other, as long as one layer follows another. A file of weights does not; its
// weights are fitted to the networks of the tutorial by their shapes, see [Model.Fit].
//
// Layouts of weights and padding are Keras's in package nn too, so that nothing is turned
// around.
package keras

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"strings"

	"likeness/hdf5"
	"likeness/internal/regularfile"
	"likeness/nn"
)

// Model is what a file holds.
type Model struct {
	File    string
	Format  string // in words, such as "Keras 3 model (.keras)"
	Version string // of the Keras that wrote it; empty where the file does not say
	Name    string // of the network, where the file says its layers
	Own     bool   // this program wrote it

	// Input is the shape of the network's input as the file says it, with 0 for a side that
	// may have any size; nil where it says none.
	Input nn.Shape

	specs []spec // the layers, in the order in which they run
	loose []part // of a file without layers, its weights

	left int // bytes of weights that may still be read
}

// The bounds of a file's weights. Those of networks become little smaller by compression: what has many times as many, from
// smallWeights on, has them in one place and names it again and again.
const (
	smallWeights = 64 << 20 // bytes
	mostWeights  = 32       // times the file
)

// floats reads the values of an array.
func (m *Model) floats(d *hdf5.Dataset) ([]float32, error) {
	if m.left -= 4 * d.Len(); m.left < 0 {
		return nil, m.errorf("%s: this and the arrays before it have more bytes than %d times the file", d.Path(), mostWeights)
	}
	return d.Floats()
}

// spec is a layer as a configuration declares it.
type spec struct {
	Name  string // with the names of the models that it is in: "encoder/conv2d"
	Class string
	layer declaration
	vars  []string // the names of its weights, in Keras's order
	// Where the weights are: the layer of the outermost model and, for Keras 3, the path.
	top    string
	path   string
	places []string // in a file of weights that this program wrote: "conv2d_1/kernel"

	weights []Weight
}

// declaration returns the layer for an input, or nil where it does nothing when a network
// is used.
type declaration func(in nn.Shape) (nn.Layer, error)

// Weight is an array of a layer.
type Weight struct {
	Name   string // "kernel"
	Shape  []int
	Values []float32
}

// part are weights that belong together, of a layer that is not known.
type part struct {
	Name    string
	weights []Weight
}

// Declared reports whether the file says its layers; otherwise it has weights alone.
func (m *Model) Declared() bool { return m.specs != nil }

func (m *Model) errorf(format string, args ...any) error {
	return fmt.Errorf("%s: %w", m.File, fmt.Errorf(format, args...))
}

// Recognise reports whether a file that begins with these bytes may be Keras's: HDF5 or a
// zip archive.
func Recognise(head []byte) bool {
	return hdf5.Recognise(head) || bytes.HasPrefix(head, []byte("PK\x03\x04"))
}

// Open reads a file.
func Open(path string) (*Model, error) {
	data, err := regularfile.Read(path, hdf5.LargestFile)
	if err != nil {
		if e, ok := errors.AsType[*fs.PathError](err); ok {
			err = e.Err
		}
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return Parse(path, data)
}

// Parse reads a file that lies in memory. Errors call it name.
func Parse(name string, data []byte) (*Model, error) {
	m := &Model{File: name, left: smallWeights + mostWeights*len(data)}
	if bytes.HasPrefix(data, []byte("PK\x03\x04")) {
		return m, m.archive(data)
	}
	f, err := hdf5.Parse(name, data)
	if err != nil {
		return nil, err
	}
	root, err := f.Root()
	if err != nil {
		return nil, err
	}
	return m, m.read(root)
}

// read reads an HDF5 file.
func (m *Model) read(root *hdf5.Group) error {
	attributes, err := root.Attributes()
	if err != nil {
		return err
	}
	text := func(name string) (string, error) {
		for _, a := range attributes {
			if a.Name == name {
				return a.String()
			}
		}
		return "", nil
	}
	if m.Version, err = text("keras_version"); err != nil {
		return err
	}
	config, err := text("model_config")
	if err != nil {
		return err
	}
	own, err := text(ownLayers)
	if err != nil {
		return err
	}
	mark, err := text(ownMark)
	if err != nil {
		return err
	}
	m.Own = mark == ownName
	switch {
	case own != "" && hasNames(attributes, layerNames):
		m.Format, m.Version = "Keras weights (.h5) of likeness", ""
		if err := m.configureOwn(own); err != nil {
			return err
		}
		return m.attachLegacy(root)
	case own != "":
		m.Format, m.Version = "Keras 3 weights (.weights.h5) of likeness", ""
		if err := m.configureOwn(own); err != nil {
			return err
		}
		return m.attachNew(root)
	case config != "":
		m.Format = "Keras model (.h5)"
		if err := m.configure([]byte(config)); err != nil {
			return err
		}
		weights, err := root.Group("model_weights")
		if err != nil {
			return err
		}
		return m.attachLegacy(weights)
	case hasNames(attributes, layerNames):
		m.Format = "Keras weights (.h5)"
		m.loose, err = m.legacyParts(root)
		return err
	case root.Has(layersGroup) || root.Has(oldLayersGroup):
		m.Format = "Keras 3 weights (.weights.h5)"
		m.loose, err = m.newParts(root)
		return err
	}
	return m.errorf("HDF5, but not a file of Keras: expected an attribute %q or %q, or a group %q, found %s", "model_config", layerNames, layersGroup, what(root, attributes))
}

// what says what is in an HDF5 file that is not Keras's.
func what(root *hdf5.Group, attributes []hdf5.Attribute) string {
	names := root.Children()
	for _, a := range attributes {
		names = append(names, "attribute "+a.Name)
	}
	switch {
	case len(names) == 0:
		return "nothing"
	case len(names) > 5:
		return strings.Join(names[:5], ", ") + " and others"
	}
	return strings.Join(names, ", ")
}
