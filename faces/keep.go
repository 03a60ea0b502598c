package faces

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"
)

// CacheOptions say what Cache does besides looking. The zero value changes nothing.
type CacheOptions struct {
	Dir string `json:"dir,omitempty"` // "" means CacheDir
	// Limit, where not nil, removes what was unused for the longest time until decoded and drawn pictures take so many
	// bytes at most.
	Limit *int64 `json:"limit,omitempty"`
	// Clear removes all decoded and drawn pictures; Places also forgets where data sets and models lie. Downloads stay.
	Clear  bool `json:"clear,omitempty"`
	Places bool `json:"places,omitempty"`
}

// CacheUse is what the cache holds once Cache is done.
type CacheUse struct {
	Dir     string      `json:"dir"`
	Kinds   []CacheKind `json:"kinds"`
	Bytes   int64       `json:"bytes"`
	Removed int64       `json:"removed"` // bytes
	// Data is the folder of downloads, which Cache leaves alone.
	Data string `json:"data"`
}

// CacheKind is one of the folders of the cache.
type CacheKind struct {
	Name  string     `json:"name"` // sets (decoded pictures), archives (drawn ones) or places
	Files int        `json:"files"`
	Bytes int64      `json:"bytes"`
	Used  *time.Time `json:"used,omitempty"` // when one of them was last used
}

// Cache tells what the cache of decoded pictures holds, bounds it and clears it. It touches nothing but files of the cache.
func Cache(opt CacheOptions) (*CacheUse, error) {
	dir, err := Options{CacheDir: opt.Dir}.cacheDir()
	if err != nil {
		return nil, err
	}
	if opt.Limit != nil && *opt.Limit < 0 {
		return nil, fmt.Errorf("a limit of %d bytes, expected 0 or more", *opt.Limit)
	}
	before, err := cacheUse(dir)
	if err != nil {
		return nil, err
	}
	switch {
	case opt.Clear:
		err = prune(dir, "", 0)
	case opt.Limit != nil:
		err = prune(dir, "", *opt.Limit)
	}
	if err == nil && opt.Places {
		err = os.RemoveAll(filepath.Join(dir, placesFolder))
	}
	if err != nil {
		return nil, err
	}
	after, err := cacheUse(dir)
	if err != nil {
		return nil, err
	}
	after.Removed = before.Bytes - after.Bytes
	after.Data, err = DataDir()
	return after, err
}

// placesFolder is that of package dataset, which remembers there where things lie.
const placesFolder = "places"

func cacheUse(dir string) (*CacheUse, error) {
	use := &CacheUse{Dir: dir}
	for _, name := range []string{"sets", "archives", placesFolder} {
		kind := CacheKind{Name: name}
		entries, err := os.ReadDir(filepath.Join(dir, name))
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return nil, err
		}
		for _, e := range entries {
			info, err := e.Info()
			if err != nil || !info.Mode().IsRegular() { // gone meanwhile, or no file of ours
				continue
			}
			kind.Files++
			kind.Bytes += info.Size()
			if t := info.ModTime(); kind.Used == nil || t.After(*kind.Used) {
				kind.Used = &t
			}
		}
		use.Bytes += kind.Bytes
		use.Kinds = append(use.Kinds, kind)
	}
	return use, nil
}
