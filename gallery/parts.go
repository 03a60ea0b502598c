package gallery

import (
	"encoding/json"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"strings"

	"likeness/dataset"
	"likeness/faces"
	"likeness/search"
)

// part is one of the data sets that an index holds pictures of.
type part struct {
	dataset.Origin
	// Prefix begins the ids of its pictures. That of the first part is empty, those of others end in two slashes, which
	// no id of a set holds.
	Prefix string `json:"prefix,omitempty"`
}

// partsText is what the entry "origin" of an index holds.
type partsText struct {
	part
	Others []part `json:"others,omitempty"`
}

// partsOf returns the parts of an index, at least one. Older files have no more of the one than its name.
func partsOf(f *search.File) []part {
	var text partsText
	if json.Unmarshal([]byte(f.About.Origin), &text) != nil || text.Data == "" {
		return []part{{Origin: dataset.Origin{Data: f.About.Source}}}
	}
	return append([]part{text.part}, text.Others...)
}

// describeParts returns the parts as an index file keeps them, and their names in one text.
func describeParts(parts []part, index string) (origin, source string, err error) {
	var names []string
	for i := range parts {
		parts[i].Origin = parts[i].At(index)
		names = append(names, parts[i].Data)
	}
	text, err := json.Marshal(partsText{parts[0], parts[1:]})
	return string(text), strings.Join(names, ", "), err
}

// partOf returns the place of the part that an entry belongs to.
func partOf(parts []part, id string) int {
	for i, p := range parts {
		if p.Prefix != "" && strings.HasPrefix(id, p.Prefix) {
			return i
		}
	}
	for i, p := range parts {
		if p.Prefix == "" {
			return i
		}
	}
	return 0
}

// join returns the parts of an index with that of the update's set in it, and its place.
func (u *update) join(old *search.File) (parts []part, at int) {
	own := part{Origin: dataset.OriginOf(u.set, len(u.opt.Rows), 0)}
	own.DataHash, own.Digest = own.Digest, "" // of which parts of an index that are joined can tell as well
	if u.elsewhere {
		own.Origin = own.Away()
	}
	if old == nil || old.Entries.Len() == 0 {
		return []part{own}, 0
	}
	parts = partsOf(old)
	for i, p := range parts {
		if u.holds(p) {
			own.Prefix = p.Prefix
			parts[i] = own
			return parts, i
		}
	}
	taken := map[string]bool{}
	for _, p := range parts {
		taken[p.Prefix] = true
	}
	own.Prefix = prefixOf(own.Data, taken)
	return append(parts, own), len(parts)
}

// prefixOf returns what the ids of a further data set's pictures begin with: its name and two slashes, with a number
// where that is taken.
func prefixOf(data string, taken map[string]bool) string {
	name := dataset.Parse(data).Source
	prefix := name + "//"
	for n := 2; taken[prefix]; n++ {
		prefix = fmt.Sprintf("%s (%d)//", name, n)
	}
	return prefix
}

// holds reports whether a part of an index is the update's set: it lies there, or lay where nothing is any more and had its
// name.
func (u *update) holds(p part) bool {
	set := dataset.Parse(u.set.Source)
	there, err := p.Find(u.path, "", dataset.PlacesOf(faces.Options{}))
	if err != nil {
		return dataset.Parse(p.Data).Source == set.Public().Source
	}
	if there.Source == set.Source {
		return true
	}
	a, err1 := os.Stat(there.Source)
	b, err2 := os.Stat(set.Source)
	return err1 == nil && err2 == nil && os.SameFile(a, b)
}

// lostFolder reports whether the folder that a picture of the set's source lay in is no longer there, so that nobody knows
// whether the picture is. id is without a prefix.
func (u *update) lostFolder(id string) bool {
	root := dataset.Parse(u.set.Source).Source
	if info, err := os.Stat(root); err != nil || !info.IsDir() {
		return false
	}
	dirs := []string{path.Dir(id)}
	if person, ok := personOfLFW(id); ok {
		dirs = nil
		for _, parent := range u.parentsOfPeople() {
			dirs = append(dirs, path.Join(parent, person))
		}
	}
	for _, dir := range dirs {
		local := filepath.FromSlash(dir)
		if dir == "." || !filepath.IsLocal(local) {
			return false
		}
		if _, err := os.Stat(filepath.Join(root, local)); err == nil {
			return false
		}
	}
	return len(dirs) > 0
}

// personOfLFW returns the person, as a folder is called, of an id that LFW's layout gives: one without a path.
func personOfLFW(id string) (person string, ok bool) {
	id, _ = faces.SplitFaceID(id)
	if strings.Contains(id, "/") || faces.ShortName(id) != id { // a path
		return "", false
	}
	person, _, ok = faces.ParseName(id)
	return person, ok
}

// parentsOfPeople returns the folders of the set in which pictures with LFW's ids lie in folders called after their people;
// none where such pictures lie otherwise, as flat in one folder. Where none is left, the usual layout is expected.
func (u *update) parentsOfPeople() []string {
	if u.parents != nil {
		return u.parents
	}
	u.parents = []string{}
	any := false
	seen := map[string]bool{}
	for i, file := range u.set.Files {
		person, ok := personOfLFW(u.set.IDs[i])
		if !ok {
			continue
		}
		any = true
		if dir := path.Dir(file); path.Base(dir) == person && !seen[path.Dir(dir)] {
			seen[path.Dir(dir)] = true
			u.parents = append(u.parents, path.Dir(dir))
		}
	}
	if !any {
		u.parents = append(u.parents, ".")
	}
	return u.parents
}
