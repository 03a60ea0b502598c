package weaviate

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"likeness/search/engine"
)

// What real servers answered lies in testdata/answers. It is written anew by
//
//	LIKENESS_SERVERS=1 LIKENESS_WEAVIATE_RECORD=1 go test -run ServersRecord ./search/weaviate
const recordVariable = "LIKENESS_WEAVIATE_RECORD"

// recorded is an answer of a server.
type recorded struct {
	Request     string
	Status      int
	ContentType string
	Trailer     map[string]string `json:",omitempty"`
	Text        string            `json:",omitempty"` // the body of REST
	Body        []byte            `json:",omitempty"` // of gRPC
}

const recordClass = "Likeness_Record_0123456789abcdef"

// question is a call of which the answer is recorded.
type question struct {
	name  string
	ask   func(ctx context.Context, c *client, h *host) (any, error)
	want  any    // where there is no error
	error string // a part of it
	again bool   // it is temporary
}

func get(path string) func(ctx context.Context, c *client, h *host) (any, error) {
	return func(ctx context.Context, c *client, h *host) (any, error) {
		var v any
		err := c.rest(ctx, h, "GET", path, nil, &v)
		return v, err
	}
}

func look(q lookFor) func(ctx context.Context, c *client, h *host) (any, error) {
	return func(ctx context.Context, c *client, h *host) (any, error) {
		list, err := c.search(ctx, h, &q)
		sortFound(list)
		return list, err
	}
}

func batch(objects ...object) func(ctx context.Context, c *client, h *host) (any, error) {
	return func(ctx context.Context, c *client, h *host) (any, error) {
		b, err := c.call(ctx, h, "BatchObjects", batchObjects(recordClass, objects, quorum))
		if err != nil {
			return nil, err
		}
		return batchReply(b, len(objects))
	}
}

func recordObject(id string, seq float64, vector ...float32) object {
	return object{uuid: entryUUID(id), texts: map[string]string{propID: id, propPerson: "Ä Person"}, numbers: map[string]float64{propSeq: seq, "a0": -1.5}, vector: vector}
}

