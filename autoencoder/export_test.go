package autoencoder

// DenoiserLayers is the denoiser's network with filters of other numbers.
var DenoiserLayers = denoiserLayers

// NewWholeMender never cuts pictures into tiles.
func NewWholeMender(m *Model) *Mender { return &Mender{model: m, tile: LargestSide} }
