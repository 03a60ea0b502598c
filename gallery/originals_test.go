package gallery_test

import (
	"bytes"
	"image/jpeg"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"likeness/faces/copies"
	"likeness/faces/facestest"
	"likeness/gallery"
	"likeness/pix"
)

// crowd writes one photograph many times over, and two others, and returns the folder.
func crowd(t *testing.T) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "photos")
	big := pix.FromImage(facestest.Spots(1, 320))
	grey := pix.New(big.W, big.H)
	for i := 0; i < len(grey.Pix); i += 3 {
		v := byte((int(big.Pix[i])*77 + int(big.Pix[i+1])*150 + int(big.Pix[i+2])*29) >> 8)
		grey.Pix[i], grey.Pix[i+1], grey.Pix[i+2] = v, v, v
	}
	write := func(name string, m *pix.Image, quality int) {
		var b bytes.Buffer
		if err := jpeg.Encode(&b, m.RGBA(), &jpeg.Options{Quality: quality}); err != nil {
			t.Fatal(err)
		}
		if filepath.Ext(name) == ".png" { // the pixels of the JPEG
			saved, err := pix.Decode(bytes.NewReader(b.Bytes()))
			if err != nil {
				t.Fatal(err)
			}
			b.Reset()
			if err := saved.WritePNG(&b); err != nil {
				t.Fatal(err)
			}
		}
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, b.Bytes(), 0o666); err != nil {
			t.Fatal(err)
		}
		if name == "best.jpg" {
			if err := os.Chtimes(path, time.Time{}, time.Unix(1e9, 0)); err != nil {
				t.Fatal(err)
			}
		}
	}
	write("best.jpg", big, 95)
	write("coarse.jpg", big, 60)
	write("small.jpg", big.Resize(160, 160), 95)
	write("grey.jpg", grey, 95)
	write("mirrored.jpg", copies.Symmetry(4).Apply(big), 95)
	write("turned.jpg", copies.Symmetry(1).Apply(big), 95)
	write("it's $(touch gone) `x`.jpg", big, 95)
	write("-rf.jpg", big, 95)
	write("resaved.jpg", big, 99)
	write("same.png", big, 95)
	write("sub/other.jpg", pix.FromImage(facestest.Spots(2, 320)), 95)
	if err := os.Symlink("best.jpg", filepath.Join(dir, "link.jpg")); err != nil {
		t.Skip("this system makes no symbolic links: ", err)
	}
	if err := os.Link(filepath.Join(dir, "best.jpg"), filepath.Join(dir, "hard.jpg")); err != nil {
		t.Skip("this system makes no hard links: ", err)
	}
	return dir
}

// judged finds the duplicates of a folder and looks at their files.
func judged(t *testing.T, dir string) *gallery.Duplicates {
	t.Helper()
	set := load(t, dir, gallery.DuplicatesPrep())
	d, err := gallery.FindDuplicates(t.Context(), set, gallery.DuplicateOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if err := d.JudgeFolder(t.Context(), set); err != nil {
		t.Fatal(err)
	}
	return d
}

func TestJudge(t *testing.T) {
	d := judged(t, crowd(t))
	if len(d.Groups) != 1 || len(d.Groups[0].Pictures) != 12 || d.Spare != 9 || d.Links != 2 || d.SpareBytes == 0 {
		t.Fatalf("%+v", d)
	}
	first := d.Groups[0].Pictures[0]
	if first.ID != "best.jpg" || !first.Keep || first.File.Width != 320 || first.Why != "of the best 5, the oldest file" || first.File.Quality < 94 || first.File.Grey {
		t.Errorf("%+v, %+v", first, first.File)
	}
	for _, m := range d.Groups[0].Pictures[1:] {
		f := m.File
		link := map[string]string{"link.jpg": gallery.SymbolicLink, "hard.jpg": gallery.HardLink}[m.ID]
		how := map[string]string{"mirrored.jpg": "mirrored", "turned.jpg": "turned by 90 degrees"}[m.ID]
		if m.Keep || f.Link != link || m.How != how || f.Grey != (m.ID == "grey.jpg") || f.Bytes == 0 || f.Changed == "" {
			t.Errorf("%+v, %+v", m, f)
		}
		if link != "" && filepath.Base(f.LinkOf) != "best.jpg" {
			t.Errorf("%s leads to %s", m.ID, f.LinkOf)
		}
	}
}

// The script of a folder, run by a shell, moves or removes what equals the picture that is kept, and nothing else.
func TestCleanup(t *testing.T) {
	sh, err := exec.LookPath("sh")
	if err != nil {
		t.Skip("there is no shell")
	}
	for _, to := range []string{"", "../spare"} {
		dir := crowd(t)
		var b bytes.Buffer
		if err := judged(t, dir).WriteCleanup(&b, gallery.Cleanup{Folder: dir, To: to, At: time.Unix(1e9, 0)}); err != nil {
			t.Fatal(err)
		}
		if text := b.String(); !strings.HasPrefix(text, gallery.CleanupMark) || !strings.Contains(text, "; look first\n# if there './best.jpg' './coarse.jpg'; then ") || !strings.Contains(text, "link.jpg stays: a symbolic link") {
			t.Errorf("%s", text)
		}
		script := filepath.Join(t.TempDir(), "clean.sh")
		if err := os.WriteFile(script, b.Bytes(), 0o666); err != nil {
			t.Fatal(err)
		}
		if out, err := exec.Command(sh, script).CombinedOutput(); err != nil || len(out) > 0 {
			t.Fatalf("%v: %s\n%s", err, out, b.Bytes())
		}
		if got, want := names(t, dir), []string{"best.jpg", "coarse.jpg", "grey.jpg", "hard.jpg", "link.jpg", "mirrored.jpg", "resaved.jpg", "small.jpg", "sub", "turned.jpg"}; !slices.Equal(got, want) {
			t.Errorf("left %q, want %q", got, want)
		}
		out, err := exec.Command(sh, script).CombinedOutput()
		if err != nil || strings.Count(string(out), "\n") != 3 || !strings.Contains(string(out), "skipped ./same.png: ./same.png is gone\n") {
			t.Errorf("again: %v, %s", err, out)
		}
		if to == "" {
			continue
		}
		if got, want := names(t, filepath.Join(dir, to)), []string{"-rf.jpg", "it's $(touch gone) `x`.jpg", "same.png"}; !slices.Equal(got, want) {
			t.Errorf("moved %q, want %q", got, want)
		}
	}
}

func names(t *testing.T, dir string) []string {
	t.Helper()
	list, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var all []string
	for _, e := range list {
		all = append(all, e.Name())
	}
	return all
}
