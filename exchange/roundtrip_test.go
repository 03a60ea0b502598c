package exchange_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"likeness/exchange"
)

// What left for PyTorch comes back as the very model.
func TestPyTorchAndBack(t *testing.T) {
	model := saved(t, nil)
	folder := t.TempDir()
	out, err := exchange.Export(t.Context(), exchange.ExportOptions{Model: model, Format: exchange.PyTorch, Out: filepath.Join(folder, "m-4")})
	if err != nil {
		t.Fatal(err)
	}
	back, err := exchange.Import(t.Context(), exchange.ImportOptions{Files: []string{out.Files[1].Path}, Out: filepath.Join(folder, "back.safetensors")})
	if err != nil {
		t.Fatal(err)
	}
	if back.Fingerprint != out.Fingerprint {
		t.Errorf("%s left, %s came back", out.Fingerprint, back.Fingerprint)
	}
}

// The lines of a card are a program that runs.
func TestForeignUse(t *testing.T) {
	if os.Getenv("LIKENESS_FOREIGN") == "" {
		t.Skip("set LIKENESS_FOREIGN=1 to run the programs of cards in PyTorch")
	}
	for _, model := range []string{"conv", "denoiser"} {
		folder := t.TempDir()
		if _, err := exchange.Export(t.Context(), exchange.ExportOptions{Model: model, Format: exchange.PyTorch, Out: filepath.Join(folder, "net")}); err != nil {
			t.Fatal(err)
		}
		card, err := os.ReadFile(filepath.Join(folder, "net.md"))
		if err != nil {
			t.Fatal(err)
		}
		_, program, _ := strings.Cut(string(card), "```python\n")
		program, _, ok := strings.Cut(program, "```")
		if !ok {
			t.Fatalf("no program in %s", card)
		}
		c := exec.CommandContext(t.Context(), "/usr/bin/python3", "-c", "import torch; x = torch.zeros(2, 3, 32, 32)\n"+program+"\nassert y.shape == x.shape")
		c.Dir = folder
		if out, err := c.CombinedOutput(); err != nil {
			t.Errorf("%s: %v\n%s\n%s", model, err, program, out)
		}
	}
}
