package weaviate

import (
	"bytes"
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

func answerFile(name string) string {
	return filepath.Join("testdata", "answers", strings.ReplaceAll(name, " ", "-")+".json")
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
