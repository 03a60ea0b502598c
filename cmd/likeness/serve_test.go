package main

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"reflect"
	"strings"
	"testing"
	"time"

	"likeness/cmd/likeness/internal/console"
	"likeness/web"
	"likeness/workspace"
)

// verbJSON is what a command line prints with --json.
func verbJSON(t *testing.T, args ...string) map[string]any {
	t.Helper()
	var out, errs bytes.Buffer
	if code := run(append(args, "--json"), &out, &errs); code != exitDone {
		t.Fatalf("%v: exit code %d: %s%s", args, code, &out, &errs)
	}
	var v map[string]any
	if err := json.Unmarshal(out.Bytes(), &v); err != nil {
		t.Fatal(err)
	}
	return v
}

// The API returns what the verbs print: the same keys and values.
func TestServeIsTheVerbs(t *testing.T) {
	dir := t.TempDir()
	t.Chdir(dir)
	t.Setenv("LIKENESS_CACHE", t.TempDir())
	verbJSON(t, "index", "--data", "drawn:5x3", "--out", "drawn.index.safetensors")
	work, err := workspace.Open(dir, workspace.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer work.Close()
	s, err := web.New(web.Options{Workspace: work})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	h := s.Handler("here")
	ask := func(method, path string, body any) (v map[string]any) {
		t.Helper()
		text, err := json.Marshal(body)
		if err != nil {
			t.Fatal(err)
		}
		r := httptest.NewRequest(method, path, bytes.NewReader(text))
		r.Host = "here"
		r.Header.Set("Content-Type", "application/json")
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		if w.Code >= 300 {
			t.Fatalf("%s %s: %d %s", method, path, w.Code, w.Body)
		}
		if err := json.Unmarshal(w.Body.Bytes(), &v); err != nil {
			t.Fatal(err)
		}
		return v
	}
	// result waits for a task.
	result := func(task map[string]any) map[string]any {
		t.Helper()
		for end := time.Now().Add(time.Minute); time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
			if now := ask("GET", "/api/tasks/"+task["id"].(string), nil); now["state"] == "done" {
				return now["result"].(map[string]any)
			}
		}
		t.Fatal("the task does not end")
		return nil
	}
	members := ask("GET", "/api/members?index=drawn.index.safetensors", nil)["members"].([]any)
	id := members[0].(map[string]any)["id"].(string)
	query := url.Values{"index": {"drawn.index.safetensors"}, "id": {id}, "k": {"7"}}
	same(t, "search", ask("GET", "/api/search?"+query.Encode(), nil), verbJSON(t, "search", "drawn.index.safetensors", "--id", id, "-k", "7"))
	same(t, "dupes", result(ask("POST", "/api/copies", map[string]any{"index": "drawn.index.safetensors"})), verbJSON(t, "dupes", "drawn.index.safetensors"))
	again := verbJSON(t, "index", "--data", "drawn:4x2", "--out", "other.index.safetensors", "--fresh")
	delete(again, "model") // what the verb was given
	delete(again, "part")
	delete(again, "pictures")
	again["index"] = "drawn-4x2.index.safetensors"
	same(t, "index", result(ask("POST", "/api/index", map[string]any{"pictures": "drawn:4x2"})), again)
}

// same compares two answers, ids of their groups in any order aside.
func same(t *testing.T, verb string, api, verbs map[string]any) {
	t.Helper()
	for key := range verbs {
		if !reflect.DeepEqual(api[key], verbs[key]) {
			t.Errorf("%s: %s is %v in the API, the verb prints %v", verb, key, api[key], verbs[key])
		}
	}
	for key := range api {
		if _, ok := verbs[key]; !ok && key != "$schema" {
			t.Errorf("%s: only the API has %s: %v", verb, key, api[key])
		}
	}
}

// The program serves until it is interrupted, prints where, and refuses what is not safe.
func TestServe(t *testing.T) {
	t.Setenv("LIKENESS_CACHE", t.TempDir())
	for _, args := range [][]string{
		{"serve", "--addr", "0.0.0.0:0"}, {"serve", "--addr", "nowhere"}, {"serve", "--token", "short"}, {"serve", "a", "b"}, {"serve", "--log", "loud"},
	} {
		var out, errs bytes.Buffer
		if code := run(append(args, "--quiet"), &out, &errs); code != exitUsage {
			t.Errorf("%v: exit code %d: %s", args, code, &errs)
		}
	}
	var out, errs bytes.Buffer
	if code := run([]string{"serve", t.TempDir() + "/nowhere"}, &out, &errs); code != exitFailed || !strings.Contains(errs.String(), "nowhere") {
		t.Errorf("no folder: exit code %d: %s", code, &errs)
	}
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- serveIn(ctx, w, t.TempDir()) }()
	text := make([]byte, 4096)
	n, err := r.Read(text)
	if err != nil {
		t.Fatal(err)
	}
	_, address, _ := strings.Cut(string(text[:n]), "http://")
	address, _, _ = strings.Cut("http://"+address, "\n")
	a, err := http.Get(address + "healthz")
	if err != nil {
		t.Fatalf("%q: %v", text[:n], err)
	}
	body, _ := io.ReadAll(a.Body)
	a.Body.Close()
	if string(body) != "ok\n" {
		t.Errorf("alive: %q", body)
	}
	stop()
	if err := <-ended; err != nil {
		t.Errorf("interrupted: %v", err)
	}
}

// serveIn is what 'serve FOLDER' does, with its words on stderr.
func serveIn(ctx context.Context, stderr io.Writer, folder string) error {
	a := &app{Console: console.New(nil, io.Discard, stderr)}
	return a.serve(ctx, folder, &serveFlags{addr: "127.0.0.1:0"})
}
