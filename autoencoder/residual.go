package autoencoder

import (
	"math"

	"likeness/nn"
	"likeness/pca"
)

// residualWidth is the number of filters of "residual" as a multiple of those of "conv".
const residualWidth = 2

// residualLayers returns the layers of the tutorial's model with exact PCA as a shortcut:
// both branches of the encoder are added to the code, both of the decoder to the picture.
// The weights of PCA are frozen, since the learning rates of the convolutions would ruin
// them. The convolutions end in weights of zero, so the model begins as PCA and departs
// from it only where that helps.
func residualLayers(h, w, code int) (encoder, decoder []nn.Layer) {
	var down, up []nn.Layer
	for _, f := range filters {
		down = append(down, nn.Conv2D{Filters: residualWidth * f, Kernel: 3, Activation: nn.ELU}, nn.MaxPooling2D{})
	}
	down = append(down, nn.Flatten{}, nn.Dense{Units: code, Zero: true})

	deepest := nn.Shape{h / shrink, w / shrink, residualWidth * filters[len(filters)-1]}
	up = append(up, nn.Dense{Units: deepest.Size()}, nn.Reshape{Shape: deepest})
	for i := len(filters) - 2; i >= 0; i-- {
		up = append(up, nn.Conv2DTranspose{Filters: residualWidth * filters[i], Kernel: 3, Stride: 2, Activation: nn.ELU})
	}
	up = append(up, nn.Conv2DTranspose{Filters: 3, Kernel: 3, Stride: 2, Zero: true})

	return []nn.Layer{nn.Residual{Layers: down, Shortcut: []nn.Layer{nn.Flatten{}, nn.Dense{Units: code, Frozen: true}}}},
		[]nn.Layer{nn.Residual{Layers: up, Shortcut: []nn.Layer{nn.Dense{Units: h * w * 3, Frozen: true}, nn.Reshape{Shape: nn.Shape{h, w, 3}}}}}
}

// BeginsWithPCA reports whether the model is a new one that needs Begin before it is
// trained; one that has begun or was read from a file does not.
func (m *Model) BeginsWithPCA() bool { return m.new && m.Arch == Residual && m.Code > 0 }

// Begin initialises a new model of architecture "residual" with the exact PCA of its
// training pictures, one component for every number of the code. Codes are in standard
// deviations of these pictures. Where there are fewer components than numbers in the code,
// the convolutions have the rest.
func (m *Model) Begin(p *pca.PCA) {
	if !m.BeginsWithPCA() || p.Dim != m.Values() || len(p.Variances) > m.Code {
		panic("autoencoder: Begin: these components are not for this model")
	}
	in, inBias := shortcut(m.Encoder)
	out, outBias := shortcut(m.Decoder)
	for _, w := range [][]float32{in, inBias, out} {
		clear(w)
	}
	for k, variance := range p.Variances {
		deviation := math.Sqrt(variance)
		if deviation == 0 { // the pictures have no more components
			continue
		}
		mean := 0.0
		for i, c := range p.Components[k*p.Dim : (k+1)*p.Dim] {
			in[i*m.Code+k] = float32(float64(c) / deviation)
			out[k*p.Dim+i] = float32(float64(c) * deviation)
			mean += float64(float64(c) * float64(p.Mean[i]))
		}
		inBias[k] = float32(-mean / deviation)
	}
	copy(outBias, p.Mean)
	m.new = false
	m.Encoder.Pack()
	m.Decoder.Pack()
}

// shortcut returns the kernel and the bias of the network's last Dense layer, which
// bypasses the convolutions.
func shortcut(n *nn.Network) (kernel, bias []float32) {
	p := n.Params()
	return p[len(p)-2].Value, p[len(p)-1].Value
}
