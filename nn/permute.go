package nn

// Permute returns the values of an array, row by row, in another order of its dimensions, and its
// shape then: dimension i of the result is dimension order[i] of shape. Other programs want
// filters in orders of their own. It panics unless order has every dimension once and x as many
// values as shape says.
func Permute(x []float32, shape, order []int) ([]float32, []int) {
	if len(order) != len(shape) || len(x) != Shape(shape).Size() {
		panic("nn: Permute: values, shape and order do not belong together")
	}
	strides, stride := make([]int, len(shape)), 1
	for i := len(shape) - 1; i >= 0; i-- {
		strides[i], stride = stride, stride*shape[i]
	}
	dims, step := make([]int, len(order)), make([]int, len(order))
	seen := make([]bool, len(shape))
	for i, d := range order {
		if seen[d] {
			panic("nn: Permute: a dimension comes twice")
		}
		seen[d] = true
		dims[i], step[i] = shape[d], strides[d]
	}
	y, index, from := make([]float32, len(x)), make([]int, len(order)), 0
	for i := range y {
		y[i] = x[from]
		for k := len(index) - 1; k >= 0; k-- {
			index[k]++
			from += step[k]
			if index[k] < dims[k] {
				break
			}
			from -= dims[k] * step[k]
			index[k] = 0
		}
	}
	return y, dims
}
