package faces

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"

	"likeness/faces/facestest"
)

const tableHead = "# a comment\n#\tperson\timagenum\tMale\tSmiling\t\n"

func TestParseAttributes(t *testing.T) {
	// Byte order mark, Windows line ends, trailing tabs, blank lines, a late comment, integers and reals.
	text := "\ufeff# comment\r\n#\tperson\timagenum\tMale\tMouth Open\t\r\n" +
		"Ann Lee\t1\t1.5\t-0.25\t\t\r\n\r\nAnn Lee\t12\t0\t1\r\n# note\r\nBob O'Hara-Smith\t3\t-1e-3\t+2"
	a, err := ParseAttributes(strings.NewReader(text), "a.txt")
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(a.Names, []string{"Male", "Mouth Open"}) || !slices.Equal(a.People, []string{"Ann Lee", "Ann Lee", "Bob O'Hara-Smith"}) ||
		!slices.Equal(a.Numbers, []int{1, 12, 3}) || !slices.Equal(a.Values, []float32{1.5, -0.25, 0, 1, -1e-3, 2}) ||
		!slices.Equal(a.Lines, []int{3, 5, 7}) {
		t.Errorf("got %+v", a)
	}
	if a.Row("Ann_Lee_0012") != 1 || a.Row("Bob_O'Hara-Smith_0003") != 2 || a.Row("Ann_Lee_0002") != -1 || a.Row("") != -1 {
		t.Error("Row is wrong")
	}
}

func TestAttributeErrors(t *testing.T) {
	for name, c := range map[string]struct{ text, want string }{
		"empty":           {"", "a.txt: there is no header line"},
		"comments only":   {"# x\n# y\n", "a.txt: there is no header line"},
		"no header":       {"Ann\t1\t1\t1\n", "a.txt: line 1: a row before the header line"},
		"no rows":         {tableHead, "a.txt: there is no row"},
		"no names":        {"#\tperson\timagenum\t\n", "line 1: the header names no attribute"},
		"unnamed":         {"#\tperson\timagenum\tMale\t\tSmiling\n", "line 1, column 5: the attribute has no name"},
		"twice":           {"#\tperson\timagenum\tMale\tMale\n", "line 1, column 5 (Male): the attribute stands in column 4 already"},
		"too few columns": {tableHead + "Ann\t1\t1\t1\nAnn\t2\t1\n", `a.txt: line 4: 3 columns where the header asks for 4, "Smiling" is the first that is missing`},
		"only a name":     {tableHead + "Ann\n", `line 3: 1 columns where the header asks for 4, "imagenum" is the first`},
		"too many":        {tableHead + "Ann\t1\t1\t1\t1\n", "line 3: 5 columns where the header asks for 4"},
		"text":            {tableHead + "Ann\t1\t1\tyes\n", `line 3, column 4 (Smiling): "yes" is not a finite number`},
		"empty field":     {tableHead + "Ann\t1\t\t1\n", "line 3, column 3 (Male): an empty field is not a finite number"},
		"NaN":             {tableHead + "Ann\t1\tnan\t1\n", `line 3, column 3 (Male): "nan" is not`},
		"infinite":        {tableHead + "Ann\t1\t1\t-Inf\n", `line 3, column 4 (Smiling): "-Inf" is not`},
		"too large":       {tableHead + "Ann\t1\t1\t1e39\n", `line 3, column 4 (Smiling): "1e39" is not`},
		"number":          {tableHead + "Ann\tone\t1\t1\n", `line 3, column 2 (imagenum): "one" is not the number of a picture`},
		"number zero":     {tableHead + "Ann\t0\t1\t1\n", `line 3, column 2 (imagenum): "0" is not`},
		"no person":       {tableHead + "\t1\t1\t1\n", "line 3, column 1 (person): the name is missing"},
		"duplicate":       {tableHead + "Ann Lee\t1\t1\t1\nBob\t1\t0\t0\nAnn_Lee\t1\t0\t0\n", "line 5: Ann_Lee number 1 stands on line 3 already"},
		"long line":       {tableHead + "Ann\t1\t1\t1\n" + strings.Repeat("x", maxLine+1), "line 4: longer than"},
	} {
		table, err := ParseAttributes(strings.NewReader(c.text), "a.txt")
		if _, ok := errors.AsType[*AttributeError](err); !ok || table != nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: got %v, want an error with %q", name, err, c.want)
		}
	}
}

func TestLoadWithAttributes(t *testing.T) {
	files := append(facestest.People("lfw", 3), // A 1, B 1-2, C 1-3
		facestest.File{Name: "lfw/Person_C/sketch.jpg", Data: facestest.Picture(9, 40)}, facestest.File{Name: "flat/Person_D_0001.jpg", Data: facestest.Picture(8, 40)})
	path := facestest.Write(t, "x.tar", facestest.Tar(files))
	// Rows in another order than the archive, one for a picture that is not there, one for a flat folder.
	table := facestest.Write(t, "a.txt", []byte(tableHead+
		"Person C\t3\t3\t33\nPerson B\t1\t2\t22\nPerson Z\t1\t0\t0\nPerson A\t1\t1\t11\nPerson D\t1\t4\t44\n"))
	s := load(t, path, Options{Attributes: table})
	if want := []string{"Person_A_0001", "Person_B_0001", "Person_C_0003", "Person_D_0001"}; !slices.Equal(s.IDs, want) {
		t.Errorf("ids %q, want %q", s.IDs, want)
	}
	if want := []float32{1, 11, 2, 22, 3, 33, 4, 44}; !slices.Equal(s.Attributes.Values, want) {
		t.Errorf("values %v, want %v", s.Attributes.Values, want)
	}
	if !slices.Equal(s.Missing, []string{"Person_Z_0001"}) {
		t.Errorf("missing %q", s.Missing)
	}
	if want := []string{"Person_B_0002", "Person_C_0001", "Person_C_0002", "lfw/Person_C/sketch"}; !slices.Equal(s.Unlisted, want) {
		t.Errorf("unlisted %q, want %q", s.Unlisted, want)
	}
	if c := s.Attributes.Column("Smiling"); c != 1 || s.Attributes.Row(2)[c] != 33 || s.Attributes.Column("x") != -1 || (*Attributes)(nil).Column("x") != -1 {
		t.Error("Column or Row is wrong")
	}
	if limited := load(t, path, Options{Attributes: table, Limit: 2}); limited.Len() != 2 || limited.Missing != nil {
		t.Errorf("limited to %q, missing %q", limited.IDs, limited.Missing)
	}
	other := facestest.Write(t, "b.txt", []byte(tableHead+"Nobody\t1\t1\t1\n"))
	_, err := Load(context.Background(), path, Options{Attributes: other, NoCache: true})
	if err == nil || !strings.Contains(err.Error(), "lists none of the 8 pictures") || !strings.Contains(err.Error(), other) {
		t.Errorf("got %v", err)
	}
}
