package search

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"

	"likeness/safetensors"
)

// graphEntries has a few levels, full rows and equal codes.
func graphEntries(n int) Entries {
	rng := rand.New(rand.NewPCG(21, 22))
	e := Entries{Dim: 3}
	for i := range n {
		for range e.Dim {
			e.Codes = append(e.Codes, float32(rng.NormFloat64()))
		}
		if i > 10 && i%7 == 0 {
			copy(e.Codes[i*3:], e.Codes[rng.IntN(10)*3:][:3])
		}
		e.IDs = append(e.IDs, fmt.Sprint(i))
	}
	return e
}

// graphFile gives a small graph and the file it is in.
func graphFile(t testing.TB, e Entries) (*HNSW, *safetensors.File) {
	t.Helper()
	h, err := NewHNSW(context.Background(), nil, e, About{}, HNSWOptions{M: 3, EfConstruction: 20, Seed: 5})
	if err != nil {
		t.Fatal(err)
	}
	return h, fileOf(t, h)
}

func fileOf(t testing.TB, h *HNSW) *safetensors.File {
	t.Helper()
	b := &Built{Kind: KindHNSW, Recall: 1}
	var err error
	if b.tensors, b.Graph, err = h.tensors(context.Background()); err != nil {
		t.Fatal(err)
	}
	f, err := (&File{Entries: h.Entries(), Built: b}).tensors()
	if err != nil {
		t.Fatal(err)
	}
	return reread(t, f)
}

// graphIn gives the graph in a file.
func graphIn(f *safetensors.File) (*HNSW, error) {
	whole, err := fromFile(f)
	if err != nil {
		return nil, err
	}
	ix, err := whole.Index(context.Background())
	h, _ := ix.(*HNSW)
	return h, err
}

