package faces

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"likeness/faces/facestest"
	"likeness/pix"
)

// put writes a file of a cache that was last used some hours ago.
func put(t *testing.T, dir, name string, size, hours int) string {
	t.Helper()
	path := filepath.Join(dir, filepath.FromSlash(name))
	if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, make([]byte, size), 0o666); err != nil {
		t.Fatal(err)
	}
	used := time.Now().Add(-time.Duration(hours) * time.Hour)
	if err := os.Chtimes(path, used, used); err != nil {
		t.Fatal(err)
	}
	return path
}

func setName(version, which int) string {
	return fmt.Sprintf("sets/set-v%d-%032x.safetensors", version, which)
}

func TestPrune(t *testing.T) {
	old, now := "drawn/drawn-v2-8x4-seed42", "archives/drawn-v2-8x4-seed42"
	keep := setName(cacheVersion, 0)
	files := []struct {
		name        string
		size, hours int
		stays       bool
	}{
		{keep, 300, 90, true}, // although it is the oldest
		{setName(cacheVersion, 1), 300, 1, true},
		{setName(cacheVersion+1, 2), 300, 2, true},
		{now + ".tar.gz", 100, 3, true}, // makes 1000
		{setName(cacheVersion, 3), 1, 5, false},
		{now + "1.tar.gz", 1, 6, false},

		{setName(cacheVersion-1, 4), 1, 0, false},
		{"sets/set-00112233445566778899aabbccddeeff.safetensors", 1, 0, false},
		{old + ".tar.gz", 1, 0, false},
		{old + "-attributes.txt", 1, 0, false},
		{"sets/.set-v3-0a.safetensors.ABCDEFGHIJ23.tmp", 1, 25, false},
		{"sets/.set-v3-0b.safetensors.ABCDEFGHIJ23.tmp", 1, 23, true}, // perhaps being written

		// Not ours.
		{"sets/notes.txt", 5000, 99, true},
		{"sets/set-v1-mine.safetensors", 5000, 99, true},
		{setName(1, 5) + "/inside", 5000, 99, true}, // a folder
		{"data/lfw.tgz", 5000, 99, true},
		{"set-00112233445566778899aabbccddeeff.safetensors", 5000, 99, true},
	}
	dir := t.TempDir()
	for _, f := range files {
		put(t, dir, f.name, f.size, f.hours)
	}
	if err := prune(dir, filepath.Join(dir, filepath.FromSlash(keep)), 1000); err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		_, err := os.Stat(filepath.Join(dir, filepath.FromSlash(f.name)))
		if stays := err == nil; stays != f.stays {
			t.Errorf("%s, %d bytes, %d hours: stays %v, want %v", f.name, f.size, f.hours, stays, f.stays)
		}
	}
}

// The new file stays even where it alone is more than the limit, and nothing else does.
func TestPruneBelowOneFile(t *testing.T) {
	dir := t.TempDir()
	keep := put(t, dir, setName(cacheVersion, 0), 10, 9)
	put(t, dir, setName(cacheVersion, 1), 1, 0)
	if err := prune(dir, keep, 5); err != nil {
		t.Fatal(err)
	}
	if got := cacheFiles(t, dir); !slices.Equal(got, []string{keep}) {
		t.Errorf("%q stay, want %s alone", got, keep)
	}
	if err := prune(filepath.Join(dir, "nowhere"), "", 5); err != nil {
		t.Errorf("a cache that is not there: %v", err)
	}
	if err := prune(facestest.Write(t, "file", nil), "", 5); err == nil || !strings.Contains(err.Error(), "sets") {
		t.Errorf("a folder that cannot be read: %v", err)
	}
}

// Loading tidies up, and what is taken from the cache counts as used.
func TestLoadPrunes(t *testing.T) {
	dir := t.TempDir()
	archive := facestest.Write(t, "x.tar", facestest.Tar(facestest.People("lfw", 2)))
	cached(t, archive, Options{CacheDir: dir})
	first := cacheFiles(t, dir)
	if len(first) != 1 {
		t.Fatal(first)
	}
	long := time.Now().Add(-1000 * time.Hour)
	if err := os.Chtimes(first[0], long, long); err != nil {
		t.Fatal(err)
	}
	stale := put(t, dir, setName(cacheVersion-1, 1), 1, 0)
	if _, hit := cached(t, archive, Options{CacheDir: dir}); !hit {
		t.Error("not cached")
	}
	if info, err := os.Stat(first[0]); err != nil || time.Since(info.ModTime()) > time.Hour {
		t.Errorf("a set from the cache does not count as used: %v, %v", info.ModTime(), err)
	}
	if s, _ := cached(t, archive, Options{CacheDir: dir, Prep: pix.Prep{W: 8, H: 8}}); len(s.Warnings) != 0 {
		t.Error(s.Warnings)
	}
	if got := cacheFiles(t, dir); len(got) != 2 || slices.Contains(got, stale) || !slices.Contains(got, first[0]) {
		t.Errorf("%q in the cache, want the two sets and not %s", got, stale)
	}
}
