package npy_test

import (
	"fmt"
	"log"
	"os"
	"path/filepath"

	"likeness/npy"
)

func Example() {
	dir, err := os.MkdirTemp("", "")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, "codes.npz")
	out, err := os.Create(path)
	if err != nil {
		log.Fatal(err)
	}
	w := npy.NewWriter(out)
	if err := w.Floats("codes", []int{2, 3}, []float32{1, 2, 3, 4, 5, 6}); err != nil {
		log.Fatal(err)
	}
	if err := w.Close(); err != nil {
		log.Fatal(err)
	}
	if err := out.Close(); err != nil {
		log.Fatal(err)
	}

	f, err := npy.Open(path)
	if err != nil {
		log.Fatal(err)
	}
	defer f.Close()
	a, err := f.Array("codes")
	if err != nil {
		log.Fatal(err)
	}
	codes, err := a.Floats()
	fmt.Println(a.Shape, a.Type, codes, err)
	// Output: [2 3] float32 [1 2 3 4 5 6] <nil>
}
