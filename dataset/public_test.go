package dataset

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"likeness/faces"
	"likeness/faces/facestest"
	"likeness/pix"
)

func TestPublicNames(t *testing.T) {
	home := t.TempDir()
	t.Setenv("HOME", home)
	for source, want := range map[string]string{
		"lfw": "lfw", "drawn": "drawn", "drawn:4x3": "drawn:4x3", "": "",
		"/home/ada/photos": "photos", "photos/2019/": "2019", "./photos": "photos", "./lfw.tgz": "lfw.tgz",
		"./drawn": "pictures", "../lfw": "pictures", "/": "pictures", home: "pictures",
	} {
		if got := (Name{Source: source}).Public().Source; got != want {
			t.Errorf("%q: %q, want %q", source, got, want)
		}
	}
	n := Name{"/home/ada/photos", "/home/ada/lfw_attributes.txt", "/home/ada/names.csv"}
	if got := n.Public().String(); got != "photos with attributes lfw_attributes.txt with names names.csv" {
		t.Error(got)
	}
	if got := (Name{Source: "/home/ada/photos", Names: faces.NamesFile}).Public().String(); got != "photos with names file" {
		t.Error(got)
	}
}

func TestNearNames(t *testing.T) {
	for _, c := range []struct{ file, source, near string }{
		{"/a/b/m.safetensors", "/a/b/photos", "./photos"},
		{"/a/b/m.safetensors", "/a/b/photos/2019", "photos/2019"},
		{"/a/b/m.safetensors", "/a/photos", "../photos"},
		{"/a/b/m.safetensors", "/a/b", "./."},
		{"/a/b/m.safetensors", "/a/photos/2019", ""},
		{"/a/b/m.safetensors", "/photos", ""},
		{"/m.safetensors", "/home/ada/photos", ""},
		{"/a/b/m.safetensors", "lfw", "lfw"},
	} {
		near, ok := Name{Source: c.source}.Near(c.file)
		if ok != (c.near != "") || ok && near.Source != c.near {
			t.Errorf("%s from %s: %q, %v, want %q", c.source, c.file, near.Source, ok, c.near)
		}
		if back := near.From(c.file).Source; ok && back != c.source {
			t.Errorf("%s from %s: back at %q", near.Source, c.file, back)
		}
	}
}

// folderOf makes a folder of pictures at path.
func folderOf(t *testing.T, path string) {
	t.Helper()
	made := facestest.Unpack(t, facestest.People("x", 6))
	if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(filepath.Join(made, "x"), path); err != nil {
		t.Fatal(err)
	}
}

// What an origin keeps holds no path of the machine, and the pictures are found all the same: near the file, after both
// have moved; where the machine remembers them; and where an older file says.
func TestOriginFindsPictures(t *testing.T) {
	root := t.TempDir()
	at := func(parts ...string) string { return filepath.Join(append([]string{root}, parts...)...) }
	prep := pix.Prep{W: 8, H: 8}
	opt := faces.Options{CacheDir: at("cache"), Prep: prep}
	folderOf(t, at("ada", "photos"))
	set, err := Load(t.Context(), Name{Source: at("ada", "photos")}, opt)
	if err != nil {
		t.Fatal(err)
	}
	reread := func(o Origin) *Origin { o.named = Name{}; return &o }
	file := at("ada", "models", "m.safetensors")
	near, far := reread(OriginOf(set, 1, 0).At(file)), reread(OriginOf(set, 1, 0).At(at("m.safetensors", "deep", "m.safetensors")))
	if near.Data != "photos" || near.Near != "../photos" || far.Data != "photos" || far.Near != "" {
		t.Fatalf("%+v, %+v", near, far)
	}
	for name, o := range map[string]*Origin{"near": near, "remembered": far, "older": {Data: at("ada", "photos"), DataHash: set.Fingerprint}} {
		if p, err := o.Load(t.Context(), file, Name{}, prep, opt); err != nil || p.Set.Fingerprint != set.Fingerprint {
			t.Errorf("%s: %v", name, err)
		}
	}
	uncached := opt
	uncached.NoCache = true
	if _, err := far.Load(t.Context(), file, Name{}, prep, uncached); !errors.Is(err, ErrGone) {
		t.Errorf("neither near nor remembered: %v", err)
	}
	if err := os.Rename(at("ada"), at("bob")); err != nil {
		t.Fatal(err)
	}
	if _, err := near.Load(t.Context(), at("bob", "models", "m.safetensors"), Name{}, prep, uncached); err != nil {
		t.Errorf("moved together: %v", err)
	}
	if _, err := far.Load(t.Context(), file, Name{}, prep, opt); !errors.Is(err, ErrGone) || strings.Contains(err.Error(), at("ada", "photos")) {
		t.Errorf("moved away: %v", err)
	}
	if p, err := far.Load(t.Context(), file, Name{Source: at("bob", "photos")}, prep, opt); err != nil || p.Set.Fingerprint != set.Fingerprint {
		t.Errorf("named: %v", err)
	}
	if _, err := far.Load(t.Context(), file, Name{}, prep, opt); err != nil {
		t.Errorf("seen elsewhere since: %v", err)
	}
}

// Everything that is kept of private pictures is as private as they may be.
func TestCacheIsPrivate(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "cache")
	if err := os.MkdirAll(filepath.Join(dir, "sets"), 0o755); err != nil { // as earlier versions did
		t.Fatal(err)
	}
	photos := filepath.Join(t.TempDir(), "photos")
	folderOf(t, photos)
	if _, err := Load(t.Context(), Name{Source: photos}, faces.Options{CacheDir: dir, Prep: pix.Prep{W: 8, H: 8}}); err != nil {
		t.Fatal(err)
	}
	seen := 0
	for _, folder := range []string{"sets", PlacesFolder} {
		info, err := os.Stat(filepath.Join(dir, folder))
		if err != nil || info.Mode().Perm() != 0o700 {
			t.Errorf("%s: %v, %v", folder, info.Mode(), err)
		}
		entries, err := os.ReadDir(filepath.Join(dir, folder))
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range entries {
			seen++
			if info, err := e.Info(); err != nil || info.Mode().Perm() != 0o600 {
				t.Errorf("%s/%s: %v, %v", folder, e.Name(), info.Mode(), err)
			}
		}
	}
	if seen != 3 {
		t.Errorf("%d files, expected a set and two places, by its fingerprint and its digest", seen)
	}
}
