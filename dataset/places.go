package dataset

import (
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"regexp"

	"likeness/faces"
	"likeness/internal/atomicfile"
)

// Places are what one machine remembers of where things lie: absolute paths, by a hash of what lies there. They are in the
// folder "places" of the cache, a small file for each, and never leave it: files that can be given away hold the hash.
type Places struct {
	dir string // "" where nothing is remembered
}

// PlacesOf returns the places of the cache that the options ask for. Options without a cache remember nothing.
func PlacesOf(opt faces.Options) Places {
	if opt.NoCache {
		return Places{}
	}
	dir := opt.CacheDir
	if dir == "" {
		var err error
		if dir, err = faces.CacheDir(); err != nil {
			return Places{}
		}
	}
	return Places{filepath.Join(dir, PlacesFolder)}
}

// PlacesFolder is the name of the folder in the cache.
const PlacesFolder = "places" // faces.Cache knows it, too

// hashes are what places are remembered by. They become names of files.
var hashes = regexp.MustCompile(`^[0-9a-f]{8,128}$`)

// place is the contents of a file.
type place struct {
	Source     string `json:"source"`
	Attributes string `json:"attributes,omitempty"`
	Names      string `json:"names,omitempty"`
}

// Remember keeps where the thing with a hash lies. A name without a path is not kept.
func (p Places) Remember(hash string, n Name) error {
	if p.dir == "" || !hashes.MatchString(hash) || !isPath(n.Source) && !isPath(n.Attributes) {
		return nil
	}
	n, err := n.absolute()
	if err != nil {
		return err
	}
	if there, ok := p.Recall(hash); ok && there == n {
		return nil
	}
	if err := os.MkdirAll(p.dir, 0o700); err != nil {
		return err
	}
	text, err := json.Marshal(place(n))
	if err != nil {
		return err
	}
	return atomicfile.WritePrivate(p.file(hash), func(w io.Writer) error {
		_, err := w.Write(append(text, '\n'))
		return err
	})
}

// Recall returns where the thing with a hash was when it was last seen.
func (p Places) Recall(hash string) (n Name, ok bool) {
	if p.dir == "" || !hashes.MatchString(hash) {
		return n, false
	}
	text, err := os.ReadFile(p.file(hash))
	if err != nil {
		return n, false
	}
	var kept place
	if json.Unmarshal(text, &kept) != nil || kept.Source == "" {
		return n, false
	}
	return Name(kept), true
}

func (p Places) file(hash string) string { return filepath.Join(p.dir, hash+".json") }
