package gallery_test

import (
	"context"
	"errors"
	"fmt"
	"math"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"likeness/dataset"
	"likeness/gallery"
	"likeness/search"
	"likeness/search/engine"
	"likeness/search/engine/enginetest"
)

func push(t *testing.T, a album, e engine.Engine, opt gallery.PushOptions) *gallery.Pushed {
	t.Helper()
	g := a.open(t, gallery.Options{})
	defer g.Close()
	p, err := g.Push(t.Context(), e, opt)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func openCollection(t *testing.T, e engine.Engine, opt gallery.Options) *gallery.Gallery {
	t.Helper()
	g, err := gallery.OpenCollection(t.Context(), e, opt)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { g.Close() })
	return g
}

// update brings the album's index up to date.
func (a album) update(t *testing.T, opt gallery.UpdateOptions) {
	t.Helper()
	opt.ModelFile = a.model
	if _, err := gallery.Update(t.Context(), a.index, a.e, load(t, a.in("set"), a.e.Prep()), opt); err != nil {
		t.Fatal(err)
	}
}

// Searches of a collection find what those of the index find.
func TestCollectionAnswersAsTheIndex(t *testing.T) {
	for _, space := range []string{"euclidean", "cosine", "whitened"} {
		t.Run(space, func(t *testing.T) {
			a := newAlbum(t, gallery.UpdateOptions{Space: space})
			e := enginetest.NewMemory("faces")
			if p := push(t, a, e, gallery.PushOptions{}); p.Added != 10 || p.Entries != 10 || !p.Published || !p.OwnSpace || p.Engine.Engine != "memory" {
				t.Fatalf("%+v", p)
			}
			file, far := a.open(t, gallery.Options{}), openCollection(t, e, gallery.Options{Model: a.model, Data: dataset.Name{Source: a.in("set")}})
			defer file.Close()
			yes := true
			for n, q := range []gallery.Query{
				{IDs: []string{"2019/Bob/c.png"}, K: 20},
				{Images: []string{a.in("set", "2020/Eve/g.png")}, K: 4},
				{Images: []string{a.in("set", "2020/Eve/g.png")}, K: 4, ExcludeSelf: &yes},
				{IDs: []string{"2020/Eve/f.png"}, Images: []string{a.in("set", "i.png")}, K: 3},
				{IDs: []string{"i.png"}, K: 20, Where: search.Where{People: []string{"eve"}}},
				{IDs: []string{"i.png"}, K: 20, Where: search.Where{Folders: []string{"2019"}}},
				{IDs: []string{"i.png"}, K: 20, MaxDistance: 1e-3},
				{Codes: [][]float32{{1, 2, 3, 4}}, K: 2},
			} {
				if space != "euclidean" && len(q.IDs)+len(q.Images) > 1 { // an engine averages points, which are all equally long in these spaces
					continue
				}
				want, err1 := file.Search(t.Context(), q)
				got, err2 := far.Search(t.Context(), q)
				if err1 != nil || err2 != nil {
					t.Fatalf("query %d: %v, %v", n, err1, err2)
				}
				if got.Engine == nil || got.Engine.Entries != 10 || got.Kind != "memory" || got.Entries != 10 || got.Averaged != want.Averaged || got.ID != want.ID || got.Person != want.Person {
					t.Errorf("query %d: the answer is %+v, expected as %+v", n, got, want)
				}
				if len(got.Results) != len(want.Results) {
					t.Fatalf("query %d: %d found, expected %d", n, len(got.Results), len(want.Results))
				}
				for i, h := range got.Results {
					w := want.Results[i]
					if math.Abs(h.Distance-w.Distance) > 1e-4*w.Distance+1e-6 {
						t.Errorf("query %d: rank %d at %v, expected %v", n, i+1, h.Distance, w.Distance)
					}
					if h.Distance = w.Distance; !reflect.DeepEqual(h, w) {
						t.Errorf("query %d: %+v, expected %+v", n, h, w)
					}
				}
			}
		})
	}
}

