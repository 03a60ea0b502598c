package main

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"

	"likeness/autoencoder"
)

// program is a command that runs this program in a folder.
func program(dir string, args ...string) *exec.Cmd {
	exe, err := os.Executable()
	if err != nil {
		panic(err)
	}
	return &exec.Cmd{
		Path: exe, Args: append([]string{"likeness"}, args...), Dir: dir, // see testscript.Main
		Env: append(os.Environ(), "LIKENESS_CACHE="+filepath.Join(dir, "cache")),
	}
}

// must runs a command that must go well and returns its stdout.
func must(t *testing.T, c *exec.Cmd) []byte {
	t.Helper()
	var stderr bytes.Buffer
	c.Stderr = &stderr
	out, err := c.Output()
	if err != nil {
		t.Fatalf("%q: %v\n%s", c.Args, err, &stderr)
	}
	return out
}

// fingerprint is that of a model file.
func fingerprint(t *testing.T, dir, model string) string {
	t.Helper()
	var s autoencoder.Info
	if err := json.Unmarshal(must(t, program(dir, "summary", model, "--json")), &s); err != nil {
		t.Fatal(err)
	}
	return s.Fingerprint
}

// A run that is interrupted saves, says how to go on and exits with 130; the
// very command that it prints ends in the same weights as a run in one piece.
func TestInterruptAndResume(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("Windows has no way to send Ctrl-C to one process")
	}
	for _, sig := range []os.Signal{os.Interrupt, syscall.SIGTERM} {
		t.Run(sig.String(), func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			args := []string{"train", "denoise", "--data", "drawn:40x4", "--size", "16", "--code", "16", "--epochs", "30", "--occlude", "1x6", "--threads", "2"}
			must(t, program(dir, append(args, "--out", "whole.safetensors", "--quiet")...))

			var stderr bytes.Buffer
			c := program(dir, append(args, "--out", "it's.safetensors", "--log", "log.jsonl")...)
			c.Stderr = &stderr
			if err := c.Start(); err != nil {
				t.Fatal(err)
			}
			waitFor(t, filepath.Join(dir, "log.jsonl"), `"epoch":1`)
			if err := c.Process.Signal(sig); err != nil {
				t.Fatal(err)
			}
			_ = c.Wait() // the exit code is looked at instead
			if code := c.ProcessState.ExitCode(); code != exitInterrupted {
				t.Fatalf("exit code %d, want %d\n%s", code, exitInterrupted, &stderr)
			}
			if _, err := os.Stat(filepath.Join(dir, "it's.safetensors")); err == nil {
				t.Error("an interrupted run left a model")
			}
			_, how, ok := strings.Cut(stderr.String(), "Go on with:\n  likeness ")
			if !ok || !strings.Contains(stderr.String(), "Ctrl-C again") {
				t.Fatalf("stderr does not say how to go on:\n%s", &stderr)
			}
			exe, err := os.Executable()
			if err != nil {
				t.Fatal(err)
			}
			resume := program(dir)
			resume.Path = "/bin/sh" // the command must be safe to paste
			resume.Args = []string{"sh", "-c", `likeness() { (exec -a likeness "$exe" "$@"); }; likeness ` + strings.TrimSpace(how)}
			if bash, err := exec.LookPath("bash"); err == nil { // sh may not know exec -a
				resume.Path, resume.Args[0] = bash, "bash"
			}
			resume.Env = append(resume.Env, "exe="+exe)
			must(t, resume)
			if got, want := fingerprint(t, dir, "it's.safetensors"), fingerprint(t, dir, "whole.safetensors"); got != want {
				t.Errorf("the resumed run gave the model %s, the one in one piece %s", got, want)
			}
		})
	}
}

// A second Ctrl-C ends the program at once, whatever it is doing.
func TestSecondInterrupt(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("Windows has no way to send Ctrl-C to one process")
	}
	t.Parallel()
	dir := t.TempDir()
	// The yardsticks of larger pictures take longer than the test.
	c := program(dir, "train", "pca", "--data", "drawn:40x4", "--size", "64", "--code", "500", "--epochs", "400")
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	waitFor(t, filepath.Join(dir, "pca-500.safetensors.checkpoint"), "")
	for range 2 {
		if err := c.Process.Signal(os.Interrupt); err != nil {
			t.Fatal(err)
		}
		time.Sleep(20 * time.Millisecond) // two signals in one moment would count as one
	}
	_ = c.Wait() // the exit code is looked at instead
	if code := c.ProcessState.ExitCode(); code != exitInterrupted {
		t.Fatalf("exit code %d, want %d", code, exitInterrupted)
	}
}

// waitFor waits until a file holds some text.
func waitFor(t *testing.T, path, text string) {
	t.Helper()
	for range 3000 {
		if b, err := os.ReadFile(path); err == nil && strings.Contains(string(b), text) {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Fatalf("%s never held %q", path, text)
}
