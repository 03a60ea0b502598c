package runtime

// winograd is a convolution of 3x3 by Winograd's way.
type winograd struct{}
