package drawn

import (
	"archive/tar"
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"image/jpeg"
	"io"
	"slices"
	"strings"
	"testing"

	"likeness/parallel"
	"likeness/progress"
)

func archive(t *testing.T, threads int, opt Options) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := WriteArchive(parallel.WithThreads(t.Context(), threads), &b, opt); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestArchiveIsTheSameForAnyThreads(t *testing.T) {
	opt := Options{People: 7, PerPerson: 3, Seed: 9}
	want := sha256.Sum256(archive(t, 1, opt))
	for _, threads := range []int{2, 5, 64} {
		if got := sha256.Sum256(archive(t, threads, opt)); got != want {
			t.Errorf("%d threads: archive differs from that of one thread", threads)
		}
	}
	opt.Seed = 10
	if sha256.Sum256(archive(t, 0, opt)) == want {
		t.Error("another seed gives the same archive")
	}
}

func TestArchiveReadsLikeLFW(t *testing.T) {
	opt := Options{People: 12, PerPerson: 2}
	var calls int
	opt.Progress = func(s progress.Step) {
		calls++
		if s.Done != int64(calls) || s.Total != 24 {
			t.Errorf("progress %+v at call %d", s, calls)
		}
	}
	tr := tar.NewReader(bytes.NewReader(archive(t, 0, opt)))
	var names []string
	for {
		hdr, err := tr.Next()
		if err == io.EOF {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		names = append(names, hdr.Name)
		m, err := jpeg.Decode(tr)
		if err != nil {
			t.Fatalf("%s: %v", hdr.Name, err)
		}
		if b := m.Bounds(); b.Dx() != Size || b.Dy() != Size {
			t.Errorf("%s is %v", hdr.Name, b)
		}
		parts := strings.Split(hdr.Name, "/")
		if len(parts) != 3 || parts[0] != "drawn" || !strings.HasPrefix(parts[2], parts[1]+"_000") || !strings.HasSuffix(parts[2], ".jpg") {
			t.Errorf("unexpected member name %q", hdr.Name)
		}
	}
	if len(names) != 24 || !slices.IsSorted(names) {
		t.Errorf("%d members, sorted %v", len(names), slices.IsSorted(names))
	}

	var attrs bytes.Buffer
	if err := WriteAttributes(&attrs, opt); err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSuffix(attrs.String(), "\n"), "\n")
	for i, name := range names {
		f := strings.Split(lines[2+i], "\t")
		id := fmt.Sprintf("%s_%04s", strings.ReplaceAll(f[0], " ", "_"), f[1])
		if !strings.HasSuffix(name, "/"+id+".jpg") {
			t.Fatalf("attribute row %d is of %s, the archive has %s", i, id, name)
		}
	}
}

type failing struct{ left int }

var errFull = errors.New("disk full")

func (f *failing) Write(b []byte) (int, error) {
	if f.left -= len(b); f.left < 0 {
		return 0, errFull
	}
	return len(b), nil
}

func TestArchiveTellsWhatFailed(t *testing.T) {
	err := WriteArchive(context.Background(), &failing{20000}, Options{People: 30, PerPerson: 2})
	if !errors.Is(err, errFull) {
		t.Errorf("full disk: got %v", err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	opt := Options{People: 30, PerPerson: 2, Progress: func(s progress.Step) {
		if s.Done == 3 {
			cancel()
		}
	}}
	if err := WriteArchive(ctx, io.Discard, opt); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: got %v", err)
	}
}
