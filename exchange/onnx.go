package exchange

import (
	"fmt"
	"strconv"
	"strings"

	"likeness/autoencoder"
	"likeness/onnx"
	"likeness/onnx/export"
)

// onnxFiles makes a graph of each part that was asked for.
func onnxFiles(m *autoencoder.Model, name string, o ExportOptions) (files []product, left []string, err error) {
	parts := []export.Part{o.Part}
	switch {
	case o.Part != "" && o.Part != All:
	case m.Decoder == nil:
		parts = []export.Part{export.Whole}
	default:
		parts = []export.Part{export.Encoder, export.Decoder, export.Whole}
	}
	for _, part := range parts {
		g, err := export.Model(m, export.Options{
			Part: part, Pixels: o.Pixels, Layout: o.Layout, Uncorrected: o.Uncorrected, FixedSize: o.FixedSize, License: o.License, Version: o.Version,
		})
		if err != nil {
			return nil, nil, err
		}
		file := name + "." + string(part) + ".onnx"
		if part == export.Whole || len(parts) == 1 && strings.HasSuffix(o.Out, ".onnx") {
			file = name + ".onnx"
		}
		files = append(files, product{
			Written: Written{Path: file, What: partInWords(m, part, o), Inputs: ports(g.Graph.Inputs), Outputs: ports(g.Graph.Outputs)},
			use:     onnxUse(m, file, part, o), language: "python",
			data: g.Marshal(), check: checkONNX,
		})
	}
	return files, leftOutOfONNX(m, o), nil
}

// leftOutOfONNX says what the model does and its graphs do not.
func leftOutOfONNX(m *autoencoder.Model, o ExportOptions) (left []string) {
	if m.Correction != nil && o.Uncorrected {
		left = append(left, "The codes are the encoder's own, without the model's correction: indexes and atlases of the model hold others.")
	}
	if m.Decoder == nil {
		if m.Level != 0 {
			left = append(left, "The graph does not estimate the noise: its input sigma is for the caller to say.")
		}
		left = append(left, "The graph takes a picture in one piece: it does not cut large ones into tiles, nor extend sides that are not divisible by 4.")
	}
	return left
}

func partInWords(m *autoencoder.Model, part export.Part, o ExportOptions) string {
	switch {
	case m.Decoder == nil:
		return "the denoiser: pictures to pictures"
	case part == export.Decoder:
		return "the decoder: codes to pictures"
	case part == export.Encoder && m.Correction != nil && !o.Uncorrected:
		return "the encoder with the correction of its codes: pictures to codes"
	case part == export.Encoder:
		return "the encoder: pictures to codes"
	}
	return "the whole model: pictures to pictures"
}

// ports returns the inputs or outputs of a graph.
func ports(values []onnx.Value) []Port {
	var list []Port
	for _, v := range values {
		p := Port{Name: v.Name, Type: v.Type.String()}
		for _, d := range v.Dims {
			if d.Param != "" {
				p.Shape = append(p.Shape, d.Param)
			} else {
				p.Shape = append(p.Shape, strconv.FormatInt(d.Size, 10))
			}
		}
		list = append(list, p)
	}
	return list
}

// onnxUse returns a program that runs a graph.
func onnxUse(m *autoencoder.Model, file string, part export.Part, o ExportOptions) string {
	lines := []string{"import numpy, onnxruntime"}
	session := fmt.Sprintf("session = onnxruntime.InferenceSession(%q)", file)
	if part == export.Decoder {
		return strings.Join(append(lines, session,
			fmt.Sprintf("code = numpy.zeros((1, %d), numpy.float32)", m.Code),
			fmt.Sprintf("picture = session.run(None, {%q: code})[0]", export.Code)), "\n")
	}
	lines = append(lines, "from PIL import Image", session)
	open := `Image.open("face.png").convert("RGB")`
	if m.Decoder != nil || o.FixedSize {
		open += fmt.Sprintf(".resize((%d, %d))", m.Prep.W, m.Prep.H)
	}
	kind, after := "numpy.uint8", ""
	if !o.Pixels {
		kind, after = "numpy.float32", " / 255 - 0.5"
	}
	x := fmt.Sprintf("numpy.asarray(%s, %s)[None]%s", open, kind, after)
	if o.Layout == export.NCHW {
		x = fmt.Sprintf("numpy.asarray(%s, %s).transpose(2, 0, 1)[None]%s", open, kind, after)
	}
	inputs := fmt.Sprintf("{%q: x}", export.Picture)
	if m.Level != 0 {
		inputs = fmt.Sprintf("{%q: x, %q: numpy.array([0.1], numpy.float32)}", export.Picture, export.Sigma)
	}
	result := "reconstruction"
	if part == export.Encoder {
		result = "code"
	}
	return strings.Join(append(lines, "x = "+x, fmt.Sprintf("%s = session.run(None, %s)[0]", result, inputs)), "\n")
}