// questions are asked in this order.
var questions = []question{
	{name: "class", error: "", ask: func(ctx context.Context, c *client, h *host) (any, error) {
		full, err := collectionClass(recordClass, &engine.Header{Model: "m", Dim: 3, Width: 3, Attributes: []string{"Smiling"}}, 1, 1)
		if err != nil {
			return nil, err
		}
		return nil, c.rest(ctx, h, "POST", "/v1/schema", full, nil)
	}},
	{name: "class again", error: "HTTP status 422: class name Likeness_Record_0123456789abcdef already exists", ask: func(ctx context.Context, c *client, h *host) (any, error) {
		return nil, c.rest(ctx, h, "POST", "/v1/schema", newClass(recordClass, 1, 1), nil)
	}},
	{name: "class unknown", error: "HTTP status 404", ask: get("/v1/schema/Likeness_Unknown")},
	{name: "alias unknown", error: "HTTP status 404", ask: get("/v1/aliases/Unknown")},
	{name: "path unknown", error: "HTTP status 404", ask: get("/v1/unknown")},
	{name: "alias of nothing", error: "HTTP status 422", ask: func(ctx context.Context, c *client, h *host) (any, error) {
		return nil, c.rest(ctx, h, "POST", "/v1/aliases", alias{Alias: "Record", Class: "Likeness_Unknown"}, nil)
	}},
	{name: "batch", want: map[int]string{}, ask: batch(recordObject("a", 1, 1, 2, 3), recordObject("b", 2, 4, 5, 6))},
	{name: "batch with a wrong vector", want: map[int]string{1: "new node has a vector with length 2. Existing nodes have vectors with length 3"}, ask: batch(recordObject("c", 3, 1, 2, 4), recordObject("d", 4, 1, 2))},
	{name: "batch with a wrong id", want: map[int]string{0: "invalid UUID length: 4"}, ask: batch(object{uuid: "none"})},
	{name: "batch with an unknown property", want: map[int]string{0: "no such prop"}, ask: batch(object{uuid: entryUUID("x"), texts: map[string]string{"wings": "two"}, vector: []float32{1, 2, 3}})},
	{name: "delete", want: int64(0), ask: func(ctx context.Context, c *client, h *host) (any, error) {
		b, err := c.call(ctx, h, "BatchDelete", batchDelete(recordClass, anyOf("_id", opContainsAny, []string{entryUUID("d"), entryUUID("nobody")}), quorum, false))
		if err != nil {
			return nil, err
		}
		n, failed, err := deleteReply(b)
		return n - failed, err
	}},
	{name: "delete by name", want: 1, ask: func(ctx context.Context, c *client, h *host) (any, error) {
		b, err := c.call(ctx, h, "BatchDelete", batchDelete(recordClass, anyOf("_id", opContainsAny, []string{entryUUID("c"), entryUUID("nobody")}), quorum, true))
		if err != nil {
			return nil, err
		}
		gone := map[string]bool{}
		err = deletedReply(b, gone)
		return len(gone), err
	}},
	{name: "search", ask: look(lookFor{class: recordClass, properties: []string{propID, propPerson, propSeq, "a0"}, vector: true, limit: 3, near: []float32{1, 2, 3}}), want: []found{
		{entryUUID("a"), map[string]string{propID: "a", propPerson: "Ä Person"}, map[string]float64{propSeq: 1, "a0": -1.5}, []float32{1, 2, 3}, 0},
		{entryUUID("b"), map[string]string{propID: "b", propPerson: "Ä Person"}, map[string]float64{propSeq: 2, "a0": -1.5}, []float32{4, 5, 6}, 27},
	}},
	{name: "search without matches", want: []found(nil), ask: look(lookFor{class: recordClass, properties: []string{propID}, limit: 3, filter: compareNumber("a0", opGreater, 7)})},
	{name: "search with a wrong vector", error: "vector lengths don't match", ask: look(lookFor{class: recordClass, properties: []string{propID}, limit: 3, near: []float32{1, 2}})},
	{name: "search for an unknown property", error: "no such prop", ask: look(lookFor{class: recordClass, properties: []string{"wings"}, limit: 3})},
	{name: "search for too many", error: "query maximum results exceeded", ask: look(lookFor{class: recordClass, properties: []string{propID}, limit: 10001, near: []float32{1, 2, 3}})},
	{name: "search in an unknown class", error: "could not find class Likeness_Unknown in schema", ask: look(lookFor{class: "Likeness_Unknown", properties: []string{propID}, limit: 3})},
	{name: "method unknown", error: "unknown method Fly", ask: func(ctx context.Context, c *client, h *host) (any, error) { return c.call(ctx, h, "Fly", nil) }},
	{name: "request garbage", error: "Search: ", ask: func(ctx context.Context, c *client, h *host) (any, error) {
		return c.call(ctx, h, "Search", []byte("garbage"))
	}},
	{name: "walk", ask: look(lookFor{class: recordClass, properties: []string{propID}, limit: 1, after: firstUUID}), want: []found{
		{entryUUID("a"), map[string]string{propID: "a"}, map[string]float64{}, nil, 0},
	}},
	{name: "count", want: 2, ask: func(ctx context.Context, c *client, h *host) (any, error) {
		b, err := c.call(ctx, h, "Aggregate", countObjects(recordClass, nil))
		if err != nil {
			return nil, err
		}
		return countReply(b)
	}},
	{name: "people", want: []engine.Tally{{Person: "Ä Person", Entries: 2}}, ask: func(ctx context.Context, c *client, h *host) (any, error) {
		b, err := c.call(ctx, h, "Aggregate", countTexts(recordClass, propPerson, 5))
		if err != nil {
			return nil, err
		}
		return textsReply(b)
	}},
	{name: "drop", ask: func(ctx context.Context, c *client, h *host) (any, error) {
		return nil, c.rest(ctx, h, "DELETE", "/v1/schema/"+recordClass, nil, nil)
	}},
}

