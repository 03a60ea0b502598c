package exchange

import (
	"fmt"
	"strings"

	"likeness/autoencoder"
	"likeness/internal/regularfile"
	"likeness/keras"
	"likeness/pytorch"
)

// kerasFiles makes files of weights of each network, in the layouts of Keras 2 and of Keras 3,
// and a module that declares them.
func kerasFiles(m *autoencoder.Model, name string, _ ExportOptions) (files []product, left []string, err error) {
	module := pytorch.ModuleName(name) + "_keras"
	var parts []keras.Part
	var branching []string
	for _, n := range m.Networks() {
		kind := "the " + n.Name
		if m.Decoder == nil {
			kind = "the denoiser"
		}
		data, err := keras.LegacyWeights(n)
		if err != nil {
			return nil, nil, err
		}
		path := name + "." + n.Name + ".h5"
		parts = append(parts, keras.Part{Network: n, Weights: path})
		files = append(files, product{Written: Written{Path: path, What: "weights of " + kind + ", for Keras 2 and 3"}, data: data, check: checkKeras})
		if keras.Branches(n) {
			branching = append(branching, n.Name)
			continue
		}
		if data, err = keras.Weights3(n); err != nil {
			return nil, nil, err
		}
		files = append(files, product{Written: Written{Path: name + "." + n.Name + ".weights.h5", What: "the same in the layout of Keras 3"}, data: data, check: checkKeras})
	}
	text, err := keras.Module(module, parts, aboutKeras(m))
	if err != nil {
		return nil, nil, err
	}
	files = append(files, product{
		Written: Written{Path: module + ".py", What: "a module that declares the networks in Keras and loads their weights"},
		use:     useKeras(m, module), language: "python", data: text, check: checkMarked(keras.Made, "module for Keras"),
	})
	if len(branching) > 0 {
		left = append(left, fmt.Sprintf("Ways part and meet again in the %s, so there is no .weights.h5 of it: its layers are known by their names, in the .h5 file.", strings.Join(branching, " and the ")))
	}
	return files, append(left, leftOutOfKeras(m)...), nil
}

// leftOutOfKeras says what a model does beside its layers.
func leftOutOfKeras(m *autoencoder.Model) (left []string) {
	if m.Correction != nil {
		left = append(left, "The codes are the encoder's own, without the model's correction: indexes and atlases of the model hold others.")
	}
	if m.Level != 0 {
		left = append(left, fmt.Sprintf("Pictures are for the caller to scale: with noise of standard deviation s, by %g/s for the network, and back.", m.Level))
	}
	if m.Mirror {
		left = append(left, "The mirror image is for the caller to restore as well, and to take the mean of both.")
	}
	return left
}

// aboutKeras returns lines for the head of a module.
func aboutKeras(m *autoencoder.Model) []string {
	about := []string{
		fmt.Sprintf("Model %s, architecture %s.", m.Fingerprint(), m.Arch),
		fmt.Sprintf("Pictures are float32 (N, %d, %d, 3), RGB, byte / 255 - 0.5.", m.Prep.H, m.Prep.W),
	}
	return append(about, leftOutOfKeras(m)...)
}

// useKeras returns a program that uses a module.
func useKeras(m *autoencoder.Model, module string) string {
	lines := []string{
		"import numpy", "from PIL import Image", "import " + module,
		fmt.Sprintf("picture = Image.open(\"face.png\").convert(\"RGB\").resize((%d, %d))", m.Prep.W, m.Prep.H),
		"x = numpy.asarray(picture, numpy.float32)[None] / 255 - 0.5",
	}
	if m.Decoder == nil {
		return strings.Join(append(lines, "denoiser = "+module+".load()", "y = denoiser.predict(x)"), "\n")
	}
	return strings.Join(append(lines, "encoder, decoder = "+module+".load()", "code = encoder.predict(x)", "y = decoder.predict(code)"), "\n")
}

// checkKeras lets weights of Keras take the place of such as this program wrote: those of
// others were trained, and may be all that is left of it.
func checkKeras(path string) error {
	head, err := regularfile.Head(path, 1)
	if err != nil || len(head) == 0 {
		return err
	}
	if m, err := keras.Open(path); err != nil || !m.Own {
		return notReplaced(path, "file of weights that this program wrote for Keras")
	}
	return nil
}
