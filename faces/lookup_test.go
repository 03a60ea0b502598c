package faces_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"testing"

	"likeness/faces"
	"likeness/faces/facestest"
)

// Pictures are found by every id that a set could have given them, and read in one pass.
func TestLookup(t *testing.T) {
	dir := t.TempDir()
	for _, name := range []string{"x/Ann_Lee/Ann_Lee_0001.jpg", "x/Ann_Lee/b.jpg", "x/Ann_Lee/b.png", "notes.txt", "z.gif"} {
		path := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(name), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	src, err := faces.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	files, err := faces.FilesByID(context.Background(), src)
	want := map[string]string{
		"Ann_Lee_0001": "x/Ann_Lee/Ann_Lee_0001.jpg", "x/Ann_Lee/Ann_Lee_0001": "x/Ann_Lee/Ann_Lee_0001.jpg", "x/Ann_Lee/Ann_Lee_0001.jpg": "x/Ann_Lee/Ann_Lee_0001.jpg",
		"x/Ann_Lee/b": "x/Ann_Lee/b.jpg", "x/Ann_Lee/b.jpg": "x/Ann_Lee/b.jpg", "x/Ann_Lee/b.png": "x/Ann_Lee/b.png",
		"z": "z.gif", "z.gif": "z.gif",
	}
	if err != nil || !reflect.DeepEqual(files, want) {
		t.Errorf("%v, %v, expected %v", files, err, want)
	}
	got := map[string]string{}
	visit := func(id string, data []byte) error {
		got[id] = string(data)
		return nil
	}
	if err := faces.ReadByID(context.Background(), src, []string{"x/Ann_Lee/b.png", "Ann_Lee_0001", "nobody", "x/Ann_Lee/b"}, visit); err != nil {
		t.Fatal(err)
	}
	if want := map[string]string{"Ann_Lee_0001": "x/Ann_Lee/Ann_Lee_0001.jpg", "x/Ann_Lee/b": "x/Ann_Lee/b.jpg", "x/Ann_Lee/b.png": "x/Ann_Lee/b.png"}; !reflect.DeepEqual(got, want) {
		t.Errorf("read %v, expected %v", got, want)
	}
	failed := errors.New("enough of it")
	var asked []string
	err = faces.ReadByID(context.Background(), src, []string{"z", "Ann_Lee_0001"}, func(id string, _ []byte) error {
		asked = append(asked, id)
		return failed
	})
	if !errors.Is(err, failed) || !slices.Equal(asked, []string{"Ann_Lee_0001"}) {
		t.Errorf("error %v after %v", err, asked)
	}
}

// Each of several faces is an id that leads to the picture.
func TestReadFacesByID(t *testing.T) {
	files := []facestest.File{
		{Name: "a/one.jpg", Data: facestest.Picture(1, 20)}, {Name: "a/two.jpg", Data: facestest.Picture(2, 20)},
		{Name: "a/odd#1.jpg", Data: facestest.Picture(3, 20)},
	}
	ids := []string{"a/two.jpg#2", "a/two.jpg#1", "a/odd#1.jpg", "a/odd#1.jpg#1", "a/none.jpg#1"}
	for _, source := range []string{facestest.Unpack(t, files), facestest.Write(t, "a.tar", facestest.Tar(files))} {
		src, err := faces.Open(source)
		if err != nil {
			t.Fatal(err)
		}
		got := map[string]int{}
		err = faces.ReadByID(t.Context(), src, ids, func(id string, data []byte) error {
			got[id] = len(data)
			return nil
		})
		want := map[string]int{"a/two.jpg#2": len(files[1].Data), "a/two.jpg#1": len(files[1].Data), "a/odd#1.jpg": len(files[2].Data), "a/odd#1.jpg#1": len(files[2].Data)}
		if err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("%s: read %v, want %v; %v", source, got, want, err)
		}
		byID, err := faces.FilesByID(t.Context(), src)
		if file, ok := faces.FileOf(byID, "a/two.jpg#7"); err != nil || !ok || file != "a/two.jpg" {
			t.Errorf("%s: %q, %v, %v", source, file, ok, err)
		}
	}
}
