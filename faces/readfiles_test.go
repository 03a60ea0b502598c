package faces

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"likeness/faces/facestest"
)

// Every kind of source gives single files as it gives them to a set.
func TestReadFiles(t *testing.T) {
	files := append(facestest.People("lfw", 4), facestest.File{Name: "lfw/notes.txt", Data: []byte("x")}, facestest.File{Name: "lfw/empty.jpg", Data: nil})
	dir := facestest.Unpack(t, files)
	for kind, path := range map[string]string{
		"folder": dir, "tar": facestest.Write(t, "x.tar", facestest.Tar(files)), "tar+gzip": facestest.Write(t, "x.tgz", facestest.Gzip(facestest.Tar(files))), "zip": facestest.Write(t, "x.zip", facestest.Zip(files)),
	} {
		src, err := Open(path)
		if err != nil || src.Kind() != kind {
			t.Fatal(src, err)
		}
		set, err := LoadFrom(t.Context(), src, Options{NoCache: true})
		if err != nil {
			t.Fatal(err)
		}
		read := 0
		err = ReadFiles(t.Context(), src, []string{set.Files[1], set.Files[4]}, func(file string, data []byte) error {
			want := set.Image(1 + 3*read)
			read++
			if m, _, _, err := set.Prep.Decode(data); err != nil || !bytes.Equal(m.Pix, want.Pix) {
				t.Errorf("%s: %s is another picture: %v", kind, file, err)
			}
			return nil
		})
		if err != nil || read != 2 {
			t.Errorf("%s: read %d files: %v", kind, read, err)
		}
		nothing := func(string, []byte) error { return errors.New("visited") }
		for _, missing := range []string{"lfw/nobody.jpg", "../x.jpg", "/etc/hostname", "lfw/notes.txt"} {
			if err := ReadFiles(t.Context(), src, []string{missing}, nothing); err == nil || !strings.Contains(err.Error(), filepath.Base(missing)) {
				t.Errorf("%s: %s: %v", kind, missing, err)
			}
		}
		if err := ReadFiles(t.Context(), src, []string{"lfw/nobody.jpg"}, nothing); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("%s: %v, want fs.ErrNotExist", kind, err)
		}
		if err := ReadFiles(t.Context(), src, set.Files[:1], nothing); err == nil || err.Error() != "visited" {
			t.Errorf("%s: an error of visit became %v", kind, err)
		}
		if err := ReadFiles(t.Context(), src, nil, nothing); err != nil {
			t.Errorf("%s: nothing to read: %v", kind, err)
		}
	}
	// Nothing outside of the folder is read, whatever lies there.
	if err := os.WriteFile(filepath.Join(filepath.Dir(dir), "x.jpg"), facestest.Picture(1, 8), 0o666); err != nil {
		t.Fatal(err)
	}
	src, err := Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	if err := ReadFiles(t.Context(), src, []string{"../x.jpg"}, func(string, []byte) error { return nil }); err == nil {
		t.Error("a file beside the folder was read")
	}
}
