package web

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"likeness/faces/facestest/squares"
	"likeness/workspace"
)

// Many pages that search, look, name, take back, judge, play and index at once, while the index is replaced and at last the
// server closed, get answers or are told to come back; nothing is left behind.
func TestHammered(t *testing.T) {
	dir := folder(t)
	data, err := drawnIndex()
	if err != nil {
		t.Fatal(err)
	}
	ids := serve(t, dir).members(8)
	before := runtime.NumGoroutine()
	work, err := workspace.Open(dir, workspace.Options{Framer: squares.Framer{}})
	if err != nil {
		t.Fatal(err)
	}
	s, err := New(Options{Workspace: work, Threads: 2})
	if err != nil {
		t.Fatal(err)
	}
	h := s.Handler("example.com")
	var good, later atomic.Int64
	ask := func(method, path string, body any) []byte {
		text, err := json.Marshal(body)
		if err != nil {
			t.Error(err)
		}
		r := httptest.NewRequestWithContext(t.Context(), method, path, strings.NewReader(string(text)))
		r.Header.Set("Content-Type", "application/json")
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		switch {
		case w.Code < 300:
			good.Add(1)
		case w.Code == http.StatusServiceUnavailable:
			later.Add(1)
		case w.Code >= 500 || w.Code == http.StatusNotFound || w.Code == clientLeft:
			t.Errorf("%s %s %.100s: %d %.300s", method, path, text, w.Code, w.Body)
		}
		return w.Body.Bytes()
	}
	q := url.QueryEscape
	var start Start
	if err := json.Unmarshal(ask("GET", "/api/play/start?model=conv&seed=1", nil), &start); err != nil {
		t.Fatal(err)
	}
	type about map[string]any
	does := []func(n int){
		func(n int) { ask("GET", "/api/search?index="+indexName+"&id="+q(ids[n%8]), nil) },
		func(n int) {
			ask("GET", fmt.Sprintf("/api/picture?index=%s&id=%s&side=%d", indexName, q(ids[n%8]), 16+n%50), nil)
		},
		func(n int) {
			ask("POST", "/api/names", about{"index": indexName, "ids": ids[n%8 : n%8+1], "person": fmt.Sprint("P", n%5)})
		},
		func(int) { ask("POST", "/api/names/undo", about{"index": indexName}) },
		func(n int) {
			ask("POST", "/api/judgements", about{"index": indexName, "id": ids[n%8], "other": ids[(n+1)%8], "same": n%2 == 0})
		},
		func(int) { ask("GET", "/api/people?index="+indexName, nil) },
		func(n int) { ask("GET", "/api/map/layout?index="+indexName, nil) },
		func(n int) {
			ask("POST", "/api/map/faces", about{"index": indexName, "rows": []int{n % 32, (n + 5) % 32}})
		},
		func(int) { ask("POST", "/api/play/show", about{"model": "conv", "code": start.Code}) },
		func(int) { ask("GET", "/api/workspace", nil) },
		func(int) { s.work.Forget(indexName) },
		func(n int) { ask("GET", "/api/map/categories?by=person&index="+indexName, nil) },
		func(n int) {
			switch n % 40 {
			case 0:
				ask("POST", "/api/index", about{"pictures": "drawn:8x4", "out": indexName})
			case 10:
				ask("POST", "/api/people", about{"index": indexName})
			case 20:
				ask("POST", "/api/adapted", about{"index": indexName})
			case 30:
				ask("POST", "/api/map/layout", about{"index": indexName, "layout": "umap", "again": true})
			}
		},
	}
	end := time.Now().Add(4 * time.Second)
	var all sync.WaitGroup
	for i := range 100 {
		all.Go(func() {
			for n := i; time.Now().Before(end); n++ {
				does[(i+n/7)%len(does)](n)
			}
		})
	}
	all.Go(func() {
		for n := 0; time.Now().Before(end); n++ {
			next := filepath.Join(dir, ".next")
			if err := os.WriteFile(next, data, 0o644); err != nil {
				t.Error(err)
			}
			if err := os.Rename(next, filepath.Join(dir, indexName)); err != nil {
				t.Error(err)
			}
			time.Sleep(30 * time.Millisecond)
		}
	})
	time.Sleep(3 * time.Second)
	begin := time.Now()
	if err := s.Close(); err != nil {
		t.Error(err)
	}
	if took := time.Since(begin); took > 20*time.Second {
		t.Errorf("closing took %v", took)
	}
	if err := work.Close(); err != nil {
		t.Error(err)
	}
	all.Wait()
	if good.Load() < 100 {
		t.Errorf("%d good answers, %d for later", good.Load(), later.Load())
	}
	for deadline := time.Now().Add(15 * time.Second); ; time.Sleep(50 * time.Millisecond) {
		if n := runtime.NumGoroutine(); n <= before {
			return
		} else if time.Now().After(deadline) {
			stacks := make([]byte, 1<<20)
			t.Fatalf("%d goroutines, %d before: %.6000s", n, before, stacks[:runtime.Stack(stacks, true)])
		}
	}
}

// A file that is broken is no fault of the program.
func TestBrokenFiles(t *testing.T) {
	dir := folder(t)
	data, err := drawnIndex()
	if err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{"a.index.safetensors": "nothing", "b.index.safetensors": string(data[:len(data)/2])} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	// One whose parts are all there and do not fit each other.
	text := strings.Replace(string(data), `"format":"`, `"farmot":"`, 1)
	if err := os.WriteFile(filepath.Join(dir, "c.index.safetensors"), []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "drawn.names.csv"), []byte("what\nis,this,\"?"), 0o644); err != nil {
		t.Fatal(err)
	}
	s := serve(t, dir)
	for _, name := range []string{"a.index.safetensors", "b.index.safetensors", "c.index.safetensors", indexName} {
		status, body, h := s.ask("GET", "/api/index?index="+name, nil)
		if status >= 500 || status < 400 {
			t.Errorf("%s: %d %s", name, status, body)
			continue
		}
		s.problemOf(status, body, h)
	}
}
