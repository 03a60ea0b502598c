package web

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"likeness/dataset"
	"likeness/faces"
	"likeness/faces/facestest/squares"
	"likeness/gallery"
	"likeness/models"
	"likeness/pix"
	"likeness/workspace"
)

// drawnIndex is the contents of an index of drawn faces, which takes a moment to make and is made once.
var drawnIndex = sync.OnceValues(func() ([]byte, error) {
	dir, err := os.MkdirTemp("", "web")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	e, err := gallery.OpenEmbedder(models.Finder)
	if err != nil {
		return nil, err
	}
	set, err := dataset.Load(context.Background(), dataset.Name{Source: "drawn:8x4"}, faces.Options{Prep: e.Prep(), NoCache: true})
	if err != nil {
		return nil, err
	}
	path := filepath.Join(dir, "drawn.index.safetensors")
	if _, err := gallery.Update(context.Background(), path, e, set, gallery.UpdateOptions{ModelFile: models.Finder}); err != nil {
		return nil, err
	}
	return os.ReadFile(path)
})

const indexName = "drawn.index.safetensors"

// folder is a workspace's folder with an index of drawn faces.
func folder(t *testing.T) string {
	t.Helper()
	data, err := drawnIndex()
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, indexName), data, 0o644); err != nil {
		t.Fatal(err)
	}
	return dir
}

// site is a served workspace.
type site struct {
	*httptest.Server
	t *testing.T
	s *Server
}

// serve serves a folder until the test ends.
func serve(t *testing.T, dir string, change ...func(*Options)) *site {
	t.Helper()
	work, err := workspace.Open(dir, workspace.Options{Framer: squares.Framer{}})
	if err != nil {
		t.Fatal(err)
	}
	opt := Options{Workspace: work, Threads: 2}
	for _, c := range change {
		c(&opt)
	}
	s, err := New(opt)
	if err != nil {
		t.Fatal(err)
	}
	h := httptest.NewUnstartedServer(nil)
	h.Config.Handler = s.Handler(h.Listener.Addr().String())
	h.Start()
	t.Cleanup(func() {
		h.Close()
		if err := s.Close(); err != nil {
			t.Error(err)
		}
		if err := work.Close(); err != nil {
			t.Error(err)
		}
	})
	return &site{h, t, s}
}

// ask sends a request and returns the answer's status and body.
func (s *site) ask(method, path string, body []byte, header ...string) (int, []byte, http.Header) {
	s.t.Helper()
	r, err := http.NewRequestWithContext(s.t.Context(), method, s.URL+path, bytes.NewReader(body))
	if err != nil {
		s.t.Fatal(err)
	}
	for i := 0; i+1 < len(header); i += 2 {
		if header[i] == "Host" {
			r.Host = header[i+1]
		}
		r.Header.Set(header[i], header[i+1])
	}
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	a, err := client.Do(r)
	if err != nil {
		s.t.Fatal(err)
	}
	defer a.Body.Close()
	b, err := io.ReadAll(a.Body)
	if err != nil {
		s.t.Fatal(err)
	}
	return a.StatusCode, b, a.Header
}

// get asks for JSON and fails where the answer is none.
func (s *site) get(path string, query url.Values, to any) {
	s.t.Helper()
	if len(query) > 0 {
		path += "?" + query.Encode()
	}
	status, body, _ := s.ask("GET", path, nil)
	s.decode(path, status, body, to)
}

func (s *site) post(path string, in, to any) {
	s.t.Helper()
	body, err := json.Marshal(in)
	if err != nil {
		s.t.Fatal(err)
	}
	status, answer, _ := s.ask("POST", path, body, "Content-Type", "application/json")
	s.decode(path, status, answer, to)
}

func (s *site) decode(path string, status int, body []byte, to any) {
	s.t.Helper()
	if status >= 300 {
		s.t.Fatalf("%s: %d %s", path, status, body)
	}
	if to == nil {
		return
	}
	if err := json.Unmarshal(body, to); err != nil {
		s.t.Fatalf("%s: %v in %.200s", path, err, body)
	}
}

// problemOf returns the problem that an answer must be.
func (s *site) problemOf(status int, body []byte, h http.Header) string {
	s.t.Helper()
	var p struct {
		Title, Detail string
		Status        int
	}
	if err := json.Unmarshal(body, &p); err != nil || p.Status != status || p.Title == "" {
		s.t.Errorf("%d %.200s is no problem document (%v)", status, body, err)
	}
	if kind := h.Get("Content-Type"); !strings.HasPrefix(kind, "application/problem+json") {
		s.t.Errorf("a problem has the type %q", kind)
	}
	return p.Detail
}

// wait follows a task to its end and returns its result.
func (s *site) wait(task Task, result any) {
	s.t.Helper()
	for end := time.Now().Add(2 * time.Minute); ; time.Sleep(20 * time.Millisecond) {
		var now struct {
			Task
			Result json.RawMessage `json:"result"`
		}
		s.get("/api/tasks/"+task.ID, nil, &now)
		switch now.State {
		case TaskDone:
			if result != nil {
				if err := json.Unmarshal(now.Result, result); err != nil {
					s.t.Fatal(err)
				}
			}
			return
		case TaskFailed, TaskStopped:
			s.t.Fatalf("%s: %s %s", now.Title, now.State, now.Error)
		}
		if time.Now().After(end) {
			s.t.Fatalf("%s is still %s", now.Title, now.State)
		}
	}
}

// members returns the ids of the first members of the index.
func (s *site) members(n int) []string {
	s.t.Helper()
	var m Members
	s.get("/api/members", url.Values{"index": {indexName}}, &m)
	ids := []string{}
	for _, one := range m.Members[:n] {
		ids = append(ids, one.ID)
	}
	return ids
}

// people returns the names of those in the index.
func (s *site) people() (names []string) {
	s.t.Helper()
	var index Index
	s.get("/api/index", url.Values{"index": {indexName}}, &index)
	for _, p := range index.People {
		names = append(names, p.Name)
	}
	return names
}

// pictureFile writes a picture as a PNG file of a name and returns its path and its bytes.
func pictureFile(t *testing.T, m *pix.Image, name string) (path string, data []byte) {
	t.Helper()
	var b bytes.Buffer
	if err := m.WritePNG(&b); err != nil {
		t.Fatal(err)
	}
	path = filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, b.Bytes(), 0o644); err != nil {
		t.Fatal(err)
	}
	return path, b.Bytes()
}
