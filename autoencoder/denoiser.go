package autoencoder

import (
	"fmt"

	"likeness/nn"
)

// Residual without a code is a denoiser: a network of convolutions alone that
// adds to a picture what is missing (see denoiserLayers). It runs on pictures of
// any size, with a [Mender].
const Residual = "residual"

// denoiserFilters are those at half and at a quarter of the picture's size.
var denoiserFilters = []int{64, 128}

// denoiserUnit is what the stages divide a picture's sides by.
const denoiserUnit = 4

// noCode tells whether an architecture and a code are those of a denoiser.
func noCode(arch string, code int) bool { return arch == Residual && code == 0 }

// buildDenoiser makes the network for pictures of h x w.
func buildDenoiser(h, w int) (*nn.Network, error) {
	switch {
	case h < 1 || w < 1:
		return nil, fmt.Errorf("image size %dx%d has no pixels", w, h)
	case h > LargestSide || w > LargestSide:
		return nil, fmt.Errorf("image size %dx%d: sides of more than %d are not for these models", w, h, LargestSide)
	case h%denoiserUnit != 0 || w%denoiserUnit != 0:
		return nil, fmt.Errorf("image size %dx%d: the denoiser needs sides divisible by %d, such as %dx%d",
			w, h, denoiserUnit, roundUp(w, denoiserUnit), roundUp(h, denoiserUnit))
	}
	return nn.New("encoder", nn.Shape{h, w, 3}, denoiserLayers(denoiserFilters[0], denoiserFilters[1])...)
}

// denoiserLayers are a U-net whose skip is added. 2x2 convolutions of stride 2
// halve the picture twice, transposed ones double it again, all of them linear, as
// in DRUNet (Zhang et al. 2021). One residual block comes before and one behind
// the way further down, two are at its end, each of two 3x3 convolutions with ELU
// between them (He et al. 2016). The whole is one residual, so that the network
// learns the negative of the noise (Zhang et al. 2017); its last layer and that of
// every block begin at zero, so that the untrained network leaves pictures alone.
func denoiserLayers(half, quarter int) []nn.Layer {
	return []nn.Layer{nn.Residual{Layers: []nn.Layer{
		nn.Conv2D{Filters: half, Kernel: 2, Stride: 2},
		denoiserBlock(half),
		nn.Residual{Layers: []nn.Layer{
			nn.Conv2D{Filters: quarter, Kernel: 2, Stride: 2},
			denoiserBlock(quarter),
			denoiserBlock(quarter),
			nn.Conv2DTranspose{Filters: half, Kernel: 2, Stride: 2},
		}},
		denoiserBlock(half),
		nn.Conv2DTranspose{Filters: 3, Kernel: 2, Stride: 2, Zero: true},
	}}}
}

func denoiserBlock(filters int) nn.Layer {
	return nn.Residual{Layers: []nn.Layer{
		nn.Conv2D{Filters: filters, Kernel: 3, Activation: nn.ELU},
		nn.Conv2D{Filters: filters, Kernel: 3, Zero: true},
	}}
}

func roundUp(n, unit int) int { return (n + unit - 1) / unit * unit }