func TestCollectionSaysWhatIsWrong(t *testing.T) {
	a := newAlbum(t, gallery.UpdateOptions{Space: "euclidean"})
	e := enginetest.NewMemory("faces")
	if _, err := gallery.OpenCollection(t.Context(), e, gallery.Options{}); !errors.Is(err, engine.ErrNone) {
		t.Errorf("error %v, expected %v", err, engine.ErrNone)
	}
	push(t, a, e, gallery.PushOptions{})
	g := openCollection(t, e, gallery.Options{Model: a.model, Data: dataset.Name{Source: a.in("set")}})
	for want, q := range map[string]gallery.Query{
		`no picture called "nobody.png"`: {IDs: []string{"nobody.png"}, K: 1},
		"nobody of that name":            {IDs: []string{"i.png"}, K: 1, Where: search.Where{People: []string{"Zoe"}}},
		"no picture in it":               {IDs: []string{"i.png"}, K: 1, Where: search.Where{Folders: []string{"2031"}}},
		"keeps no attributes":            {IDs: []string{"i.png"}, K: 1, Where: search.Where{Attributes: []search.Condition{{Name: "Smiling", Op: search.Above}}}},
		"has 3 numbers":                  {Codes: [][]float32{{1, 2, 3}}, K: 1},
		"k is 0":                         {IDs: []string{"i.png"}},
	} {
		if _, err := g.Search(t.Context(), q); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, expected one that says %q", err, want)
		}
	}
	// Whether a person or a folder is there is asked for, not how many entries they have.
	e.Fail = func(call string) error {
		if call == "count" {
			return errors.New("all entries are counted")
		}
		return nil
	}
	if _, err := g.Search(t.Context(), gallery.Query{IDs: []string{"i.png"}, K: 1, Where: search.Where{People: []string{"eve"}, Folders: []string{"2020"}}}); err != nil {
		t.Error(err)
	}
	e.Fail = nil
	if _, err := g.Clusters(t.Context(), gallery.ClusterOptions{}); !errors.Is(err, gallery.ErrEngine) {
		t.Errorf("clusters: error %v, expected %v", err, gallery.ErrEngine)
	}
	if _, err := g.Duplicates(t.Context(), gallery.DuplicateOptions{}); !errors.Is(err, gallery.ErrEngine) {
		t.Errorf("duplicates: error %v, expected %v", err, gallery.ErrEngine)
	}
	other := openCollection(t, e, gallery.Options{Model: a.in("other.safetensors")})
	newModel(t, a.in("other.safetensors"), 2)
	if _, err := other.Search(t.Context(), gallery.Query{Images: []string{a.in("set", "i.png")}, K: 1}); err == nil || !strings.Contains(err.Error(), a.e.Fingerprint()) {
		t.Errorf("another model: error %v, expected one that names %s", err, a.e.Fingerprint())
	}
	away := errors.New("the cable is out")
	e.Fail = func(string) error { return fmt.Errorf("%w: %w", engine.ErrUnavailable, away) }
	if _, err := g.Search(t.Context(), gallery.Query{IDs: []string{"i.png"}, K: 1}); !errors.Is(err, away) {
		t.Errorf("error %v, expected %v", err, away)
	}
}

