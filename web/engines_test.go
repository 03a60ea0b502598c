package web

import (
	"context"
	"fmt"
	"net/url"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"likeness/gallery"
	"likeness/search/engine"
	"likeness/search/engine/enginetest"
	"likeness/workspace"
)

const collectionName = "weaviate://127.0.0.1:8080/faces"

// engineSite is a site with a collection of drawn faces, and the index that it was made of.
func engineSite(t *testing.T) (*site, *enginetest.Memory, string) {
	t.Helper()
	at, err := engine.ParseLocation(collectionName)
	if err != nil {
		t.Fatal(err)
	}
	e := enginetest.NewMemory("faces")
	e.At = at
	dir := folder(t)
	pushTo(t, e, filepath.Join(dir, indexName))
	calls := NewEngineMetrics()
	return serve(t, dir, func(o *Options) {
		if err := o.Workspace.Close(); err != nil {
			t.Fatal(err)
		}
		o.Workspace, err = workspace.Open(dir, workspace.Options{
			Engines: []engine.Location{at}, Observe: calls.Observe,
			OpenEngine: func(_ context.Context, _ engine.Location, opt engine.Options) (engine.Engine, error) {
				opt.Observe("search", 1, engine.ErrUnavailable)
				return e, nil
			},
		})
		if err != nil {
			t.Fatal(err)
		}
		w := o.Workspace
		t.Cleanup(func() { w.Close() })
		o.Engines = calls
	}), e, dir
}

