package hdf5_test

import (
	"os"
	"path/filepath"
	"testing"

	"likeness/hdf5"
)

// No file makes reading panic or go on for ever: all that is in it is read.
func FuzzParse(f *testing.F) {
	paths, err := filepath.Glob("testdata/*.h*5")
	if err != nil || len(paths) == 0 {
		f.Fatalf("no files: %v", err)
	}
	for _, path := range paths {
		data, err := os.ReadFile(path)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
	}
	small := &hdf5.Tree{}
	small.Group("layers/dense/vars").Floats("0", []int{2, 2}, []float32{1, 2, 3, 4})
	small.String("backend", "tensorflow")
	small.Strings("layer_names", []string{"dense", "flatten"})
	data, err := small.Marshal()
	if err != nil {
		f.Fatal(err)
	}
	f.Add(data)
	f.Fuzz(func(t *testing.T, data []byte) {
		file, err := hdf5.Parse("fuzzed", data)
		if err != nil {
			return
		}
		root, err := file.Root()
		if err != nil {
			return
		}
		_ = root.Walk(func(o hdf5.Object) error {
			attributes, _ := o.Attributes()
			for _, a := range attributes {
				read(&a.Array)
			}
			if d, ok := o.(*hdf5.Dataset); ok {
				read(&d.Array)
			}
			return nil
		})
	})
}

func read(a *hdf5.Array) {
	n := 1
	for _, d := range a.Shape() {
		n *= d
	}
	if floats, err := a.Floats(); err == nil && len(floats) != 0 && len(floats) != n {
		panic("another number of values than the shape says")
	}
	_, _ = a.Ints()
	_, _ = a.Strings()
	_ = a.Type().String()
}
