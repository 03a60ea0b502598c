package web

import (
	"bytes"
	"encoding/json"
	"image/jpeg"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"likeness/gallery"
	"likeness/search"
	"likeness/workspace"
)

func TestWorkspacePage(t *testing.T) {
	s := serve(t, folder(t))
	var w Workspace
	s.get("/api/workspace", nil, &w)
	at := slices.IndexFunc(w.Files, func(f workspace.File) bool { return f.Name == indexName })
	if at < 0 || w.Files[at].Kind != workspace.Index || w.Files[at].Count != 32 {
		t.Fatalf("the index is not listed: %+v", w.Files)
	}
	if !slices.ContainsFunc(w.Files, func(f workspace.File) bool { return f.Name == "conv" && f.BuiltIn && f.Code == 32 }) {
		t.Errorf("the model that comes with the program is not listed")
	}
	var index Index
	s.get("/api/index", url.Values{"index": {indexName}}, &index)
	if index.Entries != 32 || len(index.People) != 8 || index.People[0].Members != 4 || !index.Odds || index.Index != indexName {
		t.Errorf("the index is %+v", index)
	}
}

// An answer is that of the gallery below, with the names of the request.
func TestSearch(t *testing.T) {
	dir := folder(t)
	s := serve(t, dir)
	ids := s.members(2)
	var got gallery.Result
	s.get("/api/search", url.Values{"index": {indexName}, "id": ids, "k": {"5"}}, &got)
	g, err := gallery.Open(t.Context(), filepath.Join(dir, indexName), gallery.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer g.Close()
	want, err := g.Search(t.Context(), gallery.Query{IDs: ids, K: 5})
	if err != nil {
		t.Fatal(err)
	}
	want.Index, want.Person = indexName, ""
	a, _ := json.Marshal(&got)
	b, _ := json.Marshal(want)
	if !bytes.Equal(a, b) {
		t.Errorf("the page gets\n%s\nthe gallery gives\n%s", a, b)
	}
	person := want.Results[0].Person
	s.get("/api/search", url.Values{"index": {indexName}, "id": ids[:1], "k": {"50"}, "person": {person}}, &got)
	if len(got.Results) == 0 || slices.ContainsFunc(got.Results, func(h gallery.Hit) bool { return h.Person != person }) {
		t.Errorf("filtered by %s: %+v", person, got.Results)
	}
	for q, want := range map[string]string{
		"id=nobody": "nobody", "": "what to search for", "id=" + url.QueryEscape(ids[0]) + "&person=Nobody+Here": "Nobody Here",
		"id=" + url.QueryEscape(ids[0]) + "&from=soon": "soon", "id=" + url.QueryEscape(ids[0]) + "&k=0": "k", "upload=0123": "0123",
		"id=" + url.QueryEscape(ids[0]) + "&from=2020&to=2019": "before the first",
	} {
		status, body, h := s.ask("GET", "/api/search?index="+indexName+"&"+q, nil)
		detail := s.problemOf(status, body, h)
		if status < 400 || status >= 500 || !strings.Contains(string(body), want) {
			t.Errorf("%s: %d %s, want a text about %s", q, status, detail, want)
		}
	}
}

// A picture that was sent finds what the same file finds.
func TestSearchByUpload(t *testing.T) {
	dir := folder(t)
	s := serve(t, dir)
	id := s.members(1)[0]
	status, picture, h := s.ask("GET", "/api/picture?"+url.Values{"index": {indexName}, "id": {id}}.Encode(), nil)
	if status != 200 || h.Get("Content-Type") != "image/jpeg" {
		t.Fatalf("the picture of a member: %d %s", status, picture)
	}
	if _, err := jpeg.Decode(bytes.NewReader(picture)); err != nil {
		t.Fatal(err)
	}
	var up Upload
	status, body, _ := s.ask("POST", "/api/uploads", picture, "Content-Type", "application/octet-stream")
	s.decode("upload", status, body, &up)
	var got gallery.Result
	s.get("/api/search", url.Values{"index": {indexName}, "upload": {up.ID}, "faces": {"none"}, "k": {"4"}}, &got)
	file := filepath.Join(t.TempDir(), "query.jpg")
	if err := os.WriteFile(file, picture, 0o644); err != nil {
		t.Fatal(err)
	}
	g, err := gallery.Open(t.Context(), filepath.Join(dir, indexName), gallery.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer g.Close()
	want, err := g.Search(t.Context(), gallery.Query{Images: []string{file}, K: 4, Faces: "none"})
	if err != nil {
		t.Fatal(err)
	}
	same := slices.EqualFunc(got.Results, want.Results, func(a, b gallery.Hit) bool { return a.ID == b.ID && a.Distance == b.Distance })
	if !same || len(got.Results) != 4 {
		t.Errorf("an upload finds %+v, its file %+v", got.Results, want.Results)
	}
}

// Faces that have no name are sorted, named, and unnamed again; the verb sees the names, too.
func TestPeople(t *testing.T) {
	dir := folder(t)
	path := filepath.Join(dir, indexName)
	f, err := search.OpenFile(path)
	if err != nil {
		t.Fatal(err)
	}
	clear(f.Entries.People)
	other := filepath.Join(t.TempDir(), indexName)
	if err := f.Save(other); err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(other, path); err != nil {
		t.Fatal(err)
	}
	s := serve(t, dir)
	var a Arranged
	if s.get("/api/people", url.Values{"index": {indexName}}, &a); a.Sorted {
		t.Error("the faces are sorted before anybody asked for it")
	}
	var task Task
	s.post("/api/people", map[string]any{"index": indexName}, &task)
	s.wait(task, nil)
	s.get("/api/people", url.Values{"index": {indexName}}, &a)
	n := len(a.Alone)
	for _, g := range a.Unnamed {
		n += len(g.Pictures)
	}
	if n != 32 || len(a.People) != 0 || !a.Sorted {
		t.Fatalf("%d faces without a name, want 32: %+v", n, a)
	}
	ids := s.members(3)
	s.post("/api/names", Naming{indexName, ids, "Ada Lovelace"}, &a)
	if len(a.People) != 1 || a.People[0].Person != "Ada Lovelace" || len(a.People[0].Pictures) != 3 || a.Undo != 1 {
		t.Errorf("named: %+v, %d to take back", a.People, a.Undo)
	}
	g, err := gallery.Open(t.Context(), path, gallery.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if m, ok := g.Member(ids[1]); !ok || m.Person != "Ada Lovelace" {
		t.Errorf("the gallery calls it %+v", m)
	}
	g.Close()
	var found gallery.Result
	s.get("/api/search", url.Values{"index": {indexName}, "id": {ids[0]}, "person": {"Ada Lovelace"}, "k": {"9"}}, &found)
	if len(found.Results) != 2 {
		t.Errorf("a search among the named finds %+v", found.Results)
	}
	s.post("/api/names/undo", map[string]string{"index": indexName}, &a)
	if len(a.People) != 0 || a.Undo != 0 {
		t.Errorf("taken back: %+v", a.People)
	}
	if status, _, _ := s.ask("POST", "/api/names", []byte(`{"index":"`+indexName+`","ids":["nobody"],"person":"x"}`), "Content-Type", "application/json"); status != 422 {
		t.Errorf("a name for nobody: %d", status)
	}
}

// A folder of pictures is indexed, and its copies are found.
func TestIndexAndCopies(t *testing.T) {
	dir := t.TempDir()
	if err := os.Mkdir(filepath.Join(dir, "photos"), 0o777); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"a.png", "b.png"} {
		if err := os.WriteFile(filepath.Join(dir, "photos", name), pngOf(t, 64, 64), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	s := serve(t, dir)
	var task Task
	s.post("/api/copies", map[string]any{"pictures": "photos"}, &task)
	var d gallery.Duplicates
	s.wait(task, &d)
	if len(d.Groups) != 1 || len(d.Groups[0].Pictures) != 2 || filepath.IsAbs(d.Groups[0].Pictures[0].File.Path) {
		t.Errorf("copies: %+v", d.Groups)
	}
	if status, _, _ := s.ask("GET", "/api/file?pictures=photos&id=a.png", nil); status != 200 {
		t.Errorf("a picture of the folder: %d", status)
	}
	if status, _, _ := s.ask("GET", "/api/file?pictures=photos&id=../"+indexName, nil); status != 404 {
		t.Errorf("a picture outside of it: %d", status)
	}
	s.post("/api/index", workspace.IndexOptions{Pictures: "drawn:2x2"}, &task)
	var made workspace.Indexed
	s.wait(task, &made)
	if made.Entries != 4 || made.Index != "drawn-2x2.index.safetensors" {
		t.Errorf("the index is %+v", made.Changes)
	}
	var w Workspace
	s.get("/api/workspace", nil, &w)
	if !slices.ContainsFunc(w.Files, func(f workspace.File) bool { return f.Name == made.Index }) {
		t.Errorf("%s does not show up: %+v", made.Index, w.Files)
	}
}

// What the API's document describes is there, it says what it is, and a foreign library finds that it is OpenAPI 3.1, by the standard's own
// schema.
func TestOpenAPI(t *testing.T) {
	s := serve(t, t.TempDir())
	_, text, _ := s.ask("GET", "/api/openapi.json", nil)
	schema, err := jsonschema.NewCompiler().Compile(filepath.Join("testdata", "openapi-3.1.json"))
	if err != nil {
		t.Fatal(err)
	}
	parsed, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	if err := schema.Validate(parsed); err != nil {
		t.Errorf("%#v", err)
	}
	if err := schema.Validate(map[string]any{"openapi": "3.1.0", "paths": map[string]any{}}); err == nil {
		t.Error("a document without a title passes")
	}
	var doc struct {
		OpenAPI string                               `json:"openapi"`
		Paths   map[string]map[string]map[string]any `json:"paths"`
	}
	s.get("/api/openapi.json", nil, &doc)
	if doc.OpenAPI != "3.1.0" || len(doc.Paths) < 10 {
		t.Errorf("openapi %s with %d paths", doc.OpenAPI, len(doc.Paths))
	}
	for path, methods := range doc.Paths {
		for method, op := range methods {
			if op["summary"] == "" || op["operationId"] == "" {
				t.Errorf("%s %s is not described", method, path)
			}
			if method == "get" && strings.Contains(path, "stop") {
				t.Errorf("GET %s changes something", path)
			}
		}
	}
}

// The pages' files load nothing from elsewhere, have no inline script or style, and every one is served.
func TestPagesAreOurs(t *testing.T) {
	s := serve(t, t.TempDir())
	elsewhere := regexp.MustCompile(`(?:src|href|from|import|url|fetch)\s*[=(]?\s*["'(]+\s*(?:https?:)?//`)
	inline := regexp.MustCompile(`innerHTML|dangerouslySetInnerHTML|\beval\(|new Function|style="|onclick="`)
	err := fs.WalkDir(pagesFS, "pages", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		name := strings.TrimPrefix(path, "pages/")
		status, body, h := s.ask("GET", "/static/"+name, nil)
		if status != 200 || h.Get("ETag") == "" || h.Get("Content-Type") == "" {
			t.Errorf("%s: %d %v", name, status, h)
		}
		if strings.HasPrefix(name, "vendor/") {
			return nil
		}
		if m := elsewhere.Find(body); m != nil {
			t.Errorf("%s loads from elsewhere: %s", name, m)
		}
		if m := inline.Find(body); m != nil {
			t.Errorf("%s has %s, which the policy forbids", name, m)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range pageNames {
		if status, body, _ := s.ask("GET", "/"+name, nil); status != 200 || !bytes.Contains(body, []byte("app.js")) {
			t.Errorf("/%s: %d", name, status)
		}
	}
	if status, _, h := s.ask("GET", "/static/icon.svg", nil, "If-None-Match", `"0"`); status != 200 {
		t.Errorf("another tag: %d", status)
	} else if status, _, _ := s.ask("GET", "/static/icon.svg", nil, "If-None-Match", h.Get("ETag")); status != 304 {
		t.Errorf("the same tag: %d, want 304", status)
	}
}

// A report is shown as it is, and can do nothing.
func TestReports(t *testing.T) {
	dir := t.TempDir()
	page := `<!doctype html><meta name="generator" content="likeness"><style>p{color:red}</style><p style="margin:0">hi<script>alert(1)</script>`
	if err := os.WriteFile(filepath.Join(dir, "report.html"), []byte(page), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "own.html"), []byte("<p>somebody's own"), 0o644); err != nil {
		t.Fatal(err)
	}
	s := serve(t, dir)
	status, body, h := s.ask("GET", "/api/report?report=report.html", nil)
	policy := h.Get("Content-Security-Policy")
	if status != 200 || string(body) != page || !strings.HasPrefix(policy, "sandbox;") || strings.Contains(policy, "unsafe-inline") || strings.Contains(policy, "script-src") {
		t.Errorf("%d %s with the policy %s", status, body, policy)
	}
	if status, _, _ := s.ask("GET", "/api/report?report=own.html", nil); status != 404 {
		t.Errorf("a page that is no report: %d", status)
	}
}

func TestMetrics(t *testing.T) {
	s := serve(t, t.TempDir())
	s.get("/api/workspace", nil, nil)
	_, body, _ := s.ask("GET", "/metrics", nil)
	for _, want := range []string{`likeness_requests_total{operation="GET /api/workspace",code="200"} 1`, "likeness_queue_waiting 0", "likeness_request_seconds_bucket"} {
		if !strings.Contains(string(body), want) {
			t.Errorf("the metrics lack %s:\n%.800s", want, body)
		}
	}
}