// away are asked of a cluster of three nodes of which one was killed just before.
var away = []question{{name: "nodes when one is away", error: "connection refused", again: true, ask: get("/v1/nodes?output=verbose")}}

func answerFile(name string) string {
	return filepath.Join("testdata", "answers", strings.ReplaceAll(name, " ", "-")+".json")
}

// recorder keeps the last answer.
type recorder struct {
	through http.RoundTripper
	last    recorded
}

func (r *recorder) RoundTrip(req *http.Request) (*http.Response, error) {
	resp, err := r.through.RoundTrip(req)
	if err != nil {
		return nil, err
	}
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		return nil, err
	}
	resp.Body = io.NopCloser(bytes.NewReader(b))
	r.last = recorded{Request: req.Method + " " + req.URL.RequestURI(), Status: resp.StatusCode, ContentType: resp.Header.Get("Content-Type"), Trailer: map[string]string{}}
	for _, from := range []http.Header{resp.Header, resp.Trailer} {
		for _, name := range []string{"Grpc-Status", "Grpc-Message"} {
			if v := from.Get(name); v != "" {
				r.last.Trailer[name] = v
			}
		}
	}
	if r.last.Body = b; json.Valid(b) || len(b) == 0 {
		r.last.Text, r.last.Body = string(b), nil
	}
	return resp, nil
}

func TestServersRecord(t *testing.T) {
	if os.Getenv(recordVariable) != "1" {
		t.Skipf("writes testdata where %s is 1", recordVariable)
	}
	record := func(c *client, list []question) {
		r := &recorder{}
		for _, q := range list {
			for _, hc := range []*http.Client{c.http, c.http2} {
				before := hc.Transport
				hc.Transport = &recorder{through: before}
				defer func() { hc.Transport = before }()
			}
			_, err := q.ask(t.Context(), c, c.hosts[0])
			r.last = c.http.Transport.(*recorder).last
			if r.last.Status == 0 {
				r.last = c.http2.Transport.(*recorder).last
			}
			t.Logf("%s: %d bytes, %v", q.name, len(r.last.Body)+len(r.last.Text), err)
			b, err := json.MarshalIndent(r.last, "", "\t")
			if err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(answerFile(q.name), append(b, '\n'), 0o644); err != nil {
				t.Fatal(err)
			}
		}
	}
	record(start(t, 1).open(t, newName(), "").client, questions)
	three := start(t, 3)
	s := three.open(t, newName(), "", 0)
	three.nodes[2].kill()
	record(s.client, away)
	if err := three.nodes[2].start(); err != nil {
		t.Fatal(err)
	}
	three.wait(t)
}

// replay returns a client of a server that gives one answer.
func replay(t testing.TB, a recorded) (*client, *host) {
	t.Helper()
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		w.Header().Set("Content-Type", a.ContentType)
		w.WriteHeader(a.Status)
		_, _ = io.WriteString(w, a.Text)
		_, _ = w.Write(a.Body)
		for name, value := range a.Trailer {
			w.Header().Set(http.TrailerPrefix+name, value)
		}
	}))
	server.Config.Protocols = new(http.Protocols)
	server.Config.Protocols.SetHTTP1(true)
	server.Config.Protocols.SetUnencryptedHTTP2(true)
	server.Start()
	t.Cleanup(server.Close)
	address := strings.TrimPrefix(server.URL, "http://")
	_, port, _ := strings.Cut(address, ":")
	l, err := engine.ParseLocation("weaviate://" + address + "/Record?grpc=" + port)
	if err != nil {
		t.Fatal(err)
	}
	c, err := newClient(l, engine.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.close() })
	return c, c.hosts[0]
}

func readAnswer(t testing.TB, name string) recorded {
	t.Helper()
	b, err := os.ReadFile(answerFile(name))
	if err != nil {
		t.Fatal(err)
	}
	var a recorded
	if err := json.Unmarshal(b, &a); err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return a
}

