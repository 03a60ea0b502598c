package dataset

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"likeness/faces"
	"likeness/faces/drawn"
	"likeness/parallel"
	"likeness/pix"
	"likeness/progress"
)

// load loads and reports whether the set came from the cache: only a set that is built makes progress.
func load(t *testing.T, n Name, opt faces.Options) (*faces.Set, bool) {
	t.Helper()
	hit := true
	opt.Progress = func(progress.Step) { hit = false }
	s, err := Load(t.Context(), n, opt)
	if err != nil {
		t.Fatal(err)
	}
	return s, hit
}

// sameSet compares two sets, all but the name of their source.
func sameSet(t *testing.T, got, want *faces.Set) {
	t.Helper()
	g, w := *got, *want
	g.Source, w.Source = "", ""
	if !bytes.Equal(g.Pix, w.Pix) {
		t.Error("the pictures differ")
	}
	g.Pix, w.Pix = nil, nil
	if !reflect.DeepEqual(g, w) {
		t.Errorf("the sets differ: got\n%+v\nwant\n%+v", g, w)
	}
}

func TestLoadDrawn(t *testing.T) {
	dir, name := t.TempDir(), Drawn(4, 3)
	opt := faces.Options{CacheDir: dir}
	fresh, hit := load(t, name, opt)
	if hit || fresh.Len() != 12 || fresh.Source != "drawn:4x3" || len(fresh.Skipped)+len(fresh.Missing)+len(fresh.Unlisted)+len(fresh.Warnings) != 0 {
		t.Fatalf("%d pictures, skipped %v, missing %q, unlisted %q, warnings %q", fresh.Len(), fresh.Skipped, fresh.Missing, fresh.Unlisted, fresh.Warnings)
	}
	if a := fresh.Attributes; a == nil || a.Column("Smiling") < 0 || len(a.Values) != 12*len(a.Names) {
		t.Error("drawn faces have no attributes")
	}
	names := map[string]bool{}
	for i, p := range fresh.People {
		names[p] = true
		if fresh.Numbers[i] != 1+i%3 || fresh.IDs[i] != faces.PictureID(p, fresh.Numbers[i]) || filepath.Base(fresh.Files[i]) != fresh.IDs[i]+".jpg" {
			t.Errorf("picture %d is %s, number %d of %s, in %s", i, fresh.IDs[i], fresh.Numbers[i], p, fresh.Files[i])
		}
	}
	if len(names) != 4 || names[""] {
		t.Errorf("people %v", names)
	}
	again, hit := load(t, name, opt)
	if !hit {
		t.Error("drawn faces are not cached")
	}
	sameSet(t, again, fresh)
	stream := opt
	stream.NoCache, stream.Threads, stream.CacheDir = true, 3, filepath.Join(dir, "unused")
	streamed, _ := load(t, name, stream)
	sameSet(t, streamed, fresh)
	if _, err := os.Stat(stream.CacheDir); err == nil {
		t.Error("NoCache wrote to the cache")
	}
	stream.Limit = 5 // ends the drawing early
	if s, _ := load(t, name, stream); !slices.Equal(s.IDs, fresh.IDs[:5]) {
		t.Errorf("limited to %q", s.IDs)
	}
}

// The archive is named after what it holds, not after what was left out.
func TestDrawnSourceName(t *testing.T) {
	id := func(opt drawn.Options) string {
		s, err := newDrawnSource("drawn", opt, faces.Options{CacheDir: "cache"})
		if err != nil {
			t.Fatal(err)
		}
		return s.archive
	}
	zero, d := id(drawn.Options{}), drawn.Options{}.Filled()
	if whole := id(drawn.Options{People: d.People, PerPerson: d.PerPerson, Seed: d.Seed}); zero != whole {
		t.Errorf("left at zero %q, written out %q", zero, whole)
	}
	want := fmt.Sprintf("drawn-v%d-%dx%d-seed%d.tar.gz", drawn.Version, d.People, d.PerPerson, d.Seed)
	if got := filepath.Base(zero); got != want {
		t.Errorf("%s, want %s", got, want)
	}
	for _, other := range []drawn.Options{{People: d.People + 1}, {PerPerson: d.PerPerson + 1}, {Seed: d.Seed + 1}} {
		if id(other) == zero {
			t.Errorf("%+v: named as if it were the default", other)
		}
	}
}

