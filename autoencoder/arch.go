package autoencoder

import (
	"fmt"

	"likeness/nn"
)

// Architectures are the kinds of models that New can make.
//
//   - "pca": Flatten, Dense(code); Dense(H*W*3), Reshape. Linear: at best it
//     spans the same space as the principal components.
//   - "conv": the convolutional autoencoder of the tutorial, four 3x3
//     convolutions with ELU and 2x2 pooling, and four transposed ones back.
var Architectures = []string{"pca", "conv"}

// filters of the convolutions, from the picture to the code. The transposed
// ones go the same way back.
var filters = []int{32, 64, 128, 256}

// shrink is what the four poolings divide a picture's sides by.
const shrink = 16

// build declares the layers of an architecture.
func build(arch string, h, w, code int) (encoder, decoder *nn.Network, err error) {
	if h < 1 || w < 1 {
		return nil, nil, fmt.Errorf("image size %dx%d has no pixels", w, h)
	}
	switch arch {
	case "pca":
		return buildPCA(h, w, code)
	case "conv":
		return buildConv(h, w, code)
	}
	return nil, nil, fmt.Errorf("unknown architecture %q, known are %q", arch, Architectures)
}

func buildPCA(h, w, code int) (encoder, decoder *nn.Network, err error) {
	size := h * w * 3
	if err := checkCode(code, size); err != nil {
		return nil, nil, err
	}
	return both(h, w, code,
		[]nn.Layer{nn.Flatten{}, nn.Dense{Units: code}},
		[]nn.Layer{nn.Dense{Units: size}, nn.Reshape{Shape: nn.Shape{h, w, 3}}})
}

func buildConv(h, w, code int) (encoder, decoder *nn.Network, err error) {
	if h%shrink != 0 || w%shrink != 0 {
		return nil, nil, fmt.Errorf("image size %dx%d: the convolutional autoencoder needs sides divisible by %d, such as %dx%d",
			w, h, shrink, (w+shrink-1)/shrink*shrink, (h+shrink-1)/shrink*shrink)
	}
	deepest := filters[len(filters)-1]
	sh, sw := h/shrink, w/shrink
	if err := checkCode(code, sh*sw*deepest); err != nil {
		return nil, nil, err
	}
	var enc []nn.Layer
	for _, f := range filters {
		enc = append(enc, nn.Conv2D{Filters: f, Kernel: 3, Activation: nn.ELU}, nn.MaxPooling2D{})
	}
	enc = append(enc, nn.Flatten{}, nn.Dense{Units: code, Activation: nn.ELU})
	dec := []nn.Layer{nn.Dense{Units: sh * sw * deepest}, nn.Reshape{Shape: nn.Shape{sh, sw, deepest}}}
	for i := len(filters) - 2; i >= 0; i-- {
		dec = append(dec, nn.Conv2DTranspose{Filters: filters[i], Kernel: 3, Stride: 2, Activation: nn.ELU})
	}
	dec = append(dec, nn.Conv2DTranspose{Filters: 3, Kernel: 3, Stride: 2})
	return both(h, w, code, enc, dec)
}

// checkCode refuses codes that are no code: the layer before has size values.
func checkCode(code, size int) error {
	if code < 1 || code > size {
		return fmt.Errorf("code size %d: it must lie between 1 and %d, the size of the layer before it", code, size)
	}
	return nil
}

func both(h, w, code int, enc, dec []nn.Layer) (encoder, decoder *nn.Network, err error) {
	if encoder, err = nn.New("encoder", nn.Shape{h, w, 3}, enc...); err != nil {
		return nil, nil, err
	}
	decoder, err = nn.New("decoder", nn.Shape{code}, dec...)
	return encoder, decoder, err
}
