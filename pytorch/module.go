package pytorch

import (
	"embed"
	"fmt"
	"slices"
	"strings"

	"likeness/autoencoder"
)

//go:embed parts
var parts embed.FS

// Made is in the head of every module, by which a later one may take its place.
const Made = "Written by likeness."

// ModuleName returns a name that Python can import, for a model of another name.
func ModuleName(name string) string {
	name = strings.Map(func(r rune) rune {
		if r == '_' || r >= '0' && r <= '9' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' {
			return r
		}
		return '_'
	}, name)
	switch {
	case name == "" || name[0] >= '0' && name[0] <= '9':
		return "model_" + name
	case slices.Contains(takenNames, name):
		return name + "_model"
	}
	return name
}

// takenNames are Python's keywords, and modules that a module of this name would hide from itself and its users.
var takenNames = strings.Fields(`False None True and as assert async await break class continue def del elif else except finally for from
	global if import in is lambda nonlocal not or pass raise return try while with yield
	collections json pathlib struct sys os torch torchvision numpy PIL safetensors onnx onnxruntime keras tensorflow`)

// Module returns the text of a Python module that rebuilds the model from torch alone and reads the file state beside it.
// It fails for a layer that it has no text for.
func Module(m *autoencoder.Model, name, state string) ([]byte, error) {
	w := &writer{}
	w.add("head", strings.NewReplacer(
		"NAME", name, "STATE", state, "FINGERPRINT", m.Fingerprint(), "WHAT", what(m), "USE", indent(Use(m, name), "    "),
	))
	w.part("read")
	for _, n := range m.Networks() {
		for _, l := range layersOf(n.Name, n.LayerTable(), n.Input) {
			if err := w.need(l); err != nil {
				return nil, fmt.Errorf("layer %q of the %s: %w", l.Name, n.Name, err)
			}
		}
	}
	w.text.WriteString("\n\nclass Model(nn.Module):\n    def __init__(self):\n        super().__init__()\n")
	for _, n := range m.Networks() {
		fmt.Fprintf(&w.text, "        self.%s = ", n.Name)
		w.chain(tree(n.Name, n.LayerTable(), n.Input), "        ")
		w.text.WriteString("\n")
	}
	numbers := strings.NewReplacer("LEAST", fmt.Sprint(autoencoder.LeastLevel), "LEVEL", fmt.Sprint(m.Level), "SHARE", fmt.Sprint(autoencoder.CorrectionShare))
	switch {
	case m.Decoder != nil && m.Correction != nil:
		fmt.Fprintf(&w.text, "        self.register_buffer(%q, torch.zeros(%d, %d))\n", correctionName, m.Code, m.Code)
		w.add("corrected", strings.NewReplacer("SHARE", fmt.Sprint(autoencoder.CorrectionShare), "STEPS", fmt.Sprint(m.Correction.Steps)))
	case m.Decoder != nil:
		w.add("plain", numbers)
	default:
		look := "denoiser_look"
		if m.Mirror {
			look = "denoiser_mirror"
		}
		w.add(look, numbers)
		denoise := "denoiser_plain"
		if m.Level != 0 {
			denoise = "denoiser_level"
		}
		w.add(denoise, numbers)
	}
	return []byte(w.text.String()), w.err
}

// Use returns lines of Python that use the module.
func Use(m *autoencoder.Model, name string) string {
	lines := []string{"import " + name, "model = " + name + ".load()"}
	switch {
	case m.Decoder == nil && m.Level != 0:
		lines = append(lines, "y = model(x, 0.1)  # x: float32 (N, 3, H, W), byte / 255 - 0.5, RGB; 0.1: the noise's standard deviation")
	case m.Decoder == nil:
		lines = append(lines, "y = model(x)  # x: float32 (N, 3, H, W), byte / 255 - 0.5, RGB")
	default:
		lines = append(lines, fmt.Sprintf("code = model.encode(x)  # x: float32 (N, 3, %d, %d), byte / 255 - 0.5, RGB", m.Prep.H, m.Prep.W), "y = model.decode(code)")
	}
	return strings.Join(lines, "\n")
}

func what(m *autoencoder.Model) string {
	if m.Decoder == nil {
		return "a denoiser for pictures of any size whose sides are divisible by 4"
	}
	return fmt.Sprintf("an autoencoder: pictures of %dx%d become %d numbers and pictures again", m.Prep.W, m.Prep.H, m.Code)
}

func indent(text, by string) string { return by + strings.ReplaceAll(text, "\n", "\n"+by) }

// writer puts a module together.
type writer struct {
	text strings.Builder
	has  map[string]bool // parts that are there
	err  error           // the first
}

// add appends a part of Python with its words replaced.
func (w *writer) add(part string, words *strings.Replacer) {
	text, err := parts.ReadFile("parts/" + part + ".py")
	if err != nil && w.err == nil {
		w.err = err
	}
	w.text.WriteString(words.Replace(string(text)))
}

// part appends a part the first time that it is asked for.
func (w *writer) part(name string) {
	if w.has == nil {
		w.has = map[string]bool{}
	}
	if !w.has[name] {
		w.has[name] = true
		w.text.WriteString("\n\n")
		w.add(name, strings.NewReplacer())
	}
}

// chain writes layers that follow each other.
func (w *writer) chain(layers []layer, margin string) {
	if len(layers) == 0 {
		w.text.WriteString("nn.Identity()")
		return
	}
	w.text.WriteString("chain(\n")
	for _, l := range layers {
		fmt.Fprintf(&w.text, "%s    %s=", margin, l.Name)
		if l.Kind == "Add" {
			fmt.Fprintf(&w.text, "Add(\n%s        layers=", margin)
			w.chain(l.layers, margin+"        ")
			fmt.Fprintf(&w.text, ",\n%s        shortcut=", margin)
			w.chain(l.shortcut, margin+"        ")
			fmt.Fprintf(&w.text, ",\n%s    )", margin)
		} else {
			w.text.WriteString(l.python())
		}
		w.text.WriteString(",\n")
		if call, name, _ := activation(l.Activation); call != "" { // need has seen it
			fmt.Fprintf(&w.text, "%s    %s_%s=%s,\n", margin, l.Name, name, call)
		}
	}
	fmt.Fprintf(&w.text, "%s)", margin)
}
