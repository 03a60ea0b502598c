package progress_test

import (
	"fmt"

	"likeness/progress"
)

// Work reports to a Func, and remarks lie beside its result.
func Example() {
	var show progress.Func = func(s progress.Step) { fmt.Printf("%s: %d of %d\n", s.What, s.Done, s.Total) }
	var notes progress.Notes
	for i := range 2 {
		show.Report("Reading pictures", i+1, 2)
	}
	notes.Add("1 picture has no name")
	fmt.Println(notes[0].Text)
	// Output:
	// Reading pictures: 1 of 2
	// Reading pictures: 2 of 2
	// 1 picture has no name
}

// A nil Func is silent, so that no caller has to ask whether somebody listens.
func ExampleFunc_Report() {
	var nobody progress.Func
	nobody.Report("Reading pictures", 1, 2)
	fmt.Println(nobody.Counter("Reading pictures") == nil)
	// Output: true
}
