package autoencoder

import (
	"fmt"
	"slices"

	"likeness/nn"
)

// Architectures are the kinds of models that New can make.
//
//   - "pca": Flatten, Dense(code); Dense(H*W*3), Reshape. Linear: at best it
//     spans the same space as the principal components.
//   - "conv": the convolutional autoencoder of the tutorial, four 3x3
//     convolutions with ELU and 2x2 pooling, and four transposed ones back.
//   - "residual": the same with twice the filters and a code that is linear,
//     added to exact PCA: what it learns is what PCA leaves over (see Begin).
var Architectures = []string{"pca", "conv", Residual}

// filters of the convolutions, from the picture to the code. The transposed
// ones go the same way back.
var filters = []int{32, 64, 128, 256}

// LargestSide bounds pictures: beyond it a batch no longer fits into the memory of
// an ordinary machine, and a lying file could ask for any amount.
const LargestSide = 512

// shrink is what the four poolings divide a picture's sides by.
const shrink = 16

// flatSize is the number of values that an architecture flattens a picture to
// before the code, and so the largest code it can have.
func flatSize(arch string, h, w int) (int, error) {
	switch {
	case !slices.Contains(Architectures, arch):
		return 0, fmt.Errorf("unknown architecture %q, known are %q", arch, Architectures)
	case h < 1 || w < 1:
		return 0, fmt.Errorf("image size %dx%d has no pixels", w, h)
	case h > LargestSide || w > LargestSide:
		return 0, fmt.Errorf("image size %dx%d: sides of more than %d are not for these models", w, h, LargestSide)
	case arch == "pca":
		return h * w * 3, nil
	case h%shrink != 0 || w%shrink != 0:
		return 0, fmt.Errorf("image size %dx%d: the convolutional autoencoder needs sides divisible by %d, such as %dx%d",
			w, h, shrink, (w+shrink-1)/shrink*shrink, (h+shrink-1)/shrink*shrink)
	}
	deepest := filters[len(filters)-1]
	if arch == Residual {
		deepest *= residualWidth
	}
	return h / shrink * (w / shrink) * deepest, nil
}

// build declares the layers of an architecture.
func build(arch string, h, w, code int) (encoder, decoder *nn.Network, err error) {
	if noCode(arch, code) {
		encoder, err = buildDenoiser(h, w)
		return encoder, nil, err
	}
	flat, err := flatSize(arch, h, w)
	if err != nil {
		return nil, nil, err
	}
	if code < 1 || code > flat {
		return nil, nil, fmt.Errorf("code size %d: it must lie between 1 and %d, the size of the layer before it", code, flat)
	}
	enc, dec := pcaLayers(h, w, code)
	switch arch {
	case "conv":
		enc, dec = convLayers(h, w, code)
	case Residual:
		enc, dec = residualLayers(h, w, code)
	}
	if encoder, err = nn.New("encoder", nn.Shape{h, w, 3}, enc...); err != nil {
		return nil, nil, err
	}
	decoder, err = nn.New("decoder", nn.Shape{code}, dec...)
	return encoder, decoder, err
}

func pcaLayers(h, w, code int) (encoder, decoder []nn.Layer) {
	return []nn.Layer{nn.Flatten{}, nn.Dense{Units: code}},
		[]nn.Layer{nn.Dense{Units: h * w * 3}, nn.Reshape{Shape: nn.Shape{h, w, 3}}}
}

func convLayers(h, w, code int) (encoder, decoder []nn.Layer) {
	for _, f := range filters {
		encoder = append(encoder, nn.Conv2D{Filters: f, Kernel: 3, Activation: nn.ELU}, nn.MaxPooling2D{})
	}
	encoder = append(encoder, nn.Flatten{}, nn.Dense{Units: code, Activation: nn.ELU})

	deepest := nn.Shape{h / shrink, w / shrink, filters[len(filters)-1]}
	decoder = append(decoder, nn.Dense{Units: deepest.Size()}, nn.Reshape{Shape: deepest})
	for i := len(filters) - 2; i >= 0; i-- {
		decoder = append(decoder, nn.Conv2DTranspose{Filters: filters[i], Kernel: 3, Stride: 2, Activation: nn.ELU})
	}
	return encoder, append(decoder, nn.Conv2DTranspose{Filters: 3, Kernel: 3, Stride: 2})
}
