package exchange

import "likeness/autoencoder"

// format is a format that models leave in.
type format struct {
	name    Format
	about   string
	library string // that opens the files, for the card
	// make returns the files, whose names begin with name, and in sentences what they leave out of the model.
	make func(m *autoencoder.Model, name string, o ExportOptions) (files []product, left []string, err error)
	// beside returns the files of this model that an earlier export has left in a folder, and what they leave out.
	beside func(m *autoencoder.Model, folder, name string) (files []product, left []string)
}

// formats are all there are, in the order in which help lists them.
var formats = []format{
	{ONNX, "graphs for onnxruntime and others: NAME.encoder.onnx, NAME.decoder.onnx, NAME.onnx", "onnx", onnxFiles, besideONNX},
	{PyTorch, "a state dict, NAME.torch.safetensors, and a module that rebuilds the model: NAME.py", "pytorch", pytorchFiles, besidePyTorch},
	{Keras, "weights for Keras 2 and 3: NAME.encoder.h5, NAME.encoder.weights.h5 and the decoder's, and a module: NAME_keras.py", "keras", kerasFiles, besideKeras},
	{Card, "the model card alone: NAME.md", "likeness", func(*autoencoder.Model, string, ExportOptions) ([]product, []string, error) { return nil, nil, nil }, nil},
}

// Formats returns the formats that models leave in.
func Formats() []Format {
	var all []Format
	for _, f := range formats {
		all = append(all, f.name)
	}
	return all
}

// Describe returns what is written in a format, in words; empty for one that is not known.
func (f Format) Describe() string {
	for _, known := range formats {
		if known.name == f {
			return known.about
		}
	}
	return ""
}
