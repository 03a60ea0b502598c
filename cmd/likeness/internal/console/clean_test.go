package console

import (
	"strings"
	"testing"
)

// Other people's texts do not reach the terminal as orders; colours and letters do.
func TestClean(t *testing.T) {
	var b strings.Builder
	const text = "\x1b[32mgreen\x1b[0m Zo\u00eb\n\ttab"
	if _, err := (cleaner{&b}).Write([]byte(text + "\x1b]0;title\x07\x1b[2J\r\u009b1m\u202e")); err != nil {
		t.Fatal(err)
	}
	if got, want := b.String(), text+"\uFFFD]0;title\uFFFD\uFFFD[2J\uFFFD\uFFFD1m\uFFFD"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
}

// A cell that a spreadsheet would take for a formula is a text.
func TestCells(t *testing.T) {
	got := Cells([][]string{{"=1+1", "+x", "-x", "@x", "\tx", "-1.5", "a=b", ""}})
	if want := "'=1+1 '+x '-x '@x '\tx -1.5 a=b "; strings.Join(got[0], " ") != want {
		t.Errorf("%q", got)
	}
}
