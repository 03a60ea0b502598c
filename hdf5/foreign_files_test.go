package hdf5_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"likeness/hdf5"
)

// entry is what testdata/make.py says of an object: what h5py reads of it.
type entry struct {
	Attributes map[string]json.RawMessage `json:"attributes"`
	Shape      *[]int                     `json:"shape"`
	Floats     []string                   `json:"floats"`
	Sum        *float64                   `json:"sum"`
	Ints       []int64                    `json:"ints"`
	Strings    []string                   `json:"strings"`
}

// compare reads the file at path and compares all of it with the JSON beside it.
func compare(t *testing.T, path string) {
	t.Helper()
	data, err := os.ReadFile(strings.TrimSuffix(path, ".h5") + ".json")
	if err != nil {
		t.Fatal(err)
	}
	var want map[string]entry
	if err := json.Unmarshal(data, &want); err != nil {
		t.Fatal(err)
	}
	f, err := hdf5.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	root, err := f.Root()
	if err != nil {
		t.Fatal(err)
	}
	for name, e := range want {
		o, err := root.Open(name)
		if err != nil {
			t.Error(err)
			continue
		}
		if err := same(o, e); err != nil {
			t.Errorf("%s: %s: %v", path, name, err)
		}
	}
	seen := 0
	if err := root.Walk(func(hdf5.Object) error { seen++; return nil }); err != nil {
		t.Error(err)
	}
	if seen != len(want) {
		t.Errorf("%s: %d objects, h5py sees %d", path, seen, len(want))
	}
}

func same(o hdf5.Object, want entry) error {
	attributes, err := o.Attributes()
	if err != nil {
		return err
	}
	if len(attributes) != len(want.Attributes) {
		return fmt.Errorf("%d attributes, want %d", len(attributes), len(want.Attributes))
	}
	for _, a := range attributes {
		if err := sameAttribute(a, want.Attributes[a.Name]); err != nil {
			return fmt.Errorf("attribute %q: %w", a.Name, err)
		}
	}
	d, isDataset := o.(*hdf5.Dataset)
	if isDataset != (want.Shape != nil) {
		return fmt.Errorf("a dataset: %v", isDataset)
	}
	if !isDataset {
		return nil
	}
	if !slices.Equal(d.Shape(), *want.Shape) {
		return fmt.Errorf("shape %v, want %v", d.Shape(), *want.Shape)
	}
	switch {
	case want.Strings != nil:
		got, err := d.Strings()
		if err != nil || !slices.Equal(got, want.Strings) {
			return fmt.Errorf("%q, %v, want %q", got, err, want.Strings)
		}
	case want.Ints != nil:
		got, err := d.Ints()
		if err != nil || !slices.Equal(got, want.Ints) {
			return fmt.Errorf("%v, %v, want %v", got, err, want.Ints)
		}
	default:
		got, err := d.Floats()
		if err != nil {
			return err
		}
		if want.Sum != nil {
			sum := 0.0
			for _, v := range got {
				sum += float64(v)
			}
			if math.Abs(sum-*want.Sum) > 1e-9*math.Max(1, math.Abs(sum)) {
				return fmt.Errorf("sum %v, want %v", sum, *want.Sum)
			}
		}
		for i, text := range want.Floats {
			if v, err := strconv.ParseFloat(text, 64); err != nil || float64(got[i]) != v {
				return fmt.Errorf("value %d: %v, want %s", i, got[i], text)
			}
		}
	}
	return nil
}

func sameAttribute(a hdf5.Attribute, want json.RawMessage) error {
	switch {
	case a.Type().IsText():
		var texts []string
		if err := json.Unmarshal(want, &texts); err != nil {
			return err
		}
		got, err := a.Strings()
		if err != nil || !slices.Equal(got, texts) {
			return fmt.Errorf("%q, %v, want %q", got, err, texts)
		}
	case a.Type().IsFloat():
		var n int
		if err := json.Unmarshal(want, &n); err != nil {
			return err
		}
		if got, err := a.Floats(); err != nil || len(got) != n || a.Len() != n {
			return fmt.Errorf("%d numbers, %v, want %d", len(got), err, n)
		}
		if got, err := a.Strings(); n == 0 && (err != nil || len(got) != 0) {
			return fmt.Errorf("an empty list as strings: %q, %v", got, err)
		}
	default:
		var numbers []int64
		if err := json.Unmarshal(want, &numbers); err != nil {
			return err
		}
		got, err := a.Ints()
		if err != nil || !slices.Equal(got, numbers) {
			return fmt.Errorf("%v, %v, want %v", got, err, numbers)
		}
	}
	return nil
}

// Files that h5py wrote are read as h5py reads them.
func TestFilesOfH5py(t *testing.T) {
	paths, err := filepath.Glob("testdata/*.h5")
	if err != nil || len(paths) == 0 {
		t.Fatalf("no files: %v", err)
	}
	for _, path := range paths {
		compare(t, path)
	}
}

// What is missing is named, with what is there.
func TestMissing(t *testing.T) {
	f, err := hdf5.Open("testdata/kinds_latest.h5")
	if err != nil {
		t.Fatal(err)
	}
	root, err := f.Root()
	if err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]string{
		"a/b/d":  `/a/b: there is no "d" among ["c"]`,
		"a/soft": `/a: "soft" is a link to a path or to another file, which is not followed`,
		"f4/x":   `/f4: a dataset, expected a group that has "x"`,
	} {
		_, err := root.Open(path)
		if err == nil || !strings.HasPrefix(err.Error(), "testdata/kinds_latest.h5: "+want) {
			t.Errorf("%s: %v, want %s", path, err, want)
		}
		if path != "a/soft" && !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("%s: %v is not fs.ErrNotExist", path, err)
		}
	}
	d, err := root.Dataset("int_i1")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := d.Floats(); err == nil || !strings.Contains(err.Error(), "/int_i1: type int8, expected floats") {
		t.Errorf("integers as floats: %v", err)
	}
}
