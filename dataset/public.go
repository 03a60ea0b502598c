package dataset

import (
	"os"
	"path"
	"path/filepath"
	"strings"

	"likeness/faces"
)

// Files that can be given away hold no path of the machine that they were made on. What they keep of a set is Public, and
// Near where its pictures lie below or beside the file.

// unnamed is the public name of a set whose folder says who its user is, or nothing at all.
const unnamed = "pictures"

// Public returns the name as a file keeps it: that of a published or drawn set as it is, of a path the last element alone.
func (n Name) Public() Name {
	return Name{public(n.Source), public(n.Attributes), publicNames(n.Names)}
}

// publicNames is public for the names of people, whose words are no paths.
func publicNames(text string) string {
	if !isNamesFile(text) {
		return text
	}
	return public(text)
}

// isNamesFile reports whether the names of people are those of a file.
func isNamesFile(text string) bool {
	switch text {
	case "", faces.NamesFolders, faces.NamesFile, faces.NamesNone:
		return false
	}
	return true
}

func public(text string) string {
	if !isPath(text) {
		return text
	}
	abs, err := filepath.Abs(text)
	if err != nil {
		return unnamed
	}
	if home, err := os.UserHomeDir(); err == nil && filepath.Clean(home) == abs {
		return unnamed
	}
	base := filepath.Base(abs)
	if base == string(filepath.Separator) || base == "." || !isPath(base) && base != text {
		return unnamed // of "./drawn", "drawn" would be another set
	}
	return base
}

// isPath reports whether a part of a name is a path and not the name of a published or drawn set.
func isPath(text string) bool {
	return text != "" && !Name{Source: text}.IsDrawn() && !faces.Published(text)
}

// Near returns the name with paths as seen from the folder of a file: below it, or beside it. ok is false where a part of
// the name lies elsewhere.
func (n Name) Near(file string) (near Name, ok bool) {
	source, ok1 := nearTo(file, n.Source)
	attributes, ok2 := nearTo(file, n.Attributes)
	names, ok3 := n.Names, true
	if isNamesFile(names) {
		names, ok3 = nearTo(file, names)
	}
	return Name{source, attributes, names}, ok1 && ok2 && ok3
}

func nearTo(file, text string) (string, bool) {
	if !isPath(text) {
		return text, true
	}
	rel, ok := PathNear(file, text)
	if ok && !strings.Contains(rel, "/") {
		rel = "./" + rel // a folder called drawn is a path, too
	}
	return rel, ok
}

// From reverses Near: it returns the name as seen from the working folder.
func (n Name) From(file string) Name {
	names := n.Names
	if isNamesFile(names) {
		names = from(file, names)
	}
	return Name{from(file, n.Source), from(file, n.Attributes), names}
}

func from(file, text string) string {
	if !isPath(text) || filepath.IsAbs(text) {
		return text
	}
	return asPath(filepath.Join(filepath.Dir(file), filepath.FromSlash(text)))
}

// PathNear returns a path with slashes as seen from the folder of a file, where it lies below that folder or beside the
// file's folder. Of any other path it would tell more than its own name.
func PathNear(file, target string) (rel string, ok bool) {
	dir, err1 := filepath.Abs(filepath.Dir(file))
	to, err2 := filepath.Abs(target)
	if err1 != nil || err2 != nil || filepath.Dir(dir) == dir { // from the root, everything is below
		return "", false
	}
	rel, err := filepath.Rel(dir, to)
	if err != nil {
		return "", false
	}
	rel = filepath.ToSlash(rel)
	above, beside := strings.CutPrefix(rel, "../")
	if rel == ".." || beside && strings.Contains(above, "/") || above == ".." {
		return "", false
	}
	return path.Clean(rel), true
}

// Absolute returns the name with paths from the root, as a machine remembers it.
func (n Name) absolute() (Name, error) {
	var err error
	parts := []*string{&n.Source, &n.Attributes}
	if isNamesFile(n.Names) {
		parts = append(parts, &n.Names)
	}
	for _, part := range parts {
		if isPath(*part) && err == nil {
			*part, err = filepath.Abs(*part)
		}
	}
	return n, err
}

// asPath keeps a path from being taken for the name of a drawn or published set.
func asPath(p string) string {
	if !isPath(p) {
		return "." + string(filepath.Separator) + p
	}
	return p
}
