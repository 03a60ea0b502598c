package export

import (
	"fmt"
	"math"

	"likeness/autoencoder"
	"likeness/onnx"
)

// denoiser adds a model without a code: what autoencoder.Model.Reconstruct does, but that the level of the noise is
// the caller's to say (pix.NoiseLevel estimates it).
func (g *graph) denoiser(m *autoencoder.Model) error {
	if part := g.opt.part(); part != Whole {
		return fmt.Errorf("%w: it has no %s of its own", m.CheckCode(), part)
	}
	g.freeSize = !g.opt.FixedSize
	x := g.pictureInput(m.Encoder.Input)
	scaled, level := x, level{}
	if m.Level != 0 {
		level = g.level(m)
		scaled = g.each(x, func(t string) string { return g.node("Mul", "level/scaled", []string{t, level.factor}) })
	}
	y, err := g.look(m, scaled)
	if err != nil {
		return err
	}
	if m.Level != 0 {
		y = g.each(y, func(t string) string { return g.node("Mul", "level/unscaled", []string{t, level.inverse}) })
		change := g.pair("Sub", "level/change", y, x)
		part := g.each(change, func(t string) string { return g.node("Mul", "level/part", []string{t, level.share}) })
		y = g.pair("Add", "level/restored", x, part)
	}
	y = g.each(y, func(t string) string {
		return g.node("Clip", "limited", []string{t, g.number(-0.5), g.number(0.5)})
	})
	g.pictureOutput(y)
	return nil
}

// level has the names of what pictures are multiplied by, each (N, 1, 1, 1).
type level struct{ factor, inverse, share string }

// level adds what follows from the standard deviation of the noise.
func (g *graph) level(m *autoencoder.Model) level {
	g.taken[Sigma] = true
	g.inputs = append(g.inputs, onnx.Value{Name: Sigma, Type: onnx.Float, Dims: []onnx.Dim{{Param: "N"}}})
	sigma := g.node("Reshape", "level/sigma", []string{Sigma, g.whole("shape_1_1_1", -1, 1, 1, 1)})
	least := g.number(autoencoder.LeastLevel)
	unit := g.number(float32(m.Level))
	counted := g.node("Max", "level/counted", []string{sigma, least})
	ratio := g.node("Div", "level/ratio", []string{sigma, least})
	ratio = g.node("Clip", "level/ratio_limited", []string{ratio, g.number(0), g.number(1)})
	return level{
		factor:  g.node("Div", "level/factor", []string{unit, counted}),
		inverse: g.node("Div", "level/inverse", []string{counted, unit}),
		share:   g.node("Mul", "level/share", []string{ratio, ratio}),
	}
}

// look adds the network; with Mirror it adds it twice, and returns the mean of what it makes of pictures and, mirrored
// back, of the pictures mirrored left to right.
func (g *graph) look(m *autoencoder.Model, x *value) (*value, error) {
	y, _, err := g.network(m.Encoder, m.Encoder.Name, x, false)
	if err != nil || !m.Mirror {
		return y, err
	}
	mirrored, _, err := g.network(m.Encoder, "mirrored/"+m.Encoder.Name, g.mirror(x, "mirrored/picture"), false)
	if err != nil {
		return nil, err
	}
	sum := g.pair("Add", "mirrored/sum", y, g.mirror(mirrored, "mirrored/back"))
	return g.each(sum, func(t string) string { return g.node("Mul", "mirrored/mean", []string{t, g.number(0.5)}) }), nil
}

// mirror adds pictures mirrored left to right: the columns from the last to the first.
func (g *graph) mirror(x *value, name string) *value {
	columns := g.whole("axis_2", 2)
	if x.planes != "" {
		columns = g.whole("axis_3", 3)
	}
	return g.each(x, func(t string) string {
		return g.node("Slice", name, []string{t, g.whole("last", -1), g.whole("before_first", math.MinInt64), columns, g.whole("step_back", -1)})
	})
}
