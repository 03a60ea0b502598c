package hdf5_test

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"

	"likeness/hdf5"
)

// written is a tree as a network has it: many groups, long attributes, a text that is longer
// than an attribute.
func written() *hdf5.Tree {
	t := &hdf5.Tree{}
	names := []string{}
	for i := range 41 {
		name := fmt.Sprintf("conv2d_%d", i)
		names = append(names, name)
		g := t.Group(name)
		g.Strings("weight_names", []string{name + "/kernel:0", name + "/bias:0"})
		g.Floats(name+"/kernel:0", []int{1, 1, 2, 3}, []float32{1, 2, 3, 4, 5, float32(i)})
		g.Floats(name+"/bias:0", []int{3}, []float32{0.5, -0.5, float32(i)})
	}
	t.Group("flatten").Strings("weight_names", nil)
	t.Strings("layer_names", append(names, "flatten"))
	t.String("backend", "tensorflow")
	t.String("name", "Gesicht \u00e4")
	t.String("empty", "")
	t.String("model_config", strings.Repeat("{\u00e4}", 30000))
	t.Floats("scalar", nil, []float32{7})
	t.Floats("none", []int{0, 3}, nil)
	return t
}

// What was written is read again, and equal trees are equal bytes.
func TestWrite(t *testing.T) {
	data, err := written().Marshal()
	if err != nil {
		t.Fatal(err)
	}
	if again, err := written().Marshal(); err != nil || !bytes.Equal(data, again) {
		t.Errorf("the same tree made other bytes, %v", err)
	}
	f, err := hdf5.Parse("tree", data)
	if err != nil {
		t.Fatal(err)
	}
	root, err := f.Root()
	if err != nil {
		t.Fatal(err)
	}
	if n := len(root.Children()); n != 44 {
		t.Errorf("%d children, want 44", n)
	}
	for name, want := range map[string][]string{
		"backend": {"tensorflow"}, "name": {"Gesicht \u00e4"}, "empty": {""}, "model_config": {strings.Repeat("{\u00e4}", 30000)},
	} {
		a, err := root.Attribute(name)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := a.Strings(); err != nil || !slices.Equal(got, want) {
			t.Errorf("%s: %.40q, %v, want %.40q", name, got, err, want)
		}
	}
	for path, want := range map[string][]float32{
		"conv2d_40/conv2d_40/kernel:0": {1, 2, 3, 4, 5, 40}, "conv2d_3/conv2d_3/bias:0": {0.5, -0.5, 3}, "scalar": {7}, "none": nil,
	} {
		d, err := root.Dataset(path)
		if err != nil {
			t.Error(err)
			continue
		}
		if got, err := d.Floats(); err != nil || !slices.Equal(got, want) || d.Type().String() != "float32" {
			t.Errorf("%s: %v of %s, %v, want %v", path, got, d.Type(), err, want)
		}
	}
	flat, err := root.Group("flatten")
	if err != nil {
		t.Fatal(err)
	}
	a, err := flat.Attribute("weight_names")
	if err != nil {
		t.Fatal(err)
	}
	if got, err := a.Strings(); err != nil || len(got) != 0 || a.Type().String() != "float64" {
		t.Errorf("no names: %q of %s, %v", got, a.Type(), err)
	}
}

// Mistakes of a tree are told with their place.
func TestWriteMistakes(t *testing.T) {
	for want, make := range map[string]func(*hdf5.Tree){
		`/a: "b" is there twice`: func(t *hdf5.Tree) {
			t.Group("a").Floats("b", nil, []float32{1})
			t.Group("a").Floats("b", nil, []float32{1})
		},
		`/: "x": 1 values, expected 6 for shape [2 3]`: func(t *hdf5.Tree) { t.Floats("x", []int{2, 3}, []float32{1}) },
		`/x: both a dataset and a group`: func(t *hdf5.Tree) {
			t.Floats("x", nil, []float32{1})
			t.Group("x/y")
		},
		`/: "a//b": each name`:            func(t *hdf5.Tree) { t.Group("a//b") },
		`/: attribute "a" is there twice`: func(t *hdf5.Tree) { t.String("a", "1"); t.String("a", "1") },
		`/: attribute "a" has 80040 bytes, expected at most 65528`: func(t *hdf5.Tree) {
			t.Strings("a", slices.Repeat([]string{strings.Repeat("x", 1000)}, 80))
		},
		`/: attribute "a": string 0 has a zero byte`: func(t *hdf5.Tree) { t.String("a", "x\x00") },
	} {
		tree := &hdf5.Tree{}
		make(tree)
		if _, err := tree.Marshal(); err == nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("%v, want %s", err, want)
		}
	}
}
