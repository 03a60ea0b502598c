package faces

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"strings"
	"testing"

	"likeness/faces/facestest"
)

func loadError(t *testing.T, path string) error {
	t.Helper()
	s, err := Load(context.Background(), path, Options{NoCache: true})
	if err == nil {
		t.Fatalf("no error, %d pictures", s.Len())
	}
	return err
}

// However an archive is cut, the error says so, names the file and the last whole member.
func TestTruncatedArchive(t *testing.T) {
	files := facestest.People("lfw", 6)
	plain := facestest.Tar(files)
	for name, data := range map[string][]byte{"x.tar": plain, "x.tgz": facestest.Gzip(plain), "x.zip": facestest.Zip(files)} {
		whole := len(data)
		for _, cut := range []int{1, 9, 100, 600, whole / 4, whole / 2, whole * 3 / 4, whole - 1025, whole - 9, whole - 1} {
			// A tar may lack the last of the two blocks of zeros and is whole all the same.
			if name == "x.tar" && cut > whole-512 {
				continue
			}
			path := facestest.Write(t, name, data[:cut])
			err := loadError(t, path)
			if !strings.Contains(err.Error(), path) {
				t.Errorf("%s cut at %d of %d: %v does not name the file", name, cut, whole, err)
			}
			broken, ok := errors.AsType[*ArchiveError](err)
			if cut >= 600 && (!ok || name != "x.zip" && broken.Count > 0 && broken.After != files[broken.Count-1].Name) {
				t.Errorf("%s cut at %d of %d: %v", name, cut, whole, err)
			}
		}
	}
	// Cut between two members, where a careless reader sees a whole archive.
	first := 512 + (len(files[0].Data)+511)/512*512
	err := loadError(t, facestest.Write(t, "x.tar", plain[:first]))
	if want := "broken after member 1, " + files[0].Name; !strings.Contains(err.Error(), want) {
		t.Errorf("got %v, want %q", err, want)
	}
	err = loadError(t, facestest.Write(t, "x.tar", plain[:first+700]))
	if want := "after member 1, " + files[0].Name + ": the file ends too early"; !strings.Contains(err.Error(), want) {
		t.Errorf("got %v, want %q", err, want)
	}
}

func TestDamagedArchive(t *testing.T) {
	files := facestest.People("lfw", 6)
	plain := facestest.Tar(files)
	flip := func(data []byte, at int) []byte {
		data = bytes.Clone(data)
		data[at] ^= 0x40
		return data
	}
	second := 512 + (len(files[0].Data)+511)/512*512
	packed, zipped := facestest.Gzip(plain), facestest.Zip(files)
	for name, c := range map[string]struct {
		path string
		want string
	}{
		"header":        {facestest.Write(t, "x.tar", flip(plain, second+10)), "after member 1"},
		"gzip checksum": {facestest.Write(t, "x.tgz", flip(packed, len(packed)-6)), "checksum"},
		"gzip contents": {facestest.Write(t, "x.tgz", flip(packed, len(packed)/2)), "broken after member"},
		"gzip of text":  {facestest.Write(t, "x.tgz", facestest.Gzip([]byte(strings.Repeat("hello ", 200)))), "before the first member: no tar header"},
		"gzip header":   {facestest.Write(t, "x.tgz", flip(packed, 2)), "before the first member"},
	} {
		err := loadError(t, c.path)
		if _, ok := errors.AsType[*ArchiveError](err); !ok || !strings.Contains(err.Error(), c.want) || !strings.Contains(err.Error(), c.path) {
			t.Errorf("%s: got %v, want an error with %q", name, err, c.want)
		}
	}
	// Of a zip, whose members stand for themselves, the others are read.
	s := load(t, facestest.Write(t, "x.zip", flip(zipped, 300)), Options{})
	if s.Len() != len(files)-1 || len(s.Skipped) != 1 || s.Skipped[0].Name != files[0].Name || !strings.Contains(s.Skipped[0].Reason, "damaged in the archive") {
		t.Errorf("%d pictures of a zip with a damaged one, skipped %v", s.Len(), s.Skipped)
	}
	// What follows a whole archive does no harm.
	load(t, facestest.Write(t, "x.tgz", append(bytes.Clone(packed), make([]byte, 700)...)), Options{})
	load(t, facestest.Write(t, "x.tar", append(bytes.Clone(plain), make([]byte, 10240)...)), Options{})
}

