package faces

import (
	"os"
	"path/filepath"
	"testing"
	"time"
)

// What has no EXIF has its file's time, whatever its id is made of; archives have none.
func TestTaken(t *testing.T) {
	dir := t.TempDir()
	ids := map[string]time.Time{}
	day := 1
	for name, id := range map[string]string{
		"2019/a.png":                   "2019/a",
		"2019/b.png":                   "2019/b.png",
		"2019/b.jpg":                   "2019/b.jpg",
		"Ada_Byron/Ada_Byron_0001.jpg": "Ada_Byron_0001",
		"notes.txt":                    "",
	} {
		path := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte("no EXIF"), 0o666); err != nil {
			t.Fatal(err)
		}
		when := time.Date(2019, 3, day, 23, 59, 7, 0, time.Local)
		if err := os.Chtimes(path, when, when); err != nil {
			t.Fatal(err)
		}
		if id != "" {
			ids[id] = time.Date(2019, 3, day, 23, 59, 7, 0, time.UTC)
		}
		day++
	}
	// Times that no photograph's file can have are none.
	for name, when := range map[string]time.Time{
		"never/future.jpg": time.Date(2290, 1, 1, 0, 0, 0, 0, time.Local), // beyond what nanoseconds since 1970 can count
		"never/unset.jpg":  time.Unix(0, 0),
	} {
		path := filepath.Join(dir, filepath.FromSlash(name))
		check(os.MkdirAll(filepath.Dir(path), 0o777))
		check(os.WriteFile(path, []byte("no EXIF"), 0o666))
		if err := os.Chtimes(path, when, when); err != nil {
			t.Fatal(err)
		}
	}
	list := []string{"somebody", "never/future", "never/unset"}
	for id := range ids {
		list = append(list, id)
	}
	got, err := Taken(t.Context(), dir, list)
	if err != nil {
		t.Fatal(err)
	}
	if len(got) != len(ids) {
		t.Errorf("%d times, want %d", len(got), len(ids))
	}
	for id, want := range ids {
		if !got[id].Equal(want) || !got[id].File {
			t.Errorf("%s: %v, want %v", id, got[id], want)
		}
	}
	if got, err := Taken(t.Context(), filepath.Join(dir, "notes.txt"), list); got != nil || err != nil {
		t.Error(got, err)
	}
	if _, err := Taken(t.Context(), filepath.Join(dir, "gone"), list); err == nil {
		t.Error("a folder that is not there")
	}
}
