package faces

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"likeness/faces/drawn"
)

func TestLoadDrawn(t *testing.T) {
	dir := t.TempDir()
	opt := Options{People: 4, PerPerson: 3, Seed: 7, CacheDir: dir}
	fresh, hit := cached(t, "drawn", opt)
	if hit || fresh.Len() != 12 || fresh.Source != "drawn" || len(fresh.Skipped)+len(fresh.Missing)+len(fresh.Unlisted)+len(fresh.Warnings) != 0 {
		t.Fatalf("%d pictures, skipped %v, missing %q, unlisted %q, warnings %q", fresh.Len(), fresh.Skipped, fresh.Missing, fresh.Unlisted, fresh.Warnings)
	}
	if a := fresh.Attributes; a == nil || a.Column("Smiling") < 0 || len(a.Values) != 12*len(a.Names) {
		t.Error("drawn faces have no attributes")
	}
	names := map[string]bool{}
	for i, p := range fresh.People {
		names[p] = true
		if fresh.Numbers[i] != 1+i%3 || fresh.IDs[i] != PictureID(p, fresh.Numbers[i]) {
			t.Errorf("picture %d is %s, number %d of %s", i, fresh.IDs[i], fresh.Numbers[i], p)
		}
	}
	if len(names) != 4 || names[""] {
		t.Errorf("people %v", names)
	}
	again, hit := cached(t, "drawn", opt)
	if !hit {
		t.Error("drawn faces are not cached")
	}
	sameSet(t, again, fresh)
	stream := opt
	stream.NoCache, stream.Threads, stream.CacheDir = true, 3, filepath.Join(dir, "unused")
	streamed, _ := cached(t, "drawn", stream)
	sameSet(t, streamed, fresh)
	if _, err := os.Stat(stream.CacheDir); err == nil {
		t.Error("NoCache wrote to the cache")
	}
	stream.Limit = 5 // ends the drawing early
	if s, _ := cached(t, "drawn", stream); !slices.Equal(s.IDs, fresh.IDs[:5]) {
		t.Errorf("limited to %q", s.IDs)
	}
	opt.Seed = 8
	if other, hit := cached(t, "drawn", opt); hit || other.Fingerprint == fresh.Fingerprint {
		t.Error("another seed draws the same faces")
	}
}

// The files are named after what they hold, not after what was left out: zeros and the defaults written out are one
// archive, of the numbers that prune reads from the name.
func TestDrawnFiles(t *testing.T) {
	dir := t.TempDir()
	names := func(opt Options) [2]string {
		opt.CacheDir = dir
		archive, table, err := drawnFiles(opt)
		if err != nil {
			t.Fatal(err)
		}
		return [2]string{archive, table}
	}
	zero, d := names(Options{}), drawn.Options{}.Filled()
	if whole := names(Options{People: d.People, PerPerson: d.PerPerson, Seed: d.Seed, Threads: 3}); zero != whole {
		t.Errorf("left at zero %q, written out %q", zero, whole)
	}
	for i, ending := range []string{".tar.gz", "-attributes.txt"} {
		want := fmt.Sprintf("drawn-v%d-%dx%d-seed%d%s", drawn.Version, len(drawn.People(drawn.Options{})), d.PerPerson, d.Seed, ending)
		if got := filepath.Base(zero[i]); got != want || !cachedFiles[1].name.MatchString(got) {
			t.Errorf("%s, want %s", got, want)
		}
	}
	for _, other := range []Options{{People: d.People + 1}, {PerPerson: d.PerPerson + 1}, {Seed: d.Seed + 1}} {
		if names(other) == zero {
			t.Errorf("%+v: named as if it were the default", other)
		}
	}
}

// A damaged archive in the cache is drawn again.
func TestDamagedDrawnArchive(t *testing.T) {
	dir := t.TempDir()
	opt := Options{People: 2, PerPerson: 2, CacheDir: dir}
	want, _ := cached(t, "drawn", opt)
	archive, table, err := drawnFiles(opt)
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{archive, table} {
		good, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		for name, data := range map[string][]byte{"cut": good[:len(good)/2], "flipped": slices.Concat(good[:len(good)/2], []byte{good[len(good)/2] ^ 1, '\t'}, good[len(good)/2+2:])} {
			if err := os.WriteFile(path, data, 0o666); err != nil {
				t.Fatal(err)
			}
			got, _ := cached(t, "drawn", opt)
			sameSet(t, got, want)
			if now, _ := os.ReadFile(path); !slices.Equal(now, good) {
				t.Errorf("%s, %s: the file was not mended", path, name)
			}
		}
	}
}

func TestDrawnErrors(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	dir := t.TempDir()
	for _, noCache := range []bool{false, true} {
		if _, err := Load(ctx, "drawn", Options{People: 2, CacheDir: dir, NoCache: noCache}); !errors.Is(err, context.Canceled) {
			t.Errorf("cancelled: %v", err)
		}
	}
	if left, _ := filepath.Glob(filepath.Join(dir, "*", "*")); len(left) > 0 {
		t.Errorf("left behind: %q", left)
	}
}

// Without a place for the cache the faces are drawn all the same.
func TestDrawnWithoutCache(t *testing.T) {
	opt := Options{People: 2, PerPerson: 1, CacheDir: write(t, "file", []byte("x"))}
	s, _ := cached(t, "drawn", opt)
	if len(s.Warnings) != 1 || !strings.Contains(s.Warnings[0], "not cached: ") || !strings.Contains(s.Warnings[0], opt.CacheDir) {
		t.Errorf("warnings %q", s.Warnings)
	}
	opt.CacheDir = t.TempDir()
	want, _ := cached(t, "drawn", opt)
	s.Warnings = nil
	sameSet(t, s, want)
}
