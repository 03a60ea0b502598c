package faces

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"hash/crc32"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"likeness/faces/facestest"
)

// Names keep what some scripts need for spelling; what disturbs a terminal is escaped, so that two names stay two.
func TestCleanName(t *testing.T) {
	for name, want := range map[string]string{
		"علی\u200cرضا/1.jpg":             "علی\u200cرضا/1.jpg",
		"ශ\u0dca\u200dරී/1.jpg":          "ශ\u0dca\u200dරී/1.jpg",
		"山田\u3000太郎/1.jpg":               "山田\u3000太郎/1.jpg",
		"Jean\u00a0Luc/1.jpg":            "Jean\u00a0Luc/1.jpg",
		"a\u00ad/1.jpg":                  "a\u00ad/1.jpg",
		"a\x1b[2J/1.jpg":                 "a\ufffd(1B)[2J/1.jpg",
		"a\u202egnp.exe":                 "a\ufffd(202E)gnp.exe",
		"a\u2028b":                       "a\ufffd(2028)b",
		"F\xfc/1.jpg":                    "F\ufffd(FC)/1.jpg",
		"F\xf6/1.jpg":                    "F\ufffd(F6)/1.jpg",
		"already \ufffd, and \ufffd(FC)": "already \ufffd, and \ufffd(FC)",
		`..\..\x.jpg`:                    "x.jpg",
	} {
		if got := cleanName(name); got != want || cleanName(got) != got {
			t.Errorf("%q: %q, want %q", name, got, want)
		}
	}
	if got := PersonName("Ju\u0308rgen\x07"); got != "J\u00fcrgen\ufffd(07)" {
		t.Errorf("%q", got)
	}
}

// One name in two normal forms is one person, and both pictures are there under the paths they have.
func TestNormalForms(t *testing.T) {
	dir := facestest.Unpack(t, []facestest.File{
		{Name: "J\u00fcrgen/a.jpg", Data: facestest.Picture(1, 40)},
		{Name: "Ju\u0308rgen/a.jpg", Data: facestest.Picture(2, 40)},
	})
	s := load(t, dir, Options{})
	if want := []string{"J\u00fcrgen", "J\u00fcrgen"}; !slices.Equal(s.People, want) || len(s.Skipped) > 0 {
		t.Errorf("people %q, skipped %v", s.People, s.Skipped)
	}
	read := 0
	if err := ReadFiles(t.Context(), folder(dir), s.Files, func(string, []byte) error { read++; return nil }); err != nil || read != 2 {
		t.Errorf("%d files read, %v", read, err)
	}
}

// Names in zips of old programs are in DOS's code page, unless the field beside them has them in UTF-8 and belongs to them.
func TestZipNames(t *testing.T) {
	unicodePath := func(raw, name string, sum uint32) []byte {
		f := binary.LittleEndian.AppendUint16(nil, 0x7075)
		f = binary.LittleEndian.AppendUint16(f, uint16(5+len(name)))
		f = binary.LittleEndian.AppendUint32(append(f, 1), sum)
		return append(f, name...)
	}
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for i, h := range []zip.FileHeader{
		{Name: "F\x81/a.jpg", NonUTF8: true},
		{Name: "F\x94/a.jpg", NonUTF8: true},
		{Name: "F\x84/a.jpg", NonUTF8: true},
		{Name: "H?\x94/a.jpg", NonUTF8: true, Extra: unicodePath("", "Hö/a.jpg", crc32.ChecksumIEEE([]byte("H?\x94/a.jpg")))},
		{Name: "K\x94/a.jpg", NonUTF8: true, Extra: unicodePath("", "other.jpg", 1)}, // of the name before it was changed
		{Name: "Zoë/a.jpg", NonUTF8: true}, // UTF-8 without saying so
		{Name: "Åsa/a.jpg"},
	} {
		m, err := w.CreateHeader(&h)
		check(err)
		_, err = m.Write(facestest.Picture(i, 40))
		check(err)
	}
	check(w.Close())
	s := load(t, facestest.Write(t, "x.zip", b.Bytes()), Options{})
	if want := []string{"Fü", "Fö", "Fä", "Hö", "Kö", "Zoë", "Åsa"}; !slices.Equal(s.People, want) {
		t.Errorf("people %q, want %q", s.People, want)
	}
}

// Folders whose names are no UTF-8 are told apart, and their pictures can be read.
func TestFolderNames(t *testing.T) {
	dir := t.TempDir()
	for i, name := range []string{"F\xfc", "F\xf6", "F\xe4"} {
		if err := os.MkdirAll(filepath.Join(dir, name), 0o777); err != nil {
			t.Skip("this file system has no such names:", err)
		}
		check(os.WriteFile(filepath.Join(dir, name, "1.jpg"), facestest.Picture(i, 40), 0o666))
	}
	s := load(t, dir, Options{})
	if want := []string{"F\ufffd(E4)", "F\ufffd(F6)", "F\ufffd(FC)"}; !slices.Equal(s.People, want) {
		t.Errorf("people %q, skipped %v", s.People, s.Skipped)
	}
	if err := ReadFiles(t.Context(), folder(dir), s.Files, func(string, []byte) error { return nil }); err != nil {
		t.Error(err)
	}
}

// What systems put among pictures is nobody's.
func TestSystemFolders(t *testing.T) {
	p := facestest.Picture(1, 40)
	files := []facestest.File{{Name: "Ann/1.jpg", Data: p}}
	for _, junk := range []string{"@eaDir", "#recycle", "@Recycle", "$RECYCLE.BIN", "System Volume Information", "lost+found", "__MACOSX"} {
		files = append(files, facestest.File{Name: junk + "/Bob/1.jpg", Data: p}, facestest.File{Name: "Ann/" + junk + "/1.jpg", Data: p})
	}
	for _, source := range []string{facestest.Unpack(t, files), facestest.Write(t, "x.zip", facestest.Zip(files))} {
		if s := load(t, source, Options{}); !slices.Equal(s.Files, []string{"Ann/1.jpg"}) || len(s.Skipped) > 0 {
			t.Errorf("files %q, skipped %v", s.Files, s.Skipped)
		}
	}
}
