package nn_test

import (
	"fmt"
	"slices"
	"testing"

	"likeness/nn"
)

func ExamplePermute() {
	x, shape := nn.Permute([]float32{1, 2, 3, 4, 5, 6}, []int{2, 3}, []int{1, 0})
	fmt.Println(x, shape)
	// Output: [1 4 2 5 3 6] [3 2]
}

// Filters go to another program's order and come back; each value lies where its four numbers say.
func TestPermute(t *testing.T) {
	shape := []int{2, 3, 4, 5}
	x := make([]float32, 2*3*4*5)
	for i := range x {
		x[i] = float32(i)
	}
	y, there := nn.Permute(x, shape, []int{3, 2, 0, 1})
	if !slices.Equal(there, []int{5, 4, 2, 3}) {
		t.Fatal(there)
	}
	for a := range 2 {
		for b := range 3 {
			for c := range 4 {
				for d := range 5 {
					if got, want := y[((d*4+c)*2+a)*3+b], x[((a*3+b)*4+c)*5+d]; got != want {
						t.Fatalf("at %d, %d, %d, %d: %g, expected %g", a, b, c, d, got, want)
					}
				}
			}
		}
	}
	if back, shapeBack := nn.Permute(y, there, []int{2, 3, 1, 0}); !slices.Equal(back, x) || !slices.Equal(shapeBack, shape) {
		t.Error("another array came back")
	}
}
