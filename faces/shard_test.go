package faces

import (
	"os"
	"path/filepath"
	"slices"
	"testing"

	"likeness/faces/facestest"
	"likeness/pix"
)

func TestParseShard(t *testing.T) {
	for text, want := range map[string]Shard{"1/1": {1, 1}, "2/3": {2, 3}, "100000/100000": {100_000, 100_000}} {
		if s, err := ParseShard(text); err != nil || s != want || s.String() != text {
			t.Errorf("%s: %v, %v", text, s, err)
		}
	}
	for _, text := range []string{"", "x", "3", "0/3", "4/3", "-1/3", "1/0", "0/0", "01/3", "1/3/3", " 1/3", "1/100001", "1/99999999999999999999"} {
		if s, err := ParseShard(text); err == nil {
			t.Errorf("%q is %v", text, s)
		}
	}
}

// Each file is of one shard, files of which one counts are of the same, and no other shard opens them.
func TestScanShards(t *testing.T) {
	files := []facestest.File{
		{Name: "notes.txt", Data: []byte("x")}, {Name: "Ann_Lee/Ann_Lee_0001.jpg", Data: facestest.Picture(1, 30)},
		{Name: "more/Ann_Lee/Ann_Lee_0001.png", Data: facestest.PNG(2, 30, 30)}, {Name: "no extension", Data: facestest.Picture(3, 30)},
		{Name: "Jos\u00e9_Diaz/Jos\u00e9_Diaz_0001.jpg", Data: facestest.Picture(4, 30)},
		{Name: "x/Jose\u0301_Diaz/Jose\u0301_Diaz_0001.jpg", Data: facestest.Picture(5, 30)},
	}
	files = append(files, facestest.People("people", 20)...)
	dir := facestest.Unpack(t, files)
	archive := facestest.Write(t, "a.zip", facestest.Zip(files))
	tar := facestest.Write(t, "a.tar", facestest.Tar(files))
	for _, name := range []string{dir, archive, tar} {
		src, err := Open(name)
		if err != nil {
			t.Fatal(err)
		}
		const of = 3
		seen, shards := map[string]int{}, map[string]int{}
		var listed []Listed
		for n := 1; n <= of; n++ {
			s := Shard{n, of}
			opt := Options{Prep: pix.Prep{W: 8, H: 8}}
			list, err := Scan(t.Context(), src, opt, Scanning{Shard: s}, func(f Scanned) error {
				seen[f.Name]++
				shards[f.Name] = n
				return nil
			})
			if err != nil {
				t.Fatal(err)
			}
			listed = append(listed, list)
			// The walk below a scan hands out nothing of other shards.
			from := picked{src, func(f File) bool { return !s.Has(f.Name, false) }}
			if err := from.Walk(t.Context(), all, func(f File) error {
				if f.Passed == s.Has(f.Name, false) || f.Passed && (f.Data != nil || f.Skip != "") {
					t.Errorf("%s of shard %v: %+v", f.Name, s, f)
				}
				return nil
			}); err != nil {
				t.Fatal(err)
			}
		}
		if len(seen) != len(files) || listed[0] != listed[1] || listed[0] != listed[2] || listed[0].Files != len(files) {
			t.Errorf("%s: %d files, %v, want %d", name, len(seen), listed, len(files))
		}
		for f, n := range seen {
			if n != 1 {
				t.Errorf("%s: %s is in %d shards", name, f, n)
			}
		}
		for _, same := range [][2]int{{1, 2}, {4, 5}} {
			if a, b := files[same[0]].Name, files[same[1]].Name; shards[a] != shards[b] {
				t.Errorf("%s: %s is in shard %d, %s in %d", name, a, shards[a], b, shards[b])
			}
		}
	}
}

// A set that is gathered from scanned files is the one that is loaded, all but its pictures, and what is known is not read.
func TestGatherer(t *testing.T) {
	dir := facestest.Unpack(t, append(facestest.People("people", 6), facestest.File{Name: "2019/a.jpg", Data: facestest.Picture(9, 30)}))
	src, err := Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	opt := Options{Prep: pix.Prep{W: 8, H: 8}, NoCache: true}
	want, err := LoadFrom(t.Context(), src, opt)
	if err != nil {
		t.Fatal(err)
	}
	for _, most := range []int{1 << 20, 1000, 0} {
		g, err := NewGatherer(t.Context(), src, opt, most)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := Scan(t.Context(), src, opt, Scanning{}, func(s Scanned) error { g.Add(s); return nil }); err != nil {
			t.Fatal(err)
		}
		got, err := g.Set()
		if err != nil {
			t.Fatal(err)
		}
		if most == 1<<20 {
			sameSet(t, got, want)
		} else if got.Pix != nil || got.Digest != want.Digest || !slices.Equal(got.IDs, want.IDs) || !slices.Equal(got.People, want.People) {
			t.Errorf("%+v, want %+v", got, want)
		}
		if got.Is("") || !got.Is(want.Digest) || got.Is(want.Fingerprint) != (got.Pix != nil) {
			t.Error("the set does not know itself")
		}
	}
	if err := os.WriteFile(filepath.Join(dir, "2019", "a.jpg"), []byte("no picture"), 0o666); err != nil {
		t.Fatal(err)
	}
	known := 0
	if _, err := Scan(t.Context(), src, opt, Scanning{Known: func(name, stamp string) bool { return name == "2019/a.jpg" && stamp != "" }}, func(s Scanned) error {
		if s.Passed {
			known++
		}
		if s.Reason != "" || s.Skip != "" {
			t.Errorf("%s was opened: %+v", s.Name, s)
		}
		return nil
	}); err != nil || known != 1 {
		t.Errorf("%d files known, %v", known, err)
	}
}
