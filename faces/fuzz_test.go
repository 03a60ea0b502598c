package faces

import (
	"bytes"
	"context"
	"io"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"

	"likeness/faces/facestest"
)

func FuzzParseAttributes(f *testing.F) {
	f.Add([]byte(tableHead + "Ann Lee\t1\t0.5\t1\nBob\t22\t-1e3\t0\t\n"))
	f.Add([]byte(tableHead + "Ann\t1\tnan\t\n"))
	f.Add([]byte("\ufeff#\tperson\timagenum\tx\r\n\r\n\xff\t1\t0x1p-3\r\n"))
	f.Add([]byte("Ann\t1\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		a, err := ParseAttributes(bytes.NewReader(data), "fuzz.txt")
		if err != nil {
			if a != nil || !strings.Contains(err.Error(), "fuzz.txt") {
				t.Fatalf("%v, %v", a, err)
			}
			return
		}
		n := a.Len()
		if n == 0 || len(a.Numbers) != n || len(a.Lines) != n || len(a.Names) == 0 || len(a.Values) != n*len(a.Names) {
			t.Fatalf("lists that do not fit: %+v", a)
		}
		for _, v := range a.Values {
			if math.IsNaN(float64(v)) || math.IsInf(float64(v), 0) {
				t.Fatal("a value that is not finite")
			}
		}
		for i, p := range a.People {
			if !utf8.ValidString(p) || a.Row(PictureID(p, a.Numbers[i])) != i {
				t.Fatalf("row %d is not found by its id", i)
			}
		}
	})
}

func FuzzParseName(f *testing.F) {
	for _, s := range []string{"lfw/Ann_Lee/Ann_Lee_0001.jpg", "Ann_00001.jpg", "../../x_0002.PNG", `a\b_0003.gif`, "a/..", "\xff_0001.jpg", "__MACOSX/._a"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		name := cleanName(s)
		if !utf8.ValidString(name) || strings.HasPrefix(name, "/") || cleanName(name) != name {
			t.Fatalf("cleanName(%q) = %q", s, name)
		}
		for part := range strings.SplitSeq(name, "/") {
			if part == ".." || part == "." {
				t.Fatalf("cleanName(%q) = %q", s, name)
			}
		}
		person, number, ok := ParseName(s)
		if ok && (person == "" || number < 1 || !strings.Contains(s, PictureID(person, number)) && !strings.Contains(person, " ")) {
			t.Fatalf("ParseName(%q) = %q, %d", s, person, number)
		}
		who := Identify(name, true)
		if who.ID != "" && (!strings.Contains(name, who.ID) || who.Person == "") {
			t.Fatalf("Identify(%q) = %+v", name, who)
		}
		ids := uniqueIDs([]string{name, name + "/x.jpg", "y/" + name}, []string{who.ID, "", ""})
		if who.ID == "" && (ids[0] == ids[1] || ids[1] == ids[2] || ids[0] == ids[2]) {
			t.Fatalf("ids %q", ids)
		}
	})
}

// FuzzArchive reads anything as an archive, in every format that its first bytes allow.
func FuzzArchive(f *testing.F) {
	files := []facestest.File{{Name: "lfw/A/A_0001.jpg", Data: facestest.Picture(1, 8)}, {Name: "b.png", Data: facestest.PNG(1, 3, 3)}, {Name: "c.txt", Data: []byte("x")}}
	plain := facestest.Tar(files)
	f.Add(plain)
	f.Add(plain[:len(plain)-1024])
	f.Add(facestest.Gzip(plain))
	f.Add(facestest.Zip(files))
	dir := f.TempDir()
	f.Fuzz(func(t *testing.T, data []byte) {
		path := filepath.Join(dir, "x")
		if err := os.WriteFile(path, data, 0o666); err != nil {
			t.Fatal(err)
		}
		sources := []Source{&tarSource{path: path, open: func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(data)), nil }}}
		if src, err := openPath(path); err == nil {
			sources = append(sources, src)
		} else if !strings.Contains(err.Error(), path) {
			t.Fatalf("the error does not name the file: %v", err)
		}
		for _, src := range sources {
			err := src.Walk(context.Background(), func(string) bool { return true }, func(m File) error {
				if (m.Data == nil) == (m.Skip == "") || len(m.Data) > maxMember || len(m.Name) > maxName || cleanName(m.Name) != m.Name || ignored(m.Name) {
					t.Fatalf("member %q: %d bytes, %q", m.Name, len(m.Data), m.Skip)
				}
				return nil
			})
			if err != nil && !strings.Contains(err.Error(), path) {
				t.Fatalf("the error does not name the file: %v", err)
			}
		}
	})
}
