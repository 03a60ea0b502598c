package console

import (
	"io"
	"regexp"
	"strings"
)

// What is printed holds names and texts of other people's files. A terminal would obey the control characters in them.

// Clean replaces control characters, other than the end of a line and tabulators, by U+FFFD.
func Clean(text string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\n' || r == '\t':
		case r < ' ' || r >= 0x7f && r < 0xa0, r >= 0x202a && r <= 0x202e, r >= 0x2066 && r <= 0x2069: // also those that turn the direction of text
			return '\uFFFD'
		}
		return r
	}, text)
}

// colours are what Paint adds.
var colours = regexp.MustCompile("\x1b\\[[0-9]*m")

// cleaner cleans what is written to it, except for colours. Every call must write whole characters, as those of fmt do.
type cleaner struct{ w io.Writer }

func (c cleaner) Write(p []byte) (int, error) {
	text := string(p)
	var b strings.Builder
	at := 0
	for _, m := range colours.FindAllStringIndex(text, -1) {
		b.WriteString(Clean(text[at:m[0]]))
		b.WriteString(text[m[0]:m[1]])
		at = m[1]
	}
	b.WriteString(Clean(text[at:]))
	if _, err := io.WriteString(c.w, b.String()); err != nil {
		return 0, err
	}
	return len(p), nil
}
