package hdf5_test

import (
	"bytes"
	"encoding/binary"
	"math"
	"os"
	"runtime"
	"strings"
	"testing"

	"likeness/hdf5"
)

// readAll reads everything in a file and returns the first error.
func readAll(data []byte) error {
	f, err := hdf5.Parse("bad.h5", data)
	if err != nil {
		return err
	}
	root, err := f.Root()
	if err != nil {
		return err
	}
	return root.Walk(func(o hdf5.Object) error {
		attributes, err := o.Attributes()
		if err != nil {
			return err
		}
		for _, a := range attributes {
			if a.Type().IsText() {
				if _, err := a.Strings(); err != nil {
					return err
				}
			}
		}
		if d, ok := o.(*hdf5.Dataset); ok && d.Type().IsFloat() {
			_, err = d.Floats()
		}
		return err
	})
}

// A file that was cut short at any byte is an error, not a panic.
func TestCutShort(t *testing.T) {
	tree := &hdf5.Tree{}
	tree.Group("dense").Strings("weight_names", []string{"kernel"})
	tree.Floats("dense/kernel", []int{2}, []float32{1, 2})
	data, err := tree.Marshal()
	if err != nil {
		t.Fatal(err)
	}
	if err := readAll(data); err != nil {
		t.Fatal(err)
	}
	for n := range len(data) {
		if err := readAll(data[:n]); err == nil || !strings.HasPrefix(err.Error(), "bad.h5: ") {
			t.Fatalf("%d of %d bytes: %v", n, len(data), err)
		}
	}
}

// A group that contains itself is visited once.
func TestCircle(t *testing.T) {
	tree := &hdf5.Tree{}
	tree.Group("a/b")
	data, err := tree.Marshal()
	if err != nil {
		t.Fatal(err)
	}
	rootHeader := binary.LittleEndian.Uint64(data[64:])
	// The entry of "b", its name at 8 of the heap of "a", now leads to the root.
	at := bytes.Index(data, []byte("SNOD\x01\x00\x01\x00"))
	binary.LittleEndian.PutUint64(data[at+16:], rootHeader)
	f, err := hdf5.Parse("circle", data)
	if err != nil {
		t.Fatal(err)
	}
	root, err := f.Root()
	if err != nil {
		t.Fatal(err)
	}
	var paths []string
	if err := root.Walk(func(o hdf5.Object) error { paths = append(paths, o.Path()); return nil }); err != nil || len(paths) != 2 {
		t.Errorf("visited %q, %v", paths, err)
	}
}

// replaced returns the file of testdata with one occurrence of some bytes replaced.
func replaced(t *testing.T, name string, from, to []byte) []byte {
	t.Helper()
	data, err := os.ReadFile("testdata/" + name)
	if err != nil {
		t.Fatal(err)
	}
	if len(from) != len(to) || !bytes.Contains(data, from) {
		t.Fatalf("%s has no % x", name, from)
	}
	return bytes.Replace(data, from, to, 1)
}

// shape returns a dataspace of version 1 as h5py writes it.
func shape(dims ...uint64) []byte {
	b := []byte{1, byte(len(dims)), 1, 0, 0, 0, 0, 0}
	for range 2 {
		for _, d := range dims {
			b = binary.LittleEndian.AppendUint64(b, d)
		}
	}
	return b
}

// largeChunk says of the only chunk of the dataset "partly", whose 64 bytes are 4x4 floats, that it is large.
func largeChunk(data []byte) []byte {
	for at := range len(data) - 28 {
		if string(data[at:at+8]) == "TREE\x01\x00\x01\x00" && binary.LittleEndian.Uint32(data[at+24:]) == 64 {
			binary.LittleEndian.PutUint32(data[at+24:], 1<<31-1)
		}
	}
	return data
}

