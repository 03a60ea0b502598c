package tutorial_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"likeness/tutorial"
)

// TensorFlow's numbers: tf.nn.conv2d_transpose of 1, 2, 3, ... with a filter
// of ones, strides 2, padding 'SAME'.
func TestPlaygrounds(t *testing.T) {
	want := map[[2]int][][]float32{
		{2, 2}: {
			{1, 1, 2, 2},
			{1, 1, 2, 2},
			{3, 3, 4, 4},
			{3, 3, 4, 4},
		},
		{2, 3}: {
			{1, 1, 3, 2},
			{1, 1, 3, 2},
			{4, 4, 10, 6},
			{3, 3, 7, 4},
		},
		{4, 2}: {
			{1, 1, 2, 2, 3, 3, 4, 4},
			{1, 1, 2, 2, 3, 3, 4, 4},
			{5, 5, 6, 6, 7, 7, 8, 8},
			{5, 5, 6, 6, 7, 7, 8, 8},
			{9, 9, 10, 10, 11, 11, 12, 12},
			{9, 9, 10, 10, 11, 11, 12, 12},
			{13, 13, 14, 14, 15, 15, 16, 16},
			{13, 13, 14, 14, 15, 15, 16, 16},
		},
		{4, 3}: {
			{1, 1, 3, 2, 5, 3, 7, 4},
			{1, 1, 3, 2, 5, 3, 7, 4},
			{6, 6, 14, 8, 18, 10, 22, 12},
			{5, 5, 11, 6, 13, 7, 15, 8},
			{14, 14, 30, 16, 34, 18, 38, 20},
			{9, 9, 19, 10, 21, 11, 23, 12},
			{22, 22, 46, 24, 50, 26, 54, 28},
			{13, 13, 27, 14, 29, 15, 31, 16},
		},
	}
	all := tutorial.Playgrounds()
	if len(all) != len(want) {
		t.Fatalf("%d cases, want %d", len(all), len(want))
	}
	for _, p := range all {
		if diff := cmp.Diff(want[[2]int{p.Image, p.Kernel}], p.Output); diff != "" {
			t.Errorf("image %d, filter %d (-want +got):\n%s", p.Image, p.Kernel, diff)
		}
		if p.Input[1][0] != float32(p.Image+1) || len(p.Filter) != p.Kernel || p.Filter[0][0] != 1 {
			t.Errorf("image %d, filter %d: input %v, filter %v", p.Image, p.Kernel, p.Input, p.Filter)
		}
	}
}
