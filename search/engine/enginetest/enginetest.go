package enginetest

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"likeness/search"
	"likeness/search/engine"
)

// Run judges an engine by what engine.Engine and engine.Collection promise; searchtest.Run judges a collection as an index.
// open returns an engine of a name that nothing is kept under.
func Run(t *testing.T, open func(t *testing.T) engine.Engine) {
	t.Run("collections", func(t *testing.T) { testCollections(t, open(t)) })
	t.Run("several collections", func(t *testing.T) { testSeveral(t, open(t)) })
	t.Run("rows", func(t *testing.T) { testRows(t, open(t)) })
	t.Run("conditions", func(t *testing.T) { testConditions(t, open(t)) })
	t.Run("bad rows", func(t *testing.T) { testBadRows(t, open(t)) })
}

// header returns the header of a model whose space was fitted.
func header(t *testing.T, model string) *engine.Header {
	t.Helper()
	rng := rand.New(rand.NewPCG(1, uint64(len(model))))
	codes := make([]float32, 60*6)
	for i := range codes {
		codes[i] = float32(rng.NormFloat64())
	}
	space, err := search.FitSpace(t.Context(), "whitened", codes, 6, search.SpaceOptions{})
	if err != nil {
		t.Fatal(err)
	}
	points, err := space.Points(t.Context(), codes, 6)
	if err != nil {
		t.Fatal(err)
	}
	return &engine.Header{
		Model: model, Arch: "conv", Prep: `{"W":32,"H":32}`, Faces: "all", Detector: "d", Dim: 6, Width: len(points) / 60, Space: space,
		Attributes: []string{"Smiling", "Dark Hair"},
	}
}

// rows returns n rows for a header, all that a row can have in them.
func rows(h *engine.Header, n int, source string) *engine.Rows {
	rng := rand.New(rand.NewPCG(uint64(n), uint64(len(source))))
	r := &engine.Rows{Entries: search.Entries{Dim: h.Width, Attributes: &search.Attributes{Names: h.Attributes}}}
	for i := range n {
		for range h.Width {
			r.Codes = append(r.Codes, float32(rng.NormFloat64()))
		}
		r.IDs = append(r.IDs, fmt.Sprintf("%s/%d %%'\"ü#%d.jpg", source, i/10, i))
		person, taken, dark := fmt.Sprintf("Person_%d", i%3), time.Date(2019, 5, 1+i%20, 9, 0, 0, 1000*i, time.UTC), float32(i)/3
		if i%4 == 0 {
			person, taken, dark = "", time.Time{}, nan
		}
		r.People, r.Taken = append(r.People, person), append(r.Taken, taken)
		r.Attributes.Values = append(r.Attributes.Values, float32(i%5)-2, dark)
		r.Hashes = append(r.Hashes, search.HashOf([]byte(r.IDs[i])))
		r.Sources = append(r.Sources, source)
		frame := make([]float32, search.FrameNumbers)
		if i%2 == 0 {
			frame = []float32{float32(i) + .25, 7, 99.5, -.1, 1}
		}
		r.Frames = append(r.Frames, frame...)
	}
	return r
}

