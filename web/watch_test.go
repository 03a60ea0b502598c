package web

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"likeness/autoencoder"
	"likeness/dataset"
	"likeness/pix"
	"likeness/recipe"
	"likeness/runs"
	"likeness/workspace"
)

// watchServer serves a folder at a real address, for streams of events.
func watchServer(t *testing.T, folder string) (base string, end func()) {
	t.Helper()
	work, err := workspace.Open(folder, workspace.Options{Threads: 2})
	if err != nil {
		t.Fatal(err)
	}
	s, err := New(Options{Workspace: work, Threads: 2})
	if err != nil {
		t.Fatal(err)
	}
	h := httptest.NewUnstartedServer(nil)
	h.Config.Handler = s.Handler(h.Listener.Addr().String())
	h.Start()
	ended := false
	end = func() {
		if ended {
			return
		}
		ended = true
		s.stop()
		h.Close()
		if err := s.Close(); err != nil {
			t.Error(err)
		}
		if err := work.Close(); err != nil {
			t.Error(err)
		}
	}
	t.Cleanup(end)
	return h.URL, end
}

// told is an event as it comes to a page.
type told struct {
	id, kind string
	event    runs.Event
	list     Runs
}

// listen follows a run until enough says so, and returns what came and the id to go on after.
func listen(t *testing.T, base, run, after string, enough func(told) bool) (all []told, last string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, base+"/api/runs/events?run="+url.QueryEscape(run), nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Accept", "text/event-stream")
	if after != "" {
		r.Header.Set("Last-Event-ID", after)
	}
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	if kind := answer.Header.Get("Content-Type"); answer.StatusCode != http.StatusOK || !strings.HasPrefix(kind, "text/event-stream") {
		t.Fatalf("status %d, %s", answer.StatusCode, kind)
	}
	last = after
	var one told
	lines := bufio.NewScanner(answer.Body)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		field, value, _ := strings.Cut(lines.Text(), ": ")
		switch field {
		case "id":
			one.id, last = value, value
		case "event":
			one.kind = value
		case "data":
			to := any(&one.event)
			if one.kind == "runs" {
				to = &one.list
			}
			if err := json.Unmarshal([]byte(value), to); err != nil {
				t.Fatalf("%s: %v", value, err)
			}
		case "":
			if one.kind == "" {
				continue
			}
			all = append(all, one)
			if enough(one) {
				return all, last
			}
			one = told{}
		}
	}
	t.Fatalf("the stream ended after %d events: %v", len(all), lines.Err())
	return nil, ""
}

func inState(s runs.State) func(told) bool {
	return func(e told) bool { return e.event.Run != nil && e.event.Run.State == s }
}

// call sends a request and returns the status and the answer.
func call(t *testing.T, method, address string, v any) (int, string) {
	t.Helper()
	var body io.Reader
	if v != nil {
		text, err := json.Marshal(v)
		if err != nil {
			t.Fatal(err)
		}
		body = bytes.NewReader(text)
	}
	r, err := http.NewRequestWithContext(t.Context(), method, address, body)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/json")
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer.StatusCode, string(text)
}

// smallTraining are options of a short training.
func smallTraining(epochs int) recipe.Options {
	r, _ := recipe.Named("pca")
	o := r.Options()
	o.Data, o.Prep, o.Code, o.Batch, o.Epochs, o.Out = dataset.Drawn(12, 3), pix.Prep{W: 16, H: 16, Auto: true}, 4, 8, epochs, "small.safetensors"
	return o
}

