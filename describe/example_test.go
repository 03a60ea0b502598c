package describe_test

import (
	"fmt"

	"likeness/describe"
)

func ExampleDescriber() {
	d := describe.New(nil) // faces as they lie
	code, _ := d.Describe(noise(1))
	fmt.Println(len(code) == d.Dim(), d.Dim())
	// Output: true 1404
}
