package describe_test

import (
	"fmt"

	"likeness/describe"
)

func ExampleDescriber() {
	d := describe.New(nil) // faces without alignment
	code, _ := d.Describe(noise(1))
	fmt.Println(len(code) == d.Dim(), d.Dim())
	// Output: true 1404
}
