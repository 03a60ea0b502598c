package weaviate

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"os"
	"testing"

	"likeness/search/engine"
)

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
