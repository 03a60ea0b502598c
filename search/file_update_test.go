package search

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"likeness/internal/lockfile"
)

// childKey asks the test program to be a writer, in a process of its own.
const childKey = "LIKENESS_TEST_WRITER"

func TestMain(m *testing.M) {
	if job := os.Getenv(childKey); job != "" {
		if err := writer(job); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// writer adds entries, or writes generations until it is killed. The job is
// "add NAME COUNT PATH" or "generations PATH".
func writer(job string) error {
	words := strings.SplitN(job, " ", 2)
	if words[0] == "generations" {
		for {
			if err := Update(context.Background(), words[1], nil, nextGeneration); err != nil {
				return err
			}
		}
	}
	words = strings.SplitN(job, " ", 4)
	count, err := strconv.Atoi(words[2])
	for i := 0; i < count && err == nil; i++ {
		err = Update(context.Background(), words[3], nil, adding(fmt.Sprintf("%s %d", words[1], i)))
	}
	return err
}

// nextGeneration replaces generation g by g+1, of another length.
func nextGeneration(old *File) (*File, error) {
	g := 0
	if old != nil {
		g = int(old.Entries.Codes[0]) + 1
	}
	f := &File{Entries: Entries{Dim: 8}}
	for i := range 1000 + g%7*300 {
		f.Entries.IDs = append(f.Entries.IDs, fmt.Sprintf("%d of %d", i, g))
		code := make([]float32, 8)
		code[0], code[1] = float32(g), float32(i)
		f.Entries.Codes = append(f.Entries.Codes, code...)
		f.Hashes = append(f.Hashes, Hash{})
	}
	return f, nil
}

// checkGeneration tells which generation a file holds, and that it is whole.
func checkGeneration(f *File) (int, error) {
	g := int(f.Entries.Codes[0])
	want, err := nextGeneration(&File{Entries: Entries{Codes: []float32{float32(g - 1)}}})
	if err == nil && (!slices.Equal(want.Entries.IDs, f.Entries.IDs) || !slices.Equal(want.Entries.Codes, f.Entries.Codes)) {
		err = fmt.Errorf("generation %d is mixed with another", g)
	}
	return g, err
}

func adding(id string) func(*File) (*File, error) {
	return func(old *File) (*File, error) {
		f := &File{Entries: Entries{Dim: 1}}
		if old != nil {
			f.Entries = old.Entries
		}
		f.Entries.IDs = append(f.Entries.IDs, id)
		f.Entries.People = append(f.Entries.People, "")
		f.Entries.Codes = append(slices.Clone(f.Entries.Codes), float32(len(f.Entries.IDs)))
		return f, nil
	}
}

// child starts a writer.
func child(t *testing.T, job string) *exec.Cmd {
	t.Helper()
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	c := exec.Command(exe)
	// A system that was not told which emulator runs programs for another
	// processor cannot start this one by itself.
	if emulator := os.Getenv("TEST_EMULATOR"); emulator != "" {
		c = exec.Command(emulator, exe)
	}
	c.Env = append(os.Environ(), childKey+"="+job)
	c.Stderr = os.Stderr
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	return c
}

// A writer that is killed at any moment leaves a whole file, the old one or the
// new one, a lock that the next writer takes, and nothing else.
func TestKilledWriter(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "x.safetensors")
	if err := Update(t.Context(), path, nil, nextGeneration); err != nil {
		t.Fatal(err)
	}
	last, leftovers, kills := 0, 0, 60
	if testing.Short() {
		kills = 12
	}
	rng := rand.New(rand.NewPCG(1, 2))
	for range kills {
		c := child(t, "generations "+path)
		begun := last
		for deadline := time.Now().Add(30 * time.Second); begun == last; { // it has begun to write
			if time.Now().After(deadline) {
				t.Fatal("the writer does not write")
			}
			last = generation(t, path, last)
		}
		time.Sleep(time.Duration(rng.IntN(8000)) * time.Microsecond)
		if err := c.Process.Kill(); err != nil {
			t.Fatal(err)
		}
		_ = c.Wait() // it was killed
		last = generation(t, path, last)
		if found, _ := filepath.Glob(filepath.Join(dir, ".*.tmp")); len(found) > 0 {
			leftovers++
		}
	}
	if err := Update(t.Context(), path, nil, nextGeneration); err != nil {
		t.Fatal(err)
	}
	entries, err := os.ReadDir(dir)
	if err != nil || len(entries) != 1 {
		t.Errorf("the folder holds %v, %v", entries, err)
	}
	t.Logf("%d kills in %d generations, %d left a temporary file", kills, last, leftovers)
}

// generation opens the file, which must be whole and not older than before.
func generation(t *testing.T, path string, last int) int {
	t.Helper()
	f, err := OpenFile(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	g, err := checkGeneration(f)
	if err != nil {
		t.Fatal(err)
	}
	if g < last {
		t.Fatalf("generation %d came after %d", g, last)
	}
	return g
}

// Two processes that add to one file at the same time, and goroutines of a
// third, all find their work in it.
func TestWritersAtOnce(t *testing.T) {
	path := filepath.Join(t.TempDir(), "x.safetensors")
	const each = 30
	var children []*exec.Cmd
	for _, name := range []string{"left", "right"} {
		children = append(children, child(t, fmt.Sprintf("add %s %d %s", name, each, path)))
	}
	done := make(chan error)
	for i := range 2 {
		go func() {
			for j := range each {
				if err := Update(context.Background(), path, nil, adding(fmt.Sprintf("own%d %d", i, j))); err != nil {
					done <- err
					return
				}
			}
			done <- nil
		}()
	}
	for range 2 {
		if err := <-done; err != nil {
			t.Error(err)
		}
	}
	for _, c := range children {
		if err := c.Wait(); err != nil {
			t.Error(err)
		}
	}
	ix, err := Open(context.Background(), path)
	if err != nil {
		t.Fatal(err)
	}
	ids := slices.Clone(ix.Entries().IDs)
	slices.Sort(ids)
	if len(slices.Compact(ids)) != 4*each || ix.Len() != 4*each {
		t.Errorf("%d entries of which %d differ, want %d", ix.Len(), len(ids), 4*each)
	}
}

func TestUpdate(t *testing.T) {
	path := filepath.Join(t.TempDir(), "x.safetensors")
	fails := errors.New("no")
	for _, result := range []error{nil, fails} { // neither leaves anything
		err := Update(t.Context(), path, nil, func(old *File) (*File, error) {
			if old != nil {
				t.Error("there is no file")
			}
			return nil, result
		})
		if err != result {
			t.Errorf("got %v", err)
		}
	}
	if entries, _ := os.ReadDir(filepath.Dir(path)); len(entries) != 0 {
		t.Errorf("the folder holds %v", entries)
	}

	// Others wait, and are told for whom.
	lock, err := lockfile.Acquire(t.Context(), path, nil)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	var told string
	err = Update(ctx, path, func(owner string) { told = owner; cancel() }, adding("x"))
	wantError(t, err, path, fmt.Sprintf("process %d since ", os.Getpid()))
	if !errors.Is(err, context.Canceled) || !strings.Contains(told, fmt.Sprintf("process %d since ", os.Getpid())) {
		t.Errorf("told %q, %v", told, err)
	}
	if err := lock.Release(); err != nil {
		t.Fatal(err)
	}

	// A writer who knows nothing of locks is noticed.
	if err := three(t).Save(path); err != nil {
		t.Fatal(err)
	}
	other, err := os.ReadFile(save(t, doubled(t)))
	if err != nil {
		t.Fatal(err)
	}
	err = Update(t.Context(), path, nil, func(old *File) (*File, error) {
		if err := os.Rename(path, path+".old"); err != nil {
			return nil, err
		}
		return old, os.WriteFile(path, other, 0o644)
	})
	wantError(t, err, path, "another program has replaced it", "run this again")
	if ix, err := Open(context.Background(), path); err != nil || ix.Len() != 4 {
		t.Error("what the other has written is gone", err)
	}

	// What is there and is no index is not touched.
	if err := os.WriteFile(path, []byte("a diary"), 0o644); err != nil {
		t.Fatal(err)
	}
	wantError(t, Update(t.Context(), path, nil, adding("x")), path)
	if b, _ := os.ReadFile(path); string(b) != "a diary" {
		t.Error("the diary is gone")
	}
}
