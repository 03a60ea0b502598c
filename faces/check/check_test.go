package check

import (
	"context"
	"encoding/json"
	"reflect"
	"slices"
	"strings"
	"testing"

	"likeness/faces"
	"likeness/faces/facestest"
)

func TestCheck(t *testing.T) {
	files := append(facestest.People("lfw", 3), // A 1, B 1-2, C 1-3
		facestest.File{Name: "lfw/Person_D/Person_D_0001.jpg", Data: facestest.Picture(1, 48)}, // the bytes of A 1
		facestest.File{Name: "lfw/Person_D/wide.png", Data: facestest.PNG(1, 50, 20)},
		facestest.File{Name: "lfw/Person_D/copy.png", Data: facestest.PNG(1, 50, 20)},
		facestest.File{Name: "lfw/broken.jpg", Data: facestest.Picture(1, 48)[:300]},
		facestest.File{Name: "lfw/README", Data: []byte("x")},
		facestest.File{Name: "root.png", Data: facestest.PNG(2, 20, 50)})
	table := facestest.Write(t, "a.txt", []byte(tableHead+"Person A\t1\t1\t0\nPerson B\t2\t0\t1\nPerson E\t1\t0\t0\n"))
	for name, path := range map[string]string{
		"tar": facestest.Write(t, "x.tar", facestest.Tar(files)), "tar+gzip": facestest.Write(t, "x.tgz", facestest.Gzip(facestest.Tar(files))), "zip": facestest.Write(t, "x.zip", facestest.Zip(files)),
	} {
		r, err := Source(context.Background(), path, faces.Options{Attributes: table, Threads: 3})
		if err != nil {
			t.Fatal(err)
		}
		want := &Report{
			Source: path, Kind: name, OK: true, Pictures: 10, People: 4, Nameless: 1, Numbered: 7,
			Sizes:     []SizeCount{{48, 48, 7}, {50, 20, 2}, {20, 50, 1}},
			PerPerson: []PersonCount{{1, 1}, {2, 1}, {3, 2}}, Largest: "Person C",
			Skipped:    r.Skipped,
			Duplicates: [][]string{{files[0].Name, files[6].Name}, {files[7].Name, files[8].Name}},
			Attributes: &AttributeCheck{
				File: table, Rows: 3, Columns: 2, Joined: 2, Missing: []string{"Person_E_0001"},
				Unlisted: []string{"Person_B_0001", "Person_C_0001", "Person_C_0002", "Person_C_0003", "Person_D_0001", "lfw/Person_D/wide.png", "lfw/Person_D/copy.png", "root.png"},
			},
			Naming:   faces.Naming{By: faces.NamesFolders, Nameless: []faces.NamelessFolder{}},
			Problems: []string{}, Compared: true, Turned: []string{}, Twins: [][]string{}, TwinsHow: [][]string{}, Flat: []string{},
			Lying: []RotatedPicture{}, OtherShape: []string{}, OtherCrop: []string{}, TwoNames: [][]string{{files[0].Name, files[6].Name}},
			Small: r.Small, Long: []string{files[7].Name, files[8].Name, "root.png"},
			kept: r.kept, rows: []int{0, 2}, twins: r.twins,
		}
		if !reflect.DeepEqual(r, want) {
			t.Errorf("%s: got\n%+v %+v\nwant\n%+v %+v", name, r, r.Attributes, want, want.Attributes)
		}
		if len(r.Skipped) != 2 || r.Skipped[0].Name != "lfw/broken.jpg" || r.Skipped[1].Name != "lfw/README" {
			t.Errorf("skipped %v", r.Skipped)
		}
	}
}

