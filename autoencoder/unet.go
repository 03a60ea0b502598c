package autoencoder

import (
	"fmt"

	"likeness/nn"
)

// Residual is the name of an architecture. Without a code it is a denoiser: a network of
// convolutions that adds a correction to a picture (see denoiserLayers) and runs on
// pictures of any size, with a [Denoiser].
const Residual = "residual"

// denoiserStage is the part of the network at one size of the picture. Each stage halves
// the size of the one before.
type denoiserStage struct {
	filters       int
	before, after int // residual blocks before and after the smaller stages
}

var denoiserStages = []denoiserStage{{64, 2, 2}, {128, 2, 2}}

// denoiserUnit is the factor by which the stages divide a picture's sides.
var denoiserUnit = 1 << len(denoiserStages)

// denoiserReach returns the radius of the network's receptive field, from anywhere in a
// square of denoiserUnit pixels: each block has two 3x3 convolutions, which add one pixel
// of their stage each.
func denoiserReach(stages []denoiserStage) int {
	reach := 0
	for i, s := range stages {
		reach += (s.before + s.after) * 2 << (i + 1)
	}
	return reach + denoiserUnit
}

// noCode reports whether an architecture and a code are those of a denoiser.
func noCode(arch string, code int) bool { return arch == Residual && code == 0 }

// checkDenoiser returns an error for pictures that the denoiser's network cannot have.
func checkDenoiser(h, w int) error {
	if err := checkSize(h, w); err != nil {
		return err
	}
	if h%denoiserUnit != 0 || w%denoiserUnit != 0 {
		return fmt.Errorf("image size %dx%d: the denoiser needs sides divisible by %d, such as %dx%d",
			w, h, denoiserUnit, roundUp(w, denoiserUnit), roundUp(h, denoiserUnit))
	}
	return nil
}

// buildDenoiser plans the denoiser's network for pictures of h x w.
func buildDenoiser(h, w int) (*nn.Network, error) {
	if err := checkDenoiser(h, w); err != nil {
		return nil, err
	}
	return nn.New("encoder", nn.Shape{h, w, 3}, denoiserLayers(denoiserStages)...)
}

// denoiserLayers are a U-net whose skips are added. 2x2 convolutions of stride 2
// halve the picture once a stage, transposed ones double it again, all of them
// linear, as in DRUNet (Zhang et al. 2021). Between them lie residual blocks of two
// 3x3 convolutions with ELU between them (He et al. 2016). The whole is one
// residual, so that the network learns the negative of the noise (Zhang et al.
// 2017); its last layer and that of every block begin at zero, so that the
// untrained network leaves pictures alone.
func denoiserLayers(stages []denoiserStage) []nn.Layer {
	return []nn.Layer{denoiserStageLayer(stages, 3)}
}

// denoiserStageLayer is the first stage, with the others in it, beside its input,
// which has the given number of channels.
func denoiserStageLayer(stages []denoiserStage, channels int) nn.Layer {
	s := stages[0]
	layers := []nn.Layer{nn.Conv2D{Filters: s.filters, Kernel: 2, Stride: 2}}
	for range s.before {
		layers = append(layers, denoiserBlock(s.filters))
	}
	if len(stages) > 1 {
		layers = append(layers, denoiserStageLayer(stages[1:], s.filters))
	}
	for range s.after {
		layers = append(layers, denoiserBlock(s.filters))
	}
	layers = append(layers, nn.Conv2DTranspose{Filters: channels, Kernel: 2, Stride: 2, Zero: channels == 3})
	return nn.Residual{Layers: layers}
}

func denoiserBlock(filters int) nn.Layer {
	return nn.Residual{Layers: []nn.Layer{
		nn.Conv2D{Filters: filters, Kernel: 3, Activation: nn.ELU},
		nn.Conv2D{Filters: filters, Kernel: 3, Zero: true},
	}}
}

func roundUp(n, unit int) int { return (n + unit - 1) / unit * unit }