// The client reads what real servers answered, good and bad.
func TestAnswers(t *testing.T) {
	names := map[string]bool{}
	for _, q := range append(questions[:len(questions):len(questions)], away...) {
		names[filepath.Base(answerFile(q.name))] = true
		c, h := replay(t, readAnswer(t, q.name))
		got, err := q.ask(t.Context(), c, h)
		if q.error != "" {
			if err == nil || !strings.Contains(err.Error(), q.error) {
				t.Errorf("%s: error %v, expected one that says %q", q.name, err, q.error)
			}
			if again, _ := temporary(err); again != q.again {
				t.Errorf("%s: %v: temporary is %v, expected %v", q.name, err, again, q.again)
			}
			continue
		}
		if err != nil {
			t.Errorf("%s: %v", q.name, err)
		}
		if failed, ok := q.want.(map[int]string); ok { // the texts are parts
			for place, text := range got.(map[int]string) {
				if !strings.Contains(text, failed[place]) || failed[place] == "" {
					t.Errorf("%s: object %d: %q, expected %q", q.name, place, text, failed[place])
				}
			}
			if len(failed) != len(got.(map[int]string)) {
				t.Errorf("%s: %v, expected %v", q.name, got, failed)
			}
		} else if q.want != nil && !reflect.DeepEqual(got, q.want) {
			t.Errorf("%s: %+v, expected %+v", q.name, got, q.want)
		}
	}
	files, err := os.ReadDir(filepath.Dir(answerFile("x")))
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		if !names[f.Name()] {
			t.Errorf("%s is no answer to a question", f.Name())
		}
	}
}

// An answer that breaks off, or is something else, is an error; it is never read as a shorter one.
func TestBrokenAnswers(t *testing.T) {
	whole := readAnswer(t, "search")
	ask := func(a recorded) error {
		c, h := replay(t, a)
		_, err := look(lookFor{class: recordClass, limit: 3})(t.Context(), c, h)
		return err
	}
	if err := ask(whole); err != nil {
		t.Fatal(err)
	}
	for what, c := range map[string]struct {
		change func(a *recorded)
		error  string
		again  bool
	}{
		"cut in two":       {func(a *recorded) { a.Body = a.Body[:len(a.Body)/2] }, "unexpected EOF", true},
		"only its length":  {func(a *recorded) { a.Body = a.Body[:5] }, "unexpected EOF", true},
		"nothing":          {func(a *recorded) { a.Body = nil }, "unexpected EOF", true},
		"no trailers":      {func(a *recorded) { a.Trailer = nil }, "unexpected EOF", true},
		"more behind it":   {func(a *recorded) { a.Body = append(bytes.Clone(a.Body), 1, 2) }, "2 bytes behind the answer", false},
		"compressed":       {func(a *recorded) { a.Body = bytes.Clone(a.Body); a.Body[0] = 1 }, "compressed", false},
		"a lie":            {func(a *recorded) { a.Body = []byte{0, 255, 255, 255, 255} }, "an answer of 4294967295 bytes", false},
		"garbage":          {func(a *recorded) { a.Body = []byte{0, 0, 0, 0, 3, 0x12, 0x7f, 1} }, "cut short", false},
		"a web page":       {func(a *recorded) { a.ContentType, a.Text, a.Body, a.Trailer = "text/html", "<html>", nil, nil }, `the type "text/html"`, false},
		"a proxy's error":  {func(a *recorded) { a.Status, a.ContentType, a.Text, a.Body = 503, "text/plain", "no upstream", nil }, "HTTP status 503: no upstream", true},
		"unauthorised":     {func(a *recorded) { a.Status, a.Text, a.Body = 401, `{"code":401,"message":"no key"}`, nil }, "HTTP status 401", false},
		"a strange status": {func(a *recorded) { a.Trailer = map[string]string{"Grpc-Status": "one"} }, `the status "one"`, false},
		"unavailable":      {func(a *recorded) { a.Trailer = map[string]string{"Grpc-Status": "14", "Grpc-Message": "going%20away"} }, "going away", true},
		"percents": {func(a *recorded) {
			a.Trailer = map[string]string{"Grpc-Status": "3", "Grpc-Message": "100%, %zz %C3%A4"}
		}, "100%, %zz ä", false},
		"a rate limit": {func(a *recorded) { a.Trailer = map[string]string{"Grpc-Status": "8"} }, "Search", true},
	} {
		a := whole
		a.Trailer = maps.Clone(whole.Trailer)
		c.change(&a)
		err := ask(a)
		if err == nil || !strings.Contains(err.Error(), c.error) {
			t.Errorf("%s: error %v, expected one that says %q", what, err, c.error)
		}
		if again, _ := temporary(err); again != c.again {
			t.Errorf("%s: %v: temporary is %v, expected %v", what, err, again, c.again)
		}
	}
	c, h := replay(t, recorded{Status: 200, ContentType: "application/json", Text: `{"nodes": [{"name"`})
	if _, err := get("/v1/nodes")(t.Context(), c, h); err == nil || !strings.Contains(err.Error(), "cannot be read") {
		t.Errorf("half an object of JSON: %v", err)
	}
}

