package autoencoder

import "likeness/nn"

// DenoiserLayers is a denoiser's network with other numbers of filters and a block
// on each side.
func DenoiserLayers(half, quarter int) []nn.Layer {
	return denoiserLayers([]denoiserStage{{half, 1, 1}, {quarter, 1, 1}})
}

// NewWholeDenoiser never cuts pictures into tiles.
func NewWholeDenoiser(m *Model) *Denoiser { return &Denoiser{model: m, tile: LargestSide} }
