package engine

import (
	"context"
	"errors"
	"math"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"likeness/search"
)

func TestParseLocation(t *testing.T) {
	for text, want := range map[string]string{
		"weaviate://127.0.0.1:8080/Faces":                     "weaviate://127.0.0.1:8080/Faces",
		"weaviate://a:1,b:2,c/faces?grpc=50051,50052":         "weaviate://a:1,b:2,c/faces?grpc=50051%2C50052",
		"postgresql://me@db/photos/faces?sslmode=verify-full": "postgres://me@db/photos/faces?sslmode=verify-full",
		"postgres://db:5432/my%20photos/faces":                "postgres://db:5432/my%20photos/faces",
	} {
		l, err := ParseLocation(text)
		if err != nil || l.String() != want {
			t.Errorf("%s: got %s, %v, expected %s", text, l, err, want)
		}
		if again, err := ParseLocation(l.String()); err != nil || again.String() != want {
			t.Errorf("%s read again: %s, %v", l, again, err)
		}
	}
	for text, want := range map[string]string{
		"faces.index.safetensors":                "no location",
		"http://host/Faces":                      "no location",
		"weaviate:///Faces":                      "names no host",
		"weaviate://host":                        "a collection's name",
		"weaviate://host/two/names":              "a collection's name",
		"weaviate://host/9lives":                 "a collection's name",
		"postgres://host/faces":                  "DATABASE/NAME",
		"postgres://me:hunter2@host/db/faces":    "holds a password",
		"weaviate://me@host/Faces":               "a user is not expected",
		"weaviate://host/Faces?api_key=hunter2":  "holds the secret",
		"postgres://h/db/faces?password=hunter2": "holds the secret",
		"postgres:/me:hunter2@h/db/faces":        "postgres:/h/db/faces is no location",
		"postgres:me:hunter2@h/db/faces":         "postgres:h/db/faces is no location",
		"Postgres://me:hunter2@h/db/faces":       "Postgres://h/db/faces is no location",
	} {
		_, err := ParseLocation(text)
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: error %v, expected one that says %q", text, err, want)
		}
		if err != nil && strings.Contains(err.Error(), "hunter2") {
			t.Errorf("the error repeats the secret: %v", err)
		}
	}
}

func TestHeader(t *testing.T) {
	codes := make([]float32, 100*4)
	for i := range codes {
		codes[i] = float32(math.Sin(float64(i * i)))
	}
	space, err := search.FitSpace(t.Context(), "whitened", codes, 4, search.SpaceOptions{})
	if err != nil {
		t.Fatal(err)
	}
	h := &Header{Model: "abc", Dim: 4, Width: 4, Space: space, Attributes: []string{"Smiling"}}
	b, err := h.SpaceBytes()
	if err != nil {
		t.Fatal(err)
	}
	read := *h
	read.Space = nil
	if err := read.SetSpace("the collection", b); err != nil {
		t.Fatal(err)
	}
	one, err1 := h.Digest()
	two, err2 := read.Digest()
	if err1 != nil || err2 != nil || one != two || len(one) != 16 {
		t.Errorf("digests %s, %s, %v, %v, expected equal ones", one, two, err1, err2)
	}
	read.Space = search.Euclidean{}
	if other, _ := read.Digest(); other == one {
		t.Error("another space has the same digest")
	}
	if err := read.SetSpace("the collection", b[:len(b)/2]); err == nil || !strings.Contains(err.Error(), "the collection") {
		t.Errorf("half a space: error %v", err)
	}
}

func TestMarks(t *testing.T) {
	rows := func() *Rows {
		return &Rows{
			Entries: search.Entries{Dim: 2, Codes: []float32{1, 2, 3, 4}, IDs: []string{"a", "b"}, People: []string{"", "B"}, Taken: []time.Time{{}, time.Unix(1, 0)},
				Attributes: &search.Attributes{Names: []string{"x"}, Values: []float32{0, float32(math.NaN())}}},
			Hashes: make([]search.Hash, 2), Frames: make([]float32, 2*search.FrameNumbers), Sources: []string{"s", "s"},
		}
	}
	before := rows().Mark(1)
	if again, err := ParseMark(before.String()); err != nil || again != before {
		t.Errorf("%v, %v", again, err)
	}
	if whole := rows(); whole.Slice(1, 2).Mark(0) != before {
		t.Error("a slice has another mark")
	}
	for what, change := range map[string]func(r *Rows){
		"id": func(r *Rows) { r.IDs[1] = "c" }, "person": func(r *Rows) { r.People[1] = "C" }, "time": func(r *Rows) { r.Taken[1] = time.Unix(2, 0) },
		"attribute": func(r *Rows) { r.Attributes.Values[1] = 0 }, "hash": func(r *Rows) { r.Hashes[1][3] = 1 }, "frame": func(r *Rows) { r.Frames[search.FrameNumbers] = 1 },
	} {
		r := rows()
		if change(r); r.Mark(1) == before {
			t.Errorf("another %s has the same mark", what)
		}
	}
	r := rows()
	if r.Codes[2], r.Sources[1] = 9, "t"; r.Mark(1) != before {
		t.Error("another point or source has another mark, though the hash is the same")
	}
}

