package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// block is a piece of a page that is run.
type block struct{ language, text string }

// blocks returns the fenced pieces of a page.
func blocks(t *testing.T, page string) []block {
	t.Helper()
	text, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	var found []block
	for i, part := range strings.Split(string(text), "```") {
		if i%2 == 1 {
			language, code, _ := strings.Cut(part, "\n")
			found = append(found, block{language, code})
		}
	}
	return found
}

// handover runs the pieces of docs/HANDOVER.md one after the other in a folder.
func handover(t *testing.T, python func(dir, code string)) {
	dir := t.TempDir()
	for _, name := range []string{"encoder.h5", "decoder.h5"} {
		data, err := os.ReadFile(filepath.Join("..", "..", "keras", "testdata", name))
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, name), data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	lines := 0
	for _, b := range blocks(t, filepath.Join("..", "..", "docs", "HANDOVER.md")) {
		switch b.language {
		case "python":
			python(dir, b.text)
		case "sh":
			for line := range strings.Lines(b.text) {
				words := strings.Fields(line)
				if len(words) == 0 || words[0] != "likeness" {
					t.Fatalf("the line %q is not one of the program", line)
				}
				lines++
				c := exec.CommandContext(t.Context(), "likeness", words[1:]...) // where testscript.Main puts it
				c.Dir, c.Env = dir, append(os.Environ(), "LIKENESS_CACHE="+filepath.Join(dir, "cache"))
				if out, err := c.CombinedOutput(); err != nil {
					t.Fatalf("%s: %v\n%s", strings.TrimSpace(line), err, out)
				}
			}
		}
	}
	if lines < 16 {
		t.Errorf("only %d lines were run", lines)
	}
	for _, name := range []string{"back_keras.py", "back.encoder.h5", "back.py", "back.torch.safetensors", "codes.projector/vectors.tsv"} {
		if _, err := os.Stat(filepath.Join(dir, name)); err != nil {
			t.Error(err)
		}
	}
}

// The page runs; what Python would write stands in for it.
func TestHandover(t *testing.T) {
	if testing.Short() {
		t.Skip("the rooms below are tested by themselves")
	}
	handover(t, func(dir, code string) {
		if !strings.Contains(code, "net.safetensors") {
			return
		}
		c := exec.CommandContext(t.Context(), "likeness", "export", "conv", "--format", "pytorch", "--out", "net")
		c.Dir = dir
		if out, err := c.CombinedOutput(); err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
		if err := os.Rename(filepath.Join(dir, "net.torch.safetensors"), filepath.Join(dir, "net.safetensors")); err != nil {
			t.Fatal(err)
		}
	})
}

// The page runs with PyTorch. Debian has no safetensors for Python, so a stand-in writes the state dict.
func TestForeignHandover(t *testing.T) {
	if os.Getenv("LIKENESS_FOREIGN") == "" {
		t.Skip("LIKENESS_FOREIGN is not set: PyTorch is not asked")
	}
	modules, err := filepath.Abs(filepath.Join("testdata", "python"))
	if err != nil {
		t.Fatal(err)
	}
	handover(t, func(dir, code string) {
		c := exec.CommandContext(t.Context(), "/usr/bin/python3", "-c", code)
		c.Dir, c.Env = dir, append(os.Environ(), "PYTHONPATH="+modules)
		out, err := c.CombinedOutput()
		if err != nil {
			t.Fatalf("%v\n%s\n%s", err, code, out)
		}
		if strings.Contains(code, "back.load") && !strings.Contains(string(out), "torch.Size([1, 12])") {
			t.Errorf("the model that came back gives %s", out)
		}
	})
}
