package gallery

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"likeness/faces"
	"likeness/finder"
	"likeness/pix"
	"likeness/safetensors"
	"likeness/search"
)

// someRecords are records of all kinds.
func someRecords() []record {
	row := func(n byte) faces.Row {
		return faces.Row{Hash: faces.HashPix([]byte{n}), Found: faces.Found{Frame: pix.Frame{X: 1, Y: 2, Side: float64(n), Turn: 0.5}, Score: 0.9}}
	}
	return []record{
		{Scanned: faces.Scanned{File: faces.File{Name: "Ann/1.jpg", Stamp: "12 34 "}, Place: 0, Rows: []faces.Row{row(1), row(2)}}, label: "Ann", labelled: true},
		{Scanned: faces.Scanned{File: faces.File{Name: "Ann/2.jpg", Skip: "permission denied", Unreadable: true}, Place: 3}},
		{Scanned: faces.Scanned{File: faces.File{Name: "Bob/1.jpg"}, Place: 4, Reason: "no face found"}},
		{Scanned: faces.Scanned{File: faces.File{Name: "Bob/1.jpg", Unwanted: true}, Place: 5}, dropped: true},
	}
}

// A part and a record of a journal that are read again are what was written.
func TestRecords(t *testing.T) {
	want := someRecords()
	r := &reader{codes: map[search.Hash][]float32{want[0].Rows[0].Hash: {1, 2}, want[0].Rows[1].Hash: {3, 4}}}
	payload, err := r.payload(want, []search.Hash{want[0].Rows[0].Hash, want[0].Rows[1].Hash}, 2)
	if err != nil {
		t.Fatal(err)
	}
	got, hashes, codes, err := readPayload(payload, 2)
	if err != nil || len(hashes) != 2 || len(codes) != 4 || codes[3] != 4 || len(got) != len(want) {
		t.Fatalf("%d records, %v, %v, %v", len(got), hashes, codes, err)
	}
	var a, b bytes.Buffer
	for _, f := range []struct {
		to      *bytes.Buffer
		records []record
	}{{&a, want}, {&b, got}} {
		if err := (&safetensors.File{Tensors: columns("", f.records)}).Write(f.to); err != nil {
			t.Fatal(err)
		}
	}
	if !bytes.Equal(a.Bytes(), b.Bytes()) {
		t.Errorf("got %+v, want %+v", got, want)
	}
}

// somePart is the file of a part.
func somePart(t testing.TB, path string) {
	t.Helper()
	records := someRecords()
	f := &search.File{Space: search.Euclidean{}, Entries: search.Entries{Dim: 2, IDs: []string{"Ann/1.jpg#1", "Ann/1.jpg#2"}, Codes: []float32{1, 2, 3, 4}}}
	encoded := map[search.Hash][]float32{}
	for i, row := range records[0].Rows {
		f.Hashes = append(f.Hashes, row.Hash)
		encoded[row.Hash] = append(f.Entries.Codes[2*i:2*i+2:2*i+2], 5, 6)
	}
	about := partAbout{Version: partVersion, Shard: faces.Shard{Number: 1, Of: 1}, Source: faces.About{Name: "set", Kind: "folder"}, Code: 4, Own: 2, Asked: true}
	if err := markPart(f, about, records, finder.Codes{Dim: 4, Own: 2, Swap: []int{2, 3, 0, 1}}, encoded, nil); err != nil {
		t.Fatal(err)
	}
	if err := f.Save(path); err != nil {
		t.Fatal(err)
	}
}

func FuzzRecord(f *testing.F) {
	r := &reader{codes: map[search.Hash][]float32{}}
	records := someRecords()
	var hashes []search.Hash
	for i, row := range records[0].Rows {
		r.codes[row.Hash] = []float32{float32(i), 2}
		hashes = append(hashes, row.Hash)
	}
	payload, err := r.payload(records, hashes, 2)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(payload)
	f.Add(payload[:len(payload)/2])
	f.Fuzz(func(t *testing.T, b []byte) {
		records, hashes, codes, err := readPayload(b, 2)
		if err != nil {
			return
		}
		rows := 0
		for _, one := range records {
			rows += len(one.Rows)
		}
		if rows*len(search.Hash{}) > len(b) || len(hashes)*2 != len(codes) {
			t.Errorf("%d rows, %d hashes, %d numbers of %d bytes", rows, len(hashes), len(codes), len(b))
		}
	})
}

func FuzzPart(f *testing.F) {
	dir := f.TempDir()
	somePart(f, filepath.Join(dir, "part.safetensors"))
	whole, err := os.ReadFile(filepath.Join(dir, "part.safetensors"))
	if err != nil {
		f.Fatal(err)
	}
	f.Add(whole)
	f.Add(whole[:len(whole)-4])
	path := filepath.Join(dir, "fuzzed.safetensors")
	f.Fuzz(func(t *testing.T, b []byte) {
		if err := os.WriteFile(path, b, 0o600); err != nil {
			t.Fatal(err)
		}
		p, err := openPart(path)
		if err != nil {
			return
		}
		defer p.Close()
		j := &joining{parts: []*partFile{p}}
		if j.check() != nil {
			return
		}
		if set, err := j.set(); err == nil && set.Len() > p.file.Entries.Len() {
			t.Errorf("%d rows of %d entries", set.Len(), p.file.Entries.Len())
		}
	})
}