func must[T any](v T, err error) func(t *testing.T) T {
	return func(t *testing.T) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

func check(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func testCollections(t *testing.T, e engine.Engine) {
	ctx := t.Context()
	if _, err := e.Published(ctx); !errors.Is(err, engine.ErrNone) {
		t.Fatalf("a new name: error %v, expected %v", err, engine.ErrNone)
	}
	one := header(t, "one")
	c := must(e.Make(ctx, one, engine.MakeOptions{}))(t)
	check(t, c.Put(ctx, rows(one, 30, "a")))
	if _, err := e.Published(ctx); !errors.Is(err, engine.ErrNone) {
		t.Errorf("before it is published: error %v, expected %v", err, engine.ErrNone)
	}
	if again := must(e.Make(ctx, one, engine.MakeOptions{}))(t); again.Len() != 30 {
		t.Errorf("made again it holds %d entries, expected 30", again.Len())
	}
	check(t, e.Publish(ctx, c))
	check(t, e.Publish(ctx, c)) // which changes nothing
	now := must(e.Published(ctx))(t)
	if got, want := must(now.Header().Digest())(t), must(one.Digest())(t); got != want || now.Len() != 30 {
		t.Errorf("published: %s with %d entries, expected %s with 30", got, now.Len(), want)
	}
	codes := rows(one, 2, "codes").Codes[:one.Dim]
	a, b := must(one.Space.Points(ctx, codes, one.Dim))(t), must(now.Header().Space.Points(ctx, codes, one.Dim))(t)
	if !slices.Equal(a, b) {
		t.Errorf("the space that was kept makes the point %v, expected %v", b, a)
	}
	// Parts.
	written := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	for _, p := range []engine.Part{
		{Source: "b 1/2", Data: "b", Shard: 1, Shards: 2, Prefix: "b//", Origin: json.RawMessage(`{"data":"b"}`), Entries: 3},
		{Source: "a", Data: "a", Origin: json.RawMessage(`{"data":"a"}`), Entries: 30, Complete: true, Written: written},
		{Source: "b 1/2", Data: "b", Shard: 1, Shards: 2, Prefix: "b//", Origin: json.RawMessage(`{"data":"b"}`), Entries: 5, Complete: true, Written: written},
	} {
		check(t, c.SetPart(ctx, p))
	}
	parts := must(now.Parts(ctx))(t)
	slices.SortFunc(parts, func(a, b engine.Part) int { return strings.Compare(a.Source, b.Source) })
	if len(parts) != 2 || parts[0].Source != "a" || parts[1].Entries != 5 || parts[1].Prefix != "b//" || !parts[1].Complete || !parts[1].Written.Equal(written) || parts[1].Shards != 2 || string(parts[1].Origin) != `{"data":"b"}` {
		t.Errorf("the parts %+v", parts)
	}
	// Another model's collection takes the name when it is published, and the first is gone then.
	two := header(t, "another")
	d := must(e.Make(ctx, two, engine.MakeOptions{}))(t)
	check(t, d.Put(ctx, rows(two, 12, "a")))
	if now := must(e.Published(ctx))(t); now.Header().Model != "one" || now.Len() != 30 || d.Len() != 12 {
		t.Errorf("while another one is made: %s with %d entries", now.Header().Model, now.Len())
	}
	check(t, e.Publish(ctx, d))
	if now := must(e.Published(ctx))(t); now.Header().Model != "another" || now.Len() != 12 {
		t.Errorf("after another one was published: %s with %d entries", now.Header().Model, now.Len())
	}
	if _, err := c.Search(ctx, search.Query{Code: make([]float32, one.Width), K: 1}); !errors.Is(err, engine.ErrNone) {
		t.Errorf("a search in what was dropped: error %v, expected %v", err, engine.ErrNone)
	}
	if s := must(e.State(ctx))(t); s.Entries != 12 || s.Engine == "" || s.Version == "" || len(s.Nodes) == 0 || s.Incomplete != "" {
		t.Errorf("the state %+v", s)
	}
	if n := must(e.Drop(ctx))(t); n != 1 {
		t.Errorf("%d collections were dropped, expected 1", n)
	}
	if _, err := e.Published(ctx); !errors.Is(err, engine.ErrNone) {
		t.Errorf("after it was dropped: error %v, expected %v", err, engine.ErrNone)
	}
}

// testSeveral publishes a collection while others of the name are there that are not published.
func testSeveral(t *testing.T, e engine.Engine) {
	ctx := t.Context()
	made := map[string]engine.Collection{}
	for model, written := range map[string]time.Time{
		"published": time.Now(), "next": time.Now(), "filled now": time.Now(), "filled yesterday": time.Now().Add(-23 * time.Hour),
		"given up": time.Now().Add(-25 * time.Hour), "just made": {},
	} {
		h := header(t, model)
		c := must(e.Make(ctx, h, engine.MakeOptions{}))(t)
		made[model] = c
		if model == "just made" {
			continue
		}
		check(t, c.SetPart(ctx, engine.Part{Source: "a", Data: "a", Entries: 5, Written: written}))
		check(t, c.SetPart(ctx, engine.Part{Source: "b", Data: "b", Entries: 5, Written: written.Add(-100 * time.Hour)}))
		check(t, c.Put(ctx, rows(h, 5, "a")))
		if model == "published" {
			check(t, e.Publish(ctx, c))
		}
	}
	check(t, e.Publish(ctx, made["next"]))
	left := 0
	for model, c := range made {
		err := c.Put(ctx, rows(c.Header(), 7, "b")) // as who fills it goes on
		if model == "published" || model == "given up" {
			if !errors.Is(err, engine.ErrNone) {
				t.Errorf("%s: error %v, expected that it was dropped", model, err)
			}
			continue
		}
		if err != nil {
			t.Errorf("%s: error %v, expected that it is there", model, err)
		}
		left++
	}
	if now := must(e.Published(ctx))(t); now.Header().Model != "next" {
		t.Errorf("published is %s, expected next", now.Header().Model)
	}
	check(t, e.Publish(ctx, made["filled now"]))
	if n := must(e.Drop(ctx))(t); n != left-1 {
		t.Errorf("%d collections were dropped, expected %d", n, left-1)
	}
}

// made returns a published collection with rows.
func made(t *testing.T, e engine.Engine, n int) (engine.Collection, *engine.Rows) {
	t.Helper()
	h := header(t, "model")
	c := must(e.Make(t.Context(), h, engine.MakeOptions{}))(t)
	r := rows(h, n, "photos")
	check(t, c.Put(t.Context(), r))
	check(t, e.Publish(t.Context(), c))
	return c, r
}

// marks returns the marks of a source.
func marks(t *testing.T, c engine.Collection, source string) map[string]engine.Mark {
	t.Helper()
	all := map[string]engine.Mark{}
	check(t, c.Marks(t.Context(), source, func(id string, m engine.Mark) error {
		if _, twice := all[id]; twice {
			t.Errorf("%q came twice", id)
		}
		all[id] = m
		return nil
	}))
	return all
}

func testRows(t *testing.T, e engine.Engine) {
	ctx := t.Context()
	c, r := made(t, e, 250)
	check(t, c.Put(ctx, r)) // once more
	if c.Len() != 250 {
		t.Fatalf("%d entries, expected 250", c.Len())
	}
	want := map[string]engine.Mark{}
	for i, id := range r.IDs {
		want[id] = r.Mark(i)
	}
	if got := marks(t, c, "photos"); !reflect.DeepEqual(got, want) {
		t.Errorf("%d marks, expected %d of what was put", len(got), len(want))
	}
	if got := marks(t, c, ""); !reflect.DeepEqual(got, want) {
		t.Errorf("%d marks of all, expected %d", len(got), len(want))
	}
	if got := marks(t, c, "others"); len(got) != 0 {
		t.Errorf("%d marks of a source that there is none of", len(got))
	}
	found := must(c.Lookup(ctx, r.IDs[17], "unknown", r.IDs[4], r.IDs[16]))(t)
	if found.Len() != 3 {
		t.Fatalf("%d rows, expected 3", found.Len())
	}
	for i := range found.IDs {
		checkRow(t, found, i, r)
	}
	seen := map[string]bool{}
	check(t, c.Scan(ctx, func(some *engine.Rows) error {
		for i, id := range some.IDs {
			if seen[id] {
				t.Errorf("%q came twice", id)
			}
			seen[id] = true
			checkRow(t, some, i, r)
		}
		return nil
	}))
	if len(seen) != 250 {
		t.Errorf("a scan saw %d entries, expected 250", len(seen))
	}
	stop := errors.New("stop")
	if err := c.Scan(ctx, func(*engine.Rows) error { return stop }); !errors.Is(err, stop) {
		t.Errorf("error %v, expected that of visit", err)
	}
	// A row that changes.
	one := r.Slice(9, 10)
	one.People, one.Sources = []string{"Somebody Else"}, []string{"others"}
	check(t, c.Put(ctx, one))
	if got := marks(t, c, "others"); len(got) != 1 || got[r.IDs[9]] != one.Mark(0) || c.Len() != 250 {
		t.Errorf("%d entries, %v of the other source", c.Len(), got)
	}
	if n := must(c.Delete(ctx, r.IDs[9], r.IDs[10], "unknown"))(t); n != 2 || c.Len() != 248 {
		t.Errorf("%d were deleted and %d are left, expected 2 and 248", n, c.Len())
	}
}

// checkRow compares a row with the one of its id among all.
func checkRow(t *testing.T, got *engine.Rows, i int, all *engine.Rows) {
	t.Helper()
	at := slices.Index(all.IDs, got.IDs[i])
	if at < 0 {
		t.Errorf("%q was not put", got.IDs[i])
		return
	}
	w := all.Dim
	if got.Dim != w || !slices.Equal(got.Codes[i*w:(i+1)*w], all.Codes[at*w:(at+1)*w]) {
		t.Errorf("%q has another point", got.IDs[i])
	}
	if got.People[i] != all.People[at] || got.Sources[i] != all.Sources[at] || got.Hashes[i] != all.Hashes[at] {
		t.Errorf("%q: %q, %q, %x, expected %q, %q, %x", got.IDs[i], got.People[i], got.Sources[i], got.Hashes[i], all.People[at], all.Sources[at], all.Hashes[at])
	}
	if !slices.Equal(got.Frame(i), all.Frame(at)) {
		t.Errorf("%q has the frame %v, expected %v", got.IDs[i], got.Frame(i), all.Frame(at))
	}
	var taken time.Time
	if got.Taken != nil {
		taken = got.Taken[i]
	}
	if !taken.Equal(all.Taken[at]) {
		t.Errorf("%q was taken %v, expected %v", got.IDs[i], taken, all.Taken[at])
	}
	for j, name := range all.Attributes.Names {
		column := got.Attributes.Column(name)
		if column < 0 {
			t.Errorf("%q has no attribute %s", got.IDs[i], name)
		} else if a, b := got.Attributes.Row(i)[column], all.Attributes.Row(at)[j]; a != b && (a == a || b == b) {
			t.Errorf("%q has %v for %s, expected %v", got.IDs[i], a, name, b)
		}
	}
}

func testConditions(t *testing.T, e engine.Engine) {
	ctx := t.Context()
	c, r := made(t, e, 120)
	for _, q := range []struct {
		where search.Where
		want  int
	}{
		{search.Where{}, 120},
		{search.Where{People: []string{"PERSON 1"}}, 30},
		{search.Where{People: []string{"nobody"}}, 0},
		{search.Where{Folders: []string{"photos/3 %'\"ü#30.jpg"}}, 0},
		{search.Where{Folders: []string{"photos"}}, 120},
		{search.Where{Folders: []string{"photo"}}, 0},
		{search.Where{Attributes: []search.Condition{{Name: "smiling", Op: search.AtLeast, Value: 2}}}, 24},
		{search.Where{Attributes: []search.Condition{{Name: "dark_hair", Op: search.AtLeast, Value: math.Inf(-1)}}}, 90},
		{search.Where{From: time.Date(2019, 5, 2, 0, 0, 0, 0, time.UTC), To: time.Date(2019, 5, 3, 0, 0, 0, 0, time.UTC)}, 6},
		{search.Where{Not: r.IDs[:3]}, 117},
	} {
		if got := must(c.Count(ctx, q.where))(t); got != q.want {
			t.Errorf("%+v: %d entries, expected %d", q.where, got, q.want)
		}
		if got := must(c.Any(ctx, q.where))(t); got != (q.want > 0) {
			t.Errorf("%+v: any is %v, expected that of %d entries", q.where, got, q.want)
		}
	}
	list := must(c.List(ctx, search.Where{People: []string{"Person_1"}}, 2, 5))(t)
	var want []string
	for i, id := range r.IDs {
		if r.People[i] == "Person_1" {
			want = append(want, id)
		}
	}
	if !slices.Equal(list.IDs, want[2:7]) {
		t.Errorf("listed %q, expected %q", list.IDs, want[2:7])
	}
	people := must(c.People(ctx, 2))(t)
	if want := []engine.Tally{{Person: "Person_0", Entries: 30}, {Person: "Person_1", Entries: 30}}; len(people) != 2 || people[0].Entries != want[0].Entries {
		t.Errorf("the people %v, expected as %v", people, want)
	}
	wings := search.Where{Attributes: []search.Condition{{Name: "Wings", Op: search.Above}}}
	_, counts := c.Count(ctx, wings)
	_, asks := c.Any(ctx, wings)
	for what, err := range map[string]error{"count": counts, "any": asks} {
		if err == nil || !strings.Contains(err.Error(), "Wings") {
			t.Errorf("%s: error %v, expected one about Wings", what, err)
		}
	}
}

func testBadRows(t *testing.T, e engine.Engine) {
	c, r := made(t, e, 10)
	before := marks(t, c, "")
	for what, spoil := range map[string]func(*engine.Rows){
		"dimension": func(r *engine.Rows) { r.Dim, r.Codes = 2, r.Codes[:20] },
		"NaN":       func(r *engine.Rows) { r.Codes = slices.Clone(r.Codes); r.Codes[3] = nan },
		"infinite":  func(r *engine.Rows) { r.Codes = slices.Clone(r.Codes); r.Codes[3] = float32(math.Inf(1)) },
		"twice":     func(r *engine.Rows) { r.IDs = slices.Clone(r.IDs); r.IDs[3] = r.IDs[4] },
		"short":     func(r *engine.Rows) { r.Hashes = r.Hashes[:3] },
		"attribute": func(r *engine.Rows) {
			r.Attributes = &search.Attributes{Names: []string{"Wings", "Dark Hair"}, Values: r.Attributes.Values}
		},
	} {
		bad := *r
		spoil(&bad)
		if err := c.Put(t.Context(), &bad); err == nil {
			t.Errorf("%s: the rows were taken", what)
		}
		if after := marks(t, c, ""); !reflect.DeepEqual(before, after) {
			t.Errorf("%s: the entries have changed, %d are there", what, len(after))
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := c.Put(ctx, r); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v, expected %v", err, context.Canceled)
	}
}
