package faces

import (
	"math"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"golang.org/x/text/encoding/unicode"
)

func TestParseTags(t *testing.T) {
	got, err := ParseTags(strings.NewReader("\ufeffpicture, happy,\"hat, wide\"\n\na/b.jpg,yes,0\n\"c,d.png\",,-0.5\ne.png,No,1\n"), "tags.csv")
	want := &Tags{
		Names:    []string{"happy", "hat, wide"},
		Pictures: []string{"a/b.jpg", "c,d.png", "e.png"},
		Values:   []float32{1, 0, float32(math.NaN()), -0.5, 0, 1},
		Lines:    []int{3, 4, 5},
	}
	if d := cmp.Diff(want, got, cmpopts.EquateNaNs()); d != "" || err != nil {
		t.Error(d, err)
	}
	for _, text := range []string{"\ufeffpicture;happy;old\r\na/b.jpg;yes;0\r\ne.png;;1\r\n", "picture\thappy\told\na/b.jpg\tyes\t0\ne.png\t\t1\n"} {
		got, err := ParseTags(strings.NewReader(text), "tags.csv")
		want := &Tags{Names: []string{"happy", "old"}, Pictures: []string{"a/b.jpg", "e.png"}, Values: []float32{1, 0, float32(math.NaN()), 1}, Lines: []int{2, 3}}
		if d := cmp.Diff(want, got, cmpopts.EquateNaNs()); d != "" || err != nil {
			t.Errorf("%q: %v %s", text, err, d)
		}
	}
	utf16, err := unicode.UTF16(unicode.LittleEndian, unicode.UseBOM).NewEncoder().String("picture\thappy\nJürgen/a.jpg\t1\n")
	check(err)
	for _, text := range []string{utf16, "picture,happy\nJürgen/a.jpg,1\n"} {
		if got, err := ParseTags(strings.NewReader(text), "tags.csv"); err != nil || got.Pictures[0] != "Jürgen/a.jpg" || got.Names[0] != "happy" {
			t.Errorf("%q: %v, %v", text, got, err)
		}
	}
	tags := &Tags{Pictures: []string{"a/b.jpg", filepath.Join(t.TempDir(), "c.jpg")}}
	if near, far := tags.Path(filepath.Join("x", "tags.csv"), 0), tags.Path("tags.csv", 1); near != filepath.Join("x", "a", "b.jpg") || far != tags.Pictures[1] {
		t.Errorf("paths %s and %s", near, far)
	}
	for text, want := range map[string]string{
		"":                                      "there is no picture",
		"picture,happy\n":                       "there is no picture",
		"picture\na.png\n":                      "line 1: no attribute in the header",
		"picture,happy,happy\n":                 "line 1: column 3",
		"picture,\n":                            "line 1: column 2",
		"picture,happy\na.png\n":                "line 2: 1 columns, the first line has 2",
		"picture,happy,Happy\n":                 "line 1: column 3",
		"picture,happy\na.png,x\n":              `line 2: happy: "x"`,
		"picture,happy\na.png,Inf\n":            `line 2: happy: "Inf"`,
		"picture,happy\na\x1b[2J,1\na\x1b[2J,0": "line 3: a\ufffd(1B)[2J stands on",
		"picture,happy\na,1\nb,1\na,0":          "line 4: a stands on line 2 already",
		"picture,happy\n,1\n":                   "line 2: the name of a picture is missing",
		"picture,happy\n\"a,1\n":                "line ",
	} {
		if _, err := ParseTags(strings.NewReader(text), "tags.csv"); err == nil || !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), "tags.csv") {
			t.Errorf("%q: error %v, want one that names the file and says %q", text, err, want)
		}
	}
}

func FuzzParseTags(f *testing.F) {
	f.Add("picture,happy\na.png,1\n\"b,c\",no\n")
	f.Fuzz(func(t *testing.T, text string) {
		got, err := ParseTags(strings.NewReader(text), "f")
		if err == nil && len(got.Values) != len(got.Pictures)*len(got.Names) {
			t.Errorf("%d values for %d pictures with %d names", len(got.Values), len(got.Pictures), len(got.Names))
		}
	})
}
