package faces

import (
	"errors"
	"fmt"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"time"
)

// cacheLimit bounds the bytes of decoded sets and kept archives together: room for fifty sets as large as LFW at 32x32.
const cacheLimit = 2 << 30

// cachedFiles are known by their folder and name; nothing else in the cache folder is ever removed. The version is the
// first group; sets from before version 3 have none in their names.
var cachedFiles = []struct {
	folder  string
	name    *regexp.Regexp
	version int
}{
	{"sets", regexp.MustCompile(`^set-(?:v(\d+)-)?[0-9a-f]{32}\.safetensors$`), cacheVersion},
	// What sources keep that plug in: archives named after what they hold and the version of what made them.
	{"archives", regexp.MustCompile(`^[a-z]+-v(\d+)-[0-9a-z-]+\.tar\.gz$`), 0},
	// Where earlier versions kept drawn faces; nothing reads those.
	{"drawn", regexp.MustCompile(`^drawn-v(\d+)-\d+x\d+-seed\d+(?:\.tar\.gz|-attributes\.txt)$`), math.MaxInt},
}

// leftover is what a program that was killed while it wrote leaves behind; see package atomicfile. After leftoverAge
// nobody writes to it any more.
var leftover = regexp.MustCompile(`^\.[a-z]+-.*\.[A-Z2-7]{12}\.tmp$`)

const leftoverAge = 24 * time.Hour

// touch marks a file of the cache as used, for prune. Where it fails the file only seems older than it is, so the
// error does not matter.
func touch(path string) {
	now := time.Now()
	_ = os.Chtimes(path, now, now)
}

// prune removes from the cache folder dir what no program of this version or a newer one will read, and then, while the
// rest takes more than limit bytes, the files that were not used for the longest time. keep, just written, stays.
func prune(dir, keep string, limit int64) error {
	type kept struct {
		path string
		size int64
		used time.Time
	}
	var files []kept
	var errs []error
	remove := func(path string) {
		// Another program may have done it.
		if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
			errs = append(errs, err)
		}
	}
	for _, kind := range cachedFiles {
		entries, err := os.ReadDir(filepath.Join(dir, kind.folder))
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			errs = append(errs, err)
		}
		for _, e := range entries {
			info, err := e.Info()
			if err != nil || !info.Mode().IsRegular() { // gone, or no file of ours
				continue
			}
			path := filepath.Join(dir, kind.folder, e.Name())
			match := kind.name.FindStringSubmatch(e.Name())
			switch {
			case match == nil && leftover.MatchString(e.Name()):
				if time.Since(info.ModTime()) > leftoverAge {
					remove(path)
				}
			case match == nil:
			case path == keep:
				limit -= info.Size()
			case version(match[1]) < kind.version:
				remove(path)
			default:
				files = append(files, kept{path, info.Size(), info.ModTime()})
			}
		}
	}
	slices.SortFunc(files, func(a, b kept) int { return b.used.Compare(a.used) })
	for _, f := range files {
		if limit -= f.size; limit < 0 {
			remove(f.path)
		}
	}
	if len(errs) > 0 {
		return fmt.Errorf("old files stay in the cache: %w", errors.Join(errs...))
	}
	return nil
}

// version reads a version of a file's name, "" for the time before there were any.
func version(digits string) int {
	if digits == "" {
		return 0
	}
	v, err := strconv.Atoi(digits)
	if err != nil { // more digits than an int has: not of the past
		return math.MaxInt
	}
	return v
}
