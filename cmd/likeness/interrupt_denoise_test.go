package main

import (
	"bytes"
	"image/png"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

// Ctrl-C in the middle of a large picture leaves what was mended before it, and
// nothing of itself.
func TestInterruptDenoise(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("Windows has no way to send Ctrl-C to one process")
	}
	t.Parallel()
	dir := t.TempDir()
	must(t, program(dir, "train", "denoise", "--arch", "residual", "--data", "drawn:24x3", "--size", "16", "--epochs", "1", "--out", "m.safetensors", "--quiet"))
	for name, side := range map[string]int{"a": 20, "b": 3000} {
		var b bytes.Buffer
		if err := png.Encode(&b, blobs(side, side, 1)); err != nil {
			t.Fatal(err)
		}
		path := filepath.Join(dir, "in", name+".png")
		if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, b.Bytes(), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	var stderr bytes.Buffer
	c := program(dir, "denoise", "m.safetensors", "in", "--level", "0.1", "--out", "out")
	c.Stderr = &stderr
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	waitFor(t, filepath.Join(dir, "out", "a-denoised.png"), "IEND")
	if err := c.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	_ = c.Wait() // the exit code is looked at instead
	if code := c.ProcessState.ExitCode(); code != exitInterrupted {
		t.Fatalf("exit code %d, want %d\n%s", code, exitInterrupted, &stderr)
	}
	if !strings.Contains(stderr.String(), "interrupted; 1 picture written before") {
		t.Errorf("stderr says\n%s", &stderr)
	}
	left, err := os.ReadDir(filepath.Join(dir, "out"))
	if err != nil || len(left) != 1 {
		t.Errorf("out holds %v (%v)", left, err)
	}
}
