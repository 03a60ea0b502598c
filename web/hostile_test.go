package web

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	gomaps "maps"
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

	"github.com/danielgtaylor/huma/v2"

	"likeness/pix"
	"likeness/progress"
	"likeness/runs"
)

// hostileTexts are values that a request may have for anything.
var hostileTexts = []string{
	"", "NaN", "Inf", "-Inf", "-1", "0", "1e308", "-1e308", "1e38", "-1e38", "9223372036854775807", "-9223372036854775808", "18446744073709551616",
	"../../etc/passwd", "/etc/passwd", "..", ".", "\x00", "a\nb", "=1+1", "\xff\xfe", "%00", "drawn:1x1x1", strings.Repeat("x", 8000),
}

// hostileValues are values that a body may have for anything, as JSON.
var hostileValues = []string{
	"null", "true", "0", "-1", "1e38", "-1e38", "3e38", "1e308", "1e400", "0.5", "9223372036854775807", "-9223372036854775808", "2147483647", "1e-45",
	`""`, `"NaN"`, `"../../etc/passwd"`, `"a\nb\u0000"`, `"` + strings.Repeat("x", 100_000) + `"`, `"AAAA"`,
	"[]", "[null]", "[[]]", "[1]", "[1e38,1e38]", `[""]`, `["a","a"]`, "[-1]", "[2147483647]", "[" + strings.Repeat("0,", 5000) + "0]", "[[1],[2]]",
	"{}", `{"a":1}`, strings.Repeat("[", 5000) + strings.Repeat("]", 5000), "{", "",
}

