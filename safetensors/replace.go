package safetensors

import (
	"encoding/binary"
	"fmt"
	"strings"

	"likeness/internal/regularfile"
)

// CheckReplace returns an error unless a file whose entry "format" is the given one may take the place of what is at
// path: nothing, an empty file, a file of the same kind in whatever version, or what is left of a safetensors file that
// cannot be read any more. Save asks it, and who works long for a result asks before.
func CheckReplace(path, format string) error {
	head, err := regularfile.Head(path, 9) // the header's length, and its first byte
	if err != nil {
		return err
	}
	if len(head) == 0 {
		return nil
	}
	kind := kindOf(format)
	// A text may have a brace there, too, but no length in front of it that a header has.
	if len(head) < 9 || head[8] != '{' || binary.LittleEndian.Uint64(head) > MaxHeader {
		return &ReplaceError{Path: path, Kind: kind}
	}
	there, err := Map(path)
	if err != nil {
		return nil // a broken one
	}
	found := there.Metadata["format"]
	if err := there.Close(); err != nil {
		return err
	}
	if kindOf(found) != kind {
		return &ReplaceError{Path: path, Kind: kind, Found: found}
	}
	return nil
}

// kindOf returns a format without its version.
func kindOf(format string) string {
	kind, _, versioned := cutLast(format, " ")
	if !versioned {
		return format
	}
	return kind
}

func cutLast(s, sep string) (before, after string, found bool) {
	i := strings.LastIndex(s, sep)
	if i < 0 {
		return s, "", false
	}
	return s[:i], s[i+len(sep):], true
}

// ReplaceError is the error of CheckReplace for a file of another kind.
type ReplaceError struct {
	Path  string
	Kind  string // of the file that would have taken its place, such as "likeness model"
	Found string // the format of the file that is there; "" where it is no safetensors file, or names none
}

func (e *ReplaceError) Error() string {
	kind := strings.TrimPrefix(e.Kind, "likeness ")
	article := "a "
	switch {
	case kind == "":
		kind, article = "safetensors file", "a "
	case strings.ContainsAny(kind[:1], "aeiou"):
		article = "an "
	}
	if e.Found != "" {
		return fmt.Sprintf("%s is not %s%s (its format is %q) and is not replaced by one", e.Path, article, kind, e.Found)
	}
	return fmt.Sprintf("%s is not %s%s and is not replaced by one", e.Path, article, kind)
}