// What a batch did not store whole is deleted, and the error names it.
func TestBatchErrors(t *testing.T) {
	a := readAnswer(t, "batch with a wrong vector")
	deleted := readAnswer(t, "delete")
	var calls []string
	web := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		b, _ := io.ReadAll(r.Body)
		method := r.URL.Path[strings.LastIndex(r.URL.Path, "/")+1:]
		calls = append(calls, fmt.Sprintf("%s %v", method, bytes.Contains(b, []byte(entryUUID("d")))))
		answer := map[string]recorded{"BatchObjects": a, "BatchDelete": deleted}[method]
		w.Header().Set("Content-Type", answer.ContentType)
		_, _ = w.Write(answer.Body)
		w.Header().Set(http.TrailerPrefix+"Grpc-Status", "0")
	}))
	web.Config.Protocols = new(http.Protocols)
	web.Config.Protocols.SetUnencryptedHTTP2(true)
	web.Start()
	defer web.Close()
	_, port, _ := strings.Cut(strings.TrimPrefix(web.URL, "http://"), ":")
	l, err := engine.ParseLocation("weaviate://127.0.0.1/Record?grpc=" + port)
	if err != nil {
		t.Fatal(err)
	}
	c, err := newClient(l, engine.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer c.close()
	s := &server{client: c}
	err = s.write(t.Context(), recordClass, []object{recordObject("c", 3, 1, 2, 4), recordObject("d", 4, 1, 2)}, quorum)
	if err == nil || !strings.Contains(err.Error(), `1 of 2 objects failed, the first "d"`) || errors.Is(err, engine.ErrUnavailable) {
		t.Errorf("error %v, expected one about d", err)
	}
	if want := []string{"BatchObjects true", "BatchDelete true"}; !reflect.DeepEqual(calls, want) {
		t.Errorf("the calls %v, expected %v", calls, want)
	}
}

func FuzzReplies(f *testing.F) {
	for _, q := range questions {
		if a := readAnswer(f, q.name); len(a.Body) > 5 {
			f.Add(a.Body[5:])
		}
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		list, err := searchReply(b)
		if err == nil {
			_, _ = rowsOf(&engine.Header{Width: 3, Attributes: []string{"Smiling"}}, list, true)
		}
		if failed, err := batchReply(b, 3); err == nil {
			for place := range failed {
				if place < 0 || place >= 3 {
					t.Errorf("object %d of 3", place)
				}
			}
		}
		_, _, _ = deleteReply(b)
		_ = deletedReply(b, map[string]bool{})
		if n, err := countReply(b); err == nil && n < 0 {
			t.Errorf("a count of %d", n)
		}
		_, _ = textsReply(b)
	})
}
