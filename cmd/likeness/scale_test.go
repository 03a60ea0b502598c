package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"image/png"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"
)

// The commands of docs/SCALE.md for several machines make the file that one machine makes: by hand, as a job array and as a
// Job with an index.
func TestScale(t *testing.T) {
	found := map[string]string{}
	for _, b := range blocks(t, filepath.Join("..", "..", "docs", "SCALE.md")) {
		if _, twice := found[b.language]; !twice {
			found[b.language] = b.text
		}
	}
	command := regexp.MustCompile(`(?m)^ *command: (\[.*\])$`).FindStringSubmatch(found["yaml"])
	if command == nil {
		t.Fatal("the Job has no command")
	}
	var words []string
	if err := json.Unmarshal([]byte(command[1]), &words); err != nil || len(words) != 3 {
		t.Fatalf("the command of the Job: %q, %v", words, err)
	}
	byHand, merge, _ := strings.Cut(found["sh"], "likeness index --merge")
	merge = "likeness index --merge" + merge
	var want []byte
	for _, way := range []struct {
		name, script, counter string
		first                 int
	}{{"by hand", byHand, "", 0}, {"Slurm", found["sh slurm"], "SLURM_ARRAY_TASK_ID", 1}, {"Kubernetes", words[2], "JOB_COMPLETION_INDEX", 0}} {
		dir := t.TempDir()
		for i := range 9 {
			var b bytes.Buffer
			if err := png.Encode(&b, blobs(60, 60, uint64(i))); err != nil {
				t.Fatal(err)
			}
			path := filepath.Join(dir, "photos", fmt.Sprintf("person %d", i%4), fmt.Sprintf("%d.png", i))
			if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(path, b.Bytes(), 0o666); err != nil {
				t.Fatal(err)
			}
			if err := os.Chtimes(path, time.Time{}, time.Date(2021, 2, 3, 4, 5, 6, 0, time.UTC)); err != nil {
				t.Fatal(err)
			}
		}
		if err := os.Mkdir(filepath.Join(dir, "parts"), 0o777); err != nil {
			t.Fatal(err)
		}
		run := func(script, variable string) {
			t.Helper()
			c := exec.CommandContext(t.Context(), "sh", "-e", "-c", script) // where likeness is, testscript.Main says
			c.Dir, c.Env = dir, append(os.Environ(), "LIKENESS_CACHE="+filepath.Join(dir, "cache"), variable)
			if out, err := c.CombinedOutput(); err != nil {
				t.Fatalf("%s: %s: %v\n%s", way.name, script, err, out)
			}
		}
		if script := strings.ReplaceAll(way.script, "index photos", "index photos --faces none"); way.counter == "" {
			run(script, "X=")
		} else {
			for n := range 3 {
				run(script, fmt.Sprintf("%s=%d", way.counter, way.first+n))
			}
		}
		run(merge, "X=")
		got, err := os.ReadFile(filepath.Join(dir, "photos.index.safetensors"))
		if err != nil {
			t.Fatal(err)
		}
		if want == nil {
			run("likeness index photos --faces none --out one.safetensors", "X=")
			if want, err = os.ReadFile(filepath.Join(dir, "one.safetensors")); err != nil {
				t.Fatal(err)
			}
		}
		if !bytes.Equal(got, want) {
			t.Errorf("%s: the parts join to another file than that of one machine", way.name)
		}
	}
}
