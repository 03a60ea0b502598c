package export

import (
	"likeness/autoencoder"
	"likeness/nn"
)

// autoencoder adds the part of a model with a code.
func (g *graph) autoencoder(m *autoencoder.Model) error {
	part := g.opt.part()
	var code *value
	if part == Decoder {
		code = g.input(Code, nn.Shape{m.Code})
	} else {
		var err error
		if code, err = g.encode(m, g.pictureInput(m.Encoder.Input)); err != nil {
			return err
		}
	}
	if part == Encoder {
		g.output(Code, code)
		return nil
	}
	y, _, err := g.network(m.Decoder, m.Decoder.Name, code, false)
	if err != nil {
		return err
	}
	g.pictureOutput(y)
	return nil
}

// encode adds what Model.Encode does.
func (g *graph) encode(m *autoencoder.Model, picture *value) (*value, error) {
	code, _, err := g.network(m.Encoder, m.Encoder.Name, picture, false)
	if err != nil || m.Correction == nil || g.opt.Uncorrected {
		return code, err
	}
	return g.correct(m, picture, code)
}
