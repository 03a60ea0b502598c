package progress_test

import (
	"sync"
	"testing"

	"likeness/progress"
)

func TestSerial(t *testing.T) {
	if progress.Func(nil).Serial() != nil {
		t.Error("a nil Func became another")
	}
	steps := 0 // which nothing but Serial guards
	f := progress.Func(func(progress.Step) { steps++ }).Serial()
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			for range 1000 {
				f.Report("counting", 1, 1)
			}
		})
	}
	all.Wait()
	if steps != 8000 {
		t.Errorf("%d steps, want 8000", steps)
	}
}
