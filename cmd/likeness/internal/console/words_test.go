package console

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"likeness/faces"
)

func TestQuote(t *testing.T) {
	for in, want := range map[string]string{
		"a/b-c.safetensors": "a/b-c.safetensors", "my faces": "'my faces'", "it's": `'it'\''s'`, "": "''", "*": "'*'", "~": "'~'",
	} {
		if got := Quote(in); got != want {
			t.Errorf("quote(%q) = %s, want %s", in, got, want)
		}
	}
}

func TestPlainFlagError(t *testing.T) {
	for in, want := range map[string]string{
		`invalid argument "x" for "--lr" flag: strconv.ParseFloat: parsing "x": invalid syntax`:         `invalid argument "x" for "--lr" flag: expected a number`,
		`invalid argument "9e9" for "--code" flag: strconv.ParseInt: parsing "9e9": value out of range`: `invalid argument "9e9" for "--code" flag: expected a whole number that is not so large`,
		`invalid argument "ja" for "-q, --quiet" flag: strconv.ParseBool: parsing "ja": invalid syntax`: `invalid argument "ja" for "-q, --quiet" flag: expected true or false`,
		`invalid argument "q" for "--split" flag: expected one of random, person`:                       `invalid argument "q" for "--split" flag: expected one of random, person`,
		`invalid argument "5" for "--time-budget" flag: time: missing unit in duration "5"`:             `invalid argument "5" for "--time-budget" flag: expected a time such as 90s, 5m or 1h30m`,
	} {
		if got := plainFlagError(errors.New(in)).Error(); got != want {
			t.Errorf("got  %s\nwant %s", got, want)
		}
	}
}

// Errors say what is wrong, not which call failed.
func TestPlainError(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "file")
	if err := os.WriteFile(file, nil, 0o666); err != nil {
		t.Fatal(err)
	}
	open := func(path string) error { _, err := os.Open(path); return err }
	missing := filepath.Join(dir, "missing")
	for _, c := range []struct {
		err  error
		want string
	}{
		{open(missing), "there is no file " + missing},
		{fmt.Errorf("a.zip: %w", open(filepath.Join(missing, "x"))), "a.zip: there is no folder " + missing},
		{errors.Join(errors.New("one"), open(missing)), "one\nthere is no file " + missing},
		{&os.PathError{Op: "mkdir", Path: filepath.Join(file, "x"), Err: syscall.ENOTDIR}, file + " is a file, expected a folder"},
		{&os.PathError{Op: "mkdir", Path: file + "/", Err: syscall.EEXIST}, file + " is a file, expected a folder"},
		{&os.PathError{Op: "read", Path: dir, Err: syscall.EISDIR}, dir + " is a folder, expected a file"},
		{&faces.NotDownloadedError{Dataset: "lfw", Path: "x.tgz"}, "x.tgz is not there: get it with 'likeness data get lfw', or give the path of your copy"},
	} {
		if got := PlainError(c.err); got != c.want {
			t.Errorf("%v: got %q, want %q", c.err, got, c.want)
		}
	}
}
