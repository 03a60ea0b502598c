package faces

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// Listing are the pictures that some paths name, by themselves or by a folder that they lie in. A bad picture that was
// named by itself is an error; one of a folder is skipped.
type Listing struct {
	Pictures []Picture // in the order of the paths, those of a folder in the order of theirs
	Folders  []string  // as they were named
	// LeftOut counts the pictures, by folder, that lie below the folder of results.
	LeftOut map[string]int

	skipped map[string][]Skip // by folder
}

// List lists the pictures that paths name and opens none of them. What lies below the folder results(folder), where
// results is set and something is there, is left out: it is what an earlier run made. A path that is not there is an
// error that wraps fs.ErrNotExist only where it looks like a folder's; a picture's own opening says so later. A folder
// without a usable picture is an error.
func List(ctx context.Context, paths []string, results func(folder string) string) (*Listing, error) {
	l := &Listing{LeftOut: map[string]int{}, skipped: map[string][]Skip{}}
	for _, path := range paths {
		info, err := os.Stat(path)
		if errors.Is(err, fs.ErrNotExist) && filepath.Ext(path) == "" && !strings.ContainsAny(path, `/\`) {
			return nil, fmt.Errorf("there is no file or folder %s%w", path, missing{})
		}
		if err != nil || !info.IsDir() {
			l.Pictures = append(l.Pictures, Picture{Path: path})
			continue
		}
		if slices.ContainsFunc(l.Folders, func(f string) bool { return filepath.Clean(f) == filepath.Clean(path) }) {
			continue // named twice
		}
		if err := l.addFolder(ctx, path, results); err != nil {
			return nil, err
		}
	}
	return l, nil
}

func (l *Listing) addFolder(ctx context.Context, path string, results func(string) string) error {
	found, skips, err := Pictures(ctx, path)
	if err != nil {
		return err
	}
	if results != nil {
		if inside := below(path, results(path)); inside != "" {
			n := len(found)
			found = slices.DeleteFunc(found, func(p Picture) bool { return strings.HasPrefix(p.Name, inside+"/") })
			skips = slices.DeleteFunc(skips, func(s Skip) bool { return strings.HasPrefix(s.Name, inside+"/") })
			if n > len(found) {
				l.LeftOut[path] = n - len(found)
			}
		}
	}
	if len(found) == 0 {
		return noneUsable(path, skips)
	}
	l.Folders, l.skipped[path] = append(l.Folders, path), skips
	for _, p := range found {
		p.Folder = path
		l.Pictures = append(l.Pictures, p)
	}
	return nil
}

// Paths returns where the pictures are.
func (l *Listing) Paths() []string {
	var all []string
	for _, p := range l.Pictures {
		all = append(all, p.Path)
	}
	return all
}

// Singles returns the paths of the pictures that were named by themselves.
func (l *Listing) Singles() []string {
	var all []string
	for _, p := range l.Pictures {
		if p.Folder == "" {
			all = append(all, p.Path)
		}
	}
	return all
}

// Skip records that a picture could not be read. It returns err where that ends the work: the picture was named by
// itself, or ctx has ended.
func (l *Listing) Skip(ctx context.Context, p Picture, err error) error {
	if ctx.Err() != nil || p.Folder == "" {
		return err
	}
	reason := withoutPath(err)
	l.skipped[p.Folder] = append(l.skipped[p.Folder], Skip{Name: p.Name, Reason: strings.TrimPrefix(reason, p.Path+": ")})
	return nil
}

// SkipsOf returns the files of one of the Folders that hold no usable picture, with their paths in it.
func (l *Listing) SkipsOf(folder string) []Skip { return l.skipped[folder] }

// Skips returns the files of all folders that hold no usable picture, with their paths as they can be opened. It is
// never nil.
func (l *Listing) Skips() []Skip {
	all := []Skip{}
	for _, folder := range l.Folders {
		for _, s := range l.skipped[folder] {
			all = append(all, Skip{Name: filepath.Join(folder, filepath.FromSlash(s.Name)), Reason: s.Reason})
		}
	}
	return all
}

// NoneUsable returns the error for a listing of whose folders every picture was skipped.
func (l *Listing) NoneUsable() error {
	for _, folder := range l.Folders {
		return noneUsable(folder, l.skipped[folder])
	}
	return errors.New("no picture was named")
}

func noneUsable(folder string, skips []Skip) error {
	switch len(skips) {
	case 0:
		return fmt.Errorf("%s: no picture in it", folder)
	case 1:
		return fmt.Errorf("%s: no usable picture among 1 file; the first is %s: %s", folder, skips[0].Name, skips[0].Reason)
	}
	return fmt.Errorf("%s: no usable picture among %d files; the first is %s: %s", folder, len(skips), skips[0].Name, skips[0].Reason)
}

// below returns the path, with slashes, of a folder that is there as seen from another that it lies in, or "".
func below(folder, inner string) string {
	if info, err := os.Stat(inner); inner == "" || err != nil || !info.IsDir() {
		return ""
	}
	from, err1 := realPath(folder)
	to, err2 := realPath(inner)
	if err1 != nil || err2 != nil {
		return ""
	}
	rel, err := filepath.Rel(from, to)
	if err != nil || rel == "." || !filepath.IsLocal(rel) {
		return ""
	}
	return filepath.ToSlash(rel)
}

// realPath returns a path from the root without links.
func realPath(path string) (string, error) {
	path, err := filepath.EvalSymlinks(path)
	if err != nil {
		return "", err
	}
	return filepath.Abs(path)
}
