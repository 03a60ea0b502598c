package web

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"io/fs"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"likeness/autoencoder"
	"likeness/faces/facestest/squares"
	"likeness/pix"
	"likeness/progress"
	"likeness/workspace"
)

// A server ends in time although a page follows a training, another one sends a picture slowly and a task is under way.
func TestServeEnds(t *testing.T) {
	work, err := workspace.Open(t.TempDir(), workspace.Options{Framer: squares.Framer{}})
	if err != nil {
		t.Fatal(err)
	}
	s, err := New(Options{Workspace: work, Threads: 2})
	if err != nil {
		t.Fatal(err)
	}
	s.patience = 200 * time.Millisecond
	l, err := Listen("127.0.0.1:0", "")
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- s.Serve(ctx, l) }()
	host := l.Addr().String()
	stream, err := http.Get("http://" + host + "/api/runs/events")
	if err != nil {
		t.Fatal(err)
	}
	defer stream.Body.Close()
	slow, err := net.Dial("tcp", host)
	if err != nil {
		t.Fatal(err)
	}
	defer slow.Close()
	fmt.Fprintf(slow, "POST /api/uploads HTTP/1.1\r\nHost: %s\r\nContent-Type: application/octet-stream\r\nContent-Length: 1000\r\n\r\nab", host)
	task, err := s.tasks.start("long", func(ctx context.Context, _ progress.Func) (any, error) { <-ctx.Done(); return nil, ctx.Err() })
	if err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewReader(stream.Body)
	if _, err := lines.ReadString('\n'); err != nil {
		t.Fatal(err)
	}
	begin := time.Now()
	stop()
	if err := <-ended; err != nil {
		t.Error(err)
	}
	if err := s.Close(); err != nil {
		t.Error(err)
	}
	if err := work.Close(); err != nil {
		t.Error(err)
	}
	if took := time.Since(begin); took > 10*time.Second {
		t.Errorf("it took %v", took)
	}
	if _, err := io.Copy(io.Discard, lines); err != nil {
		t.Errorf("the stream was torn: %v", err)
	}
	if now, _, err := s.tasks.get(task.ID); err != nil || now.State != TaskStopped {
		t.Errorf("the task is %v (%v)", now.State, err)
	}
}

// snapshot lists what is in a folder, with sizes and times.
func snapshot(t *testing.T, dir string) (list []string) {
	t.Helper()
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := d.Info()
		if err == nil && !d.IsDir() {
			list = append(list, fmt.Sprint(path, " ", info.Size(), " ", info.ModTime()))
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return list
}

// No GET changes a file or begins a task, and nothing that may is done for a foreign page.
func TestMethods(t *testing.T) {
	dir := folder(t)
	m, err := autoencoder.New("pca", pix.Prep{W: 8, H: 8}, 4, 1)
	if err == nil {
		err = m.Save(filepath.Join(dir, "mine.safetensors"))
	}
	if err != nil {
		t.Fatal(err)
	}
	s := serve(t, dir)
	id := s.members(1)[0]
	before := snapshot(t, dir)
	usual := map[string][]string{
		"index": {indexName}, "id": {id}, "model": {"mine.safetensors", "conv"}, "layout": {"pca", "umap", "tsne"}, "by": {"person", "cluster"}, "x": {"0"}, "y": {"0"},
		"run": {"mine.safetensors"}, "pictures": {"."}, "report": {"a.html"},
	}
	for path, item := range s.s.api.OpenAPI().Paths {
		if item.Get != nil && path != eventsPath {
			for n := range 3 {
				q := url.Values{}
				for _, p := range item.Get.Parameters {
					if v := usual[p.Name]; len(v) > 0 {
						q.Set(p.Name, v[n%len(v)])
					}
				}
				if status, body, _ := s.ask("GET", strings.ReplaceAll(path, "{id}", "1")+"?"+q.Encode(), nil); status >= 500 {
					t.Errorf("%s?%s: %d %s", path, q.Encode(), status, body)
				}
			}
		}
		for method, there := range map[string]bool{"POST": item.Post != nil, "PUT": item.Put != nil, "DELETE": item.Delete != nil, "PATCH": item.Patch != nil} {
			if !there {
				continue
			}
			for _, header := range [][2]string{{"Origin", "http://evil.example"}, {"Origin", "null"}, {"Sec-Fetch-Site", "cross-site"}, {"Sec-Fetch-Site", "same-site"}} {
				r := httptest.NewRequest(method, strings.ReplaceAll(path, "{id}", "1"), strings.NewReader("{}"))
				r.Header.Set(header[0], header[1])
				w := httptest.NewRecorder()
				s.s.handler.ServeHTTP(w, r)
				if w.Code != http.StatusForbidden {
					t.Errorf("%s %s with %v: %d", method, path, header, w.Code)
				}
			}
		}
	}
	if after := snapshot(t, dir); !slices.Equal(before, after) {
		t.Errorf("the folder has changed:\n%v\n%v", before, after)
	}
	var list []Task
	if s.get("/api/tasks", nil, &list); len(list) > 0 {
		t.Errorf("tasks have begun: %v", list)
	}
}

// What could not be made of a model is tried again.
func TestFailedDesksAreForgotten(t *testing.T) {
	s := serve(t, t.TempDir())
	s.s.stop() // what is made under its context fails
	if _, _, err := s.s.desk(t.Context(), "conv"); err == nil {
		t.Fatal("no error")
	}
	if n := len(s.s.desks.kept); n != 0 {
		t.Errorf("%d are kept", n)
	}
}

// However many name a face at once, taking back everything leads to where it began.
func TestNamesAreTakenBack(t *testing.T) {
	dir := folder(t)
	s := serve(t, dir)
	id := s.members(1)[0]
	before := s.people()
	var all sync.WaitGroup
	const n = 20
	for i := range n {
		all.Go(func() {
			s.post("/api/names", Naming{Index: indexName, IDs: []string{id}, Person: fmt.Sprint("P", i)}, nil)
		})
	}
	all.Wait()
	for range n {
		s.post("/api/names/undo", map[string]string{"index": indexName}, nil)
	}
	if after := s.people(); !slices.Equal(before, after) {
		t.Errorf("%v, want %v", after, before)
	}
	if _, err := os.Stat(filepath.Join(dir, "drawn.names.csv")); err == nil {
		t.Error("the file of names is still there")
	}
}
