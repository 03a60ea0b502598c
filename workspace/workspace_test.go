package workspace_test

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"likeness/autoencoder"
	"likeness/latent"
	"likeness/pix"
	"likeness/workspace"
)

// saveModel writes an untrained model.
func saveModel(t *testing.T, path string, seed uint64) {
	t.Helper()
	m, err := autoencoder.New("pca", pix.Prep{W: 8, H: 8}, 4, seed)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
		t.Fatal(err)
	}
	if err := m.Save(path); err != nil {
		t.Fatal(err)
	}
}

func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

func open(t *testing.T, dir string) *workspace.Workspace {
	t.Helper()
	w, err := workspace.Open(dir, workspace.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := w.Close(); err != nil {
			t.Error(err)
		}
	})
	return w
}

// Things are known by what they are, not by their names.
func TestFiles(t *testing.T) {
	dir := t.TempDir()
	saveModel(t, filepath.Join(dir, "a", "model.safetensors"), 1)
	write(t, filepath.Join(dir, "broken.safetensors"), "not at all")
	write(t, filepath.Join(dir, "mine.html"), "<p>somebody's own page")
	write(t, filepath.Join(dir, "report.html"), `<!doctype html><meta name="generator" content="likeness">`)
	write(t, filepath.Join(dir, "photos", "2019", "a.JPG"), "x")
	write(t, filepath.Join(dir, "photos", "b.png"), "x")
	write(t, filepath.Join(dir, "faces.tgz"), "x")
	write(t, filepath.Join(dir, ".hidden", "c.png"), "x")
	write(t, filepath.Join(dir, "notes.txt"), "x")
	outside := filepath.Join(t.TempDir(), "outside.safetensors")
	saveModel(t, outside, 2)
	if err := os.Symlink(outside, filepath.Join(dir, "link.safetensors")); err != nil {
		t.Log("without a link:", err)
	}
	w := open(t, dir)
	files, err := w.Files()
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]workspace.Kind{}
	for _, f := range files {
		if !f.BuiltIn {
			got[f.Name] = f.Kind
		}
		switch f.Name {
		case "a/model.safetensors":
			if f.Architecture != "pca" || f.Code != 4 || f.Width != 8 || f.Fingerprint == "" || f.Problem != "" {
				t.Errorf("the model says %+v", f)
			}
		case "broken.safetensors":
			if f.Problem == "" {
				t.Error("the broken file has no problem")
			}
		case "photos":
			if f.Count != 2 {
				t.Errorf("photos has %d pictures, want 2", f.Count)
			}
		}
	}
	want := map[string]workspace.Kind{
		"a/model.safetensors": workspace.ModelFile, "broken.safetensors": workspace.ModelFile, "report.html": workspace.Report,
		"photos": workspace.Pictures, "faces.tgz": workspace.Archive,
	}
	if len(got) != len(want) {
		t.Errorf("found %v, want %v", got, want)
	}
	for name, kind := range want {
		if got[name] != kind {
			t.Errorf("%s is a %q, want %q", name, got[name], kind)
		}
	}
	if !slices.ContainsFunc(files, func(f workspace.File) bool { return f.BuiltIn && f.Name == "conv" && f.Kind == workspace.ModelFile }) {
		t.Error("the model that comes with the program is missing")
	}
}

// What was not listed is not opened.
func TestUnknownNames(t *testing.T) {
	dir := t.TempDir()
	saveModel(t, filepath.Join(dir, "in", "model.safetensors"), 1)
	saveModel(t, filepath.Join(dir, "outside.safetensors"), 1)
	w := open(t, filepath.Join(dir, "in"))
	for _, name := range []string{"../outside.safetensors", filepath.Join(dir, "outside.safetensors"), "./model.safetensors", "", "detector", "nothing"} {
		if _, _, err := w.Model(t.Context(), name); !errors.Is(err, workspace.ErrUnknown) {
			t.Errorf("%q: %v, want ErrUnknown", name, err)
		}
	}
	if _, _, err := w.Gallery(t.Context(), "model.safetensors"); !errors.Is(err, workspace.ErrUnknown) {
		t.Errorf("a model as an index: %v", err)
	}
	m, release, err := w.Model(t.Context(), "conv")
	if err != nil {
		t.Fatal(err)
	}
	defer release()
	if m.Atlas == nil || m.Atlas.Atlas == nil || len(m.Atlas.Directions) == 0 {
		t.Error("the model that comes with the program has no atlas")
	}
}

