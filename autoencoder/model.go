// Package autoencoder has the models: an encoder that turns a picture into a code, a few
// numbers, and a decoder that turns a code into a picture again.
//
// Pictures are float32 in [-0.5, 0.5], (N, H, W, 3); codes are float32, (N, Code). Open
// reads a trained model. Encode, Decode and Reconstruct work on such numbers,
// ReconstructImages and ReconstructListing on pictures and files. A Denoiser restores
// pictures, of any size with a model without a code.
package autoencoder

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"errors"
	"math"
	"strings"

	"likeness/internal/kernel"
	"likeness/nn"
	"likeness/pix"
)

// Model is an autoencoder with everything that is needed to use it again.
type Model struct {
	Arch string   // one of Architectures, or the name of a model made elsewhere
	Code int      // numbers in a code; 0 for a denoiser that has none
	Prep pix.Prep // how photographs become inputs; W and H are the size

	// Level is the standard deviation that a denoiser's inputs are scaled to have for their
	// noise; 0: inputs are not scaled.
	Level float64
	// Mirror makes a denoiser process every picture twice, as it is and mirrored left to
	// right, and return the mean of the two, in twice the time.
	Mirror bool

	// Correction improves the codes of the encoder's network; nil: none.
	Correction *Correction

	// A model without a code is its encoder alone, from picture to picture.
	Encoder, Decoder *nn.Network

	// Training says how the weights came about; nil for a new model.
	Training *Training

	new     bool // made by New, and Begin was not called
	foreign bool // its layers are not those that New gives the architecture
}

// New makes an untrained model for pictures of prep.H x prep.W. The weights
// follow from the seed alone. It fails when the architecture is unknown, or
// cannot have this size or code.
func New(arch string, prep pix.Prep, code int, seed uint64) (*Model, error) {
	encoderLayers, decoderLayers, err := declare(arch, prep.H, prep.W, code)
	if err != nil {
		return nil, err
	}
	encoder, decoder, err := build(encoderLayers, decoderLayers, prep.H, prep.W, code)
	if err != nil {
		return nil, err
	}
	encoder.Init(seed)
	if decoder != nil {
		decoder.Init(seed ^ decoderSeed)
	}
	return &Model{Arch: arch, Code: code, Prep: prep, Encoder: encoder, Decoder: decoder, new: true}, nil
}

// Networks returns the networks that a picture passes through, in their order.
func (m *Model) Networks() []*nn.Network {
	if m.Decoder == nil {
		return []*nn.Network{m.Encoder}
	}
	return []*nn.Network{m.Encoder, m.Decoder}
}

// CheckCode returns an error for a model without a code, which says what the model is
// instead.
func (m *Model) CheckCode() error {
	if m.Decoder == nil {
		return errors.New("the model is a denoiser without a code: it restores pictures, but does not encode them")
	}
	return nil
}

// decoderSeed sets the decoder's random numbers apart from the encoder's.
const decoderSeed = 0x9e3779b97f4a7c15

// Values returns the number of values in one picture, H*W*3.
func (m *Model) Values() int { return m.Encoder.Input.Size() }

// Encode returns the codes of the pictures in x, (N, Code): the encoder's answers,
// corrected where the model has a Correction. As everything here that runs a network, it
// uses parallel.Threads(ctx) threads, returns the same bits for any number of them, and
// fails when ctx ends. It also fails for a model without a code, see CheckCode.
func (m *Model) Encode(ctx context.Context, x []float32) ([]float32, error) {
	if err := m.CheckCode(); err != nil {
		return nil, err
	}
	codes, err := m.Encoder.Predict(ctx, x)
	if err == nil && m.Correction != nil {
		err = m.correct(ctx, x, codes)
	}
	if err != nil {
		return nil, err
	}
	return codes, nil
}

// Decode returns the pictures of codes, (N, H, W, 3). Values may lie a little outside
// [-0.5, 0.5]. It fails when ctx ends, and for a model without a code.
func (m *Model) Decode(ctx context.Context, codes []float32) ([]float32, error) {
	if err := m.CheckCode(); err != nil {
		return nil, err
	}
	return m.Decoder.Predict(ctx, codes)
}

// Piece returns the number of pictures to give a model at once where there are many: 512
// of 32x32, fewer of larger ones, which bounds the memory and the time until a cancelled
// context is noticed.
func (m *Model) Piece() int { return max(8, 512*32*32*3/m.Values()) }

// Reconstruct returns the pictures in x as the whole model reconstructs them. The values of
// a model without a code lie in [-0.5, 0.5], those of others may lie a little outside.
func (m *Model) Reconstruct(ctx context.Context, x []float32) ([]float32, error) {
	if m.Decoder == nil {
		return m.denoise(ctx, x)
	}
	codes, err := m.Encode(ctx, x)
	if err != nil {
		return nil, err
	}
	return m.Decode(ctx, codes)
}

// MSE returns the mean squared error between the reconstructions of the pictures in x
// and target, which is x itself for a plain autoencoder and the clean pictures for a
// denoiser. It panics when x and target are not equally long.
func (m *Model) MSE(ctx context.Context, x, target []float32) (float64, error) {
	if len(x) != len(target) || len(x) == 0 {
		panic("autoencoder: MSE: pictures and targets are not equally many")
	}
	sum, step := 0.0, m.Piece()*m.Values()
	for i := 0; i < len(x); i += step {
		end := min(i+step, len(x))
		y, err := m.Reconstruct(ctx, x[i:end])
		if err != nil {
			return 0, err
		}
		sum += kernel.SquaredError(y, target[i:end])
	}
	return sum / float64(len(x)), nil
}

// Fingerprint returns a name of the model by its contents: architecture, preparation and
// weights. Codes of models with different fingerprints do not compare.
func (m *Model) Fingerprint() string {
	h := sha256.New()
	_ = binary.Write(h, binary.LittleEndian, []int64{int64(m.Prep.W), int64(m.Prep.H), int64(m.Prep.DX), int64(m.Prep.DY), int64(m.Code)})
	h.Write([]byte(m.Arch))
	if m.Prep.Auto {
		h.Write([]byte("auto"))
	}
	if p := m.Prep; p.Whole || p.Square || p.Rect != (pix.Rect{}) { // of which older files know nothing
		_ = json.NewEncoder(h).Encode(p)
	}
	if m.Level != 0 {
		_ = binary.Write(h, binary.LittleEndian, m.Level)
	}
	if m.Mirror {
		h.Write([]byte("mirror"))
	}
	if m.foreign { // weights in other layers make another model
		_ = json.NewEncoder(h).Encode(m.layerTables())
	}
	arrays := [][]float32{}
	if c := m.Correction; c != nil {
		_ = binary.Write(h, binary.LittleEndian, int64(c.Steps))
		arrays = append(arrays, c.Matrix)
	}
	for _, n := range m.Networks() {
		arrays = append(arrays, n.Weights())
	}
	for _, a := range arrays {
		b := make([]byte, 0, 4*len(a))
		for _, v := range a {
			b = binary.LittleEndian.AppendUint32(b, math.Float32bits(v))
		}
		h.Write(b)
	}
	return hex.EncodeToString(h.Sum(nil)[:8])
}

// Summary returns the layer tables of encoder and decoder as Keras prints them.
func (m *Model) Summary() string {
	var tables []string
	for _, n := range m.Networks() {
		tables = append(tables, n.Summary())
	}
	return strings.Join(tables, "\n")
}
