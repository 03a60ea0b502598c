package journal

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"testing"
)

// opened opens a journal and returns what it replays.
func opened(t *testing.T, path, header string) (*Journal, State, []string) {
	t.Helper()
	var got []string
	j, s, err := Open(path, []byte(header), func(p []byte) error { got = append(got, string(p)); return nil })
	if err != nil {
		t.Fatal(err)
	}
	if s.Records != len(got) {
		t.Errorf("%+v, %d records", s, len(got))
	}
	return j, s, got
}

func write(t *testing.T, path string, records ...string) {
	t.Helper()
	j, _, _ := opened(t, path, "work")
	for _, r := range records {
		if err := j.Append([]byte(r)); err != nil {
			t.Fatal(err)
		}
	}
	if err := j.Close(); err != nil {
		t.Fatal(err)
	}
}

func TestJournal(t *testing.T) {
	path := filepath.Join(t.TempDir(), "j")
	write(t, path, "one", "", "three")
	write(t, path, "four")
	j, _, got := opened(t, path, "work")
	if !slices.Equal(got, []string{"one", "", "three", "four"}) {
		t.Errorf("got %q", got)
	}
	if err := j.Remove(); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(path); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the journal is still there: %v", err)
	}
}

// Wherever a journal ends, what was appended whole is there, and more can be appended.
func TestTorn(t *testing.T) {
	dir := t.TempDir()
	write(t, filepath.Join(dir, "whole"), "one", "two")
	whole, err := os.ReadFile(filepath.Join(dir, "whole"))
	if err != nil {
		t.Fatal(err)
	}
	begin := fixed + len("work") + 4
	for cut := begin; cut <= len(whole); cut++ {
		for _, junk := range []string{"", "\x00", "\xff\xff\xff\xff\xff\xff\xff\xff\xff"} {
			path := filepath.Join(dir, fmt.Sprint(cut, len(junk)))
			if err := os.WriteFile(path, append(slices.Clone(whole[:cut]), junk...), 0o600); err != nil {
				t.Fatal(err)
			}
			j, s, got := opened(t, path, "work")
			want := []string{"one", "two"}[:(cut-begin)/(recordHead+3)]
			good := begin + len(want)*(recordHead+3)
			if !slices.Equal(got, want) || s.Torn != int64(cut+len(junk)-good) || s.Other {
				t.Errorf("cut at %d: %q, %+v", cut, got, s)
			}
			if err := errors.Join(j.Append([]byte("more")), j.Close()); err != nil {
				t.Fatal(err)
			}
			if _, _, got := opened(t, path, "work"); !slices.Equal(got, append(slices.Clone(want), "more")) {
				t.Errorf("cut at %d and appended to: %q", cut, got)
			}
		}
	}
	for at := begin; at < len(whole); at++ { // a bit that has turned
		b := slices.Clone(whole)
		b[at] ^= 4
		path := filepath.Join(dir, "bit")
		if err := os.WriteFile(path, b, 0o600); err != nil {
			t.Fatal(err)
		}
		if _, _, got := opened(t, path, "work"); len(got) > (at-begin)/(recordHead+3) {
			t.Errorf("a bit of byte %d: %q", at, got)
		}
	}
}

// The journal of other work is begun anew; another file is left alone; what cannot be replayed is cut off.
func TestOthers(t *testing.T) {
	path := filepath.Join(t.TempDir(), "j")
	write(t, path, "one", "two", "three")
	j, s, err := Open(path, []byte("work"), func(p []byte) error {
		if string(p) == "two" {
			return errors.New("no")
		}
		return nil
	})
	if err != nil || s.Records != 1 || s.Torn == 0 {
		t.Fatalf("%+v, %v", s, err)
	}
	if err := j.Close(); err != nil {
		t.Fatal(err)
	}
	if _, s, got := opened(t, path, "work"); len(got) != 1 || s.Torn != 0 {
		t.Errorf("%q, %+v", got, s)
	}
	if _, s, got := opened(t, path, "other"); !s.Other || len(got) != 0 {
		t.Errorf("%q, %+v", got, s)
	}
	diary := filepath.Join(filepath.Dir(path), "diary")
	for _, text := range []string{"", "Today", "Today I have indexed all my pictures"} {
		if err := os.WriteFile(diary, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, _, err := Open(diary, []byte("work"), func([]byte) error { return nil }); err == nil {
			t.Errorf("%q is a journal", text)
		}
		if b, _ := os.ReadFile(diary); string(b) != text {
			t.Error("the diary has changed")
		}
	}
}

func FuzzRead(f *testing.F) {
	path := filepath.Join(f.TempDir(), "j")
	j, _, err := Open(path, []byte("work"), nil)
	if err != nil {
		f.Fatal(err)
	}
	for _, p := range []string{"one", "", "three"} {
		if err := j.Append([]byte(p)); err != nil {
			f.Fatal(err)
		}
	}
	whole, err := os.ReadFile(path)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(whole)
	f.Add(whole[:len(whole)-2])
	f.Add(whole[:fixed])
	f.Add([]byte{})
	f.Fuzz(func(t *testing.T, b []byte) {
		total := 0
		e, same, err := readFrom(bytes.NewReader(b), int64(len(b)), []byte("work"), func(p []byte) error { total += len(p); return nil })
		if err == nil && same && (e.good > e.size || e.size != int64(len(b)) || int64(total) > e.good) {
			t.Errorf("%+v of %d bytes, records of %d", e, len(b), total)
		}
	})
}
