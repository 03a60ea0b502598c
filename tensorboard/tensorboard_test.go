package tensorboard_test

import (
	"encoding/json"
	"errors"
	"image"
	"image/color"
	"image/png"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"likeness/tensorboard"
)

var now = time.Unix(1700000000, 5e8)

func write(t *testing.T, dir string) string {
	t.Helper()
	w, err := tensorboard.Create(dir, now, false)
	if err != nil {
		t.Fatal(err)
	}
	w.Scalar(now, 1, "loss/training", 0.25)
	m := image.NewNRGBA(image.Rect(0, 0, 3, 2))
	m.Set(1, 1, color.White)
	w.Image(now, 2, "faces", m)
	w.Histogram(now.Add(time.Second), 3, "codes", []float32{-1, 0, 0, 2, float32(math.NaN())})
	w.Histogram(now, 3, "flat", []float32{7})
	w.Histogram(now, 3, "nothing", []float32{float32(math.Inf(1))})
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	files, err := os.ReadDir(dir)
	if err != nil || len(files) == 0 {
		t.Fatalf("no event file: %v", err)
	}
	return filepath.Join(dir, files[len(files)-1].Name())
}

func TestCreate(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "a [b]", "run")
	path := write(t, dir)
	if got := filepath.Base(path); got != "events.out.tfevents.1700000000.likeness.0" {
		t.Errorf("the file is called %s", got)
	}
	if _, err := tensorboard.Create(dir, now, false); !errors.Is(err, tensorboard.ErrExists) {
		t.Errorf("events are mixed: %v", err)
	}
	w, err := tensorboard.Create(dir, now, true)
	if err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(filepath.Join(dir, "events.out.tfevents.1700000000.likeness.1")); err != nil {
		t.Error(err)
	}
	w.Scalar(now, 1, "late", 1)
	if w.Err() == nil {
		t.Error("a closed file is written to")
	}
	if _, err := tensorboard.Create(path, now, false); err == nil {
		t.Error("a file is a folder")
	}
}

// The bytes of a first record, as TensorFlow 2 writes them for the same event.
func TestRecord(t *testing.T) {
	data, err := os.ReadFile(write(t, t.TempDir()))
	if err != nil {
		t.Fatal(err)
	}
	// 24 bytes: wall_time (1+8) and file_version (2+13).
	if data[0] != 24 || string(data[12+11:12+24]) != "brain.Event:2" {
		t.Errorf("the first record begins with % x", data[:40])
	}
}