func TestCheckProblems(t *testing.T) {
	ctx := context.Background()
	plain := facestest.Tar(facestest.People("lfw", 4))
	cut := facestest.Write(t, "x.tar", plain[:len(plain)/2])
	table := facestest.Write(t, "a.txt", []byte(tableHead+"Person A\t1\tx\t0\nPerson B\t1\t0\nPerson A\t2\t0\t0\nPerson A\t2\t0\t0\n"+strings.Repeat("Bob\t1\n", 30)))
	r, err := Source(ctx, cut, faces.Options{Attributes: table})
	if err != nil {
		t.Fatal(err)
	}
	if r.OK || r.Pictures == 0 || r.Attributes.Rows != 1 {
		t.Errorf("%+v", r)
	}
	all := strings.Join(r.Problems, "\n")
	for _, want := range []string{
		"line 3, column 3 (Male)", "line 4: 3 columns", "line 6: Person A number 2 stands on line 5 already", "13 more bad lines",
		"x.tar: broken after member ", "lists none of the pictures",
	} {
		if !strings.Contains(all, want) {
			t.Errorf("the problems lack %q:\n%s", want, all)
		}
	}
	// Nothing usable; and an attribute file without a header.
	r, err = Source(ctx, facestest.Unpack(t, []facestest.File{{Name: "a.txt", Data: []byte("x")}}), faces.Options{Attributes: facestest.Write(t, "b.txt", []byte("Ann\t1\t2\n"))})
	if err != nil {
		t.Fatal(err)
	}
	if r.OK || len(r.Problems) != 2 || !strings.Contains(r.Problems[0], "before the header") || !strings.Contains(r.Problems[1], "no usable picture") {
		t.Errorf("problems %q", r.Problems)
	}
	b, err := json.Marshal(r)
	if err != nil || strings.Contains(string(b), "null") || !strings.Contains(string(b), `"duplicates":[]`) {
		t.Errorf("%s %v", b, err)
	}
	for _, source := range []string{"no/such/file", ""} {
		if _, err := Source(ctx, source, faces.Options{}); err == nil {
			t.Errorf("%q: no error", source)
		}
	}
	cancelled, cancel := context.WithCancel(ctx)
	cancel()
	if _, err := Source(cancelled, cut, faces.Options{}); err != context.Canceled {
		t.Error(err)
	}
}

func TestCheckIsTheSameForAnyThreads(t *testing.T) {
	path := facestest.Write(t, "x.tar", facestest.Tar(append(facestest.People("lfw", 9), facestest.People("again", 4)...)))
	var want *Report
	for _, threads := range []int{1, 2, 7} {
		r, err := Source(context.Background(), path, faces.Options{Threads: threads})
		if err != nil {
			t.Fatal(err)
		}
		if want == nil {
			want = r
		}
		if !reflect.DeepEqual(r, want) {
			t.Errorf("%d threads: another report", threads)
		}
	}
	if !slices.ContainsFunc(want.Skipped, func(s faces.Skip) bool {
		return s.Name == "again/Person_A/Person_A_0001.jpg" && s.Reason == "the same person and number as lfw/Person_A/Person_A_0001.jpg"
	}) {
		t.Errorf("skipped %v", want.Skipped)
	}
}

// The check counts what a set would hold: of two members of one name, the first.
func TestCheckAgreesWithLoad(t *testing.T) {
	path := facestest.Write(t, "x.zip", facestest.Zip([]facestest.File{
		{Name: "p/a.png", Data: facestest.PNG(1, 40, 40)},
		{Name: "p/a.png", Data: facestest.PNG(2, 40, 40)},
		{Name: "p/b.png", Data: facestest.PNG(3, 40, 40)},
		{Name: "p/c.png", Data: []byte("damaged")},
		{Name: "p/c.png", Data: facestest.PNG(4, 40, 40)},
	}))
	r, err := Source(t.Context(), path, faces.Options{})
	if err != nil {
		t.Fatal(err)
	}
	s, err := faces.Load(t.Context(), path, faces.Options{NoCache: true})
	if err != nil {
		t.Fatal(err)
	}
	if r.Pictures != s.Len() || r.Pictures != 2 || !slices.Equal(r.Skipped, s.Skipped) {
		t.Errorf("the check finds %d pictures and skips %v, a set has %d and skips %v", r.Pictures, r.Skipped, s.Len(), s.Skipped)
	}
}
