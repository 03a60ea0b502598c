package exchange

import (
	"bytes"

	"likeness/autoencoder"
	"likeness/pytorch"
)

// pytorchFiles makes a state dict and the module that reads it. Python imports the module, so both have a name that it can import.
func pytorchFiles(m *autoencoder.Model, name string, _ ExportOptions) (files []product, left []string, err error) {
	name = pytorch.ModuleName(name)
	state := name + ".torch.safetensors"
	f, err := pytorch.State(m)
	if err != nil {
		return nil, nil, err
	}
	var b bytes.Buffer
	if err := f.Write(&b); err != nil {
		return nil, nil, err
	}
	text, err := pytorch.Module(m, name, state)
	if err != nil {
		return nil, nil, err
	}
	files = []product{
		{Written: Written{Path: name + ".py", What: "a module that rebuilds the model from torch alone"}, use: pytorch.Use(m, name), language: "python", data: text, check: checkMarked(pytorch.Made, "module")},
		{Written: Written{Path: state, What: "the weights, a state dict that the module loads"}, data: b.Bytes(), check: checkState},
	}
	if m.Correction != nil {
		left = append(left, "In PyTorch, too, codes are corrected by encode; no gradient leads through that. To train, use encoder and decoder.")
	}
	if m.Decoder == nil {
		if m.Level != 0 {
			left = append(left, "The module does not estimate the noise: its argument sigma is for the caller to say.")
		}
		left = append(left, "The module takes a picture in one piece: it does not cut large ones into tiles, nor extend sides that are not divisible by 4.")
	}
	return files, left, nil
}
