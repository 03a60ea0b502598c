package exchange_test

import (
	"archive/zip"
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"likeness/exchange"
)

// Files of others that are not read say what they are, and pickles what to do instead.
func TestImportWrongFiles(t *testing.T) {
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	if _, err := z.Create("net/data.pkl"); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	for want, data := range map[string]string{
		"is a PyTorch file with a pickle inside, which could run any program and is not opened (in Python, safetensors.torch.save_file": b.String(),
		"is perhaps a pickle, which could run any program": "\x80\x04K\x01.",
		"is a TensorFlow Lite model":                       "\x1c\x00\x00\x00TFL3\x00",
		"is a GGUF model":                                  "GGUF\x03\x00",
	} {
		path := filepath.Join(t.TempDir(), "net.pt")
		if err := os.WriteFile(path, []byte(data), 0o600); err != nil {
			t.Fatal(err)
		}
		_, err := exchange.Import(t.Context(), exchange.ImportOptions{Files: []string{path}, Out: filepath.Join(t.TempDir(), "out.safetensors")})
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want %s", err, want)
		}
	}
}

// A state dict keeps its name: the model has another one.
func TestDefaultOut(t *testing.T) {
	for want, files := range map[string][]string{"net-model.safetensors": {"a/net.safetensors"}, "net.safetensors": {"a/net.keras"}, "model.safetensors": {"a.h5", "b.h5"}} {
		if got := exchange.DefaultOut(files); got != want {
			t.Errorf("%q: %s, want %s", files, got, want)
		}
	}
}
