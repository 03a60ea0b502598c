package check

import (
	"bytes"
	"testing"

	"likeness/faces"
	"likeness/faces/drawn"
	"likeness/faces/facestest"
	"likeness/pix"
)

const tableHead = "# a comment\n#\tperson\timagenum\tMale\tSmiling\t\n"

// drawnSet loads an archive of drawn faces.
func drawnSet(t *testing.T, people, perPerson int, prep pix.Prep) *faces.Set {
	t.Helper()
	var b bytes.Buffer
	if err := drawn.WriteArchive(t.Context(), &b, drawn.Options{People: people, PerPerson: perPerson}); err != nil {
		t.Fatal(err)
	}
	s, err := faces.Load(t.Context(), facestest.Write(t, "drawn.tar", b.Bytes()), faces.Options{Prep: prep, NoCache: true})
	if err != nil {
		t.Fatal(err)
	}
	return s
}
