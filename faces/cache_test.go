package faces

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"likeness/faces/facestest"
	"likeness/pix"
	"likeness/progress"
)

// cached loads and reports whether the set came from the cache: only a set that is built makes progress.
func cached(t *testing.T, source string, opt Options) (*Set, bool) {
	t.Helper()
	hit := true
	opt.Progress = func(progress.Step) { hit = false }
	s, err := Load(context.Background(), source, opt)
	if err != nil {
		t.Fatal(err)
	}
	return s, hit
}

func cacheFiles(t *testing.T, dir string) []string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(dir, "sets", "*"))
	if err != nil {
		t.Fatal(err)
	}
	return files
}

func TestCache(t *testing.T) {
	files := append(facestest.People("lfw", 4), facestest.File{Name: "lfw/notes.txt", Data: []byte("x")}, facestest.File{Name: "lfw/Ann/one.jpg", Data: facestest.Picture(1, 40)})
	archive := facestest.Write(t, "x.tgz", facestest.Gzip(facestest.Tar(files)))
	table := facestest.Write(t, "a.txt", []byte(tableHead+"Person A\t1\t1\t0\nPerson B\t2\t0\t1\nNobody\t1\t0\t0\n"))
	dir := t.TempDir()
	variants := []Options{
		{}, {Attributes: table}, {Limit: 2}, {Prep: pix.Prep{W: 16, H: 16, Auto: true}}, {Prep: pix.Prep{DX: 3, DY: 3}},
	}
	for i, opt := range variants {
		opt.CacheDir = dir
		fresh, hit := cached(t, archive, opt)
		if hit {
			t.Errorf("variant %d comes from another one's cache", i)
		}
		again, hit := cached(t, archive, opt)
		if !hit {
			t.Errorf("variant %d is not cached: %v", i, fresh.Warnings)
		}
		sameSet(t, again, fresh)
	}
	if got := len(cacheFiles(t, dir)); got != len(variants) {
		t.Errorf("%d cache files, want %d", got, len(variants))
	}
	// The name of the archive does not matter, its contents do.
	data, err := os.ReadFile(archive)
	if err != nil {
		t.Fatal(err)
	}
	if _, hit := cached(t, facestest.Write(t, "y.tgz", data), Options{CacheDir: dir}); !hit {
		t.Error("a copy is decoded again")
	}
	if _, hit := cached(t, facestest.Write(t, "x.tgz", facestest.Gzip(facestest.Tar(files[1:]))), Options{CacheDir: dir}); hit {
		t.Error("another archive comes from the cache")
	}
	// A changed attribute file changes the set.
	if err := os.WriteFile(table, []byte(tableHead+"Person A\t1\t1\t1\n"), 0o666); err != nil {
		t.Fatal(err)
	}
	if s, hit := cached(t, archive, Options{CacheDir: dir, Attributes: table}); hit || s.Attributes.Values[1] != 1 {
		t.Error("the attributes come from before their change")
	}
}

func TestCacheOfFolder(t *testing.T) {
	folder, dir := facestest.Unpack(t, facestest.People("lfw", 3)), t.TempDir()
	cached(t, folder, Options{CacheDir: dir})
	if _, hit := cached(t, folder, Options{CacheDir: dir}); !hit {
		t.Error("the folder is not cached")
	}
	later := time.Now().Add(time.Hour)
	if err := os.Chtimes(filepath.Join(folder, "lfw", "Person_A", "Person_A_0001.jpg"), later, later); err != nil {
		t.Fatal(err)
	}
	if _, hit := cached(t, folder, Options{CacheDir: dir}); hit {
		t.Error("a touched picture goes unnoticed")
	}
}

// Whatever byte of the cache is damaged, the set is built anew and is right.
func TestDamagedCache(t *testing.T) {
	archive, dir := facestest.Write(t, "x.tar", facestest.Tar(append(facestest.People("lfw", 2), facestest.File{Name: "lfw/x.txt", Data: []byte("x")}))), t.TempDir()
	table := facestest.Write(t, "a.txt", []byte(tableHead+"Person A\t1\t1\t0\nPerson B\t2\t0\t1\nNobody\t1\t0\t0\n"))
	opt := Options{CacheDir: dir, Attributes: table, Prep: pix.Prep{W: 8, H: 8}}
	want, _ := cached(t, archive, opt)
	files := cacheFiles(t, dir)
	if len(files) != 1 {
		t.Fatal(files)
	}
	good, err := os.ReadFile(files[0])
	if err != nil {
		t.Fatal(err)
	}
	damage := map[string][]byte{"empty": {}, "cut": good[:len(good)-1], "longer": append(bytes.Clone(good), 0), "text": []byte("hello")}
	if err := os.WriteFile(files[0], good, 0o666); err != nil {
		t.Fatal(err)
	}
	entry := &cacheEntry{path: files[0], prep: want.Prep}
	for name, data := range damage {
		if err := os.WriteFile(files[0], data, 0o666); err != nil {
			t.Fatal(err)
		}
		got, hit := cached(t, archive, opt)
		if hit {
			t.Errorf("%s: the damaged cache was used", name)
		}
		sameSet(t, got, want)
		if now, _ := os.ReadFile(files[0]); !bytes.Equal(now, good) {
			t.Errorf("%s: the cache was not written anew", name)
		}
	}
	for at := range good {
		bad := bytes.Clone(good)
		bad[at] ^= 0x04
		if err := os.WriteFile(files[0], bad, 0o666); err != nil {
			t.Fatal(err)
		}
		// Spaces that fill up the header may become other white space; the set must be right then.
		if s := entry.load(); s != nil {
			s.Prep, s.Naming = want.Prep, want.Naming // from outside of the file
			sameSet(t, s, want)
			if t.Failed() {
				t.Fatalf("byte %d of %d is not covered", at, len(good))
			}
		}
	}
}

func TestCacheThatCannotBeWritten(t *testing.T) {
	archive := facestest.Write(t, "x.tar", facestest.Tar(facestest.People("lfw", 2)))
	notFolder := facestest.Write(t, "file", []byte("x"))
	s := load(t, archive, Options{CacheDir: notFolder})
	if s.Len() != 3 || len(s.Warnings) != 1 || !strings.Contains(s.Warnings[0], "not cached: ") {
		t.Errorf("%d pictures, warnings %q", s.Len(), s.Warnings)
	}
	t.Setenv("LIKENESS_CACHE", notFolder)
	t.Setenv("LIKENESS_DATA", "")
	if dir, err := CacheDir(); err != nil || dir != notFolder {
		t.Error(dir, err)
	}
	if dir, err := DataDir(); err != nil || dir != filepath.Join(notFolder, "data") {
		t.Error(dir, err)
	}
}
