package lockfile

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
)

// One at a time holds the lock, also while others remove its file.
func TestOneAtATime(t *testing.T) {
	path := filepath.Join(t.TempDir(), "x")
	inside, total := 0, 0
	var group sync.WaitGroup
	for range 8 {
		group.Go(func() {
			for range 50 {
				l, err := Acquire(context.Background(), path, nil)
				if err != nil {
					t.Error(err)
					return
				}
				if inside++; inside != 1 {
					t.Error("two at once")
				}
				total++
				inside--
				if err := l.Release(); err != nil {
					t.Error(err)
				}
			}
		})
	}
	group.Wait()
	if total != 400 {
		t.Errorf("%d turns, want 400", total)
	}
	if _, err := os.Stat(path + Suffix); err == nil {
		t.Error("the lock's file is still there")
	}
}

// A lock's file that a killed process has left is no lock.
func TestLeftBehind(t *testing.T) {
	path := filepath.Join(t.TempDir(), "x")
	if err := os.WriteFile(path+Suffix, []byte("process 1 on another machine since long ago, and longer than any other text\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	l, err := Acquire(t.Context(), path, nil)
	if err != nil {
		t.Fatal(err)
	}
	b, err := os.ReadFile(path + Suffix)
	if text := string(b); err != nil || strings.Contains(text, "another machine") || strings.Contains(text, "longer") {
		t.Errorf("the owner is %q, %v", text, err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	_, err = Acquire(ctx, path, nil)
	if !errors.Is(err, context.DeadlineExceeded) || !strings.Contains(err.Error(), "is held by process ") {
		t.Errorf("a second one got %v", err)
	}
	if err := l.Release(); err != nil {
		t.Fatal(err)
	}
}

// Whether a lock is held is found out without one.
func TestHeld(t *testing.T) {
	path := filepath.Join(t.TempDir(), "x")
	if by, held := Held(path); held {
		t.Errorf("nobody has it: %s", by)
	}
	if err := os.WriteFile(path+Suffix, []byte("process 1 since long ago\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	if by, held := Held(path); held {
		t.Errorf("left behind: %s", by)
	}
	l, err := Acquire(t.Context(), path, nil)
	if err != nil {
		t.Fatal(err)
	}
	if by, held := Held(path); !held || !strings.HasPrefix(by, begin) {
		t.Errorf("%v by %q", held, by)
	}
	if err := l.Release(); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(path + Suffix); err == nil {
		t.Error("a file was made")
	}
}

func TestNoFolder(t *testing.T) {
	path := filepath.Join(t.TempDir(), "none", "x")
	if _, err := Acquire(t.Context(), path, nil); !errors.Is(err, os.ErrNotExist) || !strings.Contains(err.Error(), path) {
		t.Error(err)
	}
}

// The names of one file share a lock.
func TestLink(t *testing.T) {
	dir := t.TempDir()
	path, link := filepath.Join(dir, "x"), filepath.Join(dir, "link")
	if err := os.WriteFile(path, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink("x", link); err != nil {
		t.Skip("this system makes no symbolic links: ", err)
	}
	l, err := Acquire(t.Context(), path, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer l.Release()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	if _, err := Acquire(ctx, link, nil); !errors.Is(err, context.DeadlineExceeded) {
		t.Error("the link has a lock of its own", err)
	}
}

// A file of somebody's own in the place of a lock, and what a link there leads to, stay as
// they are.
func TestForeignFiles(t *testing.T) {
	dir := t.TempDir()
	diary := filepath.Join(dir, "diary.txt")
	const text = "Today I have locked nothing."
	for name, make := range map[string]func(lock string) error{
		"a file":        func(lock string) error { return os.WriteFile(lock, []byte(text), 0o644) },
		"a link":        func(lock string) error { return os.Symlink("diary.txt", lock) },
		"a link to new": func(lock string) error { return os.Symlink("new.txt", lock) },
		"a folder":      func(lock string) error { return os.Mkdir(lock, 0o777) },
	} {
		if err := os.WriteFile(diary, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		path := filepath.Join(dir, "x")
		if err := make(path + Suffix); err != nil {
			t.Skip(err)
		}
		if _, err := Acquire(t.Context(), path, nil); err == nil || !strings.Contains(err.Error(), path+Suffix) {
			t.Errorf("%s: %v", name, err)
		}
		if b, err := os.ReadFile(path + Suffix); name == "a file" && (err != nil || string(b) != text) {
			t.Errorf("%s is now %q, %v", name, b, err)
		}
		if b, err := os.ReadFile(diary); err != nil || string(b) != text {
			t.Errorf("%s: the diary is now %q, %v", name, b, err)
		}
		if _, err := os.Stat(filepath.Join(dir, "new.txt")); err == nil {
			t.Errorf("%s: a file was made", name)
		}
		if err := os.RemoveAll(path + Suffix); err != nil {
			t.Fatal(err)
		}
	}
}
