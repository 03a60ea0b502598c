package autoencoder

import (
	"math"

	"likeness/nn"
	"likeness/pca"
)

// residualWidth is how many times the filters of "conv" the architecture
// "residual" has.
const residualWidth = 2

// residualLayers are the tutorial's beside exact PCA. Both ways of the encoder
// end in the code, both of the decoder in the picture. PCA's weights are frozen:
// at the learning rates that the convolutions want they would be shaken out of
// place. What stands beside them ends in weights of zero, so the model begins as
// PCA and leaves it only where that helps.
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

// Begin makes a new model of architecture "residual" exact PCA: of the pictures
// that it is to learn, with a component for every number of the code. A code is
// measured in standard deviations of these pictures. With fewer components than
// numbers in the code the rest are left to the convolutions.
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

// shortcut is the kernel and the bias of the network's last Dense layer, which is
// the way past the convolutions.
func shortcut(n *nn.Network) (kernel, bias []float32) {
	p := n.Params()
	return p[len(p)-2].Value, p[len(p)-1].Value
}
