package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"likeness/faces"
	"likeness/report"
)

// named is a picture that the command line names, by itself or by a folder that it
// lies in.
type named struct {
	path   string // where to open it
	folder string // that was named, as it was; "" for a picture named by itself
	id     string // in the folder
}

// namedPictures are all of a command line, in its order. A bad picture that was
// named by itself is an error; one of a folder is passed over, and told.
type namedPictures struct {
	list    []named
	folders []string
	skipped map[string][]faces.Skip // by folder
}

// gather lists the pictures that arguments name and opens none of them. What lies
// below the folder results, where it is there, is no input: it is what an earlier
// run made.
func (a *app) gather(ctx context.Context, args []string, results func(folder string) string) (*namedPictures, error) {
	g := &namedPictures{skipped: map[string][]faces.Skip{}}
	for _, arg := range args {
		if _, err := os.Stat(arg); errors.Is(err, fs.ErrNotExist) && filepath.Ext(arg) == "" && !strings.ContainsAny(arg, `/\`) {
			return nil, fmt.Errorf("there is no file or folder %s", arg)
		}
		if !isFolder(arg) {
			g.list = append(g.list, named{path: arg})
			continue
		}
		if slices.ContainsFunc(g.folders, func(f string) bool { return filepath.Clean(f) == filepath.Clean(arg) }) {
			continue // named twice
		}
		found, skips, err := faces.Pictures(ctx, arg)
		if err != nil {
			return nil, bare(err)
		}
		if results != nil {
			if inside := below(arg, results(arg)); inside != "" {
				n := len(found)
				found, skips = outside(found, skips, inside)
				if n > len(found) {
					a.note("Leaving out %s in %s, where results go", count(n-len(found), "picture"), results(arg))
				}
			}
		}
		if len(found) == 0 {
			return nil, noneUsable(arg, skips)
		}
		g.folders = append(g.folders, arg)
		g.skipped[arg] = skips
		for _, p := range found {
			g.list = append(g.list, named{path: p.Path, folder: arg, id: p.ID})
		}
	}
	return g, nil
}

// paths are where the pictures are.
func (g *namedPictures) paths() []string {
	var all []string
	for _, p := range g.list {
		all = append(all, p.path)
	}
	return all
}

// singles are the pictures that were named by themselves.
func (g *namedPictures) singles() []string {
	var all []string
	for _, p := range g.list {
		if p.folder == "" {
			all = append(all, p.path)
		}
	}
	return all
}

// skip passes over a picture that could not be read, unless it was named by itself or
// the work is to end: then that is the error.
func (g *namedPictures) skip(ctx context.Context, p named, err error) error {
	if ctx.Err() != nil || p.folder == "" {
		return err
	}
	name, relErr := filepath.Rel(p.folder, p.path)
	if relErr != nil {
		name = p.path
	}
	g.skipped[p.folder] = append(g.skipped[p.folder], faces.Skip{
		Name: filepath.ToSlash(name), Reason: strings.TrimPrefix(plainError(err), p.path+": "),
	})
	return nil
}

// nothing is the error of a command that found no picture at all.
func (g *namedPictures) nothing() error { return noneUsable(g.folders[0], g.skipped[g.folders[0]]) }

func noneUsable(folder string, skips []faces.Skip) error {
	if len(skips) == 0 {
		return fmt.Errorf("%s: no picture in it", folder)
	}
	return fmt.Errorf("%s: no usable picture among %s; the first is %s: %s", folder, count(len(skips), "file"), skips[0].Name, skips[0].Reason)
}

// tellSkipped says which files of the folders hold no usable picture.
func (a *app) tellSkipped(g *namedPictures) {
	for _, folder := range g.folders {
		a.tellSkips(folder, g.skipped[folder])
	}
}

// skips are all of them, for JSON: with their paths.
func (g *namedPictures) skips() []faces.Skip {
	all := []faces.Skip{}
	for _, folder := range g.folders {
		for _, s := range g.skipped[folder] {
			all = append(all, faces.Skip{Name: filepath.Join(folder, filepath.FromSlash(s.Name)), Reason: s.Reason})
		}
	}
	return all
}

// tellSkips names the first files of a source that were passed over.
func (a *app) tellSkips(source string, skips []faces.Skip) {
	if len(skips) == 0 {
		return
	}
	a.noteWarning("skipping %s of %s without a usable picture:", count(len(skips), "file"), source)
	for i, skip := range skips {
		if i == 3 {
			a.note("  and %s more; 'likeness data check' lists them", report.Count(len(skips)-i))
			break
		}
		a.note("  %s: %s", skip.Name, skip.Reason)
	}
}

// below gives the path of a folder that is there as seen from another that it lies
// in, with slashes, or "".
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

// realPath is a path from the root without links.
func realPath(path string) (string, error) {
	path, err := filepath.EvalSymlinks(path)
	if err != nil {
		return "", err
	}
	return filepath.Abs(path)
}

// outside keeps what does not lie below a folder.
func outside(found []faces.Picture, skips []faces.Skip, folder string) ([]faces.Picture, []faces.Skip) {
	var pictures []faces.Picture
	for _, p := range found {
		if !strings.HasPrefix(p.Name, folder+"/") {
			pictures = append(pictures, p)
		}
	}
	var rest []faces.Skip
	for _, s := range skips {
		if !strings.HasPrefix(s.Name, folder+"/") {
			rest = append(rest, s)
		}
	}
	return pictures, rest
}
