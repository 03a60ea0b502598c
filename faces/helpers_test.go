package faces

import (
	"bytes"
	"path"
	"reflect"
	"testing"
)

// sameSet compares two sets, all but the name of the source and of the folder that everything in it may lie in.
func sameSet(t *testing.T, got, want *Set) {
	t.Helper()
	g, w := *got, *want
	g.Source, w.Source = "", ""
	below := func(files []string) (out []string) {
		for _, f := range files {
			out = append(out, path.Join(path.Base(path.Dir(f)), path.Base(f)))
		}
		return out
	}
	g.Files, w.Files = below(g.Files), below(w.Files)
	if !bytes.Equal(g.Pix, w.Pix) {
		t.Error("the pictures differ")
	}
	g.Pix, w.Pix = nil, nil
	if !reflect.DeepEqual(g, w) {
		t.Errorf("the sets differ: got\n%+v\nwant\n%+v", g, w)
	}
}

func check(err error) {
	if err != nil {
		panic(err)
	}
}
