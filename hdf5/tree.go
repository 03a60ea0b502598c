package hdf5

import (
	"fmt"
	"slices"
	"strings"
)

// Tree is a group that is going to be written. The zero value is an empty one. Mistakes,
// such as two things of one name, are told by Marshal.
type Tree struct {
	names      []string // of the children
	children   map[string]*Tree
	attributes []newAttribute
	data       *newData // of a dataset
	err        error    // the first mistake
}

// newAttribute is a string or a list of strings.
type newAttribute struct {
	name   string
	single bool
	texts  []string
}

// newData are the values of a dataset.
type newData struct {
	shape  []int
	values []float32
}

// fail notes a mistake.
func (t *Tree) fail(format string, args ...any) {
	if t.err == nil {
		t.err = fmt.Errorf(format, args...)
	}
}

// Group returns the group at a path below, such as "layers/conv2d/vars", which is made
// where it is not there.
func (t *Tree) Group(path string) *Tree {
	from := t
	for name := range strings.SplitSeq(path, "/") {
		if name == "" || name == "." || strings.ContainsRune(name, 0) {
			from.fail("%q: each name between slashes needs letters, and none is a zero byte", path)
			return &Tree{}
		}
		child, ok := t.children[name]
		if !ok {
			child = &Tree{}
			if t.children == nil {
				t.children = map[string]*Tree{}
			}
			t.children[name] = child
			t.names = append(t.names, name)
		}
		t = child
	}
	return t
}

// Floats adds a dataset of float32 at a path below. The values are not copied.
func (t *Tree) Floats(path string, shape []int, values []float32) {
	d := t.Group(path)
	n := 1
	for _, s := range shape {
		n *= s
	}
	switch {
	case d.data != nil:
		t.fail("%q is there twice", path)
	case n != len(values) || len(shape) > mostRank:
		t.fail("%q: %d values, expected %d for shape %v", path, len(values), n, shape)
	}
	d.data = &newData{shape: slices.Clone(shape), values: values}
}

// String adds an attribute that is one string. One that is too long for an attribute of
// fixed length is written as a variable string.
func (t *Tree) String(name, value string) { t.attribute(name, true, []string{value}) }

// Strings adds an attribute that is a list of strings. An empty one is written as Keras
// writes it, as no float64.
func (t *Tree) Strings(name string, values []string) {
	t.attribute(name, false, slices.Clone(values))
}

func (t *Tree) attribute(name string, single bool, texts []string) {
	if slices.ContainsFunc(t.attributes, func(a newAttribute) bool { return a.name == name }) {
		t.fail("attribute %q is there twice", name)
	}
	for i, s := range texts {
		if strings.ContainsRune(s, 0) || strings.ContainsRune(name, 0) {
			t.fail("attribute %q: string %d has a zero byte", name, i)
		}
	}
	t.attributes = append(t.attributes, newAttribute{name: name, single: single, texts: texts})
}

// LargestAttribute is how many bytes a list of strings can have: their number times the
// length of the longest.
const LargestAttribute = 64512

// StringsSize returns how many bytes a list of strings has in a file.
func StringsSize(values []string) int {
	longest := 1
	for _, s := range values {
		longest = max(longest, len(s))
	}
	return longest * len(values)
}