// Whatever a request says, it is answered, and never as a fault of the program.
func TestHostileRequests(t *testing.T) {
	dir := folder(t)
	closed, err := runs.Open(dir, runs.Options{Closed: true, Poll: -1})
	if err != nil {
		t.Fatal(err)
	}
	defer closed.Close()
	var told bytes.Buffer
	s := serve(t, dir, func(o *Options) {
		o.Runs, o.Log = closed, slog.New(slog.NewTextHandler(&told, &slog.HandlerOptions{Level: slog.LevelError}))
	})
	h := s.s.handler
	ids := s.members(2)
	var start Start
	s.get("/api/play/start", url.Values{"model": {"conv"}, "seed": {"1"}}, &start)
	var shown Playground
	s.get("/api/play", url.Values{"model": {"conv"}}, &shown)
	bytesOf := func(n int) []byte { return bytes.Repeat([]byte{7}, n) }
	size := shown.Width * shown.Height
	usual := map[string]any{
		"index": indexName, "id": ids[0], "other": ids[1], "ids": ids, "model": "conv", "code": start.Code, "codes": [][]float32{start.Code, start.Code},
		"path": "line", "number": 3, "spread": 1, "seed": 1, "pixels": bytesOf(size * 3), "rows": []int{0, 1}, "person": "Ann", "folder": "links",
		"layout": "umap", "verb": "sample", "by": "person", "x": 0, "y": 0, "run": "a.safetensors", "report": "a.html", "pictures": ".", "attribute": "Smiling", "same": true,
	}
	ask := func(method, path string, query url.Values, body string) {
		t.Helper()
		r := httptest.NewRequestWithContext(t.Context(), method, path+"?"+query.Encode(), strings.NewReader(body))
		r.Header.Set("Content-Type", "application/json")
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		if w.Code >= 500 && w.Code != http.StatusServiceUnavailable {
			t.Errorf("%s %s?%.200s %.200s: %d %.300s", method, path, query.Encode(), body, w.Code, w.Body)
		}
	}
	for path, item := range s.s.api.OpenAPI().Paths {
		for method, op := range map[string]*huma.Operation{"GET": item.Get, "POST": item.Post, "PUT": item.Put, "DELETE": item.Delete} {
			if op == nil || slices.Contains([]string{"run-events", "index-pictures", "find-people", "find-copies", "learn", "model-score", "play-fit", "map-lay-out"}, op.OperationID) {
				continue // the one has no end, the others work in the background
			}
			path := strings.ReplaceAll(path, "{id}", "1")
			query := url.Values{}
			for _, p := range op.Parameters {
				if v, ok := usual[p.Name]; ok && (p.Required || p.Name == "id") {
					query.Set(p.Name, fmt.Sprint(v))
				}
			}
			base := map[string]json.RawMessage{}
			var fields []string
			if op.RequestBody != nil && op.RequestBody.Content["application/json"] != nil {
				schema := op.RequestBody.Content["application/json"].Schema
				if schema.Ref != "" {
					schema = s.s.api.OpenAPI().Components.Schemas.SchemaFromRef(schema.Ref)
				}
				for name := range schema.Properties {
					if name == "$schema" {
						continue
					}
					fields = append(fields, name)
					v, ok := usual[name]
					switch {
					case name == "weights" && strings.Contains(path, "mend"):
						v = bytesOf(size)
					case name == "weights":
						v = []float64{0.5, 0.5}
					case !ok:
						continue
					}
					base[name], _ = json.Marshal(v)
				}
			}
			whole := ""
			if len(fields) > 0 {
				text, err := json.Marshal(base)
				if err != nil {
					t.Fatal(err)
				}
				whole = string(text)
			}
			if path == "/api/play/start" {
				query.Del("id")
				query.Set("seed", "1")
			}
			ask(method, path, query, whole)
			for _, p := range op.Parameters {
				for _, text := range hostileTexts {
					changed := gomaps.Clone(query)
					changed.Set(p.Name, text)
					ask(method, path, changed, whole)
				}
				many := gomaps.Clone(query)
				many[p.Name] = slices.Repeat([]string{ids[0]}, 2000)
				ask(method, path, many, whole)
			}
			for _, text := range hostileValues {
				if len(fields) > 0 {
					ask(method, path, query, text)
				}
				for _, name := range fields {
					var parts []string
					for other, v := range base {
						if other != name {
							parts = append(parts, fmt.Sprintf("%q:%s", other, v))
						}
					}
					parts = append(parts, fmt.Sprintf("%q:%s", name, text))
					ask(method, path, query, "{"+strings.Join(parts, ",")+"}")
				}
			}
			// A code of the right length whose numbers are as large as they can be.
			for _, v := range []float32{1e38, -3e38, 1e20} {
				large := slices.Repeat([]float32{v}, len(start.Code))
				for name, value := range map[string]any{"code": large, "codes": [][]float32{large, start.Code}} {
					if _, ok := base[name]; ok {
						changed := gomaps.Clone(base)
						changed[name], _ = json.Marshal(value)
						text, _ := json.Marshal(changed)
						ask(method, path, query, string(text))
					}
				}
			}
		}
	}
	if told.Len() > 0 {
		t.Errorf("the log has errors: %.3000s", told.String())
	}
	if _, err := os.Stat(filepath.Join(filepath.Dir(dir), "links")); err == nil {
		t.Error("a folder was made outside of the workspace")
	}
}

// Tasks that wait are bounded, and more are refused for now; the same task is not begun twice.
func TestTasksAreBounded(t *testing.T) {
	s := serve(t, t.TempDir())
	wait := func(ctx context.Context, _ progress.Func) (any, error) { <-ctx.Done(); return nil, ctx.Err() }
	var ids sync.Map
	var all sync.WaitGroup
	for range 50 {
		all.Go(func() {
			one, err := s.s.tasks.once("the same", wait)
			if err != nil {
				t.Error(err)
			}
			ids.Store(one.ID, true)
		})
	}
	all.Wait()
	n := 0
	ids.Range(func(any, any) bool { n++; return true })
	if n != 1 {
		t.Errorf("the same task was begun %d times", n)
	}
	for n = 1; ; n++ {
		if _, err := s.s.tasks.start(fmt.Sprint(n), wait); errors.Is(err, errFull) {
			break
		} else if err != nil || n > 1000 {
			t.Fatal(n, err)
		}
	}
	status, _, h := s.ask("POST", "/api/index", []byte(`{"pictures":"drawn:2x2"}`), "Content-Type", "application/json")
	if status != http.StatusServiceUnavailable || h.Get("Retry-After") == "" {
		t.Errorf("one more: %d %v", status, h)
	}
}