// A file that was replaced is opened anew; whoever has the old one keeps it.
func TestReplacedFile(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "model.safetensors")
	saveModel(t, path, 1)
	w := open(t, dir)
	a, releaseA, err := w.Model(t.Context(), "model.safetensors")
	if err != nil {
		t.Fatal(err)
	}
	again, releaseAgain, err := w.Model(t.Context(), "model.safetensors")
	if err != nil {
		t.Fatal(err)
	}
	if a != again {
		t.Error("one file was opened twice")
	}
	releaseAgain()
	saveModel(t, path, 2)
	if err := os.Chtimes(path, time.Now(), time.Now().Add(time.Second)); err != nil {
		t.Fatal(err)
	}
	b, releaseB, err := w.Model(t.Context(), "model.safetensors")
	if err != nil {
		t.Fatal(err)
	}
	if a.Fingerprint() == b.Fingerprint() {
		t.Error("the replaced file is still the old one")
	}
	releaseA()
	releaseA() // twice is once
	releaseB()
}

func TestNewPath(t *testing.T) {
	dir := t.TempDir()
	write(t, filepath.Join(dir, "there.safetensors"), "x")
	w := open(t, dir)
	if path, err := w.NewPath("new.safetensors", ".safetensors"); err != nil || path != filepath.Join(dir, "new.safetensors") {
		t.Errorf("%s, %v", path, err)
	}
	if _, err := w.NewPath("there.safetensors", ".safetensors"); !errors.Is(err, fs.ErrExist) {
		t.Errorf("a name that is taken: %v", err)
	}
	for _, name := range []string{"", ".safetensors", "../a.safetensors", "/a.safetensors", "a/b.safetensors", `a\b.safetensors`, "c:a.safetensors", ".a.safetensors", "a.txt", "a\n.safetensors"} {
		if _, err := w.NewPath(name, ".safetensors"); err == nil {
			t.Errorf("%q may be the name of a new file", name)
		}
	}
}

func TestOpenFails(t *testing.T) {
	if _, err := workspace.Open(filepath.Join(t.TempDir(), "nowhere"), workspace.Options{}); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("no folder: %v", err)
	}
	file := filepath.Join(t.TempDir(), "file")
	write(t, file, "x")
	if _, err := workspace.Open(file, workspace.Options{}); err == nil {
		t.Error("a file: no error")
	}
}

// What lies beside a model is not read where it is a link that leads out of the folder, and is where the link stays inside.
func TestLinksBeside(t *testing.T) {
	dir, outside := t.TempDir(), filepath.Join(t.TempDir(), "secret")
	write(t, outside, "secret")
	path := filepath.Join(dir, "model.safetensors")
	saveModel(t, path, 1)
	if err := os.Symlink(outside, latent.Beside(path)); err != nil {
		t.Skip("no links here:", err)
	}
	w := open(t, dir)
	_, _, err := w.Model(t.Context(), "model.safetensors")
	if err == nil || !errors.Is(err, workspace.ErrUnusable) || !strings.Contains(err.Error(), "leads out of the folder") {
		t.Errorf("a link that leads out: %v", err)
	}
	other := filepath.Join(dir, "other")
	write(t, other, "no atlas")
	if err := errors.Join(os.Remove(latent.Beside(path)), os.Symlink(other, latent.Beside(path))); err != nil {
		t.Fatal(err)
	}
	if _, release, err := w.Model(t.Context(), "model.safetensors"); err == nil {
		release()
	} else if strings.Contains(err.Error(), "leads out") {
		t.Errorf("a link that stays inside: %v", err)
	}
}
