package faces

import (
	"fmt"
	"path"
	"strconv"
	"strings"

	"golang.org/x/text/unicode/norm"
)

// maxName bounds the length of a name inside an archive.
const maxName = 4096

// ParseName splits the name of a photograph in LFW's layout, "Aaron_Eckhart_0001.jpg", into the person, with the
// underscores it has there, and the number. A name counts only when the number follows an underscore, is 1 or more and
// is written with at least four digits, with zeros in front to fill four: then PictureID(person, number) is the name
// again, less its extension. A path before the name and an extension after it are passed over.
func ParseName(name string) (person string, number int, ok bool) {
	base := path.Base(name)
	if isPicture(base) {
		base = stem(base)
	}
	cut := strings.LastIndexByte(base, '_')
	if cut < 1 {
		return "", 0, false
	}
	person, digits := base[:cut], base[cut+1:]
	if len(digits) < 4 || len(digits) > 9 || (len(digits) > 4 && digits[0] == '0') {
		return "", 0, false
	}
	for i := range len(digits) {
		if digits[i] < '0' || digits[i] > '9' {
			return "", 0, false
		}
	}
	number, err := strconv.Atoi(digits)
	if err != nil || number < 1 {
		return "", 0, false
	}
	return person, number, true
}

// PictureID returns LFW's name of a picture without its extension: "Aaron Eckhart", 1 is "Aaron_Eckhart_0001".
func PictureID(person string, number int) string {
	return fmt.Sprintf("%s_%04d", strings.ReplaceAll(person, " ", "_"), number)
}

// Identity is what the path of a picture says about it.
type Identity struct {
	ID     string // LFW's id, or "" when the path is not in LFW's layout
	Person string // with spaces, "" where the path names nobody
	Number int    // 0 where the path has none
}

// Identify reads a path. It is in LFW's layout when the folder bears the person's name, as in
// ".../Aaron_Eckhart/Aaron_Eckhart_0001.jpg"; with anyFolder, which suits a source that an attribute file goes with,
// the folder does not matter. Of other pictures the folder is the person, for which underscores stand
// for spaces as they do in LFW, and there is no number: the digits of "IMG_0001.jpg" say nothing about who is on it.
func Identify(name string, anyFolder bool) Identity {
	folder := path.Base(path.Dir(name))
	if person, number, ok := ParseName(name); ok && (anyFolder || folder == person) {
		return Identity{ID: stem(path.Base(name)), Person: personOf(person), Number: number}
	}
	if folder == "." || folder == "/" {
		folder = ""
	}
	return Identity{Person: personOf(folder)}
}

// personOf returns the person that a clean name in a path stands for.
func personOf(name string) string {
	return norm.NFC.String(strings.ReplaceAll(name, "_", " "))
}

// stem returns name without its extension.
func stem(name string) string { return strings.TrimSuffix(name, path.Ext(name)) }

// isPicture reports whether the extension is the usual one of a format that pix decodes. A file of another name may hold
// a picture too, which its first bytes tell.
func isPicture(name string) bool {
	switch strings.ToLower(path.Ext(name)) {
	case ".jpg", ".jpeg", ".jpe", ".jfif", ".png", ".webp", ".gif", ".heic", ".heif", ".hif", ".avif":
		return true
	}
	return false
}

// uniqueIDs names pictures by their paths, whole and with the extension, so that an id is a path that can be opened.
// given holds ids that are fixed already ("" where none is); paths are distinct.
func uniqueIDs(paths, given []string) []string {
	taken := make(map[string]bool, len(given))
	for _, id := range given {
		taken[id] = true
	}
	ids := make([]string, len(paths))
	for i, p := range paths {
		switch ids[i] = given[i]; {
		case ids[i] != "":
		case taken[p]: // a file that is called as LFW calls a picture, without an extension
			ids[i] = "./" + p
		default:
			ids[i] = p
		}
	}
	return ids
}

// ShortNames returns names for what is made of pictures with these ids: the ids without the extensions of pictures where
// they stay unique, else with them.
func ShortNames(ids []string) []string {
	used := make(map[string]int, 2*len(ids))
	for _, id := range ids {
		used[id]++
		if short := ShortName(id); short != id {
			used[short]++
		}
	}
	names := make([]string, len(ids))
	for i, id := range ids {
		if names[i] = ShortName(id); used[names[i]] > 1 {
			names[i] = id
		}
	}
	return names
}

// ShortName returns an id without the extension of a picture. Sets of earlier versions have such ids.
func ShortName(id string) string {
	if isPicture(id) {
		return stem(id)
	}
	return id
}
