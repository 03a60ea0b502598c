package safetensors

import "strings"

// Expect returns an error that names the file unless the entry "format" of its metadata is the given one. kind names
// what such a file holds, such as "model".
func (f *File) Expect(kind, format string) error {
	switch got := f.Metadata["format"]; got {
	case format:
		return nil
	case "":
		return f.Errorf("not a likeness %s: the metadata have no format, expected %q", kind, format)
	default:
		article := "a"
		if strings.ContainsAny(kind[:1], "aeiou") {
			article = "an"
		}
		return f.Errorf("not %s %s this version can read: the format is %q, expected %q", article, kind, got, format)
	}
}
