package faces

import (
	"fmt"
	"path"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// cleanName makes the name of an archive's member a plain relative path with slashes. Members are never written to
// disk, so "../" could harm nobody; it goes so that names and ids are what they look like. Bytes that are no UTF-8 and
// characters that would disturb a terminal are escaped, see escape.
func cleanName(name string) string {
	name = strings.ReplaceAll(name, `\`, "/")
	return escape(strings.TrimPrefix(path.Clean("/"+name), "/"))
}

// escape replaces each byte that is no UTF-8, and each control character, by U+FFFD and its number in brackets, so that two
// names that differ still do. Everything else stays, also spaces of other scripts and the joiners that some need for spelling.
func escape(name string) string {
	if utf8.ValidString(name) && strings.IndexFunc(name, disturbs) < 0 {
		return name
	}
	var b strings.Builder
	for rest := name; rest != ""; {
		r, n := utf8.DecodeRuneInString(rest)
		switch {
		case r == utf8.RuneError && n == 1:
			fmt.Fprintf(&b, "\uFFFD(%02X)", rest[0])
		case disturbs(r):
			fmt.Fprintf(&b, "\uFFFD(%02X)", r)
		default:
			b.WriteRune(r)
		}
		rest = rest[n:]
	}
	return b.String()
}

// disturbs reports whether a character moves the cursor of a terminal or changes the direction or the line that others
// are written in.
func disturbs(r rune) bool {
	return unicode.In(r, unicode.Cc, unicode.Zl, unicode.Zp) || 0x202A <= r && r <= 0x202E || 0x2066 <= r && r <= 0x2069
}

// PersonName returns a person's name as sets have it for the same name in a path: without control characters and in
// Unicode's composed form, in which one name is written in one way.
func PersonName(name string) string { return norm.NFC.String(escape(name)) }

// systemFolders are made by systems and programs for themselves: bins, thumbnails, lost pieces.
var systemFolders = map[string]bool{
	"__macosx": true, "@eadir": true, "@recycle": true, "@recycler": true, "#recycle": true, "#snapshot": true, "$recycle.bin": true,
	"recycler": true, "system volume information": true, "lost+found": true, "found.000": true, "lost.dir": true,
}

// ignored reports whether the file is one that systems leave about and nobody meant: hidden files, macOS's resource
// forks, recycle bins, and the thumbnails and settings of folders.
func ignored(name string) bool {
	for part := range strings.SplitSeq(name, "/") {
		if strings.HasPrefix(part, ".") || systemFolders[strings.ToLower(part)] {
			return true
		}
	}
	switch strings.ToLower(path.Base(name)) {
	case "thumbs.db", "desktop.ini":
		return true
	}
	return name == ""
}
