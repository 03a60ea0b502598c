package hdf5_test

import (
	"fmt"

	"likeness/hdf5"
)

func Example() {
	out := &hdf5.Tree{}
	out.Group("dense").Strings("weight_names", []string{"kernel", "bias"})
	out.Floats("dense/kernel", []int{2, 3}, []float32{1, 2, 3, 4, 5, 6})
	data, err := out.Marshal()
	if err != nil {
		fmt.Println(err)
		return
	}

	f, err := hdf5.Parse("weights.h5", data)
	if err != nil {
		fmt.Println(err)
		return
	}
	root, err := f.Root()
	if err != nil {
		fmt.Println(err)
		return
	}
	kernel, err := root.Dataset("dense/kernel")
	if err != nil {
		fmt.Println(err)
		return
	}
	values, err := kernel.Floats()
	fmt.Println(kernel.Path(), kernel.Shape(), kernel.Type(), values, err)
	_, err = root.Dataset("dense/bias")
	fmt.Println(err)
	// Output:
	// /dense/kernel [2 3] float32 [1 2 3 4 5 6] <nil>
	// weights.h5: /dense: there is no "bias" among ["kernel"]
}
