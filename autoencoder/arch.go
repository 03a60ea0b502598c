package autoencoder

import (
	"fmt"
	"slices"

	"likeness/nn"
	"likeness/pix"
)

// Architectures returns the names of the models that New can make.
//
//   - "pca": Flatten, Dense(code); Dense(H*W*3), Reshape. Linear: at best it
//     spans the same space as the principal components.
//   - "conv": the convolutional autoencoder of the tutorial, four 3x3
//     convolutions with ELU and 2x2 pooling, and four transposed ones back.
//   - "residual": the same with twice the filters and a code that is linear,
//     added to exact PCA: what it learns is what PCA leaves over (see Begin).
func Architectures() []string { return []string{"pca", "conv", Residual} }

// filters of the convolutions, from the picture to the code. The transposed
// ones go the same way back.
var filters = []int{32, 64, 128, 256}

// LargestSide bounds pictures: beyond it a batch no longer fits into the memory of
// an ordinary machine, and a lying file could ask for any amount.
const LargestSide = 512

// checkSize returns an error for pictures that no model is for.
func checkSize(h, w int) error {
	switch {
	case h < 1 || w < 1:
		return fmt.Errorf("image size %dx%d has no pixels", w, h)
	case h > LargestSide || w > LargestSide:
		return fmt.Errorf("image size %dx%d: sides of more than %d are not for these models", w, h, LargestSide)
	}
	return nil
}

// shrink is what the four poolings divide a picture's sides by.
const shrink = 16

// flatSize returns the number of values that an architecture flattens a picture to
// before the code, and so the largest code it can have.
func flatSize(arch string, h, w int) (int, error) {
	switch {
	case !slices.Contains(Architectures(), arch):
		return 0, fmt.Errorf("unknown architecture %q, known are %q", arch, Architectures())
	case arch == "pca":
		return h * w * 3, checkSize(h, w)
	}
	if err := checkSize(h, w); err != nil {
		return 0, err
	}
	if h%shrink != 0 || w%shrink != 0 {
		return 0, fmt.Errorf("image size %dx%d: the convolutional autoencoder needs sides divisible by %d, such as %dx%d",
			w, h, shrink, (w+shrink-1)/shrink*shrink, (h+shrink-1)/shrink*shrink)
	}
	deepest := filters[len(filters)-1]
	if arch == Residual {
		deepest *= residualWidth
	}
	return h / shrink * (w / shrink) * deepest, nil
}

// declare returns the layers of an architecture; a denoiser has no decoder.
func declare(arch string, h, w, code int) (encoder, decoder []nn.Layer, err error) {
	if noCode(arch, code) {
		return denoiserLayers(denoiserStages), nil, checkDenoiser(h, w)
	}
	flat, err := flatSize(arch, h, w)
	if err != nil {
		return nil, nil, err
	}
	if code < 1 || code > flat {
		return nil, nil, fmt.Errorf("code size %d: it must lie between 1 and %d, the size of the layer before it", code, flat)
	}
	switch arch {
	case "conv":
		encoder, decoder = convLayers(h, w, code)
	case Residual:
		encoder, decoder = residualLayers(h, w, code)
	default:
		encoder, decoder = pcaLayers(h, w, code)
	}
	return encoder, decoder, nil
}

// Tables returns the layer tables of the networks that New makes, without taking memory for them. A denoiser has no decoder.
func Tables(arch string, prep pix.Prep, code int) (encoder, decoder []nn.LayerInfo, err error) {
	first, second, err := declare(arch, prep.H, prep.W, code)
	if err != nil {
		return nil, nil, err
	}
	if encoder, err = nn.Table(nn.Shape{prep.H, prep.W, 3}, first...); err != nil || second == nil {
		return encoder, nil, err
	}
	decoder, err = nn.Table(nn.Shape{code}, second...)
	return encoder, decoder, err
}

// build plans the networks of a model.
func build(encoder, decoder []nn.Layer, h, w, code int) (enc, dec *nn.Network, err error) {
	if enc, err = nn.New("encoder", nn.Shape{h, w, 3}, encoder...); err != nil || code == 0 {
		return enc, nil, err
	}
	dec, err = nn.New("decoder", nn.Shape{code}, decoder...)
	return enc, dec, err
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