func TestForeignEvents(t *testing.T) {
	if os.Getenv("LIKENESS_FOREIGN") == "" {
		t.Skip("LIKENESS_FOREIGN is not set: Python's checksums and protocol buffers are not asked")
	}
	out, err := exec.CommandContext(t.Context(), "/usr/bin/python3", "testdata/read.py", write(t, t.TempDir())).CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	var got []map[string]any
	for line := range strings.Lines(string(out)) {
		var e map[string]any
		if err := json.Unmarshal([]byte(line), &e); err != nil {
			t.Fatalf("%s: %v", line, err)
		}
		got = append(got, e)
	}
	want := []map[string]any{
		{"time": 1700000000.5, "step": 0.0, "version": "brain.Event:2"},
		{"time": 1700000000.5, "step": 1.0, "version": "", "tag": "loss/training", "value": 0.25},
		{"time": 1700000000.5, "step": 2.0, "version": "", "tag": "faces", "image": []any{3.0, 2.0, 3.0, "89504e47"}},
		{"time": 1700000001.5, "step": 3.0, "version": "", "tag": "codes", "histogram": []any{-1.0, 2.0, 4.0, 1.0, 5.0, 30.0, 4.0, 2.0}},
		{"time": 1700000000.5, "step": 3.0, "version": "", "tag": "flat", "histogram": []any{7.0, 7.0, 1.0, 7.0, 49.0, 30.0, 1.0, 37.0}},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func points(n, side int) tensorboard.Projector {
	p := tensorboard.Projector{Name: "codes", Dim: 2, Titles: []string{"id", "person"}, Side: side}
	for i := range n {
		p.Values = append(p.Values, float32(i)/2, -1e-9)
		p.Rows = append(p.Rows, []string{"a\tb\n", "Ada"})
	}
	p.Picture = func(i int) image.Image {
		if i == 1 {
			return nil
		}
		return &image.Uniform{color.NRGBA{uint8(i), 0, 0, 255}}
	}
	return p
}

func TestProjector(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "codes")
	p := points(3, 4)
	p.Picture = func(i int) image.Image {
		if i == 1 {
			return nil
		}
		m := image.NewNRGBA(image.Rect(0, 0, 8, 8))
		for j := range m.Pix {
			m.Pix[j] = 255
		}
		return m
	}
	got, err := tensorboard.WriteProjector(dir, p)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(&tensorboard.ProjectorFiles{Files: []string{"sprite.png", "vectors.tsv", "metadata.tsv", "projector_config.pbtxt"}, Points: 3, Side: 4}, got); diff != "" {
		t.Error(diff)
	}
	for name, want := range map[string]string{
		"vectors.tsv": "0\t-1e-09\n0.5\t-1e-09\n1\t-1e-09\n", "metadata.tsv": "id\tperson\na b \tAda\na b \tAda\na b \tAda\n",
	} {
		text, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil || string(text) != want {
			t.Errorf("%s is %q, %v", name, text, err)
		}
	}
	f, err := os.Open(filepath.Join(dir, "sprite.png"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	sprite, err := png.Decode(f)
	if err != nil {
		t.Fatal(err)
	}
	if sprite.Bounds() != image.Rect(0, 0, 8, 8) {
		t.Errorf("the sprite has %v", sprite.Bounds())
	}
	for _, c := range []struct{ x, y, want int }{{1, 1, 255}, {5, 1, 0}, {1, 5, 255}, {5, 5, 0}} {
		if _, _, _, a := sprite.At(c.x, c.y).RGBA(); int(a>>8) != c.want {
			t.Errorf("pixel (%d, %d) has opacity %d, expected %d", c.x, c.y, a>>8, c.want)
		}
	}
	p.Titles, p.Picture = p.Titles[:1], nil
	if again, err := tensorboard.WriteProjector(dir, p); err != nil || again.Side != 0 || len(again.Files) != 3 {
		t.Errorf("again: %+v %v", again, err)
	}
	mine := t.TempDir()
	if err := os.WriteFile(filepath.Join(mine, "vectors.tsv"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := tensorboard.WriteProjector(mine, p); !errors.Is(err, tensorboard.ErrNotOurs) {
		t.Errorf("somebody's folder is written to: %v", err)
	}
}

// A wide picture is not stretched.
func TestProjectorOfWidePictures(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "codes")
	for _, size := range []image.Point{{8, 4}, {4, 2}} {
		p := points(1, 4)
		p.Picture = func(int) image.Image {
			m := image.NewGray(image.Rectangle{Max: size})
			for i := range m.Pix {
				m.Pix[i] = 255
			}
			return m
		}
		if _, err := tensorboard.WriteProjector(dir, p); err != nil {
			t.Fatal(err)
		}
		f, err := os.Open(filepath.Join(dir, "sprite.png"))
		if err != nil {
			t.Fatal(err)
		}
		sprite, err := png.Decode(f)
		if err := errors.Join(err, f.Close()); err != nil {
			t.Fatal(err)
		}
		for y, want := range []uint32{0, 0xffff, 0xffff, 0} {
			if _, _, _, a := sprite.At(1, y).RGBA(); a != want {
				t.Errorf("%v: row %d has opacity %d, expected %d", size, y, a, want)
			}
		}
	}
}

// The projector's bounds are kept, and what is left out is told.
func TestProjectorBounds(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "codes")
	n := tensorboard.MostPoints + 3
	p := tensorboard.Projector{Name: "codes", Dim: 1, Values: make([]float32, n), Titles: []string{"id"}, Rows: make([][]string, n)}
	for i := range p.Rows {
		p.Rows[i] = []string{"x"}
	}
	p.Picture = func(int) image.Image { return nil }
	got, err := tensorboard.WriteProjector(dir, p)
	if err != nil {
		t.Fatal(err)
	}
	if got.Points != tensorboard.MostPoints || got.LeftOut != 3 || got.Side*317 > tensorboard.MostSprite || got.Side != 25 {
		t.Errorf("%+v", got)
	}
}
