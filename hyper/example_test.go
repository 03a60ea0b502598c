package hyper_test

import (
	"fmt"

	"likeness/hyper"
)

// The rate of a run of 100 steps rises for 10 steps and then falls to zero.
func ExampleParameters_RateAt() {
	p := hyper.Parameters{Rate: 0.008, Schedule: hyper.Cosine, Warmup: 0.1}.WithDefaults()
	for _, step := range []int{0, 9, 55, 99} {
		fmt.Printf("step %d: %.4f\n", step, p.RateAt(step, 100))
	}
	p.Jitter = -1
	fmt.Println(p.Check())
	// Output:
	// step 0: 0.0008
	// step 9: 0.0080
	// step 55: 0.0040
	// step 99: 0.0000
	// jitter -1: expected a number from 0 to 3, such as 1
}