// The damage comes after the limit, so it must never be seen, on any number of threads.
func TestDamageBehindLimit(t *testing.T) {
	files := facestest.People("lfw", 8)
	plain := facestest.Tar(files)
	path := facestest.Write(t, "x.tar", plain[:len(plain)-3000])
	for threads := 1; threads < 9; threads++ {
		if s := load(t, path, Options{Limit: 5, Threads: threads}); s.Len() != 5 {
			t.Errorf("%d pictures", s.Len())
		}
	}
}

func TestHugeAndOddMembers(t *testing.T) {
	var b bytes.Buffer
	w := tar.NewWriter(&b)
	check(w.WriteHeader(&tar.Header{Typeflag: tar.TypeDir, Name: "lfw/"}))
	check(w.WriteHeader(&tar.Header{Typeflag: tar.TypeSymlink, Name: "lfw/link.jpg", Linkname: "/etc/passwd"}))
	check(w.WriteHeader(&tar.Header{Typeflag: tar.TypeFifo, Name: "lfw/pipe.jpg"}))
	check(w.WriteHeader(&tar.Header{Name: "lfw/huge.jpg", Size: maxMember + 1, Mode: 0o644}))
	_, err := w.Write(make([]byte, maxMember+1))
	check(err)
	good := facestest.Picture(1, 40)
	check(w.WriteHeader(&tar.Header{Name: "lfw/good.jpg", Size: int64(len(good)), Mode: 0o644}))
	_, err = w.Write(good)
	check(err)
	check(w.Close())
	s := load(t, facestest.Write(t, "x.tgz", facestest.Gzip(b.Bytes())), Options{})
	if s.Len() != 1 || s.IDs[0] != "lfw/good.jpg" || s.People[0] != "" {
		t.Errorf("got %q", s.IDs)
	}
	if len(s.Skipped) != 3 || s.Skipped[0].Reason != "a link or a device, not a file" || !strings.Contains(s.Skipped[2].Reason, "128 MiB") {
		t.Errorf("skipped %v", s.Skipped)
	}
	// A header that promises 60 MiB in a file of 1 KiB is an error, not 60 MiB of anything.
	b.Reset()
	w = tar.NewWriter(&b)
	check(w.WriteHeader(&tar.Header{Name: "a.jpg", Size: 60 << 20, Mode: 0o644}))
	if err := loadError(t, facestest.Write(t, "x.tar", append(b.Bytes(), make([]byte, 512)...))); !strings.Contains(err.Error(), "too early") {
		t.Error(err)
	}
}

func TestOddZip(t *testing.T) {
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	_, err := w.Create("Ann/")
	check(err)
	m, err := w.Create("Ann/one.jpg")
	check(err)
	_, err = m.Write(facestest.Picture(1, 40))
	check(err)
	m, err = w.CreateHeader(&zip.FileHeader{Name: "Ann/secret.jpg", Flags: 1, Method: zip.Store})
	check(err)
	_, err = m.Write([]byte("xxxx"))
	check(err)
	check(w.Close())
	s := load(t, facestest.Write(t, "x.zip", b.Bytes()), Options{Names: NamesFolders})
	if s.Len() != 1 || s.People[0] != "Ann" || len(s.Skipped) != 1 || s.Skipped[0].Reason != "it is encrypted" {
		t.Errorf("%q, skipped %v", s.IDs, s.Skipped)
	}
	// A directory that lies about the size of a member.
	data := facestest.Zip([]facestest.File{{Name: "a.jpg", Data: facestest.Picture(1, 40)}})
	at := bytes.LastIndex(data, []byte("PK\x01\x02")) + 24
	for _, size := range []uint32{50, 60 << 20} {
		lying := bytes.Clone(data)
		binary.LittleEndian.PutUint32(lying[at:], size)
		if err := loadError(t, facestest.Write(t, "x.zip", lying)); !strings.Contains(err.Error(), "a.jpg") {
			t.Errorf("size %d: %v", size, err)
		}
	}
	if err := loadError(t, facestest.Write(t, "x.zip", facestest.Zip(nil))); !strings.Contains(err.Error(), "no picture") {
		t.Error(err)
	}
}
