package atomicfile

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"
)

func text(s string) func(io.Writer) error {
	return func(w io.Writer) error {
		_, err := io.WriteString(w, s)
		return err
	}
}

func wantFile(t *testing.T, path, want string) {
	t.Helper()
	got, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if string(got) != want {
		t.Errorf("%s holds %q, want %q", path, got, want)
	}
}

// wantAlone fails when a folder holds anything but the named entries.
func wantAlone(t *testing.T, dir string, names ...string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, e := range entries {
		got = append(got, e.Name())
	}
	if strings.Join(got, " ") != strings.Join(names, " ") {
		t.Errorf("folder holds %q, want %q", got, names)
	}
}

func wantError(t *testing.T, err error, parts ...string) {
	t.Helper()
	if err == nil {
		t.Fatal("no error")
	}
	for _, p := range parts {
		if !strings.Contains(err.Error(), p) {
			t.Errorf("error %q does not say %q", err, p)
		}
	}
	if strings.Contains(err.Error(), ".tmp") {
		t.Errorf("error %q names the temporary file", err)
	}
}

func TestWriteNewAndAgain(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "a.txt")
	for _, s := range []string{"first, the longer one", "second", ""} {
		if err := Write(path, text(s)); err != nil {
			t.Fatal(err)
		}
		wantFile(t, path, s)
		wantAlone(t, dir, "a.txt")
	}
}

func TestOldContentsStayUntilTheEnd(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.txt")
	if err := Write(path, text("old")); err != nil {
		t.Fatal(err)
	}
	err := Write(path, func(w io.Writer) error {
		if _, err := w.Write(make([]byte, 3*bufferSize)); err != nil {
			return err
		}
		wantFile(t, path, "old")
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	wantFile(t, path, string(make([]byte, 3*bufferSize)))
}

func TestFailedFill(t *testing.T) {
	full := errors.New("no space left on device")
	for _, size := range []int{0, 10, 3 * bufferSize} {
		dir := t.TempDir()
		path := filepath.Join(dir, "a.txt")
		fill := func(w io.Writer) error {
			w.Write(make([]byte, size))
			return full
		}

		err := Write(path, fill)
		if !errors.Is(err, full) {
			t.Errorf("error %v does not wrap its cause", err)
		}
		wantError(t, err, path, "no space left on device")
		wantAlone(t, dir)

		if err := Write(path, text("old")); err != nil {
			t.Fatal(err)
		}
		wantError(t, Write(path, fill), path)
		wantFile(t, path, "old")
		wantAlone(t, dir, "a.txt")
	}
}

func TestPanicLeavesNothing(t *testing.T) {
	dir := t.TempDir()
	func() {
		defer func() { recover() }()
		Write(filepath.Join(dir, "a.txt"), func(io.Writer) error { panic("fill") })
	}()
	wantAlone(t, dir)
}

func TestRefused(t *testing.T) {
	dir := t.TempDir()
	called := func(io.Writer) error { t.Error("fill was called"); return nil }

	wantError(t, Write(dir, called), dir, "is a folder")
	missing := filepath.Join(dir, "none", "a.txt")
	wantError(t, Write(missing, called), missing)
	if err := Write(missing, called); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("error %v is not os.ErrNotExist", err)
	}
	if _, err := os.Stat(os.DevNull); err == nil && runtime.GOOS != "windows" {
		wantError(t, Write(os.DevNull, called), os.DevNull, "not a regular file")
	}
	wantAlone(t, dir)
}

func TestPermissions(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("Windows has no permission bits")
	}
	dir := t.TempDir()
	path := filepath.Join(dir, "a.txt")
	plain := filepath.Join(dir, "plain") // what the umask makes of 0644
	if err := os.WriteFile(plain, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	want, err := os.Stat(plain)
	if err != nil {
		t.Fatal(err)
	}
	mode := func() os.FileMode {
		info, err := os.Stat(path)
		if err != nil {
			t.Fatal(err)
		}
		return info.Mode()
	}

	if err := Write(path, text("a")); err != nil {
		t.Fatal(err)
	}
	if mode() != want.Mode() {
		t.Errorf("new file has mode %v, want %v", mode(), want.Mode())
	}
	for _, m := range []os.FileMode{0o600, 0o755, 0o666} {
		if err := os.Chmod(path, m); err != nil {
			t.Fatal(err)
		}
		if err := Write(path, text("b")); err != nil {
			t.Fatal(err)
		}
		if mode() != m {
			t.Errorf("mode became %v, want %v", mode(), m)
		}
	}
}

func TestLink(t *testing.T) {
	dir := t.TempDir()
	sub := filepath.Join(dir, "sub")
	if err := os.Mkdir(sub, 0o755); err != nil {
		t.Fatal(err)
	}
	target, link := filepath.Join(sub, "a.txt"), filepath.Join(dir, "link")
	if err := os.Symlink(filepath.Join("sub", "a.txt"), link); err != nil {
		t.Skip("this system makes no symbolic links: ", err)
	}
	wantError(t, Write(link, text("x")), link, "symbolic link to nothing")
	if err := os.WriteFile(target, []byte("old"), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := Write(link, text("new")); err != nil {
		t.Fatal(err)
	}
	wantFile(t, target, "new")
	if _, err := os.Readlink(link); err != nil {
		t.Errorf("the link was replaced: %v", err)
	}
	wantAlone(t, sub, "a.txt")
}

func TestLongName(t *testing.T) {
	path := filepath.Join(t.TempDir(), strings.Repeat("n", 250))
	if err := Write(path, text("x")); err != nil {
		t.Fatal(err)
	}
	wantFile(t, path, "x")
}

// A full disk shows in a write through the buffer; the error is the system's
// own, without the temporary file's name.
func TestSystemErrorOfTheTemporaryFile(t *testing.T) {
	err := causeOf(&os.PathError{Op: "write", Path: "x.tmp", Err: syscall.ENOSPC}, "x.tmp")
	if err != syscall.ENOSPC {
		t.Errorf("got %v, want %v", err, syscall.ENOSPC)
	}
	other := &os.PathError{Op: "read", Path: "other", Err: syscall.EIO}
	if got := causeOf(other, "x.tmp"); got != error(other) {
		t.Errorf("got %v, want %v untouched", got, other)
	}
}