func TestCollectionMembersAndPictures(t *testing.T) {
	a := newAlbum(t, gallery.UpdateOptions{Space: "euclidean"})
	e := enginetest.NewMemory("faces")
	push(t, a, e, gallery.PushOptions{})
	file, far := a.open(t, gallery.Options{}), openCollection(t, e, gallery.Options{Model: a.model, Data: dataset.Name{Source: a.in("set")}})
	defer file.Close()
	want, ok := file.Member("2019/Bob/c.png")
	if got, there := far.Member("2019/Bob/c.png"); !ok || !there || !reflect.DeepEqual(got, want) {
		t.Errorf("member %+v, expected %+v", got, want)
	}
	if _, there := far.Member("nobody"); there {
		t.Error("a member that there is not")
	}
	known, err1 := far.People(t.Context())
	if expected, err2 := file.People(t.Context()); err1 != nil || err2 != nil || !reflect.DeepEqual(known, expected) {
		t.Errorf("people %v, %v, %v", known, err1, err2)
	}
	list, total, err := far.Members(t.Context(), "Eve", "", 1, 5, 1)
	if err != nil || total != 3 || len(list) != 2 || list[0].ID != "2020/Eve/g.png" {
		t.Errorf("%v, %d, %v", list, total, err)
	}
	p, err := file.Picture(t.Context(), "2020/Eve/g.png", 0)
	if err != nil {
		t.Fatal(err)
	}
	if q, err := far.Picture(t.Context(), "2020/Eve/g.png", 0); err != nil || !slices.Equal(p.Pix, q.Pix) {
		t.Errorf("the picture differs: %v", err)
	}
	if i := far.Info(); i.Entries != 10 || i.Model != a.e.Fingerprint() || i.Space != "euclidean" || !strings.HasPrefix(i.Data.Source, "set") {
		t.Errorf("%+v", i)
	}
}

