package gallery

import (
	"errors"

	"likeness/dataset"
	"likeness/faces"
	"likeness/search"
)

// NamesIn returns how the people of an index that is there were found, as dataset.Name.Names has it, so that an update
// finds them alike; "" where there is no index or it does not say.
func NamesIn(path string, opt faces.Options) (names string, err error) {
	f, err := search.OpenFile(path)
	if err != nil { // none is there, or Update says what is wrong with it
		return "", nil
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	kept := dataset.Parse(f.About.Source)
	if kept.Names == "" {
		return "", nil
	}
	if found, err := parseOrigin(f.About.Origin).Find(path, "", dataset.PlacesOf(opt)); err == nil {
		return found.Names, nil
	}
	return kept.Names, nil
}