// Files that lie about sizes cost no memory, and are told apart.
func TestLies(t *testing.T) {
	for _, c := range []struct {
		what string
		data []byte
		want string
	}{
		{"chunks that were never written", replaced(t, "kinds_earliest.h5", shape(10, 10), shape(16000, 16000)), "most of it was never written"},
		{"a chunk larger than the file", largeChunk(replaced(t, "kinds_earliest.h5", shape(10, 10), shape(16000, 16000))), "/partly: chunk at [0 0]: 2147483647 bytes in a file of"},
		{"an array beyond the limit", replaced(t, "kinds_earliest.h5", shape(10, 10), shape(1<<20, 1<<20)), "more than 1073741824 bytes are not read"},
		{"a dimension beyond the limit", replaced(t, "kinds_earliest.h5", shape(10, 10), shape(1<<60, 1<<60)), "a dimension of"},
		{"an array in one piece", replaced(t, "kinds_earliest.h5", shape(5, 7), shape(5<<20, 7)), "cut short"},
		{"another layout", replaced(t, "kinds_earliest.h5", []byte("SNOD"), []byte("SNOT")), `symbol node: begins with "SNOT", expected "SNOD"`},
	} {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		err := readAll(c.data)
		runtime.ReadMemStats(&after)
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %s", c.what, err, c.want)
		}
		if taken := after.TotalAlloc - before.TotalAlloc; taken > 16<<20 {
			t.Errorf("%s: %d bytes were taken for a file of %d", c.what, taken, len(c.data))
		}
	}
}

// Damaged data are found where there is a checksum.
func TestChecksum(t *testing.T) {
	data, err := os.ReadFile("testdata/kinds_earliest.h5")
	if err != nil {
		t.Fatal(err)
	}
	f, err := hdf5.Parse("file", data)
	if err != nil {
		t.Fatal(err)
	}
	root, err := f.Root()
	if err != nil {
		t.Fatal(err)
	}
	d, err := root.Dataset("fletcher32")
	if err != nil {
		t.Fatal(err)
	}
	values, err := d.Floats()
	if err != nil {
		t.Fatal(err)
	}
	// The first value lies in the file as often as the dataset was written without packing it.
	var first [8]byte
	binary.LittleEndian.PutUint32(first[:], math.Float32bits(values[0]))
	binary.LittleEndian.PutUint32(first[4:], math.Float32bits(values[1]))
	for at := 0; at < len(data)-8; at++ {
		if bytes.Equal(data[at:at+8], first[:]) {
			data[at] ^= 1
		}
	}
	if _, err := d.Floats(); err == nil || !strings.Contains(err.Error(), "/fletcher32: chunk at [0 0 0]: fletcher32: the checksum is") {
		t.Errorf("a damaged value: %v", err)
	}
}

// What is not read is refused by its name, and hinders nothing else.
func TestUnread(t *testing.T) {
	f, err := hdf5.Open("testdata/unread.hdf5")
	if err != nil {
		t.Fatal(err)
	}
	root, err := f.Root()
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{
		"growing":      "layout: chunk index of kind 4 (extensible array), which datasets of unlimited size have, is not read",
		"growing_both": "layout: chunk index of kind 5 (B-tree 2), which datasets of unlimited size have, is not read",
		"lzf":          "filter 32000 (lzf), expected gzip, shuffle or fletcher32",
		"scaled":       "filter 6 (scaleoffset), expected gzip, shuffle or fletcher32",
		"compound":     "compound values are not read, expected floats",
		"complex":      "compound values are not read, expected floats",
		"reference":    "references are not read, expected floats",
		"lists":        "lists of variable length are not read, expected floats",
		"outside":      "its values lie in another file, which is not read",
		"virtual":      "layout: a virtual dataset, which is not read",
	} {
		d, err := root.Dataset(name)
		if err == nil {
			_, err = d.Floats()
		}
		if want = "testdata/unread.hdf5: /" + name + ": " + want; err == nil || err.Error() != want {
			t.Errorf("%v, want %s", err, want)
		}
	}
	if _, err := root.Open("elsewhere"); err == nil || !strings.Contains(err.Error(), `/: "elsewhere" is a link to a path or to another file`) {
		t.Errorf("a link to another file: %v", err)
	}
}