func TestPushWritesWhatDiffers(t *testing.T) {
	a := newAlbum(t, gallery.UpdateOptions{Space: "euclidean"})
	e := enginetest.NewMemory("faces")
	push(t, a, e, gallery.PushOptions{})
	if p := push(t, a, e, gallery.PushOptions{}); p.Unchanged != 10 || p.Added+p.Changed+p.Removed != 0 || !p.Published {
		t.Errorf("again: %+v", p)
	}
	paint(t, a.in("set"), map[string]int{"new.png": 20, "i.png": 21})
	remove(t, a.in("set", "2020/Eve/f.png"))
	a.update(t, gallery.UpdateOptions{})
	verify := func() *gallery.Verified {
		t.Helper()
		g := a.open(t, gallery.Options{})
		defer g.Close()
		v, err := g.Verify(t.Context(), e, gallery.VerifyOptions{})
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
	if v := verify(); v.Equal || !slices.Equal(v.Missing, []string{"new.png"}) || !slices.Equal(v.Changed, []string{"i.png"}) || !slices.Equal(v.Extra, []string{"2020/Eve/f.png"}) || len(v.Moved) != 0 {
		t.Errorf("%+v", v)
	}
	if p := push(t, a, e, gallery.PushOptions{Keep: true}); p.Added != 1 || p.Changed != 1 || p.Removed != 0 || p.Kept != 1 || p.Entries != 11 {
		t.Errorf("with Keep: %+v", p)
	}
	if p := push(t, a, e, gallery.PushOptions{}); p.Removed != 1 || p.Unchanged != 10 || p.Entries != 10 {
		t.Errorf("without Keep: %+v", p)
	}
	if v := verify(); !v.Equal || v.Entries != 10 {
		t.Errorf("%+v", v)
	}
	// A point that got lost or changed on a server.
	c, err := e.Published(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	rows, err := c.Lookup(t.Context(), "new.png")
	if err != nil {
		t.Fatal(err)
	}
	rows.Codes[0] += .5
	if err := c.Put(t.Context(), rows); err != nil {
		t.Fatal(err)
	}
	if v := verify(); v.Equal || !slices.Equal(v.Moved, []string{"new.png"}) {
		t.Errorf("a point was changed: %+v", v)
	}
	if p := push(t, a, e, gallery.PushOptions{Fresh: true}); p.Entries != 10 || !p.Published {
		t.Errorf("with Fresh: %+v", p)
	}
	if v := verify(); !v.Equal {
		t.Errorf("with Fresh: %+v", v)
	}
}

// A push that was stopped at any call is gone on with.
func TestPushGoesOn(t *testing.T) {
	a := newAlbum(t, gallery.UpdateOptions{Space: "euclidean"})
	for stop := 0; ; stop++ {
		e := enginetest.NewMemory("faces")
		calls := 0
		killed := errors.New("killed")
		e.Fail = func(string) error {
			if calls++; calls > stop {
				return killed
			}
			return nil
		}
		g := a.open(t, gallery.Options{})
		_, err := g.Push(t.Context(), e, gallery.PushOptions{})
		if err == nil {
			if stop < 5 {
				t.Errorf("a push made %d calls", stop)
			}
			return
		}
		if !errors.Is(err, killed) {
			t.Fatal(err)
		}
		e.Fail = nil
		p, err := g.Push(t.Context(), e, gallery.PushOptions{})
		if err != nil || !p.Published || p.Entries != 10 || p.Added+p.Unchanged != 10 {
			t.Fatalf("stopped after %d calls: %+v, %v", stop, p, err)
		}
		if v, err := g.Verify(t.Context(), e, gallery.VerifyOptions{}); err != nil || !v.Equal {
			t.Fatalf("stopped after %d calls: %+v, %v", stop, v, err)
		}
		g.Close()
	}
}

// What a model makes that was trained again goes into another collection; the name moves when that is complete.
func TestPushOfAnotherModel(t *testing.T) {
	a := newAlbum(t, gallery.UpdateOptions{Space: "euclidean"})
	e := enginetest.NewMemory("faces")
	push(t, a, e, gallery.PushOptions{})
	// Another data set in the same collection: its ids do not get in the way.
	b := newAlbum(t, gallery.UpdateOptions{Space: "euclidean"})
	b.e, b.model = a.e, a.model
	rename(t, b.in("set"), b.in("others"))
	other := b
	other.index = filepath.Join(b.dir, "others.safetensors")
	if _, err := gallery.Update(t.Context(), other.index, a.e, load(t, b.in("others"), a.e.Prep()), gallery.UpdateOptions{Space: "euclidean", ModelFile: a.model}); err != nil {
		t.Fatal(err)
	}
	if p := push(t, other, e, gallery.PushOptions{}); p.Added != 10 || p.Entries != 20 {
		t.Fatalf("another data set: %+v", p)
	}
	far := openCollection(t, e, gallery.Options{Model: a.model, Data: dataset.Name{Source: b.in("others")}})
	if _, there := far.Member("others//i.png"); !there {
		t.Error("others//i.png is not there")
	}
	if p, err := far.Picture(t.Context(), "others//i.png", 0); err != nil || p == nil {
		t.Errorf("the picture of the other data set: %v", err)
	}
	// The model is trained again, and the first data set is pushed: searches go on with the old codes of both.
	retrained := newModel(t, a.in("again.safetensors"), 7)
	a.e, a.model = retrained, a.in("again.safetensors")
	a.update(t, gallery.UpdateOptions{Fresh: true, Space: "euclidean"})
	p := push(t, a, e, gallery.PushOptions{})
	if p.Published || !strings.Contains(p.Waiting, "others") {
		t.Fatalf("half of the new collection: %+v", p)
	}
	if r, err := far.Search(t.Context(), gallery.Query{IDs: []string{"i.png"}, K: 30}); err != nil || len(r.Results) != 19 {
		t.Errorf("meanwhile: %v, %v", r, err)
	}
	if _, err := gallery.Update(t.Context(), other.index, retrained, load(t, b.in("others"), retrained.Prep()), gallery.UpdateOptions{Fresh: true, Space: "euclidean", ModelFile: a.model}); err != nil {
		t.Fatal(err)
	}
	if p := push(t, other, e, gallery.PushOptions{}); !p.Published || p.Entries != 20 {
		t.Fatalf("all of the new collection: %+v", p)
	}
	if _, err := far.Search(t.Context(), gallery.Query{IDs: []string{"i.png"}, K: 30}); !errors.Is(err, engine.ErrNone) {
		t.Errorf("the old collection: error %v, expected %v", err, engine.ErrNone)
	}
	again := openCollection(t, e, gallery.Options{Model: a.model, Data: dataset.Name{Source: a.in("set")}})
	if r, err := again.Search(t.Context(), gallery.Query{IDs: []string{"i.png"}, K: 30}); err != nil || len(r.Results) != 19 || again.Info().Model != retrained.Fingerprint() {
		t.Errorf("the new collection: %v, %v", r, err)
	}
}

// Two data sets that are begun at the same moment do not write over each other's entries.
func TestPushOfTwoAtOnce(t *testing.T) {
	a, b := newAlbum(t, gallery.UpdateOptions{Space: "euclidean"}), newAlbum(t, gallery.UpdateOptions{Space: "euclidean"})
	b.e, b.model = a.e, a.model
	rename(t, b.in("set"), b.in("others"))
	b.index = filepath.Join(b.dir, "others.safetensors")
	if _, err := gallery.Update(t.Context(), b.index, b.e, load(t, b.in("others"), b.e.Prep()), gallery.UpdateOptions{Space: "euclidean", ModelFile: b.model}); err != nil {
		t.Fatal(err)
	}
	for stop := 0; ; stop++ { // calls of the one, after which the other does all that it does
		e := enginetest.NewMemory("faces")
		calls := 0
		e.Fail = func(string) error {
			if calls++; calls == stop+1 {
				e.Fail = nil
				push(t, b, e, gallery.PushOptions{})
			}
			return nil
		}
		push(t, a, e, gallery.PushOptions{})
		if e.Fail != nil { // it made no more calls
			if stop < 8 {
				t.Errorf("a push made %d calls", stop)
			}
			return
		}
		for _, one := range []album{a, b} {
			if p := push(t, one, e, gallery.PushOptions{}); p.Entries != 20 || p.Unchanged != 10 || p.Added+p.Changed+p.Removed != 0 {
				t.Errorf("after %d calls: %+v", stop, p)
			}
		}
	}
}

// A fitted space is that of the collection, though the index has fitted its own anew.
func TestPushKeepsTheSpace(t *testing.T) {
	a := newAlbum(t, gallery.UpdateOptions{Space: "whitened"})
	e := enginetest.NewMemory("faces")
	first := push(t, a, e, gallery.PushOptions{})
	paint(t, a.in("set"), map[string]int{"new.png": 20})
	a.update(t, gallery.UpdateOptions{})
	p := push(t, a, e, gallery.PushOptions{})
	if p.OwnSpace || p.Digest != first.Digest || p.Added != 1 || p.Unchanged != 10 {
		t.Errorf("%+v", p)
	}
	g := a.open(t, gallery.Options{})
	defer g.Close()
	if v, err := g.Verify(t.Context(), e, gallery.VerifyOptions{}); err != nil || !v.Equal {
		t.Errorf("%+v, %v", v, err)
	}
	if p := push(t, a, e, gallery.PushOptions{Fresh: true}); !p.OwnSpace || p.Digest == first.Digest || !p.Published {
		t.Errorf("with Fresh: %+v", p)
	}
}

// A data set of the same name does not take the place of another one unasked.
func TestPushOfOthersOfTheSameName(t *testing.T) {
	a, b := newAlbum(t, gallery.UpdateOptions{Space: "euclidean"}), newAlbum(t, gallery.UpdateOptions{Space: "euclidean"})
	b.e, b.model = a.e, a.model
	for _, gone := range []string{"2019", "2019b", "2020"} {
		rename(t, b.in("set", gone), b.in("elsewhere", gone))
	}
	b.update(t, gallery.UpdateOptions{Fresh: true, Space: "euclidean"})
	e := enginetest.NewMemory("faces")
	push(t, a, e, gallery.PushOptions{})
	g := b.open(t, gallery.Options{})
	defer g.Close()
	if _, err := g.Push(context.Background(), e, gallery.PushOptions{}); !errors.Is(err, gallery.ErrManyGone) {
		t.Fatalf("error %v, expected %v", err, gallery.ErrManyGone)
	}
	if c := openCollection(t, e, gallery.Options{}); c.Info().Entries != 10 {
		t.Errorf("%d entries are left", c.Info().Entries)
	}
	if p, err := g.Push(context.Background(), e, gallery.PushOptions{Prune: true}); err != nil || p.Removed != 8 {
		t.Errorf("with Prune: %+v, %v", p, err)
	}
}
