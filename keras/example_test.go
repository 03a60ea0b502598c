package keras_test

import (
	"fmt"

	"likeness/keras"
)

// A whole model says its layers.
func ExampleOpen() {
	m, err := keras.Open("testdata/own-decoder.h5")
	if err != nil {
		fmt.Println(err)
		return
	}
	layers, err := m.Layers(nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(m.Format, m.Version, m.Name, m.Input)
	for _, l := range layers {
		fmt.Println(l.Class, l.Name, l.Output)
	}
	// Output:
	// Keras model (.h5) 2.11.0 decoder (None, 4)
	// InputLayer decoder_input (None, 4)
	// Dense dense_7 (None, 36)
	// BatchNormalization batch_normalization_1 (None, 36)
	// Reshape reshape (None, 2, 3, 6)
	// UpSampling2D up_sampling2d (None, 4, 6, 6)
	// Conv2D conv2d_8 (None, 4, 6, 4)
	// Conv2DTranspose conv2d_transpose_1 (None, 8, 12, 4)
	// Conv2D conv2d_9 (None, 8, 12, 3)
}

// Weights alone are fitted to the tutorial's networks.
func ExampleModel_Fit() {
	m, err := keras.Open("testdata/encoder.h5")
	if err != nil {
		fmt.Println(err)
		return
	}
	f, err := m.Fit(keras.FitOptions{})
	if err != nil {
		fmt.Println(err)
		return
	}
	n, err := keras.Network("encoder", f.Picture, f.Encoder)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(f.Picture, f.Code, len(n.Weights()))
	_, err = m.Fit(keras.FitOptions{H: 64, W: 64})
	fmt.Println(err)
	// Output:
	// (None, 16, 16, 3) 8 1022
	// testdata/encoder.h5: the input of layer "dense" has 7 values, expected 112: 4x4 with 7 channels
}
