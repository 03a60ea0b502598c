package safetensors_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"likeness/safetensors"
)

func Example() {
	dir, err := os.MkdirTemp("", "example")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, "model.safetensors")

	out := &safetensors.File{
		Metadata: map[string]string{"arch": "pca"},
		Tensors: []safetensors.Tensor{
			safetensors.FromFloats("dense/kernel", []int{2, 3}, []float32{1, 2, 3, 4, 5, 6}),
			safetensors.FromFloats("dense/bias", []int{3}, []float32{0.5, 0, -0.5}),
		},
	}
	if err := out.Save(path); err != nil {
		fmt.Println(err)
		return
	}

	in, err := safetensors.Open(path)
	if err != nil {
		fmt.Println(err)
		return
	}
	kernel, err := in.Floats("dense/kernel", -1, 3) // any number of rows of 3
	fmt.Println(in.Metadata["arch"], kernel, err)
	_, err = in.Floats("dense/bias", 32)
	fmt.Println(strings.TrimPrefix(err.Error(), dir+string(filepath.Separator)))
	// Output:
	// pca [1 2 3 4 5 6] <nil>
	// model.safetensors: tensor "dense/bias" has shape [3], expected [32]
}

func ExampleFromStrings() {
	f := &safetensors.File{Tensors: safetensors.FromStrings("people", []string{"Ada", "", "Grace"})}
	people, err := f.Strings("people", -1)
	fmt.Printf("%q %v\n", people, err)
	// Output:
	// ["Ada" "" "Grace"] <nil>
}