func reread(t testing.TB, f *safetensors.File) *safetensors.File {
	t.Helper()
	var b bytes.Buffer
	if err := f.Write(&b); err != nil {
		t.Fatal(err)
	}
	f, err := safetensors.Read(bytes.NewReader(b.Bytes()), int64(b.Len()))
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// A graph that was written and read answers as before and grows as before.
func TestGraphFile(t *testing.T) {
	ctx := context.Background()
	for _, n := range []int{0, 1, 2, 400} {
		e := graphEntries(n)
		h, f := graphFile(t, e)
		back, err := graphIn(f)
		if err != nil {
			t.Fatal(err)
		}
		more := graphEntries(n + 100)
		more.Codes, more.IDs = more.Codes[3*n:], more.IDs[n:]
		for range 2 {
			want, err := h.SearchBatch(ctx, Queries(more.Codes, 3, 4))
			if err != nil {
				t.Fatal(err)
			}
			if got, err := back.SearchBatch(ctx, Queries(more.Codes, 3, 4)); err != nil || !reflect.DeepEqual(got, want) {
				t.Fatalf("%d entries: the answers differ, %v", n, err)
			}
			if back.Options() != h.Options() {
				t.Errorf("options %v, want %v", back.Options(), h.Options())
			}
			for _, ix := range []*HNSW{h, back} {
				if err := ix.Add(ctx, more); err != nil {
					t.Fatal(err)
				}
			}
		}
	}
}

// What is written after deletions fits the entries that are left.
func TestGraphFileAfterDelete(t *testing.T) {
	ctx := context.Background()
	h, _ := graphFile(t, graphEntries(400))
	if _, err := h.Delete(ctx, "3", "5", "77"); err != nil {
		t.Fatal(err)
	}
	back, err := graphIn(fileOf(t, h))
	if err != nil {
		t.Fatal(err)
	}
	if h.Len() != 397 || back.Len() != 397 {
		t.Errorf("%d and %d entries, want 397", h.Len(), back.Len())
	}
}

func TestWrongGraphs(t *testing.T) {
	e := graphEntries(400)
	node := func(h *HNSW, l int) int {
		return slices.IndexFunc(h.graph.levels, func(v uint8) bool { return int(v) == l })
	}
	word := func(name string, i int, v uint32) func(f *safetensors.File, h *HNSW) {
		return func(f *safetensors.File, h *HNSW) {
			x, _ := f.Tensor(name)
			words := toWords(x.Data)
			words[i] = v
			x.Data = fromWords(words)
		}
	}
	meta := func(key string, value any) func(f *safetensors.File, h *HNSW) {
		return func(f *safetensors.File, h *HNSW) {
			var note map[string]any
			if err := json.Unmarshal([]byte(f.Metadata[builtKey]), &note); err != nil {
				t.Fatal(err)
			}
			if _, ok := note[key]; ok {
				note[key] = value
			} else {
				note["graph"].(map[string]any)[key] = value
			}
			b, _ := json.Marshal(note)
			f.Metadata[builtKey] = string(b)
		}
	}
	gone := func(name string) func(f *safetensors.File, h *HNSW) {
		return func(f *safetensors.File, h *HNSW) {
			f.Tensors = slices.DeleteFunc(f.Tensors, func(x safetensors.Tensor) bool { return x.Name == name })
		}
	}
	for name, c := range map[string]struct {
		spoil func(f *safetensors.File, h *HNSW)
		want  string
	}{
		"no note":          {func(f *safetensors.File, h *HNSW) { f.Metadata[builtKey] = "" }, "metadata index"},
		"no options":       {meta("graph", nil), "the graph is missing"},
		"no kind":          {meta("kind", ""), "the kind is missing"},
		"odd kind":         {meta("kind", "tree"), `built as "tree"`},
		"recall":           {meta("recall", 1.5), "expected 0 to 1"},
		"M not a number":   {meta("m", "x"), "metadata index"},
		"M too large":      {meta("m", 100000000000), "expected 2 to 256"},
		"M of another":     {meta("m", 4), groundName},
		"seed":             {meta("seed", -1), "seed"},
		"entry beyond":     {meta("entry", 400), "entry is 400"},
		"entry low":        {func(f *safetensors.File, h *HNSW) { meta("entry", node(h, 0))(f, h) }, "top level"},
		"link beyond":      {word(groundName, 0, 400), "link to 400"},
		"link far beyond":  {word(groundName, 0, none-1), "link to"},
		"link to itself":   {word(groundName, 0, 0), "link to 0"},
		"link after none":  {func(f *safetensors.File, h *HNSW) { word(groundName, 0, none)(f, h) }, "after its last"},
		"link to a twin":   {func(f *safetensors.File, h *HNSW) { word(groundName, 0, uint32(node(h, absent)))(f, h) }, "link to"},
		"link too high":    {func(f *safetensors.File, h *HNSW) { word(upperName, 0, uint32(node(h, 0)))(f, h) }, "link to"},
		"no ground":        {gone(groundName), groundName},
		"no upper":         {gone(upperName), upperName},
		"no levels":        {gone(levelsName), levelsName},
		"no twins":         {gone(twinsName), twinsName},
		"a level too high": {func(f *safetensors.File, h *HNSW) { x, _ := f.Tensor(levelsName); x.Data[3] = 32 }, "level 32"},
		"a lost twin": {func(f *safetensors.File, h *HNSW) {
			at := slices.IndexFunc(h.graph.twins, func(v uint32) bool { return v != none })
			word(twinsName, at, none)(f, h)
		}, "expected 400 together"},
		"a circle of twins": {func(f *safetensors.File, h *HNSW) {
			at := slices.IndexFunc(h.graph.twins, func(v uint32) bool { return v != none })
			word(twinsName, int(h.graph.twins[at]), h.graph.twins[at])(f, h)
		}, "equal one"},
		"a false twin": {func(f *safetensors.File, h *HNSW) { word(twinsName, 20, uint32(node(h, absent)))(f, h) }, "equal one"},
	} {
		h, f := graphFile(t, e)
		c.spoil(f, h)
		if _, err := graphIn(f); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: error %v, expected one that says %q", name, err, c.want)
		}
	}
}

// FuzzGraph puts any bytes in the place of what was built: what is read without
// an error must answer.
func FuzzGraph(f *testing.F) {
	e := graphEntries(60)
	_, graph := graphFile(f, e)
	hashes := &File{Entries: e}
	if err := hashes.Build(f.Context(), KindLSH, nil); err != nil {
		f.Fatal(err)
	}
	hashed, err := hashes.tensors()
	if err != nil {
		f.Fatal(err)
	}
	for _, file := range []*safetensors.File{graph, hashed} {
		var b bytes.Buffer
		if err := file.Write(&b); err != nil {
			f.Fatal(err)
		}
		f.Add(b.Bytes())
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		file, err := safetensors.Read(bytes.NewReader(b), int64(len(b)))
		if err != nil {
			return
		}
		// What the file says of its entries is not of interest here.
		note, err := readBuilt(file)
		if err != nil || note == nil {
			return
		}
		ix, err := (&File{Entries: e, Built: note, file: file}).Index(context.Background())
		if err != nil {
			return
		}
		got, err := ix.Search(t.Context(), Query{Code: []float32{1, 2, 3}, K: 5})
		if err != nil || len(got) != 5 {
			t.Fatalf("%v, %v", got, err)
		}
		more := Entries{Dim: 3, Codes: []float32{1, 2, 3}, IDs: []string{"new"}}
		if err := ix.Upsert(context.Background(), more); err != nil {
			t.Fatal(err)
		}
	})
}