// A panic in the background ends neither the server nor the work of others.
func TestPanicsInTheBackground(t *testing.T) {
	s := serve(t, t.TempDir())
	one, err := s.s.tasks.start("bad", func(context.Context, progress.Func) (any, error) { panic("bad") })
	if err != nil {
		t.Fatal(err)
	}
	for now := one; now.State != TaskFailed; {
		if now, _, err = s.s.tasks.get(one.ID); err != nil || now.State == TaskDone {
			t.Fatal(now, err)
		}
		time.Sleep(time.Millisecond)
	}
	f := flights[int]{s: s.s}
	if _, err := f.get(t.Context(), "a", func(context.Context) (int, error) { panic("bad") }); err == nil {
		t.Error("a computation that panics: no error")
	}
	if v, err := f.get(t.Context(), "a", func(context.Context) (int, error) { return 3, nil }); v != 3 || err != nil {
		t.Error(v, err)
	}
}

// What is kept of an index does not grow with what requests say.
func TestFlightsAreBounded(t *testing.T) {
	s := serve(t, folder(t))
	f := flights[int]{s: s.s}
	for i := range 500 {
		if _, err := f.get(t.Context(), fmt.Sprint(i), func(context.Context) (int, error) { return i, nil }); err != nil {
			t.Fatal(err)
		}
	}
	if len(f.all) > mostFlights {
		t.Errorf("%d values are kept", len(f.all))
	}
	for i := range 3 {
		s.get("/api/map/categories", url.Values{"index": {indexName}, "by": {"person"}, "attribute": {fmt.Sprint(i)}}, nil)
	}
	k, err := s.s.maps.of(t.Context(), indexName)
	if err != nil || len(k.sorted.all) != 1 {
		t.Errorf("%d answers are kept (%v)", len(k.sorted.all), err)
	}
}

// A request that says it accepts a stream has its limit of time like any other.
func TestOnlyStreamsHaveNoEnd(t *testing.T) {
	s := serve(t, t.TempDir())
	r := httptest.NewRequest("GET", "/api/search", nil)
	r.Header.Set("Accept", "text/event-stream")
	limited := false
	s.s.limiting(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { _, limited = r.Context().Deadline() })).ServeHTTP(httptest.NewRecorder(), r)
	if !limited {
		t.Error("a search has no limit of time")
	}
}

// Many large requests at once are not all taken into memory.
func TestBodiesAreBounded(t *testing.T) {
	var b bodies
	var done []func()
	for {
		d, ok := b.take(-1)
		if !ok {
			break
		}
		if done = append(done, d); len(done) > 100 {
			t.Fatal("no bound")
		}
	}
	if _, ok := b.take(0); !ok {
		t.Error("a request without a body is refused")
	}
	for _, d := range done {
		d()
	}
	if _, ok := b.take(mostBody); !ok {
		t.Error("nothing is taken any more")
	}
}

// Uploads are forgotten after their time, also where no other one comes.
func TestUploadsExpire(t *testing.T) {
	u := newUploads()
	u.life = 20 * time.Millisecond
	id := u.add(&pix.Image{W: 1, H: 1, Pix: []byte{1, 2, 3}})
	for end := time.Now().Add(10 * time.Second); ; time.Sleep(10 * time.Millisecond) {
		u.lock.Lock()
		n := len(u.list) + u.bytes
		u.lock.Unlock()
		if n == 0 {
			break
		}
		if time.Now().After(end) {
			t.Fatal("it is still there")
		}
	}
	if _, err := u.get(id); !errors.Is(err, errNoUpload) {
		t.Error(err)
	}
}

// A name that a program for tables takes for a formula is none, and nothing is written.
func TestNamesAreNoFormulas(t *testing.T) {
	dir := folder(t)
	s := serve(t, dir)
	id := s.members(1)[0]
	for _, name := range []string{"=1+1", "+cmd", "-x", "@SUM(A1)", " =1", "a\x00b", strings.Repeat("x", 1000)} {
		body, _ := json.Marshal(Naming{Index: indexName, IDs: []string{id}, Person: name})
		if status, answer, _ := s.ask("POST", "/api/names", body, "Content-Type", "application/json"); status != http.StatusUnprocessableEntity {
			t.Errorf("%.20q: %d %.200s", name, status, answer)
		}
	}
	if _, err := os.Stat(filepath.Join(dir, "drawn.names.csv")); err == nil {
		t.Error("a file of names was written")
	}
}
