package main

import (
	"bytes"
	"fmt"
	"image/png"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"testing"
	"time"
)

// Ctrl-C while pictures are indexed, and a kill, leave a journal, and the same command goes on from there: to the file that
// nobody disturbs.
func TestInterruptIndex(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("Windows has no way to send Ctrl-C to one process")
	}
	t.Parallel()
	dir := t.TempDir()
	for i := range 900 {
		var b bytes.Buffer
		if err := png.Encode(&b, blobs(20, 20, uint64(i))); err != nil {
			t.Fatal(err)
		}
		path := filepath.Join(dir, "set", fmt.Sprintf("person %d", i%100), fmt.Sprintf("%d.png", i))
		if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, b.Bytes(), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	index := []string{"index", "finder", "set", "--faces", "none", "--out", "x.safetensors"}
	shard := []string{"index", "finder", "set", "--faces", "none", "--shard", "1/1", "--out", "part.safetensors"}
	for _, c := range []struct {
		args   []string
		signal os.Signal
		went   string // what is said when it goes on
	}{
		{index, os.Interrupt, `went on where an earlier run was stopped, with \d{3} files known`},
		{shard, os.Kill, `\d{3} files known from before; \d+ pictures encoded`},
	} {
		out := c.args[len(c.args)-1]
		var stderr bytes.Buffer
		run := program(dir, c.args...)
		run.Stderr = &stderr
		if err := run.Start(); err != nil {
			t.Fatal(err)
		}
		for deadline := time.Now().Add(5 * time.Minute); ; time.Sleep(5 * time.Millisecond) {
			found, _ := filepath.Glob(filepath.Join(dir, out+".*.partial"))
			if len(found) > 0 {
				if info, err := os.Stat(found[0]); err == nil && info.Size() > 1<<20 {
					break
				}
			}
			if time.Now().After(deadline) {
				t.Fatalf("no journal: %s", &stderr)
			}
		}
		if err := run.Process.Signal(c.signal); err != nil {
			t.Fatal(err)
		}
		_ = run.Wait() // the exit code is looked at instead
		if c.signal == os.Interrupt {
			if code := run.ProcessState.ExitCode(); code != exitInterrupted {
				t.Fatalf("exit code %d, want %d\n%s", code, exitInterrupted, &stderr)
			}
			if !regexp.MustCompile(`interrupted; what was found in \d{3} files is kept in x.safetensors.\w{8}.partial, and the same command goes on from there`).MatchString(stderr.String()) {
				t.Errorf("stderr says\n%s", &stderr)
			}
		}
		again, err := program(dir, c.args...).Output()
		if err != nil || !regexp.MustCompile(c.went).Match(again) {
			t.Errorf("%v: %s", err, again)
		}
	}
	must(t, program(dir, "index", "--merge", "part.safetensors", "--out", "joined.safetensors"))
	must(t, program(dir, "index", "finder", "set", "--faces", "none", "--out", "whole.safetensors"))
	whole, err := os.ReadFile(filepath.Join(dir, "whole.safetensors"))
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"x.safetensors", "joined.safetensors"} {
		if got, err := os.ReadFile(filepath.Join(dir, name)); err != nil || !bytes.Equal(got, whole) {
			t.Errorf("%s is another file than one that was not disturbed: %v", name, err)
		}
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if strings.Contains(e.Name(), ".partial") {
			t.Errorf("left behind: %s", e.Name())
		}
	}
}