func pushTo(t *testing.T, e engine.Engine, index string) {
	t.Helper()
	g, err := gallery.Open(t.Context(), index, gallery.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer g.Close()
	if p, err := g.Push(t.Context(), e, gallery.PushOptions{}); err != nil || !p.Published {
		t.Fatalf("%+v, %v", p, err)
	}
}

func TestCollectionOfAnEngine(t *testing.T) {
	s, e, _ := engineSite(t)
	var w Workspace
	s.get("/api/workspace", nil, &w)
	if !slices.ContainsFunc(w.Files, func(f workspace.File) bool { return f.Name == collectionName && f.Kind == workspace.Collection }) {
		t.Errorf("the workspace does not list %s", collectionName)
	}
	of := func(index string, more ...string) url.Values {
		q := url.Values{"index": {index}}
		for i := 0; i < len(more); i += 2 {
			q.Add(more[i], more[i+1])
		}
		return q
	}
	var here, far Index
	s.get("/api/index", of(indexName), &here)
	s.get("/api/index", of(collectionName), &far)
	if far.Entries != here.Entries || far.Model != here.Model || len(far.People) != len(here.People) || !slices.Equal(far.Attributes, here.Attributes) || far.Kind != "weaviate" {
		t.Errorf("%+v, expected as %+v", far, here)
	}
	var members Members
	s.get("/api/members", of(collectionName, "count", "5"), &members)
	if members.Total != 32 || len(members.Members) != 5 {
		t.Fatalf("%d members of %d", len(members.Members), members.Total)
	}
	id := members.Members[3].ID
	var a, b gallery.Result
	s.get("/api/search", of(indexName, "id", id, "k", "7", "attribute", "Smiling>-9"), &a)
	s.get("/api/search", of(collectionName, "id", id, "k", "7", "attribute", "Smiling>-9"), &b)
	if b.Engine == nil || b.Engine.Engine != "memory" || b.Index != collectionName {
		t.Errorf("the answer of the engine: %+v", b)
	}
	ids := func(r gallery.Result) (list []string) {
		for _, h := range r.Results {
			list = append(list, fmt.Sprint(h.ID, h.Person, h.Probability != nil))
		}
		return list
	}
	if len(b.Results) != 7 || !slices.Equal(ids(a), ids(b)) {
		t.Errorf("found %q, expected %q", ids(b), ids(a))
	}
	if status, body, h := s.ask("GET", "/api/picture?"+of(collectionName, "id", id, "side", "64").Encode(), nil); status != 200 || h.Get("Content-Type") != "image/jpeg" || len(body) < 500 {
		t.Errorf("the picture: %d %.100s", status, body)
	}
	for path, want := range map[string]int{
		"/api/search?" + of(collectionName, "id", "nobody").Encode():                     404,
		"/api/search?" + of(collectionName, "id", id, "person", "Nobody Known").Encode(): 422,
		"/api/judgements?" + of(collectionName).Encode():                                 404,
		"/api/map?" + of(collectionName).Encode():                                        422,
		"/api/search?" + of("weaviate://elsewhere:8080/faces", "id", id).Encode():        404,
	} {
		status, body, h := s.ask("GET", path, nil)
		if status != want {
			t.Errorf("%s: %d %.200s, expected %d", path, status, body, want)
		}
		if detail := s.problemOf(status, body, h); want == 422 && strings.Contains(path, "map") && !strings.Contains(detail, "engine") {
			t.Errorf("%s: %s", path, detail)
		}
	}
	if _, body, _ := s.ask("GET", "/metrics", nil); !strings.Contains(string(body), `likeness_engine_errors_total{engine="weaviate://127.0.0.1:8080/faces",call="search"} 1`) {
		t.Error("the metrics do not count the engine's calls")
	}
	e.Fail = func(string) error { return fmt.Errorf("the server: %w", engine.ErrUnavailable) }
	if status, body, h := s.ask("GET", "/api/search?"+of(collectionName, "id", id).Encode(), nil); status != 502 || !strings.Contains(s.problemOf(status, body, h), "not available") || h.Get("Retry-After") == "" {
		t.Errorf("while the engine is away: %d %s", status, body)
	}
	if status, _, _ := s.ask("GET", "/api/search?"+of(indexName, "id", id).Encode(), nil); status != 200 {
		t.Errorf("the index, while the engine is away: %d", status)
	}
}

// The pages follow the name to another collection without an error.
func TestCollectionThatMoves(t *testing.T) {
	s, e, dir := engineSite(t)
	q := url.Values{"index": {collectionName}, "k": {"40"}}
	var members Members
	s.get("/api/members", q, &members)
	q.Set("id", members.Members[0].ID)
	var r gallery.Result
	s.get("/api/search", q, &r)
	if len(r.Results) != 31 || r.Space != "within-mirror" {
		t.Fatalf("%d found in the space %s", len(r.Results), r.Space)
	}
	g, err := gallery.Open(t.Context(), filepath.Join(dir, indexName), gallery.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer g.Close()
	before, err := e.Published(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	h := *before.Header()
	h.Generation = "2" // so that it is another collection
	c, err := e.Make(t.Context(), &h, engine.MakeOptions{})
	if err != nil {
		t.Fatal(err)
	}
	rows, err := before.Lookup(t.Context(), q.Get("id"), r.Results[0].ID, r.Results[1].ID)
	if err != nil {
		t.Fatal(err)
	}
	parts, err := before.Parts(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, step := range []error{c.Put(t.Context(), rows), c.SetPart(t.Context(), parts[0]), e.Publish(t.Context(), c)} {
		if step != nil {
			t.Fatal(step)
		}
	}
	s.get("/api/search", q, &r)
	if len(r.Results) != 2 {
		t.Errorf("%d found, expected the two of the new collection", len(r.Results))
	}
}

func TestBrowserCollection(t *testing.T) {
	s, e, _ := engineSite(t)
	b := s.open("/")
	b.shows("Collections of engines")
	b.do(chromedp.Navigate(s.URL + "/search?index=" + url.QueryEscape(collectionName)))
	b.wait("document.querySelectorAll('.faces .tile').length === 32")
	b.picture("collection")
	b.eval("document.querySelector('.faces .tile').click()", nil)
	b.wait("document.querySelector('.found')?.textContent.includes('of 32')")
	var odd int
	b.eval("document.querySelectorAll('.marks, a[href^=\"/map?\"]').length", &odd)
	if odd > 0 {
		t.Errorf("the page offers %d things that a collection cannot do", odd)
	}
	e.Sick = "node-2 is not up to date"
	b.do(chromedp.Sleep(2100 * 1e6))
	b.do(chromedp.Reload())
	b.shows("Faces may be missing here: node-2 is not up to date")
	b.picture("collection-incomplete")
}
