package pytorch_test

import (
	"strings"
	"testing"

	"likeness/autoencoder"
	"likeness/pytorch"
)

// The module has the model's layers by their names, reads the file that was named, and has no more than it needs.
func TestModule(t *testing.T) {
	m := made(t, "conv", 24)
	text := string(must(pytorch.Module(m, "conv_24", "conv_24.torch.safetensors"))(t))
	for _, want := range []string{
		`"""conv_24: an autoencoder: pictures of 32x32 become 24 numbers and pictures again. Written by likeness.`,
		"    import conv_24\n", `with_name("conv_24.torch.safetensors")`, m.Fingerprint(),
		"            conv2d_1=Conv2d(32, 64, 3, 1),\n            conv2d_1_elu=nn.ELU(),\n", "dense=nn.Linear(1024, 24)", "def decode(self, code)",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("no %q in\n%s", want, text)
		}
	}
	for _, not := range []string{"class Add", "autograd", "sigma"} {
		if strings.Contains(text, not) {
			t.Errorf("%q in a module that does not need it", not)
		}
	}
	for _, line := range strings.Split(text, "\n") {
		if len(line) > 130 || strings.TrimRight(line, " ") != line {
			t.Errorf("line %q", line)
		}
	}
	denoiser := made(t, autoencoder.Residual, 0)
	denoiser.Level = autoencoder.UnitNoise
	text = string(must(pytorch.Module(denoiser, "d", "d.safetensors"))(t))
	for _, want := range []string{"def forward(self, x, sigma)", "sigma.clamp(min=0.01)", "x * (2.5 / counted)"} {
		if !strings.Contains(text, want) {
			t.Errorf("no %q in\n%s", want, text)
		}
	}
}

func TestModuleName(t *testing.T) {
	for name, want := range map[string]string{"conv-32": "conv_32", "32": "model_32", "": "model_", "a.b": "a_b", "größe": "gr__e", "torch": "torch_model", "class": "class_model"} {
		if got := pytorch.ModuleName(name); got != want {
			t.Errorf("%q: %q, expected %q", name, got, want)
		}
	}
}