func TestMomentFrom(t *testing.T) {
	at := time.Unix(5, 7000)
	for bound, want := range map[time.Time]bool{at: true, at.Add(-1): true, at.Add(1): false, at.Add(-1000): true, at.Add(1000): false} {
		if got := Moment(at) >= MomentFrom(bound); got != want {
			t.Errorf("%v >= %v: %v", at, bound, got)
		}
	}
}

func TestComplete(t *testing.T) {
	for _, c := range []struct {
		parts []Part
		want  bool
	}{
		{nil, false},
		{[]Part{{Data: "a", Complete: true}}, true},
		{[]Part{{Data: "a", Complete: true}, {Data: "b"}}, false},
		{[]Part{{Data: "a", Shard: 1, Shards: 2, Complete: true}}, false},
		{[]Part{{Data: "a", Shard: 1, Shards: 2, Complete: true}, {Data: "a", Shard: 2, Shards: 2, Complete: true}}, true},
		{[]Part{{Data: "a", Shard: 1, Shards: 2}, {Data: "a", Complete: true}}, true}, // nobody goes on with the shards
		{[]Part{{Data: "a", Shard: 1, Shards: 2, Complete: true}, {Data: "a", Shard: 1, Shards: 3, Complete: true}}, false},
		{[]Part{{Data: "a", Complete: true}, {Data: "b", Shard: 1, Shards: 2, Complete: true}}, false},
	} {
		if got, missing := Complete(c.parts); got != c.want || got != (missing == "") && len(c.parts) > 0 {
			t.Errorf("%v: %v, %q", c.parts, got, missing)
		}
	}
}

func TestGuard(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var observed atomic.Int32
		g := NewGuard("the engine", Options{Observe: func(string, time.Duration, error) { observed.Add(1) }})
		busy, calls := &Temporary{errors.New("busy")}, 0
		err := g.Do(t.Context(), "search", func(context.Context) error {
			if calls++; calls < 3 {
				return busy
			}
			return nil
		})
		if err != nil || calls != 3 || observed.Load() != 3 {
			t.Errorf("%v after %d calls, %d observed, expected success at the third", err, calls, observed.Load())
		}
		wrong := errors.New("wrong question")
		calls = 0
		if err := g.Do(t.Context(), "search", func(context.Context) error { calls++; return wrong }); !errors.Is(err, wrong) || calls != 1 || errors.Is(err, ErrUnavailable) {
			t.Errorf("%v after %d calls, expected the error of the only one", err, calls)
		}
		// A call without an answer ends; two of four tries each open the circuit.
		begin := time.Now()
		hang := func(ctx context.Context) error { <-ctx.Done(); return ctx.Err() }
		for range 2 {
			if err := g.Do(t.Context(), "search", hang); !errors.Is(err, ErrUnavailable) || !strings.Contains(err.Error(), "no answer within 15s") {
				t.Errorf("error %v, expected that there is no answer", err)
			}
		}
		if took := time.Since(begin); took < 2*60*time.Second || took > 125*time.Second {
			t.Errorf("two calls of four tries took %v", took)
		}
		calls = 0
		count := func(context.Context) error { calls++; return nil }
		if err := g.Do(t.Context(), "search", count); !errors.Is(err, ErrUnavailable) || calls != 0 {
			t.Errorf("%v, %d calls, expected the circuit to be open", err, calls)
		}
		time.Sleep(6 * time.Second)
		if err := g.Do(t.Context(), "search", count); err != nil || calls != 1 {
			t.Errorf("%v, %d calls, expected the circuit to be closed again", err, calls)
		}
		// A call that panics while it tries whether the circuit may close does not keep it open.
		for range 2 {
			_ = g.Do(t.Context(), "search", hang)
		}
		time.Sleep(6 * time.Second)
		func() {
			defer func() { _ = recover() }()
			_ = g.Do(t.Context(), "search", func(context.Context) error { panic("on purpose") })
		}()
		if err := g.Do(t.Context(), "search", count); err != nil {
			t.Errorf("after a panic: %v", err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if err := g.Do(ctx, "search", hang); !errors.Is(err, context.Canceled) {
			t.Errorf("error %v, expected %v", err, context.Canceled)
		}
	})
}
