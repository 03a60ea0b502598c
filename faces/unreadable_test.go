package faces

import (
	"bytes"
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"likeness/faces/facestest"
	"likeness/parallel"
	"likeness/pix"
)

// flaky is a source one of whose files cannot be read at first, as by too many open files.
type flaky struct {
	Source
	fails *bool
}

func (f flaky) Walk(ctx context.Context, want func(string) bool, visit func(File) error) error {
	return f.Source.Walk(ctx, want, func(m File) error {
		if *f.fails && m.Name == "Ann/2.jpg" {
			m.Data, m.Skip, m.Unreadable = nil, "too many open files", true
		}
		return visit(m)
	})
}

// What could not be read is looked at anew the next time, although nothing has changed by then.
func TestUnreadableIsNotCached(t *testing.T) {
	dir := facestest.Unpack(t, []facestest.File{{Name: "Ann/1.jpg", Data: facestest.Picture(1, 40)}, {Name: "Ann/2.jpg", Data: facestest.Picture(2, 40)}})
	fails := true
	src := flaky{folder(dir), &fails}
	opt := Options{CacheDir: t.TempDir()}
	s, err := LoadFrom(t.Context(), src, opt)
	if err != nil || s.Len() != 1 || len(s.Unreadable) != 1 || !s.MayHold("Ann/2") || s.MayHold("Ann/3") {
		t.Fatalf("%v, %+v", err, s)
	}
	fails = false
	if s, err = LoadFrom(t.Context(), src, opt); err != nil || s.Len() != 2 {
		t.Errorf("%d pictures, %v", s.Len(), err)
	}
}

// A folder that cannot be listed may hold everything below it.
func TestUnreadableFolder(t *testing.T) {
	s := &Set{Unreadable: []Skip{{"lib/Ann", "permission denied"}, {"Bob/1.jpg", "input/output error"}, {"lfw/Ada_Byron", "permission denied"}}}
	for id, want := range map[string]bool{
		"lib/Ann/1": true, "lib/Ann/deep/1#2": true, "lib/Anna/1": false, "Bob/1": true, "Bob/1.jpg#1": true, "Bob/2": false,
		"Ada_Byron_0001": true,
	} {
		if s.MayHold(id) != want {
			t.Errorf("%s: %v", id, !want)
		}
	}
	if os.Geteuid() == 0 {
		t.Skip("root reads every folder")
	}
	dir := facestest.Unpack(t, []facestest.File{{Name: "Ann/1.jpg", Data: facestest.Picture(1, 40)}, {Name: "Bob/1.jpg", Data: facestest.Picture(2, 40)}})
	check(os.Chmod(filepath.Join(dir, "Ann"), 0))
	defer os.Chmod(filepath.Join(dir, "Ann"), 0o777)
	if s := load(t, dir, Options{}); s.Len() != 1 || !s.MayHold("Ann/1") {
		t.Errorf("%d pictures, unreadable %v", s.Len(), s.Unreadable)
	}
}

// Pictures are known by their contents: one by another name is read, a sidecar is not.
func TestPicturesByContent(t *testing.T) {
	p := facestest.Picture(1, 40)
	files := []facestest.File{
		{Name: "Ann/a.jfif", Data: p}, {Name: "Ann/b.HEIC", Data: p}, {Name: "Ann/c", Data: p}, {Name: "Ann/d.jpg", Data: p},
		{Name: "Ann/d.jpg.json", Data: []byte(`{"title": "d.jpg"}`)}, {Name: "Ann/e.jpg", Data: p[:len(p)/2]}, {Name: "Ann/f.mov", Data: []byte("\x00\x00\x00\x14ftypqt  \x00\x00\x00\x00qt  ")},
	}
	want := []string{"Ann/a.jfif", "Ann/b.HEIC", "Ann/c", "Ann/d.jpg"}
	dir := facestest.Unpack(t, files)
	for _, source := range []string{dir, facestest.Write(t, "x.zip", facestest.Zip(files)), facestest.Write(t, "x.tar", facestest.Tar(files))} {
		s := load(t, source, Options{})
		if !slices.Equal(s.Files, want) {
			t.Errorf("%s: files %q, skipped %v", source, s.Files, s.Skipped)
		}
		src, err := Open(source)
		check(err)
		byID, err := FilesByID(t.Context(), src)
		if err != nil || byID["Ann/d.jpg"] != "Ann/d.jpg" || byID["Ann/f"] != "" || byID["Ann/c"] != "Ann/c" {
			t.Errorf("%s: %v, %v", source, byID, err)
		}
		groups := GroupSkips(s.Skipped)
		if len(groups) != 3 || !groups[0].Damaged || groups[0].Names[0] != "Ann/e.jpg" || groups[1].Damaged {
			t.Errorf("%s: %+v", source, groups)
		}
	}
	list, skips, err := Pictures(t.Context(), dir)
	if err != nil || len(list) != 5 || len(skips) != 2 { // the damaged one is found when it is opened
		t.Errorf("%v, %v, %v", list, skips, err)
	}
}

// heavy is a source of pictures that say they are large.
type heavy struct{ Source }

func (heavy) Walk(_ context.Context, _ func(string) bool, visit func(File) error) error {
	data := facestest.PNG(1, 200, 100)
	for range 40 {
		if err := visit(File{Name: "x.png", Data: bytes.Clone(data)}); err != nil {
			return err
		}
	}
	return nil
}

// Pictures that are worked on at once take no more memory than they may, whatever the number of threads.
func TestProcessBoundsMemory(t *testing.T) {
	each := pix.Memory(facestest.PNG(1, 200, 100))
	for allowed, want := range map[int64]int64{2*each + 1: 2, each / 2: 1} {
		ctx := parallel.WithMemory(parallel.WithThreads(t.Context(), 8), allowed)
		var running, most atomic.Int64
		err := Process(ctx, heavy{}, all, func(File) int {
			now := running.Add(1)
			for old := most.Load(); now > old && !most.CompareAndSwap(old, now); old = most.Load() {
			}
			time.Sleep(time.Millisecond) // so that others begin
			running.Add(-1)
			return 0
		}, func(File, int) error { return nil })
		if err != nil || most.Load() != want {
			t.Errorf("%d at once where %d may be, %v", most.Load(), want, err)
		}
	}
	ctx, cancel := context.WithCancel(parallel.WithMemory(t.Context(), each))
	err := Process(ctx, heavy{}, all, func(File) int { cancel(); return 0 }, func(File, int) error { return nil })
	if !errors.Is(err, context.Canceled) && !errors.Is(err, fs.SkipAll) {
		t.Error(err)
	}
}