// A page that loses its connection again and again gets every epoch once, also when the server is started anew, and ends
// with the model that training alone gives.
func TestWatchOverBrokenConnections(t *testing.T) {
	const total = 200
	t.Setenv("LIKENESS_CACHE", t.TempDir())
	folder := t.TempDir()
	base, end := watchServer(t, folder)
	o := smallTraining(total)
	status, text := call(t, http.MethodPost, base+"/api/runs", o)
	if status != http.StatusCreated || !strings.Contains(text, o.Out) {
		t.Fatal(status, text)
	}
	var epochs []int
	collect := func(all []told) {
		for _, e := range all {
			if e.event.Begins {
				epochs = nil
			}
			if e.event.Epoch != nil {
				epochs = append(epochs, e.event.Epoch.Epoch)
			}
		}
	}
	seen := 0
	all, last := listen(t, base, o.Out, "", func(e told) bool { seen++; return e.event.Epoch != nil })
	if all[0].kind != "runs" || len(all[0].list.Runs) != 1 || !all[1].event.Begins {
		t.Errorf("begins with %+v, %+v", all[0], all[1])
	}
	collect(all)
	done := false
	for range 3 { // a few events at a time
		if seen = 0; !done {
			all, last = listen(t, base, o.Out, last, func(e told) bool {
				seen++
				done = inState(runs.Done)(e)
				return seen == 4 || done
			})
			collect(all)
		}
	}
	if status, text = call(t, http.MethodPost, base+"/api/runs/pause?run="+o.Out, nil); status == http.StatusOK {
		all, last = listen(t, base, o.Out, last, inState(runs.Paused))
		collect(all)
	} else if status != http.StatusConflict { // it was done already
		t.Fatal(status, text)
	}
	end()

	base, _ = watchServer(t, folder)
	if status == http.StatusOK {
		if status, text = call(t, http.MethodPost, base+"/api/runs/resume?run="+o.Out+".checkpoint", nil); status != http.StatusOK {
			t.Fatal(status, text)
		}
	}
	all, _ = listen(t, base, o.Out, last, inState(runs.Done))
	collect(all)
	var want []int
	for n := range total {
		want = append(want, n+1)
	}
	if all, _ = listen(t, base, o.Out, "", func(e told) bool { return e.event.Faces != nil && slices.Contains(e.event.Faces.Epochs, total) }); !slices.Equal(epochs, want) {
		t.Errorf("epochs %v", epochs)
	}
	faces := all[len(all)-1].event.Faces
	status, text = call(t, http.MethodGet, base+"/api/runs/faces?run="+o.Out+"&epoch=200", nil)
	if status != http.StatusOK || len(text) != len(faces.Names)*16*16*3 {
		t.Errorf("faces: %d, %d bytes for %d faces", status, len(text), len(faces.Names))
	}
	m, err := autoencoder.Open(filepath.Join(folder, o.Out))
	if err != nil {
		t.Fatal(err)
	}
	o.Out = filepath.Join(t.TempDir(), "alone.safetensors")
	job, err := recipe.Prepare(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	alone, err := job.Run(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	if m.Fingerprint() != alone.Model.Fingerprint() {
		t.Error("watched and interrupted it ended in another model")
	}
}

// What is wrong is said with the status that fits, and looking changes nothing.
func TestWatchProblems(t *testing.T) {
	t.Setenv("LIKENESS_CACHE", t.TempDir())
	folder := t.TempDir()
	base, _ := watchServer(t, folder)
	o := smallTraining(1)
	if status, text := call(t, http.MethodPost, base+"/api/runs", o); status != http.StatusCreated {
		t.Fatal(status, text)
	}
	listen(t, base, o.Out, "", inState(runs.Done))
	outside, wrong, odd := o, o, o
	outside.Out = "../m.safetensors"
	wrong.Out, wrong.Batch = "w.safetensors", -1
	odd.Out, odd.Data.Source = "o.safetensors", "drawn:3"
	for _, c := range []struct {
		method, path string
		body         any
		status       int
		says         string
	}{
		{"GET", "/api/run?run=none.safetensors", nil, 404, "there is no such run"},
		{"GET", "/api/runs/faces?run=small.safetensors&epoch=99", nil, 404, "were not kept"},
		{"GET", "/api/runs/faces?run=small.safetensors&show=nothing", nil, 422, ""},
		{"POST", "/api/runs/pause?run=small.safetensors", nil, 409, "there is nothing to pause"},
		{"POST", "/api/runs/stop?run=none.safetensors", nil, 404, ""},
		{"GET", "/api/runs/stop?run=small.safetensors", nil, 404, ""},
		{"POST", "/api/runs", o, 409, "small.safetensors exists already"},
		{"POST", "/api/runs", outside, 422, "in this folder"},
		{"POST", "/api/runs", wrong, 422, "batch -1: expected at least 1"},
		{"POST", "/api/runs", odd, 422, "expected drawn:PEOPLExPICTURES"},
		{"POST", "/api/runs/command", wrong, 422, "batch -1"},
		{"POST", "/api/runs", "nonsense", 422, ""},
	} {
		status, text := call(t, c.method, base+c.path, c.body)
		if status != c.status || !strings.Contains(text, c.says) || strings.Contains(text, folder) {
			t.Errorf("%s %s: %d %s, want %d and %q", c.method, c.path, status, text, c.status, c.says)
		}
	}
	var form TrainingForm
	status, text := call(t, http.MethodGet, base+"/api/runs/form", nil)
	if err := json.Unmarshal([]byte(text), &form); err != nil || status != http.StatusOK || len(form.Kinds) < 5 {
		t.Fatal(status, err, text)
	}
	for _, k := range append(form.Kinds, form.Quick) {
		if status, text := call(t, http.MethodPost, base+"/api/runs/command", k.Options); status != http.StatusOK || !strings.Contains(text, "likeness train ") {
			t.Errorf("%s: %d %s", k.Title, status, text)
		}
	}
	left, err := os.ReadDir(folder)
	if err != nil || len(left) != 1 {
		t.Errorf("in the folder: %v, %v", left, err)
	}
	if status, text := call(t, http.MethodGet, base+"/metrics", nil); status != http.StatusOK || !strings.Contains(text, "likeness_training_images_per_second 0") {
		t.Errorf("metrics: %d", status)
	}
}
