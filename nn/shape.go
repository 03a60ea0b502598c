package nn

import (
	"fmt"
	"strings"
)

// Shape is the shape of one sample, without the batch dimension, in Keras's
// order: (H, W, C) for pictures, (units) for vectors.
type Shape []int

// Size is the number of values in one sample.
func (s Shape) Size() int {
	n := 1
	for _, d := range s {
		n *= d
	}
	return n
}

// String writes the shape as Keras does, the batch dimension first as None.
func (s Shape) String() string {
	var b strings.Builder
	b.WriteString("(None")
	for _, d := range s {
		fmt.Fprintf(&b, ", %d", d)
	}
	b.WriteString(")")
	return b.String()
}

// picture splits a picture's shape into height, width and channels.
func (s Shape) picture(kind string) (h, w, c int, err error) {
	if len(s) != 3 {
		return 0, 0, 0, fmt.Errorf("%s needs an input of shape (H, W, C), not %v", kind, s)
	}
	return s[0], s[1], s[2], nil
}
