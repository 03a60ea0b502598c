package main

import (
	"bytes"
	"net/http"
	"net/http/httptest"
	"os"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"
)

// Ctrl-C while a collection is written says what stays, and how to go on.
func TestInterruptPush(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("Windows has no way to send Ctrl-C to one process")
	}
	t.Parallel()
	dir := t.TempDir()
	asked, leave := make(chan struct{}), make(chan struct{})
	var once sync.Once
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { // one that hangs
		if r.URL.Path == "/v1/meta" {
			_, _ = w.Write([]byte(`{"version":"1.35.2"}`))
			return
		}
		once.Do(func() { close(asked) })
		select {
		case <-r.Context().Done():
		case <-leave:
		}
	}))
	defer server.Close()
	defer close(leave)
	must(t, program(dir, "index", "drawn:2x2", "--faces", "none", "--out", "x.safetensors"))
	run := program(dir, "index", "x.safetensors", "--to", "weaviate://"+strings.TrimPrefix(server.URL, "http://")+"/faces")
	var stderr bytes.Buffer
	run.Stderr = &stderr
	if err := run.Start(); err != nil {
		t.Fatal(err)
	}
	select {
	case <-asked:
	case <-time.After(time.Minute):
		t.Error("the server was not asked")
	}
	if err := run.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	_ = run.Wait() // the exit code is looked at instead
	if code := run.ProcessState.ExitCode(); code != exitInterrupted {
		t.Errorf("exit code %d, want %d", code, exitInterrupted)
	}
	if want := "interrupted; what was written to the collection stays, and the same command goes on from there"; !strings.Contains(stderr.String(), want) {
		t.Errorf("stderr says\n%s\nexpected %q", &stderr, want)
	}
}
