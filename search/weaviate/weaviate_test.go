package weaviate

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"likeness/search"
	"likeness/search/engine"
)

func locate(t *testing.T, text string) engine.Location {
	t.Helper()
	l, err := engine.ParseLocation(text)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func TestHosts(t *testing.T) {
	for text, want := range map[string][]string{
		"weaviate://a/F":                         {"http://a:8080 http://a:50051"},
		"weaviate://a:1,b/F?grpc=7":              {"http://a:1 http://a:7", "http://b:8080 http://b:7"},
		"weaviate://a:1,b:2/F?grpc=7,8&tls=true": {"https://a:1 https://a:7", "https://b:2 https://b:8"},
		"weaviate://[::1]:1,[::2]/F":             {"http://[::1]:1 http://[::1]:50051", "http://[::2]:8080 http://[::2]:50051"},
	} {
		c, err := newClient(locate(t, text), engine.Options{})
		if err != nil {
			t.Errorf("%s: %v", text, err)
			continue
		}
		var got []string
		for _, h := range c.hosts {
			got = append(got, h.rest+" "+h.grpc)
		}
		if !slices.Equal(got, want) {
			t.Errorf("%s: %q, expected %q", text, got, want)
		}
	}
	for text, want := range map[string]string{
		"weaviate://a,b,c/F?grpc=1,2": "2 ports for gRPC and 3 hosts",
		"weaviate://a/F?tls=perhaps":  "tls=perhaps",
		"weaviate://a/F?wings=2":      "wings=2 is not known",
		"weaviate://a/F?writes=some":  "writes=some is not known",
		"postgres://a/d/F":            "expected a location that begins with weaviate://",
		"weaviate://a:x/F":            `the port "x" of a:x`,
		"weaviate://127.0.0.1:1/F":    "not available after 4 tries",
		"weaviate://a%zz/F":           "no address of a host",
		"weaviate://a:1/F?grpc=1%2F2": `the port "1/2" of a:1`,
	} {
		if _, err := Open(t.Context(), locate(t, text), engine.Options{Limits: engine.Limits{Pause: time.Millisecond}}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: error %v, expected one that says %q", text, err, want)
		}
	}
}

// The key goes to the servers, and into no error.
func TestKey(t *testing.T) {
	const secret = "hunter2"
	file := filepath.Join(t.TempDir(), "key")
	if err := os.WriteFile(file, []byte(secret+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	web := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") != "Bearer "+secret {
			t.Errorf("%s came with %q", r.URL, r.Header.Get("Authorization"))
		}
		http.Error(w, `{"error":[{"message":"forbidden"}]}`, http.StatusForbidden)
	}))
	defer web.Close()
	for _, set := range [][2]string{{keyVariable, secret}, {keyFileVariable, file}} {
		t.Run(set[0], func(t *testing.T) {
			t.Setenv(set[0], set[1])
			_, err := Open(t.Context(), locate(t, "weaviate://"+strings.TrimPrefix(web.URL, "http://")+"/F"), engine.Options{})
			if err == nil || !strings.Contains(err.Error(), "HTTP status 403: forbidden") || strings.Contains(err.Error(), secret) {
				t.Errorf("error %v, expected that it is forbidden, without the key", err)
			}
		})
	}
	t.Run("wrong", func(t *testing.T) {
		t.Setenv(keyVariable, "two\nlines")
		if _, err := apiKey(); err == nil || strings.Contains(err.Error(), "lines") {
			t.Errorf("error %v, expected one without the key", err)
		}
		t.Setenv(keyFileVariable, file)
		if _, err := apiKey(); err == nil || !strings.Contains(err.Error(), "expected one") {
			t.Errorf("error %v, expected that one of both is wanted", err)
		}
		t.Setenv(keyVariable, "")
		t.Setenv(keyFileVariable, file+"x")
		if _, err := apiKey(); !errors.Is(err, os.ErrNotExist) {
			t.Errorf("error %v, expected %v", err, os.ErrNotExist)
		}
	})
}