// A damaged archive in the cache is drawn again.
func TestDamagedDrawnArchive(t *testing.T) {
	dir := t.TempDir()
	opt := faces.Options{CacheDir: dir, Prep: pix.Prep{W: 16, H: 16, Auto: true}}
	want, _ := load(t, Drawn(2, 2), opt)
	archives, err := filepath.Glob(filepath.Join(dir, "archives", "*"))
	if err != nil || len(archives) != 1 {
		t.Fatal(archives, err)
	}
	good, err := os.ReadFile(archives[0])
	if err != nil {
		t.Fatal(err)
	}
	for name, data := range map[string][]byte{
		"cut": good[:len(good)/2], "empty": nil,
		"flipped": slices.Concat(good[:len(good)/2], []byte{good[len(good)/2] ^ 1}, good[len(good)/2+1:]),
	} {
		if err := os.WriteFile(archives[0], data, 0o666); err != nil {
			t.Fatal(err)
		}
		sets, err := filepath.Glob(filepath.Join(dir, "sets", "*"))
		if err != nil {
			t.Fatal(err)
		}
		for _, s := range sets { // so that the archive is needed
			if err := os.Remove(s); err != nil {
				t.Fatal(err)
			}
		}
		got, _ := load(t, Drawn(2, 2), opt)
		sameSet(t, got, want)
		if now, _ := os.ReadFile(archives[0]); !bytes.Equal(now, good) {
			t.Errorf("%s: the archive was not mended", name)
		}
	}
}

func TestDrawnErrors(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	dir := t.TempDir()
	for _, noCache := range []bool{false, true} {
		if _, err := Load(ctx, Drawn(2, 1), faces.Options{CacheDir: dir, NoCache: noCache}); !errors.Is(err, context.Canceled) {
			t.Errorf("cancelled: %v", err)
		}
	}
	if left, _ := filepath.Glob(filepath.Join(dir, "*", "*")); len(left) > 0 {
		t.Errorf("left behind: %q", left)
	}
}

// Without a place for the cache the faces are drawn all the same.
func TestDrawnWithoutCache(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, []byte("x"), 0o666); err != nil {
		t.Fatal(err)
	}
	s, _ := load(t, Drawn(2, 1), faces.Options{CacheDir: file})
	if len(s.Warnings) != 1 || !strings.Contains(s.Warnings[0], "not cached: ") || !strings.Contains(s.Warnings[0], file) {
		t.Errorf("warnings %q", s.Warnings)
	}
	want, _ := load(t, Drawn(2, 1), faces.Options{CacheDir: t.TempDir()})
	s.Warnings = nil
	sameSet(t, s, want)
}

// Several preparations in one pass are what each is alone, and drawing happens once.
func TestLoadAll(t *testing.T) {
	preps := []pix.Prep{{W: 16, H: 16, Auto: true}, {W: 8, H: 12, Auto: true, Wide: true}, {W: 24, H: 24}}
	drawings := map[string]int{}
	opt := faces.Options{NoCache: true, Progress: func(s progress.Step) { drawings[s.What]++ }}
	sets, err := LoadAll(parallel.WithThreads(t.Context(), 2), Drawn(3, 2), opt, preps...)
	if err != nil {
		t.Fatal(err)
	}
	if drawings["Drawing faces"] != 6 {
		t.Errorf("progress %v, want 6 pictures drawn", drawings)
	}
	for i, p := range preps {
		want, _ := load(t, Drawn(3, 2), faces.Options{NoCache: true, Prep: p})
		sameSet(t, sets[i], want)
	}
}

// Single pictures are painted alone.
func TestReadFiles(t *testing.T) {
	set, _ := load(t, Drawn(5, 4), faces.Options{NoCache: true, Prep: pix.Prep{W: 16, H: 16, Auto: true}})
	painted := 0
	src, err := Open(Drawn(5, 4), faces.Options{NoCache: true, Progress: func(progress.Step) { painted++ }})
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	err = faces.ReadFiles(t.Context(), src, []string{set.Files[7], set.Files[3]}, func(file string, data []byte) error {
		m, _, _, err := set.Prep.Decode(data)
		if row := slices.Index(set.Files, file); err != nil || !bytes.Equal(m.Pix, set.Image(row).Pix) {
			t.Errorf("%s: another picture than row %d of the set, %v", file, row, err)
		}
		got = append(got, file)
		return nil
	})
	if err != nil || !slices.Equal(got, []string{set.Files[3], set.Files[7]}) || painted != 2 {
		t.Errorf("read %q with %d painted, %v", got, painted, err)
	}
	err = faces.ReadFiles(t.Context(), src, []string{"drawn/Nobody/Nobody_0001.jpg"}, func(string, []byte) error { return nil })
	if !errors.Is(err, fs.ErrNotExist) || !strings.Contains(err.Error(), "Nobody_0001") {
		t.Errorf("a picture that is not there: %v", err)
	}
}
