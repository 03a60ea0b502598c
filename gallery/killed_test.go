package gallery_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"likeness/dataset"
	"likeness/faces"
	"likeness/gallery"
	"likeness/pix"
)

// childKey asks the test program to index pictures, in a process of its own.
const childKey = "LIKENESS_TEST_INDEXER"

func TestMain(m *testing.M) {
	if job := os.Getenv(childKey); job != "" {
		if err := indexer(job); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// job is what a child does.
type job struct {
	Model, Data, Out string
	Shard            faces.Shard
	Delay            time.Duration // for each picture
}

// indexer is the child.
func indexer(text string) error {
	var j job
	if err := json.Unmarshal([]byte(text), &j); err != nil {
		return err
	}
	e, err := gallery.OpenEmbedder(j.Model)
	if err != nil {
		return err
	}
	from := gallery.Reading{Name: dataset.Name{Source: j.Data}, Options: faces.Options{Prep: e.Prep(), NoCache: true, Framer: halves{j.Delay}, Faces: faces.All}}
	_, changes, err := gallery.UpdateFrom(context.Background(), j.Out, e, from, gallery.UpdateOptions{Shard: j.Shard, Piece: 7, Threads: 2, ModelFile: j.Model, Faces: faces.All})
	if err == nil {
		known := changes.Resumed
		if changes.Shard != nil {
			known = changes.Shard.Known
		}
		fmt.Println(known)
	}
	return err
}

// halves is a framer that finds a face in each half of some pictures, none in others, and one in the rest.
type halves struct{ delay time.Duration }

func (halves) Fingerprint() string { return "halves" }

func (h halves) Frames(ctx context.Context, m *pix.Image) ([]faces.Found, error) {
	time.Sleep(h.delay)
	whole := faces.Found{Frame: pix.Frame{X: float64(m.W) / 2, Y: float64(m.H) / 2, Side: float64(m.W) / 1.7}, Score: 0.7}
	left, right := whole, whole
	left.Frame.X, right.Frame.X = float64(m.W)/3, 2*float64(m.W)/3
	switch m.Pix[0] % 4 {
	case 0:
		return nil, ctx.Err()
	case 1:
		return []faces.Found{right, left}, ctx.Err()
	}
	return []faces.Found{whole}, ctx.Err()
}

// Whoever is killed at any moment, and started again, makes the file that nobody disturbs: three shards, of which one or
// each is killed, joined, and an index of all pictures.
func TestKilledIndexer(t *testing.T) {
	t.Setenv("LIKENESS_CACHE", t.TempDir())
	dir := t.TempDir()
	in := func(name string) string { return filepath.Join(dir, name) }
	people(t, in("set"))
	more := map[string]int{}
	for i := range 120 {
		more[fmt.Sprintf("many/%03d.png", i)] = 1000 + i
	}
	paint(t, in("set"), more)
	e := newModel(t, in("m.safetensors"), 1)
	set, err := dataset.Load(t.Context(), dataset.Name{Source: in("set")}, faces.Options{Prep: e.Prep(), NoCache: true, Framer: halves{}, Faces: faces.All})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := gallery.Update(t.Context(), in("one.safetensors"), e, set, gallery.UpdateOptions{ModelFile: in("m.safetensors"), Faces: faces.All}); err != nil {
		t.Fatal(err)
	}
	want := read(t, in("one.safetensors"))

	var parts []string
	for n := 1; n <= 3; n++ {
		parts = append(parts, in(fmt.Sprintf("part%d.safetensors", n)))
		j := job{Model: in("m.safetensors"), Data: in("set"), Out: parts[n-1], Shard: faces.Shard{Number: n, Of: 3}, Delay: 8 * time.Millisecond}
		kills := 0
		if n == 2 {
			kills = 5
		}
		killed(t, j, kills)
	}
	if _, _, err := gallery.Merge(t.Context(), in("joined.safetensors"), parts, gallery.UpdateOptions{}); err != nil {
		t.Fatal(err)
	}
	if read(t, in("joined.safetensors")) != want {
		t.Error("the parts join to another file than that of one machine")
	}
	killed(t, job{Model: in("m.safetensors"), Data: in("set"), Out: in("all.safetensors"), Delay: 5 * time.Millisecond}, 5)
	if read(t, in("all.safetensors")) != want {
		t.Error("an indexer that was killed makes another file")
	}
	if left, _ := filepath.Glob(in("*.partial*")); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
}

// killed runs a child that is killed so many times when it has found out more than before, and then until its end.
func killed(t *testing.T, j job, kills int) {
	t.Helper()
	text, err := json.Marshal(j)
	if err != nil {
		t.Fatal(err)
	}
	kept := func() (size int64) {
		found, _ := filepath.Glob(j.Out + ".*.partial")
		for _, f := range found {
			if info, err := os.Stat(f); err == nil {
				size = info.Size()
			}
		}
		return size
	}
	last := int64(0)
	for kill := 0; ; kill++ {
		c := exec.Command(os.Args[0])
		c.Env = append(os.Environ(), childKey+"="+string(text))
		var out, said strings.Builder
		c.Stdout, c.Stderr = &out, &said
		if err := c.Start(); err != nil {
			t.Fatal(err)
		}
		ended := make(chan error, 1)
		go func() { ended <- c.Wait() }()
		for kill < kills {
			if size := kept(); size > last {
				last = size
				time.Sleep(time.Duration(kill*kill) * time.Millisecond) // also in the middle of a piece
				_ = c.Process.Kill()
				break
			}
			select {
			case err := <-ended:
				t.Fatalf("the indexer came to its end before it was killed %d times: %v, %s", kills, err, &said)
			case <-time.After(time.Millisecond):
			}
		}
		err := <-ended
		if kill < kills {
			var exit *exec.ExitError
			if !errors.As(err, &exit) || exit.ExitCode() != -1 {
				t.Fatalf("%v, expected that it was killed; %s", err, &said)
			}
			continue
		}
		if err != nil {
			t.Fatalf("%v: %s", err, &said)
		}
		if known := strings.TrimSpace(out.String()); (known == "0") != (kills == 0) {
			t.Errorf("after %d kills %s files were known", kills, known)
		}
		return
	}
}