// Errors of a server that is no Weaviate are one short line, and those of one that is away name the cause alone.
func TestForeignServer(t *testing.T) {
	page := "<!DOCTYPE HTML>\n<html>\n" + strings.Repeat("<p>Error response</p>\n", 100)
	for _, c := range []struct {
		status int
		body   string
		want   string
	}{
		{404, page, "GET /v1/meta: HTTP status 404: this does not look like Weaviate: <!DOCTYPE HTML> <html> <p>Error"},
		{404, `{"detail":"no"}`, `HTTP status 404: this does not look like Weaviate: {"detail":"no"}`},
		{404, "", "HTTP status 404: Not Found"},
		{200, page, "this does not look like Weaviate: <!DOCTYPE HTML> <html>"},
		{200, `{"status":"ok"}`, "this does not look like Weaviate: it names no version"},
		{401, `{"code":401,"message":"no key"}`, "HTTP status 401: no key"},
		{502, page, "HTTP status 502: <!DOCTYPE HTML> <html>"},
	} {
		web := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			w.WriteHeader(c.status)
			_, _ = io.WriteString(w, c.body)
		}))
		_, err := Open(t.Context(), locate(t, "weaviate://"+strings.TrimPrefix(web.URL, "http://")+"/F"), engine.Options{Limits: engine.Limits{Pause: time.Millisecond}})
		if err == nil || !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), "\n") || len(err.Error()) > 400 {
			t.Errorf("%d %.20s: error %v, expected a short one that says %q", c.status, c.body, err, c.want)
		}
		web.Close()
	}
	_, err := Open(t.Context(), locate(t, "weaviate://127.0.0.1:1/F"), engine.Options{Limits: engine.Limits{Pause: time.Millisecond}})
	if err == nil || !strings.Contains(err.Error(), "127.0.0.1:1: GET /v1/meta: dial tcp 127.0.0.1:1: connect: ") || strings.Contains(err.Error(), "http://") {
		t.Errorf("error %v, expected one that names the cause once", err)
	}
}

// A call that one host does not answer goes to the next, and that host is left alone for a while.
func TestTurns(t *testing.T) {
	var good, bad atomic.Int64
	serve := func(count *atomic.Int64, code int) string {
		web := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			count.Add(1)
			w.WriteHeader(code)
			_, _ = io.WriteString(w, `{"version":"1.35.2"}`)
		}))
		t.Cleanup(web.Close)
		return strings.TrimPrefix(web.URL, "http://")
	}
	refuses := "127.0.0.1:1"
	l := locate(t, "weaviate://"+strings.Join([]string{refuses, serve(&good, 200), serve(&bad, 503)}, ",")+"/F")
	s, err := open(t.Context(), l, engine.Options{Limits: engine.Limits{Pause: time.Millisecond}})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	for range 30 {
		err := s.client.do(t.Context(), "version", 0, func(ctx context.Context, h *host) error { return s.client.rest(ctx, h, "GET", "/v1/meta", nil, nil) })
		if err != nil {
			t.Fatal(err)
		}
	}
	if good.Load() < 30 || bad.Load() > 2 {
		t.Errorf("the good host was asked %d times and the bad one %d times", good.Load(), bad.Load())
	}
}

func TestVersions(t *testing.T) {
	for version, want := range map[string]bool{"1.35.2": true, "1.32.0": true, "1.32": true, "1.31.9": false, "1.9.0": false, "2.0": true, "1.33.0-rc.1": true, "": false} {
		if got := atLeast(version, leastVersion); got != want {
			t.Errorf("%s is at least %s: %v", version, leastVersion, got)
		}
	}
}

func TestIncomplete(t *testing.T) {
	const class = "Likeness_F_0123456789abcdef"
	state := func(change func(nodes []node) []node, counts map[string]int) string {
		s := &server{client: &client{hosts: []*host{{name: "a"}, {name: "b"}}}, settling: time.Minute}
		var nodes []node
		for _, name := range []string{"n0", "n1"} {
			nodes = append(nodes, node{Name: name, Status: engine.Healthy, Shards: []shard{
				{Name: "s0", Class: class, Status: "READY", Loaded: true, Copies: 2}, {Name: "s1", Class: class, Status: "READY", Loaded: true, Copies: 2},
				{Name: "x", Class: "Other", Status: "LOADING", Copies: 9}}})
		}
		return s.incomplete(change(nodes), class, counts)
	}
	same := map[string]int{"a": 5, "b": 5}
	for want, got := range map[string]string{
		"":                                 state(func(n []node) []node { return n }, same),
		"1 of 2 copies of the shard s0":    state(func(n []node) []node { return n[:1] }, same),
		"the node n1 is UNHEALTHY":         state(func(n []node) []node { n[1].Status = "UNHEALTHY"; return n }, same),
		"n1 is loading the shard s1":       state(func(n []node) []node { n[1].Shards[1].Loaded = false; return n }, same),
		"s0 is READONLY on the node n0":    state(func(n []node) []node { n[0].Shards[0].Status = "READONLY"; return n }, same),
		"3 entries of the shard s0 to put": state(func(n []node) []node { n[0].Shards[0].Queue = 3; return n }, same),
		"a counts 5 entries and b 4":       state(func(n []node) []node { return n }, map[string]int{"a": 5, "b": 4}),
		"b does not answer":                state(func(n []node) []node { return n }, map[string]int{"a": 5}),
		"n1 was sent 7 entries that it lacked": state(func(n []node) []node {
			n[0].Shards[0].Async = append(n[0].Shards[0].Async, struct {
				Propagated uint64 `json:"objectsPropagated"`
				Start      int64  `json:"startDiffTimeUnixMillis"`
				Target     string `json:"targetNode"`
			}{7, time.Now().UnixMilli(), "n1"})
			return n
		}, same),
	} {
		if !strings.Contains(got, want) || want == "" && got != "" {
			t.Errorf("%q, expected %q", got, want)
		}
	}
}

// What cannot be kept is refused before it is sent.
func TestObjectsRefused(t *testing.T) {
	h := &engine.Header{Width: 1, Attributes: []string{"Smiling"}}
	one := func() *engine.Rows {
		return &engine.Rows{Entries: search.Entries{Dim: 1, Codes: []float32{1}, IDs: []string{"a/b"}, Attributes: &search.Attributes{Names: h.Attributes, Values: []float32{2}}}}
	}
	if list, err := objectsOf(h, one(), 7); err != nil || list[0].numbers["a0"] != 2 || list[0].lists[propFolders][0] != "=a/" {
		t.Errorf("%+v, %v", list, err)
	}
	for want, change := range map[string]func(r *engine.Rows){
		"expected UTF-8":           func(r *engine.Rows) { r.IDs = []string{"a\xff"} },
		"between the years":        func(r *engine.Rows) { r.Taken = []time.Time{time.Date(1500, 1, 1, 0, 0, 0, 0, time.UTC)} },
		"expected a finite number": func(r *engine.Rows) { r.Attributes.Values = []float32{float32(math.Inf(1))} },
	} {
		r := one()
		change(r)
		if _, err := objectsOf(h, r, 7); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, expected one that says %q", err, want)
		}
	}
}

func TestClock(t *testing.T) {
	var c clock
	last := int64(0)
	for i := range 1000 {
		n := i%7 + 1
		first := c.take(n)
		if first <= last || first > largestWhole {
			t.Fatalf("%d behind %d", first, last)
		}
		last = first + int64(n) - 1
	}
	if a, b := entryUUID("x"), entryUUID("x"); a != b || len(a) != 36 || a == entryUUID("y") || fmt.Sprint(strings.Count(a, "-")) != "4" {
		t.Errorf("%s and %s", a, b)
	}
}
